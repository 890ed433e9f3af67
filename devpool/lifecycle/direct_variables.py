"""The variables that make a command in an app's container connect directly to the database. Pure."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from urllib.parse import quote, unquote

from devpool.catalog.migration_tools import DIRECT_NAMES, Tool
from devpool.decide.sessions import database_name_variable
from devpool.errors import DevpoolError
from devpool.model.project import ConnectionVariable, Project
from devpool.text.patterns import regex
from devpool.undo.state import State

_URL = regex(
    r"(?P<scheme>[a-z][a-z0-9+]*)://(?:(?P<user>[^:@/?#]*)(?::(?P<password>.*))?@)?(?P<rest>[^@]*)", re.I | re.S
)


def direct_values(project: Project, state: State | None, service: str) -> dict[str, str]:
    """The direct values of an app's connection variables that enable has changed.

    Args:
        project: the project as it is without devpool.
        state: what enable did; None if the project is not enabled.
        service: the app.
    """
    mine = [s for s in _pooled(project, state, service) if not s.in_command]
    names = [database_name_variable(s, project.environments[service]) for s in mine if s.kind == "host"]
    return {s.name: s.value.text for s in (*mine, *names) if s}


def moved_commands(project: Project, state: State | None, service: str) -> list[str]:
    """Which of a service's `entrypoint` and `command` hold an address that enable has changed."""
    led = _by_name(state, service)
    moved = (s for s in _pooled(project, state, service) if s.in_command and s.database not in led)
    return list(dict.fromkeys(s.value.name for s in moved))


def exported(project: Project, service: str, tool: Tool | None, names: Iterable[str]) -> dict[str, str]:
    """The direct URL under the names that migration tools read, except names that the app itself sets.

    Args:
        project: the project as it is without devpool.
        service: the app.
        tool: the tool that will run, if known.
        names: more names, which the project's own files read.
    """
    variable = main_url(project, service)
    taken = {name for name, value in project.environments[service].items() if value.text}
    variables: dict[str, str] = dict(tool.fixed) if tool and variable else {}
    if variable is None:
        return variables
    text = variable.value.text
    if variable.kind == "url":
        variables |= dict.fromkeys((*DIRECT_NAMES, *names), text)
        variables |= dict.fromkeys(tool.url if tool else (), plain_url(text))
    variables |= dict.fromkeys(tool.jdbc if tool else (), text if variable.kind == "jdbc" else jdbc_url(text))
    return {name: value for name, value in variables.items() if value and name not in taken}


def main_url(project: Project, service: str) -> ConnectionVariable | None:
    """The variable that holds the whole URL: DATABASE_URL, or the only one; None if it is not clear which."""
    urls = [s for s in project.of(service) if s.kind in ("url", "jdbc") and not s.in_command and _is_whole(s)]
    named = next((s for s in urls if s.name == "DATABASE_URL"), None)
    return named or (urls[0] if len({s.value.text for s in urls}) == 1 else None)


def plain_url(url: str) -> str:
    """A URL as libpq and the drivers of Go and Rust read it: without the driver name of SQLAlchemy or Django."""
    return re.sub(r"^[a-z0-9+]+://", "postgres://", url, flags=re.I)


def jdbc_url(url: str) -> str:
    """The same for Java, where user and password are parameters; "" if JDBC cannot express it.

    Source: pgJDBC documentation, "Connecting to the Database".
    """
    parts = _URL.fullmatch(url)
    if parts is None or parts["rest"].startswith("/"):
        return ""
    place, _, query = parts["rest"].partition("?")
    account = [("user", parts["user"]), ("password", parts["password"])]
    mine = [f"{key}={quote(unquote(value), safe='')}" for key, value in account if value]
    options = "&".join([*mine, *([query] if query else [])])
    return f"jdbc:postgresql://{place}" + (f"?{options}" if options else "")


def databases_of(project: Project, state: State | None, service: str) -> list[str]:
    """The databases of an app: those that its variables name, and those that it reaches by name."""
    named = [s.database for s in (*project.connection_variables, *project.kept) if s.service == service]
    return list(dict.fromkeys([*named, *_by_name(state, service)]))


def _by_name(state: State | None, service: str) -> list[str]:
    return [r.database for r in state.routes if r.service == service and r.by_name] if state else []


def direct_links(state: State | None, links: Iterable[str], services: Container[str]) -> list[str] | None:
    """An app's links, with those to a pooler replaced by links to the database; None if no link leads to a pooler.

    Args:
        state: what enable did.
        links: the links of the app in Compose's model.
        services: the project's services; a host outside the project needs no link.
    """
    poolers = {p.name: p.database for p in state.poolers} if state else {}
    pairs = [link.partition(":") for link in links]
    if not any(name in poolers for name, _, _ in pairs):
        return None
    own_links = [f"{poolers.get(name, name)}:{alias or name}" for name, _, alias in pairs]
    return list(dict.fromkeys(link for link in own_links if link.partition(":")[0] in services))


def refuse_without_database(project: Project, service: str, state: State | None = None) -> None:
    """A service that names no database has nothing to connect to directly.

    Raises:
        DevpoolError: `no-database-setting`.
    """
    named = {s.service for s in (*project.connection_variables, *project.kept)} | {name for name, _ in project.unplaced}
    if service in named or _by_name(state, service):
        return
    place = project.services[service].place
    if service in project.databases:
        raise DevpoolError(
            "no-database-setting",
            f"`{service}` is itself a database",
            where=place,
            hint=f"name one of its apps, or open psql in it: devpool psql --direct {service}",
        )
    apps = ", ".join(name for name in project.services if name in named) or "none"
    raise DevpoolError(
        "no-database-setting",
        f"`{service}` names no database where devpool can see it",
        where=place,
        hint=f"apps of this project: {apps}; devpool has not changed `{service}`, so use "
        f"docker compose run --rm {service} COMMAND...",
    )


def _pooled(project: Project, state: State | None, service: str) -> list[ConnectionVariable]:
    pooled = {(r.service, r.database) for r in state.routes if r.pooled} if state else set()
    return [s for s in project.of(service) if (service, s.database) in pooled]


def _is_whole(variable: ConnectionVariable) -> bool:
    """Whether the URL is all of the value."""
    text = variable.value.text
    return re.match(r"[a-z0-9+:-]+://", text, re.I) is not None and not re.search(r"[\s,;]", text)
