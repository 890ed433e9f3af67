"""The input of pool sizing: its values, and what the project's files say of a database server and of its apps. Pure.

Running containers are a better source than files: what they report replaces what the files say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import ceil

from devpool.catalog.app_servers import UNKNOWN
from devpool.decide.logins import login_of
from devpool.decide.routing import Route
from devpool.model.project import Project
from devpool.model.services import Service
from devpool.sizing.concurrency import Demand, Fact, demand, is_number
from devpool.text import nodes

_DEFAULTS = {"max_connections": 100, "superuser_reserved_connections": 3, "reserved_connections": 0}
_LIMIT = ("resources", "limits", "cpus")
_FROM_VARIABLE = {"max_connections": ("POSTGRESQL_MAX_CONNECTIONS", "POSTGRES_MAX_CONNECTIONS")}


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerLimits:
    """A database's server: its `max_connections`, those of them that apps do not get, and its cores."""

    max_connections: Fact
    reserved: Fact
    cores: Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """The measured load.

    Attributes:
        source: where and over what time.
        per_second: transactions a second; 0 where only their product with the next was measured.
        seconds: mean duration of a transaction.
        busy: connections inside a transaction on average, in the database where they are most.
        waiting: clients that wait for a connection now.
        longest: how many seconds the first of them has waited.
    """

    source: str
    per_second: float = 0.0
    seconds: float = 0.0
    busy: float
    waiting: int = 0
    longest: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """All known facts about one database.

    Attributes:
        database: its name.
        server: its server.
        pooled: the apps that a pooler serves.
        direct: those that stay direct.
        pools: pairs of user and database, each of which has a pool of its own.
        databases: how many databases the pooler leads to.
        held: connections of clients in session mode, which each keep a server connection.
        now: connections that are open now, by where they were counted.
        load: what was measured; None where nothing runs.
        replicas: how many tasks the pooler has in a stack; 0 where it is one container.
    """

    database: str
    server: ServerLimits
    pooled: tuple[Demand, ...]
    direct: tuple[Demand, ...]
    pools: Fact
    databases: int
    held: int = 0
    now: tuple[Fact, ...] = ()
    load: Load | None = None
    replicas: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerLook:
    """An app as it starts: its command as one line, its variables, and how many containers of it there are."""

    words: str
    variables: Mapping[str, str] = field(repr=False)
    containers: Fact


def looks(project: Project) -> dict[str, ContainerLook]:
    """The services as the files have them."""
    return {
        name: ContainerLook(
            words=service.start(),
            variables={n: v.text for n, v in project.environments[name].items()},
            containers=_containers(service),
        )
        for name, service in project.services.items()
    }


def _containers(service: Service) -> Fact:
    """`scale` and `deploy.replicas` (the Compose specification); one if neither is set."""
    for name, text in (("scale", service.text("scale")), ("deploy.replicas", _deploy(service, "replicas"))):
        if is_number(text):
            return Fact(value=int(text), source=name)
    return Fact(value=1, source="one container")


def _deploy(service: Service, *path: str) -> str:
    """A text below `deploy`; "" where there is none."""
    for statement in reversed(service.statements("deploy")):
        node = nodes.lookup(statement.value, *path) if isinstance(statement.value, nodes.MappingNode) else None
        body = nodes.resolved(node) if node else None
        if isinstance(body, nodes.ScalarNode):
            return service.read(body)
    return ""


def demands(
    routes: Iterable[Route], seen: Mapping[str, ContainerLook], database: str, *, pooled: bool, cores: int
) -> tuple[Demand, ...]:
    """What the apps on one route can hold at a database. Of a direct one that nothing is known of: one connection, for
    these are jobs and consoles.
    """
    mine = [r.service for r in routes if r.database == database and r.pooled is pooled]
    rest = UNKNOWN if pooled else 1
    return tuple(
        demand(n, seen[n].words, seen[n].variables, cores=cores, containers=seen[n].containers, rest=rest) for n in mine
    )


def pools(project: Project, routes: Iterable[Route], database: str) -> tuple[Fact, int]:
    """The pairs of user and database that pooled apps name, and how many databases those are."""
    apps = {r.service for r in routes if r.database == database and r.pooled}
    logins = [
        login_of(project, s) for s in project.connection_variables if s.database == database and s.service in apps
    ]
    pairs = {(login.get("POSTGRES_USER", ""), login.get("POSTGRES_DB", "")) for login in logins} - {("", "")}
    if not pairs:
        return Fact(value=1, source="one user and database", assumed=True), 1
    return Fact(value=len(pairs), source="users and databases that the apps name"), len({name for _, name in pairs})


def server_setting(service: Service | None, variables: Mapping[str, str], name: str) -> Fact:
    """A setting of the server, from the command that starts it; else PostgreSQL's default."""
    match = re.search(rf"(?<![a-z_]){name.replace('_', '[_-]')}\s*=\s*'?(\d+)", service.start()) if service else None
    if match:
        return Fact(value=int(match[1]), source=f"{name} in the command")
    said = next((n for n in _FROM_VARIABLE.get(name, ()) if is_number(variables.get(n, ""))), None)
    if said:
        return Fact(value=int(variables[said]), source=said)
    return Fact(value=_DEFAULTS[name], source="PostgreSQL's default", assumed=True)


def reserved(service: Service | None, variables: Mapping[str, str]) -> Fact:
    """The connections that only superusers and `pg_use_reserved_connections` get (PostgreSQL documentation)."""
    parts = [server_setting(service, variables, f"{word}reserved_connections") for word in ("superuser_", "")]
    words = [f"superuser_reserved_connections {parts[0].value}", f"reserved_connections {parts[1].value}"]
    assumed = all(part.assumed for part in parts)
    source = " + ".join(words) + (", PostgreSQL's defaults" if assumed else "")
    return Fact(value=sum(part.value for part in parts), source=source, assumed=assumed)


def cores(service: Service | None, machine: int) -> Fact:
    """The cores that the database's container may use; else those of this machine."""
    texts = {}
    if service:
        texts = {"cpus": service.text("cpus"), "deploy.resources.limits.cpus": _deploy(service, *_LIMIT)}
    for name, text in texts.items():
        if re.fullmatch(r"\d+(\.\d+)?", text) and float(text):
            return Fact(value=ceil(float(text)), source=name)
    return Fact(value=machine, source="the cores of this machine", assumed=True)
