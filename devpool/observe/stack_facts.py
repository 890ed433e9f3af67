"""What the files of a stack say of its poolers' tasks, and of the servers behind them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

from devpool.context import Context
from devpool.decide.options import Options
from devpool.decide.routing import chosen_routes
from devpool.docker.compose_oracle import reading_after
from devpool.lifecycle.open_project import OpenProject, open_project
from devpool.load.read_project import read_project
from devpool.sizing import size_inputs
from devpool.sizing.replicas import Crowd, most_connections
from devpool.undo.state import State


def crowds(opened: OpenProject, state: State) -> Iterator[Crowd]:
    """What the tasks of each pooler may open at its database.

    Args:
        opened: an enabled stack.
        state: its record, or what it would say.

    Raises:
        DevpoolError: what reading the project raises.
    """
    for pooler in state.poolers:
        yield _crowd(opened, state.options, pooler.name, pooler.database)


def _crowd(opened: OpenProject, options: Options, name: str, database: str) -> Crowd:
    project = opened.without_devpool
    routes = chosen_routes(project, options)
    pools, databases = size_inputs.pools(project, routes, database)
    cores, looks = os.cpu_count() or 1, size_inputs.looks(project)
    direct = size_inputs.demands(routes, looks, database, pooled=False, cores=cores)
    service = project.databases[database].service
    variables = {n: v.text for n, v in project.environments.get(database, {}).items()}
    limit = size_inputs.server_setting(service, variables, "max_connections")
    reserved = size_inputs.reserved(service, variables)
    return Crowd(
        pooler=name,
        database=database,
        replicas=options.replicas,
        most=most_connections(
            options.settings_for(database), options.replicas, pools=pools.value, databases=max(databases, 1)
        ),
        direct=sum(demand.total for demand in direct),
        room=max(limit.value - reserved.value, 0),
        source=f"max_connections {limit.value} minus {reserved.value} reserved, {limit.source}",
    )


def stack_services(opened: OpenProject) -> Mapping[str, Mapping[str, Any]]:
    """The services as `docker stack config` reads them.

    Raises:
        DevpoolError: `stack-refuses`, `stack-cli-too-old`, and what reading the project raises.
    """
    return reading_after(read_project(opened.find()), {}).services


def crowd_lines(ctx: Context) -> list[str]:
    """What does not fit into Postgres any more after a change, a line for each pooler."""
    opened = open_project(ctx, "look")
    found = crowds(opened, opened.state) if opened.state else ()
    return [f"{crowd.pooler}: does not fit: {crowd.sentence}" for crowd in found if not crowd.fits]
