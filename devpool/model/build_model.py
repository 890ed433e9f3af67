"""Builds the model from the parsed files: databases, connection variables, poolers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from devpool.catalog.database_images import REPLICA_NAMES
from devpool.catalog.variable_names import PAST_A_POOLER, PAST_A_POOLER_BESIDE
from devpool.errors import DevpoolError
from devpool.model.connection_variables import companions, find_connection_variables, find_unplaced
from devpool.model.databases import find_databases, is_pooler
from devpool.model.env_files import env_file_uses, env_file_values
from devpool.model.environment import effective
from devpool.model.project import ConnectionVariable, Database, Project
from devpool.model.sources import Sources
from devpool.text.envfile import raw_form

_MOST = 25_000  # connection variables of a project
_MOST_OF_TEXT = 100  # addresses in one variable


def read_model(sources: Sources) -> Project:
    """Find databases and settings in what was read. Pure."""
    env_files = {path: env_file_values(f, sources.variables) for path, f in sources.env_files.items()}
    uses = {u.key: u.path for s in sources.services.values() for u in env_file_uses(s) if u.key != u.path}
    raw = {key: raw_form(sources.env_files[path]) for key, path in uses.items() if path in sources.env_files}
    alone = env_files | {key: env_file_values(file, sources.variables) for key, file in raw.items()}
    files = {**sources.env_files, **raw}
    environments = {name: effective(s, files, alone) for name, s in sources.services.items()}
    poolers = frozenset(n for n, s in sources.services.items() if is_pooler(s))
    databases = find_databases(sources, environments, poolers)
    apps = {n: s for n, s in sources.services.items() if n not in databases and n not in poolers}
    variables = _bounded(
        s
        for n, service in apps.items()
        for s in find_connection_variables(service, environments[n], databases, sources.services)
    )
    kept = _past_a_pooler(variables) | _at_other_ports(variables, databases)
    return Project(
        sources=sources,
        environments=environments,
        databases=databases,
        connection_variables=tuple(s for s in variables if s not in kept),
        kept=tuple(s for s in variables if s in kept),
        poolers=poolers,
        unplaced=tuple(u for n in apps for u in find_unplaced(n, environments[n], databases)),
        written=env_files,
    )


def _bounded(variables: Iterable[ConnectionVariable]) -> list[ConnectionVariable]:
    """The connection variables, unless there are more of them than any project has: each takes time and memory."""
    kept: list[ConnectionVariable] = []
    of_text: Counter[tuple[str, str]] = Counter()
    for each in variables:
        kept.append(each)
        of_text[each.service, each.name] += 1
        what = f"`{each.service}.{each.name}`" if of_text[each.service, each.name] > _MOST_OF_TEXT else ""
        if what or len(kept) > _MOST:
            raise DevpoolError(
                "too-large",
                f"{what or 'the project'} has more than {_MOST_OF_TEXT if what else _MOST:,} database addresses",
                where=each.value.origin.place,
                hint="check what they are for: devpool puts a pooler in front of a few databases",
            )
    return kept


def _at_other_ports(variables: list[ConnectionVariable], databases: Mapping[str, Database]) -> set[ConnectionVariable]:
    """The connection variables that lead to another server than most do: what forwards has a port for each."""
    kept: set[ConnectionVariable] = set()
    for database in (d.name for d in databases.values() if d.forwards):
        mine = [s for s in variables if s.database == database and s.address.port]
        usual = [s.address.port for s in mine if not REPLICA_NAMES.search(s.name)] or [s.address.port for s in mine]
        first = max(usual, key=usual.count, default=None)
        odd = [s for s in mine if s.address.port != first]
        ports = {(s.service, s.name) for s in odd if s.kind == "port"}
        hosts = (s for s in variables if s.database == database and s.kind == "host")
        beside = (s for s in hosts if any((s.service, n) in ports for n in companions(s.name, "PORT")))
        kept |= {*odd, *beside}
    return kept


def _past_a_pooler(variables: list[ConnectionVariable]) -> set[ConnectionVariable]:
    """The connection variables whose names say that they go to the database itself."""
    sure = {s for s in variables if PAST_A_POOLER.search(s.name)}
    likely = {s for s in variables if s not in sure and PAST_A_POOLER_BESIDE.search(s.name)}
    others = {(s.service, s.database) for s in variables if s not in sure | likely and s.kind != "port"}
    return sure | {s for s in likely if (s.service, s.database) in others}
