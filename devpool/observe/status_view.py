"""The output of `devpool status`: as text, or as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypedDict

from devpool.context import Context
from devpool.decide.routing import way as words_of
from devpool.lifecycle.file_drift import Drift
from devpool.measurements.routes import WORDS, Connections, ConnectionsData, Replica, as_json, proof
from devpool.measurements.show_tables import Pool, PoolerStatus
from devpool.measurements.tasks import Task, problems, tasks_in_words
from devpool.observe.overview import Overview
from devpool.output import table
from devpool.undo.state import AddedPooler, AppRoute

Cells = tuple[str, ...]
_APPS = ("APP", "DATABASE", "ROUTE", "AT POOLER", "AT DATABASE", "PROOF", "REASON")
_POOLS = ("POOL", "MODE", "CLIENTS", "WAITING", "SERVERS", "IDLE", "LONGEST WAIT")


class PoolerData(TypedDict):
    """A pooler.

    Attributes:
        name: its service.
        database: the database it serves.
        port: where it listens.
        upstream: where the database listens.
        exporter: the service of its exporter; "" for none.
        running: whether it runs.
        health: `healthy`, `starting` or `unhealthy`; "" where it does not run.
        problem: why it does not answer; "" where it does.
        version: the version of PgBouncer.
        pool_mode: the mode of its pools.
        learnt_from: `connection`, if a connection is told version and mode; `console`, if PgBouncer's console says it.
        pools: its pools.
    """

    name: str
    database: str
    port: str
    upstream: str
    exporter: str
    running: bool
    health: str
    problem: str
    version: str
    pool_mode: str
    learnt_from: str
    pools: list[Pool]


class OutsideData(TypedDict):
    """Connections that no container holds.

    Attributes:
        at_pooler: at the pooler.
        at_database: at Postgres itself.
    """

    at_pooler: int
    at_database: int


class StatusAnswer(TypedDict):
    """The state of a project.

    Attributes:
        enabled: whether devpool is enabled.
        directory: the project directory.
        poolers: the poolers that devpool added.
        routes: the route of each app.
        drift: where the files are not as devpool wrote them.
        connections: those of each app; null where they are unknown.
        outside: those that no container holds, by database, where a pooler is published.
        note: why connections are unknown; "" where they are known.
        another_project: whose containers run under this project's name; null where none of others do.
        tasks: those of a stack's poolers, databases and apps, on all nodes; null where they are unknown.
    """

    enabled: bool
    directory: str
    poolers: list[PoolerData]
    routes: list[AppRoute]
    drift: list[Drift]
    connections: list[ConnectionsData] | None
    outside: dict[str, OutsideData]
    note: str
    another_project: str | None
    tasks: list[Task] | None


def watched(ctx: Context, interval: float) -> bool:
    """The live view, where there is a terminal for it; whether there was one."""
    from devpool.observe.screen import on_terminal, show_live

    live = on_terminal() and not ctx.output.as_json
    if live:
        show_live(ctx, interval)
    return live


def show(ctx: Context, overview: Overview, *, again: bool = False) -> None:
    """The answer as text or JSON; `again`, if it is one of several: an object on a line, or lines and an empty one."""
    ctx.output.lines(*status_lines(overview), *([""] if again else []))
    ctx.output.data(_answer(overview), one_line=again)


def _answer(overview: Overview) -> StatusAnswer:
    seen = {p.name: p for p in overview.poolers}
    poolers = overview.state.poolers if overview.state else ()
    pooled = {(r.service, r.database): r.pooled for r in overview.routes}
    connections = overview.connections
    return {
        "enabled": overview.state is not None,
        "directory": str(overview.directory),
        "poolers": [_pooler(p, seen.get(p.name) or PoolerStatus(name=p.name, database=p.database)) for p in poolers],
        "routes": list(overview.routes),
        "drift": list(overview.drift),
        "connections": None
        if connections is None
        else [as_json(c, pooled=pooled[c.service, c.database]) for c in connections],
        "outside": {d: {"at_pooler": p, "at_database": n} for d, (p, n) in overview.outside.items()},
        "note": overview.note,
        "another_project": overview.another or None,
        "tasks": None if overview.tasks is None else list(overview.tasks),
    }


def _pooler(added: AddedPooler, seen: PoolerStatus) -> PoolerData:
    return {
        "name": added.name,
        "database": added.database,
        "port": added.port,
        "upstream": added.upstream,
        "exporter": added.exporter,
        "running": seen.running,
        "health": seen.health,
        "problem": seen.problem,
        "version": seen.version,
        "pool_mode": seen.mode,
        "learnt_from": seen.learnt,
        "pools": list(seen.pools),
    }


def status_lines(overview: Overview) -> list[str]:
    """The whole answer, a text for each line."""
    lines = ["enabled" if overview.state else "not enabled: every app is direct", ""]
    lines += table([_APPS, *_apps(overview)]) if overview.routes else ["no app names a database in its environment"]
    for database, (pooled, direct) in overview.outside.items():
        lines += ["", f"programs on the host: {pooled} at the pooler, {direct} at {database} itself"]
    if overview.another:
        lines += ["", f"another project: {overview.another}", f"hint: {overview.ways_on}"]
    if overview.tasks is not None:
        lines += ["", *_task_lines(overview.tasks)]
    if overview.note:
        lines += ["", f"connections unknown: {overview.note}"]
    for pooler in overview.poolers:
        lines += ["", *pooler_lines(pooler)] if pooler.running or pooler.problem else []
    if overview.state:
        lines += ["", *_drift(overview)]
    return lines


def _task_lines(tasks: Sequence[Task]) -> list[str]:
    """A line for each service of a stack, and what is wrong with its tasks."""
    by_service: dict[str, list[Task]] = {}
    for task in tasks:
        by_service.setdefault(task.service, []).append(task)
    return [line for name, mine in by_service.items() for line in (f"{name}: {tasks_in_words(mine)}", *_indented(mine))]


def _indented(tasks: Iterable[Task]) -> list[str]:
    return [f"  {problem}" for problem in problems(tasks)]


def _apps(overview: Overview) -> Iterator[Cells]:
    counts = {(c.service, c.database): c for c in overview.connections or ()}
    for route in overview.routes:
        now = counts.get((route.service, route.database))
        yield (route.service, route.database, *_route(route, now), route.reason)
        if now and len(now.containers) > 1:
            for replica in now.containers:
                yield (f"  {replica.container}", "", "", *_counts(replica), _word(replica, route), "")


def _route(route: AppRoute, now: Connections | None) -> Cells:
    way = words_of(pooled=route.pooled, by_name=route.by_name)
    if now is None:
        return (way, "-", "-", "-")
    words = list(dict.fromkeys(_word(r, route) for r in now.containers))
    # One container that shows the opposite makes the whole app unproved; an idle one says nothing about the others.
    said = next((w for w in (WORDS["not proved"], *words) if w in words and w != WORDS["idle"]), WORDS["idle"])
    return (way, *_counts(now), said)


def _counts(now: Connections | Replica) -> Cells:
    return (str(now.at_pooler), "-" if now.at_database is None else str(now.at_database))


def _word(replica: Replica, route: AppRoute) -> str:
    return WORDS[proof(replica, pooled=route.pooled)]


def pooler_lines(pooler: PoolerStatus) -> list[str]:
    """What a pooler is, and its pools."""
    if pooler.problem:
        return [f"{pooler.name}: does not answer: {pooler.problem}"]
    source = "as it tells its connections" if pooler.learnt == "connection" else "as its console says"
    health = f", {pooler.health}" if pooler.health else ""
    lines = [f"{pooler.name}: PgBouncer {pooler.version}, {pooler.mode} mode ({source}){health}"]
    return lines + (table([_POOLS, *map(_pool, pooler.pools)]) if pooler.pools else ["no pool yet"])


def _pool(pool: Pool) -> Cells:
    return (
        f"{pool.user}@{pool.database}",
        pool.mode,
        str(pool.clients_active),
        str(pool.clients_waiting),
        str(pool.servers_active),
        str(pool.servers_idle),
        f"{pool.longest_wait:.1f} s" if pool.longest_wait else "-",
    )


def _drift(overview: Overview) -> list[str]:
    if not overview.drift:
        return ["files: as devpool wrote them (your own edits elsewhere are kept)"]
    lines = [f"  {d.file}: {d.place} {d.problem}" for d in overview.drift]
    return ["files: not as devpool wrote them:", *(line.replace(":  ", ": ") for line in lines)]
