"""Gathers the facts for `devpool check`. A failed query is also a fact: nothing here ends the command."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, TypeVar

from devpool.checks.facts import DatabaseServer, Facts, Port, version
from devpool.checks.result import Result, likely
from devpool.decide.sessions import unkept
from devpool.decide.tuning import POOL_MODE
from devpool.docker.compose_oracle import compose_version
from devpool.docker.console import Told, query_directly
from devpool.docker.container_values import RunningContainer
from devpool.docker.containers import Stack
from devpool.docker.installed_drivers import look_into, looked_into
from devpool.docker.logs import logs_of
from devpool.docker.questions import Question, asking
from devpool.errors import DevpoolError
from devpool.lifecycle.likely_advice import Behind, likely_needs, likely_sessions
from devpool.lifecycle.open_project import OpenProject
from devpool.observe.ask_containers import LIMITS
from devpool.observe.overview import Overview
from devpool.observe.stack_facts import crowds, stack_services
from devpool.sizing.replicas import Crowd
from devpool.undo.state import AppRoute

T = TypeVar("T")
Services = Mapping[str, Mapping[str, Any]]
_OF_FILES = ("compose-refuses", "no-docker-cli", "no-compose-plugin")
_RECENT = ("--since", "15m", "--tail", "400")


def gather(seen: Overview, opened: OpenProject, *, warn: int, crit: int) -> Facts:
    """The facts of a project. What is still to be asked is asked at the same time.

    Args:
        seen: what was seen of it, deep.
        opened: the project itself.
        warn: the threshold of a warning, in percent.
        crit: the threshold of what is critical, in percent.
    """
    stack = None if seen.code else seen.stack
    pooled = list(dict.fromkeys(r.service for r in seen.routes if r.pooled))
    apps = [app for app in pooled if app in seen.running] if stack else []
    patience = stack.patience if stack else 1
    looks = [look_into(stack, app, seen.running[app][0], patience) for app in apps if stack]
    with asking([compose_version()]) as compose, asking(looks) as installed:
        swarm = opened.selection.swarm
        declared, problem = _of_stack(opened) if swarm else _declared(seen)
        # Compose returns the logs of all containers with a name, also those of another project.
        logs = [_logged(stack, seen, pooled)] if stack and declared and not seen.another else []
        with asking(logs) as logged:
            known = tuple(map(looked_into, apps, installed()))
            return Facts(
                enabled=seen.state is not None,
                drifted=tuple(f"{d.file} {d.place} {d.problem}".replace("  ", " ") for d in seen.drift),
                routes=seen.routes,
                compose_problem=problem,
                engine_problem=seen.note if seen.code else "",
                another=seen.another,
                ways_on=seen.ways_on,
                running=frozenset(seen.running),
                failed=_failed(stack, seen) if stack else frozenset(),
                poolers=seen.poolers,
                queries=_queries(seen),
                servers={s.database: s for s in _servers(stack, seen, declared or {})} if stack else {},
                connections=seen.connections,
                unkept=_unkept(opened, seen.routes),
                sessions=frozenset(seen.state.options.session if seen.state else ()),
                ports=None
                if declared is None
                else {n: _ports(declared, n) for p in seen.poolers for n in (p.name, p.database)},
                compose_version=version(_or("", compose())),
                installed=known,
                likely=tuple(_likely(opened, seen, {i.app for i in known if not i.problem})),
                logged={n: said for n, said in _or({}, logged()).items() if said or n in seen.running},
                warn=warn,
                crit=crit,
                patience=patience,
                stack=swarm,
                tasks=seen.tasks,
                crowds=_crowds(opened, seen) if swarm else (),
            )


def _or(otherwise: T, answers: list[T | DevpoolError]) -> T:
    """The one answer, if there is one."""
    return next((answer for answer in answers if not isinstance(answer, DevpoolError)), otherwise)


def _failed(stack: Stack, seen: Overview) -> frozenset[str]:
    """The services that do not run because their program ended with an error."""
    return frozenset(c.service for c in stack.own() if c.failed and c.service not in seen.running)


def _declared(seen: Overview) -> tuple[Services | None, str]:
    """The services in Compose's model; None, and why, where it does not accept the project."""
    if seen.stack is None:
        return None, seen.note if seen.code in _OF_FILES else ""
    try:
        return seen.stack.declared, ""
    except DevpoolError as error:
        return None, error.message


def _of_stack(opened: OpenProject) -> tuple[Services | None, str]:
    """The services in docker's model of a stack; None, and why, where it does not accept the files."""
    try:
        return stack_services(opened), ""
    except DevpoolError as error:
        return None, error.message


def _crowds(opened: OpenProject, seen: Overview) -> tuple[Crowd, ...]:
    """What the tasks of the poolers may open; nothing where the files cannot be read without devpool."""
    try:
        return tuple(crowds(opened, seen.state)) if seen.state else ()
    except DevpoolError:
        return ()


def _unkept(opened: OpenProject, routes: Iterable[AppRoute]) -> Mapping[str, tuple[str, ...]] | None:
    """What each pooled app sets for its session where it is pooled; None where its files cannot be read without
    devpool.
    """
    try:
        project, session = opened.without_devpool, opened.options.session
    except DevpoolError:
        return None
    pooled = {(r.service, r.database): None for r in routes if r.pooled and r.service in project.services}
    mine = {name: [s for s in project.of(name) if (name, s.database) in pooled] for name, _ in pooled}
    kept = {n: n in session or {f"{n}:{s.database}" for s in item} <= set(session) for n, item in mine.items()}
    return {n: tuple(unkept(project, n, item, in_session=kept[n])) for n, item in mine.items()}


def _likely(opened: OpenProject, seen: Overview, known: Collection[str]) -> Iterator[Result]:
    """What files say of the pooled apps that could not be asked. Of one that rests while others run there is nothing to
    judge now.
    """
    session = opened.options.session
    pooled = [r for r in seen.routes if r.pooled and not {r.service, f"{r.service}:{r.database}"} & set(session)]
    apps = {
        r.service: Behind(settings=opened.options.settings, by_name=r.by_name) for r in pooled if r.service not in known
    }
    if not apps or opened.options.settings.get(POOL_MODE) == "session":
        return
    with suppress(DevpoolError):
        project = opened.without_devpool
        needs = likely_needs(project, apps)
        for result in (*needs, *likely_sessions(project, apps)):
            at_rest = seen.running and result.subject not in seen.running
            yield likely(result, "idle" if at_rest else "skipped")


def _queries(seen: Overview) -> dict[str, str]:
    """By pooler, what a query through its pool met; "" where it was answered."""
    answers = seen.answers.poolers if seen.answers else {}
    return {name: told[0].query for name, told in answers.items() if told and isinstance(told[0], Told)}


def _servers(stack: Stack, seen: Overview, declared: Services) -> Iterator[DatabaseServer]:
    poolers = {p.database: p.name for p in seen.poolers if p.running and not p.problem}
    for name in dict.fromkeys(r.database for r in seen.routes):
        if seen.running and name in declared and name not in seen.running:
            yield DatabaseServer(database=name, problem="it is not running")
        elif name in seen.running or name in poolers:
            yield _server(stack, seen, name, seen.running.get(poolers.get(name, ""), []))


def _server(stack: Stack, seen: Overview, name: str, poolers: list[RunningContainer]) -> DatabaseServer:
    """What Postgres says, in its own container where it has one, else on the pooler's own way to it."""
    own = seen.answers if name in seen.running else None
    try:
        rows = own.limits(name) if own else query_directly(stack, poolers[0], LIMITS)
    except DevpoolError as error:
        return DatabaseServer(database=name, problem=error.said)
    settings = {row["name"]: row["setting"] for row in rows}
    reserved = ("superuser_reserved_connections", "reserved_connections")
    return DatabaseServer(
        database=name,
        version=version(settings["server_version"]),
        most=int(settings["max_connections"]),
        reserved=sum(int(settings.get(key, 0)) for key in reserved),
        connections=int(settings["connections"]),
    )


def _logged(stack: Stack, seen: Overview, pooled: Iterable[str]) -> Question[dict[str, tuple[str, ...]]]:
    """The last lines of each pooler, database and pooled app, also of stopped ones: there they matter most."""
    names = dict.fromkeys([*(p.name for p in seen.poolers), *(p.database for p in seen.poolers), *pooled])
    return logs_of(stack, [name for name in names if name in stack.declared], *_RECENT)


def _ports(services: Services, name: str) -> tuple[Port, ...]:
    """The published ports of a service."""
    ports = services.get(name, {}).get("ports") or ()
    return tuple(
        Port(host=str(p.get("host_ip", "")), published=str(p["published"])) for p in ports if p.get("published")
    )
