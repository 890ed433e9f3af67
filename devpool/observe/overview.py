"""The current state of a project: its routes and files, its poolers, and which connections arrive where."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from devpool.context import Context
from devpool.docker.console import question
from devpool.docker.container_values import RunningContainer
from devpool.docker.containers import Stack
from devpool.docker.live_routes import connections, from_outside
from devpool.docker.ownership import sentence, ways_on
from devpool.docker.questions import answered
from devpool.errors import DevpoolError
from devpool.lifecycle.open_project import OpenProject, open_project
from devpool.measurements.routes import Connections
from devpool.measurements.show_tables import PoolerStatus, Row, limits, links, pools, totals
from devpool.measurements.tasks import Task
from devpool.observe.ask_containers import Answers, ask_all
from devpool.undo.state import AddedPooler, AppRoute, State

# What reads the project's files is imported where it is used: while Compose lists the containers.
if TYPE_CHECKING:
    from devpool.lifecycle.file_drift import Drift


_UNSEEN = "devpool does not see the connections of tasks on other nodes; `devpool psql --admin` asks a task on this one"


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
        answers: what poolers and databases answered; None where they were not asked.
        connections: those of each app, None where they are unknown.
        outside: those that no container holds, by database at its pooler and at itself, where the pooler is published.
        note: why they are.
        code: the error code of what Docker could not tell, "" where it could.
        another: that containers under the project's name are another project's, in words; "" where none are.
        ways_on: what can be typed then.
        tasks: those of a stack's poolers, databases and apps, on all nodes; None where they are unknown.
    """

    directory: Path
    state: State | None
    routes: tuple[AppRoute, ...]
    drift: tuple[Drift, ...]
    stack: Stack | None = None
    running: Mapping[str, list[RunningContainer]]
    poolers: tuple[PoolerStatus, ...] = ()
    answers: Answers | None = None
    connections: tuple[Connections, ...] | None = None
    outside: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    note: str = ""
    code: str = ""
    another: str = ""
    ways_on: str = ""
    tasks: tuple[Task, ...] | None = None


def look(ctx: Context, opened: OpenProject | None = None, *, deep: bool = False) -> Overview:
    """Look at a project once.

    Args:
        ctx: the command's context.
        opened: the project; None to open it here.
        deep: whether to send a query through each pooler, and to ask each database for its limits.

    Raises:
        DevpoolError: where its files cannot be read. What Docker cannot tell is a note, not an error.
    """
    project = opened or open_project(ctx, "look")
    with _listing(project) as listed:  # while the files are read
        state = project.state
        overview = Overview(
            directory=project.directory,
            state=state,
            routes=tuple(state.routes if state else _would_be(project)),
            drift=tuple(_drift(project, state) if state else ()),
            running={},
        )
        if project.selection.swarm:
            return _with_tasks(overview, project)
        try:
            overview = replace(overview, stack=listed())
            return again(overview, deep=deep)
        except DevpoolError as error:
            return replace(overview, note=error.message, code=error.code, poolers=_unseen(state))


def _with_tasks(found: Overview, project: OpenProject) -> Overview:
    """The same with the tasks of a stack. Which connections they have cannot be seen from one node."""
    state = found.state
    found = replace(found, note=_UNSEEN, code="on-a-stack", poolers=_unseen(state))
    if state is None:
        return found
    inside = {p.database for p in state.poolers if p.database in project.without_devpool.services}
    services = dict.fromkeys([*(p.name for p in state.poolers), *sorted(inside), *(r.service for r in found.routes)])
    try:
        return replace(found, tasks=tuple(project.tasks.list(services)))
    except DevpoolError as error:
        return replace(found, note=error.message, code=error.code)


@contextmanager
def _listing(project: OpenProject) -> Iterator[Callable[[], Stack]]:
    """Begins to list the containers; what waits for that, and raises what it meets."""
    begun: Stack | DevpoolError
    try:
        begun = project.stack
    except DevpoolError as error:
        begun = error

    def listed() -> Stack:
        stack = answered(begun)
        stack.wait()
        return stack

    try:
        yield listed
    finally:
        if isinstance(begun, Stack):
            begun.close()


def _drift(opened: OpenProject, state: State) -> list[Drift]:
    from devpool.lifecycle.file_drift import Drift, drift, stale
    from devpool.lifecycle.generated_files import missing

    lacking = [
        Drift(file=name, place="", problem=problem) for name, problem in missing(opened.directory, state).items()
    ]
    drifts = lacking + drift(state, opened.directory)
    return drifts + [one for one in stale(opened, state) if one not in drifts]


def again(before: Overview, *, deep: bool = False) -> Overview:
    """Look at the containers of a project again; its files are taken to be what they were.

    Args:
        before: what was seen.
        deep: as in `look`.

    Raises:
        DevpoolError: what asking Docker raises.
    """
    stack = before.stack
    assert stack is not None
    before, listed = _with_others(before, stack), stack.running()
    if not listed:
        unseen = _unseen(before.state)
        return replace(before, note="the project is not running", code="", running={}, poolers=unseen, connections=None)
    added = before.state.poolers if before.state else ()
    seen = {p.name: p for p in before.poolers}
    known = [p.name for p in before.poolers if p.reported]
    databases = list(dict.fromkeys([*(r.database for r in before.routes), *(p.database for p in added)]))
    answers = ask_all(stack, listed, [p.name for p in added], databases, known, deep=deep)
    running = stack.inspected()
    poolers = tuple(_sight(stack, running.get(p.name, []), answers, p, seen.get(p.name)) for p in added)
    overview = replace(before, running=running, poolers=poolers, answers=answers, note="", code="")
    try:
        return _counted(overview, answers)
    except DevpoolError as error:
        return replace(overview, connections=None, outside={}, note=error.message)


def _counted(overview: Overview, answers: Answers) -> Overview:
    """The same with the connections of each app."""
    pairs = [(r.service, r.database) for r in overview.routes if r.service in overview.running]
    poolers = {p.database: p.name for p in overview.poolers if not p.problem}
    published = list(poolers) if overview.state and overview.state.options.publish is not None else []
    databases = dict.fromkeys([*(database for _, database in pairs), *published])
    pooled = {database: answers.at_pooler(name) for database, name in poolers.items()}
    direct = {name: answers.at_database(name) for name in databases if name in answers.servers}
    return replace(
        overview,
        connections=tuple(connections(overview.running, pairs, pooled, direct)),
        outside=from_outside(overview.running, published, pooled, direct),
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
    from devpool.decide.options import Options
    from devpool.decide.routing import chosen_routes

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


def _sight(
    stack: Stack,
    containers: list[RunningContainer],
    answers: Answers,
    pooler: AddedPooler,
    before: PoolerStatus | None,
) -> PoolerStatus:
    status = PoolerStatus(name=pooler.name, database=pooler.database)
    if not containers:
        return replace(status, problem="it is not running")
    status = replace(status, running=True, health=containers[0].health)
    told = answers.poolers[pooler.name][0]
    if isinstance(told, DevpoolError):
        return replace(status, problem=told.said)
    status = _filled(status, told.shown)
    if not (before and before.reported):
        return _as_reported(status, told.reported)
    # The last report stays valid until something is set.
    same = before.config == status.config
    return _as_reported(status, before.reported if same else _reported(stack, containers[0]))


def _filled(status: PoolerStatus, answers: Mapping[str, list[dict[str, str]]]) -> PoolerStatus:
    config = {row["key"]: row["value"] for row in answers["CONFIG"]}
    version = next((row.get("version", "") for row in answers["VERSION"]), "")
    return replace(
        status,
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


def _reported(stack: Stack, container: RunningContainer) -> Row:
    """What a connection hears now; nothing where the pooler's database does not answer."""
    try:
        return question(stack, container, "VERSION", reports=container.health != "unhealthy").ask().reported
    except DevpoolError:
        return {}


def _as_reported(status: PoolerStatus, said: Row) -> PoolerStatus:
    version = said.get("pgbouncer.version", "")
    if not version:
        return status
    mode = said.get("pgbouncer.pool_mode", status.mode)
    return replace(status, version=version, mode=mode, learnt="connection", reported=said)
