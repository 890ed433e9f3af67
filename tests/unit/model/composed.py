"""The variables of a service in a compose file."""

from __future__ import annotations

from memory_project import Files, project

from devpool.model.values import Value


def values(files: Files | str, service: str = "web", **shell: str) -> dict[str, Value]:
    return dict(project(files, shell).environments[service])


def texts(files: Files | str, service: str = "web", **shell: str) -> dict[str, str]:
    return {n: v.text for n, v in values(files, service, **shell).items()}


def compose(environment: str, more: str = "") -> str:
    return f"services:\n  web:\n    image: app\n{more}    environment:{environment}\n"
