"""What an app asks of a session pool, in which each of its connections holds one of Postgres until it ends. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from devpool.decide.plan import Plan, Pooler
from devpool.decide.tuning import POOL_MODE, POOL_SIZE, POOL_SIZE_USUAL
from devpool.model.project import Project
from devpool.sizing.concurrency import Demand
from devpool.sizing.size_inputs import ContainerLook, demands, looks

_ONE_CORE = 1  # what a program makes of its cores is not said by the project


def session_notes(project: Project, plan: Plan) -> Iterator[str]:
    """A sentence for each app whose own text says that it keeps more connections than its session pool has.

    Args:
        project: the project.
        plan: the plan.
    """
    seen = looks(project)
    for pooler in plan.poolers:
        size = int(pooler.settings.get(POOL_SIZE, POOL_SIZE_USUAL))
        for demand in _in_session(plan, pooler, seen):
            if demand.total > size and not demand.assumed:
                yield (
                    f"{demand.service} can keep {demand.total} connections, and in a session pool each holds one of "
                    f"Postgres until it ends: more than {size} wait; --set {POOL_SIZE}={demand.total} lets all in"
                )


def _in_session(plan: Plan, pooler: Pooler, seen: Mapping[str, ContainerLook]) -> Iterator[Demand]:
    every = pooler.settings.get(POOL_MODE) == "session"
    for demand in demands(plan.routes, seen, pooler.database, pooled=True, cores=_ONE_CORE):
        if every or demand.service in plan.in_session:
            yield demand
