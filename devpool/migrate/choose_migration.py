"""Which service migrates, and how: from the command line, the team's configuration, or the files. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from devpool.catalog.migration_tools import Tool
from devpool.decide.options import Options
from devpool.decide.routing import evident_routes, find_routes
from devpool.errors import DevpoolError
from devpool.migrate.team_settings import Fixed
from devpool.model.container_start import Start, joined, migrating, serves
from devpool.model.databases import image_name
from devpool.model.project import Project, unknown_service
from devpool.model.tool_detection import Files, by_command, recognize

_UNKNOWN = ""
# Reasons to stay direct which mean that a service is a third-party program.
_NO_APPS = ("console", "monitoring", "backup", "replication", "bystander")


@dataclass(frozen=True, slots=True, kw_only=True)
class AppFiles:
    """What was read of a service: what it starts, and the files that tell of a tool, by the folder they are in."""

    start: Start = field(default_factory=Start)
    folders: Mapping[str, Files] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """A service and how it migrates.

    Attributes:
        service: the service.
        command: the words; none for the command that the service has in the compose file.
        tool: with which tool, where that is known.
        how: how this was known.
        folder: where the tool's files are; services with the same folder are one app.
    """

    service: str
    command: tuple[str, ...]
    tool: Tool | None
    how: str
    folder: str = ""

    @property
    def typed(self) -> str:
        """The devpool command that does just this."""
        return f"devpool migrate {self.service}" + (f" -- {joined(self.command)}" if self.command else "")


def apps_of(project: Project) -> list[str]:
    """The services that name a database, in whatever form or file, and may have code of the project."""
    routes = (*find_routes(project), *evident_routes(project, Options()))
    named = {r.service for r in routes if r.code not in _NO_APPS}
    named |= {service for service, _ in project.unplaced}
    return [name for name in project.services if name in named]


def given(project: Project, service: str | None, command: tuple[str, ...], fixed: Fixed | None) -> Migration | None:
    """The explicit choice of the user or the team; None if the files have to decide.

    Raises:
        DevpoolError: `unknown-service`, `which-service`.
    """
    if service is not None:
        _known(project, service, "")
    if fixed and fixed.service:
        _known(project, fixed.service, fixed.where)
    name = service or (fixed.service if fixed else "")
    if command:
        return Migration(
            service=name or _only(project, command),
            command=command,
            tool=by_command(joined(command)),
            how="your choice",
        )
    if fixed and fixed.command and (not fixed.service or fixed.service == name):
        own = joined(fixed.command)
        return Migration(
            service=name or _only(project, fixed.command),
            command=fixed.command,
            tool=by_command(own),
            how=f"set in {fixed.where}",
        )
    return None


def find(project: Project, chosen: str | None, read: Mapping[str, AppFiles]) -> Migration | None:
    """The migration found in the files; None if there is none.

    Args:
        project: the project as it is without devpool.
        chosen: the service that the user or the team named.
        read: what was read, by service, of those that may migrate.

    Raises:
        DevpoolError: `which-migration`, with a command for each that is possible.
    """
    names = [chosen] if chosen else list(read)
    jobs = [m for name in names if (m := _job(project, name))]
    migrations = jobs or [m for name in names for m in _of(name, read[name])]
    one_each = {
        (m.folder or m.service, m.tool.name if m.tool else ""): m for m in reversed(_serving_first(project, migrations))
    }
    if len(one_each) > 1:
        raise _several(list(reversed(one_each.values())))
    return next(iter(one_each.values()), None)


def no_tool(project: Project, chosen: str | None, looked: Iterable[str]) -> DevpoolError:
    """The error if no tool was found.

    Args:
        project: the project.
        chosen: the service that was asked for.
        looked: the services whose files and images were looked at.
    """
    names = list(looked)
    name = chosen or (names[0] if len(names) == 1 else "SERVICE")
    return DevpoolError(
        "no-migration-tool",
        f"no migration tool was found in the folders and the images of: {', '.join(names) or 'no app'}",
        hint=f"name the command: devpool migrate {name} -- COMMAND..., "
        f"or set it for the team: `x-devpool: {{migrate: {{service: {name}, command: [...]}}}}` in the compose file",
    )


def _known(project: Project, service: str, where: str) -> None:
    if service not in project.services:
        error = unknown_service(project, service)
        error.where = where
        raise error


def _only(project: Project, command: tuple[str, ...]) -> str:
    """The only app, for a command without a service."""
    apps = apps_of(project)
    if len(apps) == 1:
        return apps[0]
    raise DevpoolError(
        "which-service",
        "several apps could run it" if apps else "no app names a database in its environment",
        details=tuple(f"devpool migrate {name} -- {joined(command)}" for name in apps),
        hint="choose one of the commands above" if apps else "name the service: devpool migrate SERVICE -- COMMAND...",
    )


def _job(project: Project, name: str) -> Migration | None:
    """A service that does nothing but migrate: its own command is what to run."""
    service = project.services[name]
    text = f"{image_name(service) if service.text('image') else ''} {service.start()}"
    tool = by_command(text)
    if tool is None or serves(service.start()) or service.text("restart") in ("always", "unless-stopped"):
        return None
    return Migration(service=name, command=(), tool=tool, how="its command does nothing else")


def _of(name: str, read: AppFiles) -> list[Migration]:
    """What one service's start and files tell: a tool each, the words of its own start before all others. A step of
    an unknown tool counts where no tool is known: it may be the same.
    """
    first = next(iter(read.folders), "")
    migrations: dict[str, Migration] = {}
    for part in migrating(read.start):
        how = f"{part.where} runs it"
        mine = Migration(service=name, command=part.words, tool=part.tool, how=how, folder=first)
        migrations.setdefault(part.tool.name if part.tool else _UNKNOWN, mine)
    for folder, files in read.folders.items():
        for known in recognize(files, read.start.text):
            how = f"{known.how} in {folder}" if folder != "." else known.how
            mine = Migration(service=name, command=known.command, tool=known.tool, how=how, folder=folder)
            migrations.setdefault(known.tool.name, mine)
    return [m for name, m in migrations.items() if name != _UNKNOWN] or list(migrations.values())


def _serving_first(project: Project, migrations: list[Migration]) -> list[Migration]:
    """Of several services with the same code the one that publishes a port is asked for; else the first."""
    return sorted(migrations, key=lambda m: not project.services[m.service].statements("ports"))


def _several(migrations: list[Migration]) -> DevpoolError:
    command = f", command: {json.dumps(migrations[0].command)}" if migrations[0].command else ""
    return DevpoolError(
        "which-migration",
        "there is more than one way to migrate here",
        details=tuple(f"{m.typed}    ({m.tool.name if m.tool else 'a command'}: {m.how})" for m in migrations),
        hint="choose one of the commands above, or set it for the team: "
        f"`x-devpool: {{migrate: {{service: {migrations[0].service}{command}}}}}` in the compose file",
    )
