"""Which services without a connection variable are connected to a database right now: they are apps."""

from __future__ import annotations

from collections.abc import Iterable

from devpool.decide.direct_reasons import bystander
from devpool.decide.options import Options
from devpool.docker.live_routes import ask_databases, connections
from devpool.errors import DevpoolError
from devpool.lifecycle.open_project import OpenProject
from devpool.model.project import Project


def live_evidence(opened: OpenProject, options: Options) -> dict[str, str]:
    """What the running project tells, as `Options.evidence` keeps it: by `SERVICE:DATABASE`, the reason in words.

    It only adds: a pooled app has no connection of its own any more. Where nothing runs, or the engine or a database
    does not answer, nothing is known.

    Args:
        opened: the project.
        options: the user's options, with what was known before.
    """
    project = opened.without_devpool
    databases = [d.name for d in project.databases.values() if d.service]
    pairs = [(name, database) for name in _candidates(project, options, databases) for database in databases]
    if not pairs:
        return {}
    try:
        running = opened.stack.inspected()
        direct = ask_databases(opened.stack, running, (d for s, d in pairs if s in running))
    except DevpoolError:
        return {}
    seen = connections(running, pairs, {}, direct)
    return {
        f"{c.service}:{c.database}": f"its containers were connected to {c.database}" for c in seen if c.at_database
    }


def _candidates(project: Project, options: Options, databases: Iterable[str]) -> list[str]:
    """The services that may be apps, of which nothing else tells."""
    said = (*options.by_name, *options.direct, *options.evidence, *(e.service for e in project.evidence))
    known = {name.partition(":")[0] for name in said}
    names = [name for name in project.without_variable if name not in known]
    services = project.services
    return [n for n in names if not any(next(bystander(services[n], d, own=False), None) for d in databases)]
