"""The current state of a project: its routes and files, its poolers, and which connections arrive where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from devpool.context import Context
from devpool.decide.options import Options
from devpool.decide.routing import chosen_routes
from devpool.docker.console import ask, reported
from devpool.docker.containers import RunningContainer, Stack
from devpool.docker.live_routes import count, from_outside
from devpool.docker.ownership import sentence, ways_on
from devpool.errors import DevpoolError
from devpool.lifecycle.file_drift import Drift, drift, stale
from devpool.lifecycle.folder_contents import missing
from devpool.lifecycle.open_project import OpenProject, open_project
from devpool.lifecycle.rollout import open_stack
from devpool.measurements.routes import Connections
from devpool.measurements.show_tables import PoolerStatus, Row, limits, links, pools, totals
from devpool.undo.state import AddedPooler, AppRoute, State

_SHOWN = ("VERSION", "CONFIG", "DATABASES", "POOLS", "STATS", "CLIENTS", "SERVERS")


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The state of a project at one moment.

    Attributes:
        directory: the project directory.
        state: the record of enable, None where the project is not enabled.
        routes: of every app.
        drift: where the files are not as devpool wrote them.
        stack: its containers; None where Compose cannot read the project.
        running: those that run, by service.
        poolers: what each of devpool's poolers shows.
        connections: those of each app, None where they are unknown.
        outside: those that no container holds, by database at its pooler and at itself, where the pooler is published.
        note: why they are.
        code: the error code of what Docker could not tell, "" where it could.
        another: that containers under the project's name are another project's, in words; "" where none are.
        ways_on: what can be typed then.
    """

    directory: Path
    state: State | None
    routes: tuple[AppRoute, ...]
    drift: tuple[Drift, ...]
    stack: Stack | None = None
    running: Mapping[str, list[RunningContainer]]
    poolers: tuple[PoolerStatus, ...] = ()
    connections: tuple[Connections, ...] | None = None
    outside: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    note: str = ""
    code: str = ""
    another: str = ""
    ways_on: str = ""


def look(ctx: Context, opened: OpenProject | None = None) -> Overview:
    """Look at a project once.

    Args:
        ctx: the command's context.
        opened: the project; None to open it here.

    Raises:
        DevpoolError: where its files cannot be read. What Docker cannot tell is a note, not an error.
    """
    opened = opened or open_project(ctx, "look")
    state = opened.state
    found = Overview(
        directory=opened.directory,
        state=state,
        routes=tuple(state.routes if state else _would_be(opened)),
        drift=tuple(_drift(opened, state) if state else ()),
        running={},
    )
    try:
        found = replace(found, stack=open_stack(ctx.selection, str(ctx.cwd)))
        return again(found)
    except DevpoolError as error:
        return replace(found, note=error.message, code=error.code, poolers=_unseen(state))


def _drift(opened: OpenProject, state: State) -> list[Drift]:
    lacking = [
        Drift(file=name, place="", problem=problem) for name, problem in missing(opened.directory, state).items()
    ]
    found = lacking + drift(state, opened.directory)
    return found + [one for one in stale(opened, state) if one not in found]


def again(before: Overview) -> Overview:
    """Look at the containers of a project again; its files are taken to be what they were.

    Raises:
        DevpoolError: what asking Docker raises.
    """
    stack = before.stack
    assert stack is not None
    before, running = _with_others(before, stack), stack.running()
    if not running:
        unseen = _unseen(before.state)
        return replace(before, note="the project is not running", code="", running={}, poolers=unseen, connections=None)
    added = before.state.poolers if before.state else ()
    seen = {p.name: p for p in before.poolers}
    poolers = tuple(_sight(stack, running.get(p.name, []), p, seen.get(p.name)) for p in added)
    pairs = [(r.service, r.database) for r in before.routes]
    asked = {p.database: p.name for p in poolers if not p.problem}
    connections, note = _connections(stack, running, pairs, asked)
    published = before.state is not None and before.state.options.publish is not None
    outside = from_outside(stack, running, asked) if published and not note else {}
    return replace(
        before, running=running, poolers=poolers, connections=connections, outside=outside, note=note, code=""
    )


def _with_others(before: Overview, stack: Stack) -> Overview:
    """What is to be said of another project's containers under this one's name: they are not entered."""
    others = stack.others()
    if not (others and stack.ownership):
        return replace(before, another="", ways_on="")
    said = f"{sentence(stack.name, others)}, not from here: devpool does not look at them"
    return replace(before, another=said, ways_on=ways_on(stack.name, stack.ownership.own, others))


def _would_be(opened: OpenProject) -> list[AppRoute]:
    """The routes of a project that is not enabled: all direct, each with the reason that enable would give."""
    return [
        AppRoute(
            service=r.service,
            database=r.database,
            pooled=False,
            reason="not enabled" if r.pooled else r.reason,
        )
        for r in chosen_routes(opened.without_devpool, Options())
    ]


def _unseen(state: State | None) -> tuple[PoolerStatus, ...]:
    return tuple(PoolerStatus(name=p.name, database=p.database) for p in (state.poolers if state else ()))


def _connections(
    stack: Stack,
    running: Mapping[str, list[RunningContainer]],
    pairs: Iterable[tuple[str, str]],
    poolers: Mapping[str, str],
) -> tuple[tuple[Connections, ...] | None, str]:
    try:
        return tuple(count(stack, running, pairs, poolers)), ""
    except DevpoolError as error:
        return None, error.message


def _sight(
    stack: Stack, containers: list[RunningContainer], pooler: AddedPooler, before: PoolerStatus | None
) -> PoolerStatus:
    found = PoolerStatus(name=pooler.name, database=pooler.database)
    if not containers:
        return replace(found, problem="it is not running")
    container = containers[0]
    found = replace(found, running=True, health=container.health)
    try:
        answers = dict(zip(_SHOWN, ask(stack, container, *_SHOWN), strict=True))
    except DevpoolError as error:
        return replace(found, problem=error.said)
    found = _filled(found, answers)
    # Logging in every time would fill the log: the last report stays valid until something is set.
    known = before.reported if before and before.config == found.config else {}
    return _as_reported(found, known or _reported(stack, container, found))


def _filled(found: PoolerStatus, answers: Mapping[str, list[dict[str, str]]]) -> PoolerStatus:
    config = {row["key"]: row["value"] for row in answers["CONFIG"]}
    version = next((row.get("version", "") for row in answers["VERSION"]), "")
    return replace(
        found,
        version=version.removeprefix("PgBouncer "),
        mode=config.get("pool_mode", ""),
        learnt="console",
        config=config,
        pools=pools(answers["POOLS"]),
        limits=limits(answers["DATABASES"]),
        totals=totals(answers["STATS"]),
        clients=links(answers["CLIENTS"]),
        servers=links(answers["SERVERS"]),
    )


def _reported(stack: Stack, container: RunningContainer, found: PoolerStatus) -> Row:
    """What a connection itself hears. A pooler whose database does not answer is not made to wait for it."""
    if container.health == "unhealthy":
        return {}
    try:
        return reported(stack, container, found.config.get("auth_dbname", ""))
    except DevpoolError:
        return {}


def _as_reported(found: PoolerStatus, said: Row) -> PoolerStatus:
    version = said.get("pgbouncer.version", "")
    if not version:
        return found
    mode = said.get("pgbouncer.pool_mode", found.mode)
    return replace(found, version=version, mode=mode, learnt="connection", reported=said)
