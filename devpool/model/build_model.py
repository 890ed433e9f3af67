"""Builds the model from the parsed files: databases, connection variables, poolers."""

from __future__ import annotations

from devpool.catalog.variable_names import PAST_A_POOLER
from devpool.model.connection_variables import find_connection_variables, find_unplaced
from devpool.model.databases import find_databases, is_pooler
from devpool.model.environment import effective, env_file_values
from devpool.model.project import Project
from devpool.model.sources import Sources


def read_model(sources: Sources) -> Project:
    """Find databases and settings in what was read. Pure."""
    env_files = {path: env_file_values(f, sources.variables) for path, f in sources.env_files.items()}
    environments = {name: effective(s, env_files) for name, s in sources.services.items()}
    poolers = frozenset(n for n, s in sources.services.items() if is_pooler(s))
    databases = find_databases(sources, environments, poolers)
    apps = {n: s for n, s in sources.services.items() if n not in databases and n not in poolers}
    found = [
        s
        for n, service in apps.items()
        for s in find_connection_variables(service, environments[n], databases, sources.services)
    ]
    return Project(
        sources=sources,
        environments=environments,
        databases=databases,
        connection_variables=tuple(s for s in found if not PAST_A_POOLER.search(s.variable)),
        kept=tuple(s for s in found if PAST_A_POOLER.search(s.variable)),
        poolers=poolers,
        unplaced=tuple(u for n in apps for u in find_unplaced(n, environments[n], databases)),
        written=env_files,
    )
