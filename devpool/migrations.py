"""Which app migrates, and with which tool, as the project's files tell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from devpool import nodes
from devpool.errors import DevpoolError
from devpool.model import Project
from devpool.nodes import Scalar
from devpool.services import Service, resolve_path

_MANAGE = re.compile(r"(?P<python>[^\s\"']*python[\d.]*)\s+(\./)?manage\.py")


def django_service(project: Project, command: list[str], chosen: str | None = None) -> str:
    """The app to migrate: the one that is Django; with a command of the user's own, the only app.

    Args:
        project: the project as it is without devpool.
        command: the user's command, empty for none.
        chosen: the service that the user named: only it is looked at.

    Raises:
        DevpoolError: `which-service`, `no-migration-tool`.
    """
    apps = list(dict.fromkeys(s.service for s in project.settings))
    looked = [chosen] if chosen else apps
    django = {n: f for n in looked if n in project.services and (f := _django_folder(project.services[n]))}
    found = apps if command and not chosen else list(django)
    folders = set(django.values())
    if len(found) == 1 or (found and not command and len(folders) == 1):
        return _serving(project, found)
    if chosen:
        return ""
    if not found:
        raise DevpoolError(
            "no-migration-tool",
            "no app of this project has a manage.py in the folders it is built from or mounts",
            hint="name service and command: devpool migrate SERVICE -- COMMAND...",
        )
    tail = " -- " + " ".join(command) if command else ""
    raise DevpoolError(
        "which-service",
        "several apps could migrate",
        details=tuple(f"devpool migrate {name}{tail}" for name in found),
        hint="choose one of the commands above",
    )


def django_command(project: Project) -> list[str]:
    """`python manage.py migrate`, with the interpreter that the project's own commands call manage.py by."""
    found = next((m for s in project.services.values() if (m := _MANAGE.search(s.start()))), None)
    return [found["python"] if found else "python", "manage.py", "migrate"]


def _serving(project: Project, names: list[str]) -> str:
    """Of several services with the same code, the one that publishes a port; else the first."""
    return next((n for n in names if project.services[n].statements("ports")), names[0])


def _django_folder(service: Service) -> str | None:
    """The folder with a manage.py that a service is built from or mounts."""
    return next((f for f in _folders(service) if (Path(f) / "manage.py").is_file()), None)


def _folders(service: Service) -> Iterator[str]:
    for statement in service.statements("build"):
        value = statement.value
        node = nodes.lookup(value, "context") if isinstance(value, nodes.Mapping) else value
        context = nodes.resolved(node) if node else None
        if isinstance(context, Scalar):
            yield resolve_path(statement.document.directory, service.read(context))
    for statement in service.statements("volumes"):
        for text in service.texts(statement.value):
            if text.startswith((".", "/")):
                yield resolve_path(statement.document.directory, text.split(":")[0])
