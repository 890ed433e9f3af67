"""Which services without a connection variable are connected to a database right now: they are apps."""

from __future__ import annotations

from collections.abc import Iterable

from devpool.context import Context
from devpool.decide.direct_reasons import bystander
from devpool.decide.options import Options
from devpool.docker.live_routes import count
from devpool.errors import DevpoolError
from devpool.lifecycle.rollout import open_stack
from devpool.model.project import Project


def live_evidence(ctx: Context, project: Project, options: Options) -> dict[str, str]:
    """What the running project tells, as `Options.evidence` keeps it: by `SERVICE:DATABASE`, the reason in words.

    It only adds: a pooled app has no connection of its own any more. Where nothing runs, or the engine or a database
    does not answer, nothing is known.

    Args:
        ctx: the command's context.
        project: the project without devpool.
        options: the user's options, with what was known before.
    """
    databases = [d.name for d in project.databases.values() if d.service]
    pairs = [(name, database) for name in _candidates(project, options, databases) for database in databases]
    if not pairs:
        return {}
    try:
        stack = open_stack(ctx.selection, str(ctx.cwd))
        found = count(stack, stack.running(), pairs, {})
    except DevpoolError:
        return {}
    return {
        f"{c.service}:{c.database}": f"its containers were connected to {c.database}" for c in found if c.at_database
    }


def _candidates(project: Project, options: Options, databases: Iterable[str]) -> list[str]:
    """The services that may be apps, of which nothing else tells."""
    said = (*options.by_name, *options.direct, *options.evidence, *(e.service for e in project.evidence))
    known = {name.partition(":")[0] for name in said}
    names = [name for name in project.without_variable if name not in known]
    services = project.services
    return [n for n in names if not any(next(bystander(services[n], d, own=False), None) for d in databases)]
