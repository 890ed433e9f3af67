"""The input for sizing a project's databases: from its files, and from what is running."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import ceil
from typing import TypeVar

from devpool.context import Context
from devpool.decide.options import Options
from devpool.decide.routing import Route, chosen_routes, uses_session_alias
from devpool.decide.tuning import POOL_MODE
from devpool.docker.console import show
from devpool.docker.container_values import RunningContainer
from devpool.docker.containers import Stack
from devpool.errors import DevpoolError
from devpool.lifecycle.open_project import OpenProject
from devpool.lifecycle.rollout import reach
from devpool.measurements.show_tables import of_apps
from devpool.model.project import Project
from devpool.sizing import size_inputs
from devpool.sizing.concurrency import Demand, Fact
from devpool.sizing.size_inputs import ContainerLook, Inputs, Load, ServerLimits

T = TypeVar("T")
_NOT_RUNNING = "the sizes below are based on the files alone"
# `active_time` and `idle_in_transaction_time` exist since PostgreSQL 14, `reserved_connections` since 16.
_SERVER = (
    "SELECT (SELECT setting FROM pg_catalog.pg_settings WHERE name = 'max_connections') AS max_connections, "
    "(SELECT setting FROM pg_catalog.pg_settings WHERE name = 'superuser_reserved_connections') AS superuser, "
    "coalesce((SELECT setting FROM pg_catalog.pg_settings WHERE name = 'reserved_connections'), '0') AS others, "
    "(SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE backend_type = 'client backend' "
    "AND pid <> pg_backend_pid()) AS connections, "
    "(SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE backend_type = 'client backend' "
    "AND pid <> pg_backend_pid() AND xact_start IS NOT NULL) AS busy"
)
_CORES = "nproc; cat /sys/fs/cgroup/cpu.max 2>/dev/null || :"
_SAMPLES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A project as it is written and as it runs, direct: without devpool's own edits."""

    ctx: Context
    project: Project
    options: Options
    routes: tuple[Route, ...]
    poolers: Mapping[str, str]
    stack: Stack | None
    running: Mapping[str, list[RunningContainer]]
    seconds: float


def gather(ctx: Context, opened: OpenProject, seconds: float) -> list[Inputs]:
    """What is known of each database that apps name.

    Args:
        ctx: the command's context.
        opened: the project.
        seconds: how long to look at the load of what runs.

    Raises:
        DevpoolError: what reading the project raises.
    """
    project, options, state = opened.without_devpool, opened.options, opened.state
    routes = tuple(chosen_routes(project, options))
    swarm = opened.selection.swarm
    stack = None if swarm else reach(opened, ctx.output, _NOT_RUNNING, looks=True)
    if swarm:
        ctx.output.warn(f"devpool does not look at the tasks of a stack; {_NOT_RUNNING}")
    scene = Scene(
        ctx=ctx,
        project=project,
        options=options,
        routes=routes,
        poolers={p.database: p.name for p in state.poolers} if state else {},
        stack=stack,
        running=stack.inspected() if stack else {},
        seconds=seconds,
    )
    return [_of_database(scene, name) for name in dict.fromkeys(r.database for r in routes)]


def _of_database(scene: Scene, database: str) -> Inputs:
    files, connections = _server(scene, database)
    seen = size_inputs.looks(scene.project) | {n: _look(c) for n, c in scene.running.items()}
    machine = os.cpu_count() or 1
    pooled, direct = (
        size_inputs.demands(scene.routes, seen, database, pooled=way, cores=machine) for way in (True, False)
    )
    named, databases = size_inputs.pools(scene.project, scene.routes, database)
    inputs = Inputs(
        database=database,
        server=files,
        pooled=pooled,
        direct=direct,
        pools=named,
        databases=databases,
        held=_held(scene, database, pooled),
        now=connections,
        replicas=scene.options.replicas if scene.options.swarm else 0,
    )
    return _with_load(scene, inputs)


def _held(scene: Scene, database: str, pooled: tuple[Demand, ...]) -> int:
    """The connections of those that keep a server connection as long as they live: clients in session mode."""
    if scene.options.settings_for(database).get(POOL_MODE) == "session":
        return sum(demand.total for demand in pooled)
    keeping = {r.service for r in scene.routes if r.database == database and uses_session_alias(r, scene.options)}
    return sum(demand.total for demand in pooled if demand.service in keeping)


def _server(scene: Scene, database: str) -> tuple[ServerLimits, tuple[Fact, ...]]:
    """The server's limits as the files say them, or asked where it runs, and its connections now."""
    service = scene.project.databases[database].service
    variables = {n: v.text for n, v in scene.project.environments.get(database, {}).items()}
    cores = size_inputs.cores(service, os.cpu_count() or 1)
    container = _container(scene, database)
    if container and scene.stack:
        stack = scene.stack
        asked = _asked(scene, lambda: _running_server(stack, container, cores))
        if asked:
            return asked[0], (asked[1],)
    files = ServerLimits(
        max_connections=size_inputs.server_setting(service, variables, "max_connections"),
        reserved=size_inputs.reserved(service, variables),
        cores=cores,
    )
    return files, ()


def _with_load(scene: Scene, inputs: Inputs) -> Inputs:
    """The load of what runs: at the pooler, or at the server where there is none."""
    pooler, server = _container(scene, scene.poolers.get(inputs.database, "")), _container(scene, inputs.database)
    stack = scene.stack
    if stack and pooler:
        asked = _asked(scene, lambda: _pooler_load(stack, pooler, scene.seconds))
        if asked:
            load, clients, pools = asked
            named = inputs.pools if inputs.pools.value >= pools.value else pools
            return replace(inputs, load=load, now=(*inputs.now, clients), pools=named)
    elif stack and server and scene.seconds:
        load_of: Load | None = _asked(scene, lambda: _server_load(stack, server, scene.seconds))
        return replace(inputs, load=load_of)
    return inputs


def _container(scene: Scene, service: str) -> RunningContainer | None:
    return next(iter(scene.running.get(service, [])), None)


def _asked(scene: Scene, ask: Callable[[], T]) -> T | None:
    """A container's answer; None, with a warning, if there is none."""
    try:
        return ask()
    except DevpoolError as error:
        scene.ctx.output.warning(error)
        return None


def _look(containers: list[RunningContainer]) -> ContainerLook:
    """An app as its containers run."""
    first = containers[0]
    number = len(containers)
    said = "one container" if number == 1 else "running"
    return ContainerLook(
        words=" ".join(first.words),
        variables=first.environment,
        containers=Fact(value=number, source=said),
    )


def _running_server(stack: Stack, database: RunningContainer, cores: Fact) -> tuple[ServerLimits, Fact]:
    """A server's limits, and the connections that it holds.

    Args:
        cores: what is known of its cores otherwise; the fewer count.
    """
    (row,) = stack.query(database, _SERVER)
    superuser, others = int(row["superuser"]), int(row["others"])
    limits = ServerLimits(
        max_connections=Fact(value=int(row["max_connections"]), source="from the server"),
        reserved=Fact(
            value=superuser + others,
            source=f"superuser_reserved_connections {superuser} + reserved_connections {others}",
        ),
        cores=min(_cores(stack, database), cores, key=lambda fact: fact.value),
    )
    return limits, Fact(value=int(row["connections"]), source="connections at Postgres, pg_stat_activity")


def _cores(stack: Stack, database: RunningContainer) -> Fact:
    """The cores that the container sees, or its share of them (`cpu.max`: microseconds of each period)."""
    words = stack.execute(database, ["sh", "-c", _CORES]).split()
    seen = int(words[0])
    if len(words) == 3 and words[1].isdigit():
        limit = ceil(int(words[1]) / int(words[2]))
        return Fact(value=min(seen, limit), source="the container's limit")
    return Fact(value=seen, source="nproc in the container")


def _server_load(stack: Stack, database: RunningContainer, seconds: float) -> Load:
    """The mean number of connections inside a transaction, from several samples."""
    begin = time.monotonic()
    peaks: list[int] = []
    while not peaks or (time.monotonic() - begin < seconds and len(peaks) < _SAMPLES):
        peaks.append(int(stack.query(database, _SERVER)[0]["busy"]))
        time.sleep(seconds / _SAMPLES)
    return Load(source=f"pg_stat_activity, {len(peaks)} samples in {seconds:g} s", busy=sum(peaks) / len(peaks))


def _pooler_load(stack: Stack, pooler: RunningContainer, seconds: float) -> tuple[Load, Fact, Fact]:
    """The pooler's work, its clients, and its pools.

    Args:
        seconds: how long to look; 0 to take PgBouncer's own averages of its last `stats_period`, a minute.
    """
    work, source = _averages(stack, pooler) if not seconds else _differences(stack, pooler, seconds)
    busiest = max(work, key=lambda w: w[0] * w[1], default=(0.0, 0.0))
    rows = of_apps(show(stack, pooler, "POOLS"))
    load = Load(
        source=source,
        per_second=busiest[0],
        seconds=busiest[1],
        busy=busiest[0] * busiest[1],
        waiting=sum(int(row["cl_waiting"]) for row in rows),
        longest=max((int(row["maxwait"]) + int(row["maxwait_us"]) / 1e6 for row in rows), default=0.0),
    )
    clients = Fact(value=sum(int(r["cl_active"]) + int(r["cl_waiting"]) for r in rows), source="clients at the pooler")
    return load, clients, Fact(value=len(rows), source="pools of the pooler")


Work = list[tuple[float, float]]


def _averages(stack: Stack, pooler: RunningContainer) -> tuple[Work, str]:
    rows = of_apps(show(stack, pooler, "STATS"))
    work = [(float(row["avg_xact_count"]), float(row["avg_xact_time"]) / 1e6) for row in rows]
    return work, "SHOW STATS, the last minute"


def _differences(stack: Stack, pooler: RunningContainer, seconds: float) -> tuple[Work, str]:
    first, began = _totals(stack, pooler), time.monotonic()
    time.sleep(seconds)
    second, took = _totals(stack, pooler), time.monotonic() - began
    work: Work = []
    for database, (count, spent) in second.items():
        before = first.get(database, (0.0, 0.0))
        number = count - before[0]
        work.append((number / took, (spent - before[1]) / 1e6 / number if number else 0.0))
    return work, f"SHOW STATS, {seconds:g} s apart"


def _totals(stack: Stack, pooler: RunningContainer) -> dict[str, tuple[float, float]]:
    rows = of_apps(show(stack, pooler, "STATS"))
    return {row["database"]: (float(row["total_xact_count"]), float(row["total_xact_time"])) for row in rows}
