"""The input for sizing a project's databases: from its files, and from what is running."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from devpool.context import Context
from devpool.decide.options import Options
from devpool.decide.routing import Route, chosen_routes, uses_session_alias
from devpool.decide.tuning import POOL_MODE
from devpool.docker.containers import RunningContainer, Stack
from devpool.errors import DevpoolError
from devpool.lifecycle.open_project import OpenProject
from devpool.lifecycle.rollout import reach
from devpool.model.project import Project
from devpool.observe import measured_load
from devpool.sizing import size_inputs
from devpool.sizing.concurrency import Demand, Fact
from devpool.sizing.size_values import Inputs, Load, ServerLimits

T = TypeVar("T")
_NOT_RUNNING = "the sizes below are based on the files alone"


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
    stack, running = reach(ctx.selection, str(ctx.cwd), ctx.output, _NOT_RUNNING, looks=True)
    scene = Scene(
        ctx=ctx,
        project=project,
        options=options,
        routes=routes,
        poolers={p.database: p.name for p in state.poolers} if state else {},
        stack=stack,
        running=running,
        seconds=seconds,
    )
    return [_of_database(scene, name) for name in dict.fromkeys(r.database for r in routes)]


def _of_database(scene: Scene, database: str) -> Inputs:
    files, connections = _server(scene, database)
    seen = size_inputs.looks(scene.project) | {n: measured_load.look(c) for n, c in scene.running.items()}
    machine = os.cpu_count() or 1
    pooled, direct = (
        size_inputs.demands(scene.routes, seen, database, pooled=way, cores=machine) for way in (True, False)
    )
    named, databases = size_inputs.pools(scene.project, scene.routes, database)
    found = Inputs(
        database=database,
        server=files,
        pooled=pooled,
        direct=direct,
        pools=named,
        databases=databases,
        held=_held(scene, database, pooled),
        now=connections,
    )
    return _with_load(scene, found)


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
        asked = _asked(scene, lambda: measured_load.server(stack, container, cores))
        if asked:
            return asked[0], (asked[1],)
    files = ServerLimits(
        max_connections=size_inputs.server_setting(service, variables, "max_connections"),
        reserved=size_inputs.reserved(service, variables),
        cores=cores,
    )
    return files, ()


def _with_load(scene: Scene, found: Inputs) -> Inputs:
    """The load of what runs: at the pooler, or at the server where there is none."""
    pooler, server = _container(scene, scene.poolers.get(found.database, "")), _container(scene, found.database)
    stack = scene.stack
    if stack and pooler:
        asked = _asked(scene, lambda: measured_load.pooler_load(stack, pooler, scene.seconds))
        if asked:
            load, clients, pools = asked
            named = found.pools if found.pools.value >= pools.value else pools
            return replace(found, load=load, now=(*found.now, clients), pools=named)
    elif stack and server and scene.seconds:
        load_of: Load | None = _asked(scene, lambda: measured_load.server_load(stack, server, scene.seconds))
        return replace(found, load=load_of)
    return found


def _container(scene: Scene, service: str) -> RunningContainer | None:
    return next(iter(scene.running.get(service, [])), None)


def _asked(scene: Scene, ask: Callable[[], T]) -> T | None:
    """A container's answer; None, with a warning, if there is none."""
    try:
        return ask()
    except DevpoolError as error:
        scene.ctx.output.warning(error)
        return None
