"""Gathers the facts for `devpool check`. A failed query is also a fact: nothing here ends the command."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from devpool.checks.facts import DatabaseServer, Facts, Port, version
from devpool.decide.sessions import unkept
from devpool.docker.compose_oracle import compose_version
from devpool.docker.console import query_directly
from devpool.docker.containers import RunningContainer, Stack
from devpool.docker.installed_drivers import installed_in
from devpool.errors import DevpoolError
from devpool.lifecycle.open_project import OpenProject
from devpool.measurements.show_tables import PoolerStatus
from devpool.observe.overview import Overview

Services = Mapping[str, Mapping[str, Any]]
_RECENT = ("--since", "15m", "--tail", "400")
_LIMITS = (
    "SELECT name, setting FROM pg_catalog.pg_settings WHERE name IN ('server_version', 'max_connections', "
    "'superuser_reserved_connections', 'reserved_connections') UNION ALL "
    "SELECT 'connections', count(*)::text FROM pg_catalog.pg_stat_activity WHERE backend_type = 'client backend'"
)


def gather(seen: Overview, opened: OpenProject, *, warn: int, crit: int) -> Facts:
    """The facts of a project.

    Args:
        seen: what was seen of it.
        opened: the project itself.
        warn: the threshold of a warning, in percent.
        crit: the threshold of what is critical, in percent.
    """
    stack = None if seen.code else seen.stack
    services = seen.stack.declared if seen.stack else None
    pooled = list(dict.fromkeys(r.service for r in seen.routes if r.pooled))
    return Facts(
        enabled=seen.state is not None,
        drifted=tuple(f"{d.file} {d.place} {d.problem}".replace("  ", " ") for d in seen.drift),
        routes=seen.routes,
        compose_version=version(compose_version()),
        compose_problem=seen.note if seen.code in ("compose-refuses", "no-docker-cli", "no-compose-plugin") else "",
        engine_problem=seen.note if seen.code else "",
        another=seen.another,
        ways_on=seen.ways_on,
        running=frozenset(seen.running),
        poolers=seen.poolers,
        queries={p.name: _query(stack, seen.running[p.name][0]) for p in seen.poolers if stack and _answers(p)},
        servers={s.database: s for s in _servers(stack, seen, services or {})} if stack else {},
        connections=seen.connections,
        installed=installed_in(stack, seen.running, pooled) if stack else (),
        unkept=_unkept(opened, pooled),
        sessions=frozenset(seen.state.options.session if seen.state else ()),
        ports=None
        if services is None
        else {n: _ports(services, n) for p in seen.poolers for n in (p.name, p.database)},
        # Compose returns the logs of all containers with a name, also those of another project.
        logged=_logged(stack, seen, pooled) if stack and not seen.another else {},
        warn=warn,
        crit=crit,
    )


def _unkept(opened: OpenProject, pooled: Iterable[str]) -> Mapping[str, tuple[str, ...]] | None:
    """What each pooled app sets for its session; None where its files cannot be read without devpool."""
    try:
        project, session = opened.without_devpool, opened.options.session
    except DevpoolError:
        return None
    in_session = {name.partition(":")[0] for name in session}
    mine = {name: project.of(name) for name in pooled if name in project.services}
    return {n: tuple(unkept(project, n, found, in_session=n in in_session)) for n, found in mine.items()}


def _answers(pooler: PoolerStatus) -> bool:
    return pooler.running and not pooler.problem


def _query(stack: Stack, pooler: RunningContainer) -> str:
    """A query through the pool, as the image's healthcheck sends it; its error message if it fails."""
    try:
        stack.execute(pooler, ["healthcheck.sh"])
    except DevpoolError as error:
        return error.said
    return ""


def _servers(stack: Stack, seen: Overview, services: Services) -> Iterator[DatabaseServer]:
    poolers = {p.database: p.name for p in seen.poolers if _answers(p)}
    for name in dict.fromkeys(r.database for r in seen.routes):
        if seen.running and name in services and name not in seen.running:
            yield DatabaseServer(database=name, problem="it is not running")
        elif name in seen.running or name in poolers:
            yield _server(stack, name, seen.running.get(name, []), seen.running.get(poolers.get(name, ""), []))


def _server(stack: Stack, name: str, own: list[RunningContainer], poolers: list[RunningContainer]) -> DatabaseServer:
    """What Postgres says, in its own container where it has one, else on the pooler's own way to it."""
    try:
        rows = stack.query(own[0], _LIMITS) if own else query_directly(stack, poolers[0], _LIMITS)
    except DevpoolError as error:
        return DatabaseServer(database=name, problem=error.said)
    found = {row["name"]: row["setting"] for row in rows}
    reserved = ("superuser_reserved_connections", "reserved_connections")
    return DatabaseServer(
        database=name,
        version=version(found["server_version"]),
        most=int(found["max_connections"]),
        reserved=sum(int(found.get(key, 0)) for key in reserved),
        connections=int(found["connections"]),
    )


def _logged(stack: Stack, seen: Overview, pooled: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The last lines of each pooler, database and pooled app, also of stopped ones: there they matter most."""
    databases = (p.database for p in seen.poolers if p.database in stack.declared)
    names = [*(p.name for p in seen.poolers), *databases, *pooled]
    with ThreadPoolExecutor(4) as pool:
        found = zip(names, pool.map(lambda name: stack.logs(name, *_RECENT), names), strict=True)
        return {name: lines for name, lines in found if lines or name in seen.running}


def _ports(services: Services, name: str) -> tuple[Port, ...]:
    """The published ports of a service."""
    found = services.get(name, {}).get("ports") or ()
    return tuple(
        Port(host=str(p.get("host_ip", "")), published=str(p["published"])) for p in found if p.get("published")
    )
