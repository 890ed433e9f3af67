"""Rebuilds a missing record as far as the compose files allow: options, poolers and routes. Pure.

Its edits stay unknown: recognize.py restores the meaning of what they changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from devpool.decide import tuning
from devpool.decide.chosen_variables import with_chosen_variables
from devpool.decide.options import REPLICAS, Options
from devpool.decide.plan import BY_SLOT, NO_SETTINGS, PEERS
from devpool.decide.plan_pooler import demands_tls, pooler_name
from devpool.decide.planning import make_plan
from devpool.decide.routing import Route, chosen_routes, evident_routes, find_routes
from devpool.devpool_folder import PRIVATE_ENV
from devpool.errors import DevpoolError
from devpool.model.env_files import env_file_uses
from devpool.model.project import Project
from devpool.model.services import Service
from devpool.undo.state import AddedPooler, AppRoute, State
from devpool.undo.without_state.recognize import RemovedPooler
from devpool.undo.without_state.redirect import pooled_variables

_PREFIX = "PGBOUNCER_"
_DEFAULT_NAME = Options().name
Pair = tuple[str, str]


def recovered(enabled: Project, poolers: list[RemovedPooler], project: Project) -> State:
    """What a record would contain, except for the edits.

    Args:
        enabled: the project as it is.
        poolers: devpool's poolers in it.
        project: the project as it would be without them.
    """
    linked = _by_name(enabled, poolers, project)
    pooled = _pooled(enabled, poolers, project) | _by_private_file(enabled, project) | dict.fromkeys(linked, False)
    options = _options(enabled, poolers, project, pooled, linked)
    project = with_chosen_variables(project, options)
    return State(
        options=options,
        edits=(),
        poolers=tuple(
            AddedPooler(
                name=p.name,
                database=p.database,
                port=p.port,
                upstream=p.upstream,
                exporter=next(iter(p.exporters), ""),
            )
            for p in poolers
        ),
        routes=tuple(
            AppRoute(
                service=r.service,
                database=r.database,
                pooled=(r.service, r.database) in pooled,
                reason=r.reason,
                by_name=(r.service, r.database) in linked,
            )
            for r in _routes(project, options)
        ),
        private=tuple(dict.fromkeys(name for s in enabled.services.values() for name in _private(enabled, s))),
        directory=project.sources.directory,
    )


def _pooled(enabled: Project, poolers: list[RemovedPooler], project: Project) -> dict[Pair, bool]:
    """The (service, database) that go to a pooler, and whether they do so by its session alias."""
    databases = {p.name: p.database for p in poolers}
    session_aliases = {p.name: {alias for alias, _ in p.session_aliases} for p in poolers}
    names = {name: {v.text for v in values.values()} for name, values in enabled.environments.items()}
    pairs: dict[Pair, bool] = {}
    for variable in pooled_variables(enabled, poolers):
        mine = session_aliases[variable.database]
        pair = variable.service, databases[variable.database]
        in_session = variable.address.database in mine or bool(mine & names[variable.service])
        pairs[pair] = pairs.get(pair, False) or in_session
    return {pair: alias for pair, alias in pairs.items() if pair[0] in project.services}


def _by_name(enabled: Project, poolers: list[RemovedPooler], project: Project) -> list[Pair]:
    """The (service, database) that are pooled by name: a link gives the pooler another name in this service."""
    databases = {p.name: p.database for p in poolers}
    links = ((n, text.partition(":")) for n, s in enabled.services.items() for text in s.names("links"))
    pairs = ((n, databases[name]) for n, (name, _, alias) in links if alias and name in databases)
    return [pair for pair in dict.fromkeys(pairs) if pair[0] in project.services]


def _by_private_file(enabled: Project, project: Project) -> dict[Pair, bool]:
    """The apps that get the pooler's address from a private file, which a clone lacks, as far as enable pools them."""
    reading = {name for name, service in enabled.services.items() if any(_private(enabled, service))}
    return {(r.service, r.database): False for r in find_routes(project) if r.pooled and r.service in reading}


def _private(enabled: Project, service: Service) -> Iterator[str]:
    """The private files that a service reads, by path below the project directory."""
    start = f"{enabled.sources.directory}/"
    names = (use.path.removeprefix(start) for use in env_file_uses(service))
    return (name for name in names if name.startswith(f"{PRIVATE_ENV}/"))


def _options(
    enabled: Project, poolers: list[RemovedPooler], project: Project, pooled: Mapping[Pair, bool], linked: list[Pair]
) -> Options:
    settings = {p.database: _settings(enabled, p, project, pooled) for p in poolers}
    same = len({tuple(s.items()) for s in settings.values()}) == 1
    published = [int(p.published) for p in poolers if p.published.isdecimal()]
    options = Options(
        name=_name(poolers),
        override=project.sources.override is not None,
        publish=min(published) if published else None,
        metrics=any(p.exporters for p in poolers),
        image=next((enabled.services[p.name].text("image") for p in poolers if p.name in enabled.services), ""),
        swarm=enabled.sources.selection.swarm,
        replicas=_replicas(enabled, poolers),
        settings=next(iter(settings.values())) if same else {},
        settings_of={} if same else {d: s for d, s in settings.items() if s},
        session=_named(project, [pair for pair, alias in pooled.items() if alias]),
    )
    options = _with_variables(enabled, poolers, project, _with_routes(project, options, pooled))
    project = with_chosen_variables(project, options)
    options = _with_names(project, _without_evident(project, options, linked), linked)
    return options if _ports(project, options) == {p.port for p in poolers} else replace(options, port=poolers[0].port)


def _replicas(enabled: Project, poolers: list[RemovedPooler]) -> int:
    """How many tasks a pooler has in a stack."""
    said = (enabled.environments[p.name].get(PEERS) for p in poolers if p.name in enabled.environments)
    return next((int(value.text) for value in said if value and value.text.isdecimal()), REPLICAS)


def _with_variables(enabled: Project, poolers: list[RemovedPooler], project: Project, options: Options) -> Options:
    """The options with the single variables that the user must have routed: those of a pooled app that still name its
    database, and those that name the pooler although their names say that they do not.
    """
    databases = {p.name: p.database for p in poolers}
    moved = {(s.service, databases[s.database], s.name) for s in pooled_variables(enabled, poolers)}
    pairs = {(service, database) for service, database, _ in moved}
    hosts = (s for s in project.connection_variables if s.kind != "port" and (s.service, s.database) in pairs)
    direct = [s for s in hosts if (s.service, s.database, s.name) not in moved]
    pool = [s for s in project.kept if (s.service, s.database, s.name) in moved]
    return replace(
        options,
        direct=(*options.direct, *dict.fromkeys(f"{s.service}:{s.name}" for s in direct)),
        pool=(*options.pool, *dict.fromkeys(f"{s.service}:{s.name}" for s in pool)),
    )


def _with_routes(project: Project, options: Options, pooled: Mapping[Pair, bool]) -> Options:
    """The options with what the user must have said of routes, for these to be what they are."""
    routes = find_routes(project, published=options.publish is not None)
    pool = [(r.service, r.database) for r in routes if not r.pooled and (r.service, r.database) in pooled]
    direct = [(r.service, r.database) for r in routes if r.pooled and (r.service, r.database) not in pooled]
    pool = [pair for pair in pool if not pooled[pair]]
    # In an enabled project, a value lists several hosts only if the user keeps its app direct.
    apart = {service for service, _ in project.unplaced if not any(name == service for name, _ in pooled)}
    named = dict.fromkeys([*_named(project, direct), *(s for s in project.services if s in apart)])
    return replace(options, pool=_named(project, pool), direct=tuple(named))


def _without_evident(project: Project, options: Options, linked: list[Pair]) -> Options:
    """The options with the apps that enable would pool by name unasked, and did not."""
    evident = (r for r in evident_routes(project, options) if r.pooled and (r.service, r.database) not in linked)
    return replace(options, direct=tuple(dict.fromkeys([*options.direct, *(r.service for r in evident)])))


def _with_names(project: Project, options: Options, linked: list[Pair]) -> Options:
    """The options with the apps that the user must have asked for by name: all but those that are pooled so anyway."""
    try:
        plan = make_plan(project, chosen_routes(project, options), options)
        anyway = {(b.service, b.database) for b in plan.by_name}
    except DevpoolError:
        anyway = set()
    alone = len([d for d in project.databases.values() if d.service]) == 1
    asked = [(s, d) for s, d in linked if (s, d) not in anyway]
    names = (s if alone or {d} == {x.database for x in project.of(s)} else f"{s}:{d}" for s, d in asked)
    return replace(options, by_name=tuple(dict.fromkeys(names)))


def _named(project: Project, pairs: Iterable[Pair]) -> tuple[str, ...]:
    """(service, database) as options name them: the service alone where that says it."""
    wanted = list(pairs)
    all_of: dict[str, set[str]] = {}
    for variable in (*project.connection_variables, *project.kept):
        all_of.setdefault(variable.service, set()).add(variable.database)
    names = (s if {d for n, d in wanted if n == s} == all_of.get(s) else f"{s}:{d}" for s, d in wanted)
    return tuple(dict.fromkeys(names))


def _ports(project: Project, options: Options) -> set[str]:
    """The ports that enable would choose by default."""
    try:
        return {p.port for p in make_plan(project, chosen_routes(project, options), options).poolers}
    except DevpoolError:
        return set()


def _routes(project: Project, options: Options) -> list[Route]:
    try:
        return chosen_routes(project, options)
    except DevpoolError:
        return find_routes(project)


def _name(poolers: list[RemovedPooler]) -> str:
    if len(poolers) == 1:
        return poolers[0].name
    databases = [p.database for p in poolers]
    bases = {p.name.removesuffix(pooler_name("", p.database, databases)) for p in poolers}
    return bases.pop() if len(bases) == 1 else _DEFAULT_NAME


def _settings(enabled: Project, pooler: RemovedPooler, project: Project, pooled: Iterable[Pair]) -> dict[str, str]:
    """The settings of PgBouncer that a pooler's variables state, without those that it has in any case."""
    pairs = set(pooled)
    mine = [
        s for s in project.connection_variables if s.database == pooler.database and (s.service, s.database) in pairs
    ]
    stated = {name: value.text for name, value in enabled.environments[pooler.name].items()}
    keys = [n for n in stated if n.startswith(_PREFIX) and n not in NO_SETTINGS and stated[n] != BY_SLOT]
    return tuning.chosen({n.removeprefix(_PREFIX).lower(): stated[n] for n in keys}, tls=demands_tls(project, mine))
