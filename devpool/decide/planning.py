"""Decides every change: a pooler for each database, and where each connection variable of its apps goes."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, replace

from devpool.decide.alias_copies import find_alias_copies
from devpool.decide.by_name import Pair, beyond_links, by_name
from devpool.decide.find_credentials import find_credentials
from devpool.decide.further_logins import with_further
from devpool.decide.inherited_copies import InheritedCopies, find_shields
from devpool.decide.options import Options
from devpool.decide.placement import Placements
from devpool.decide.plan import Move, Plan, Pooler, twin_of
from devpool.decide.plan_pooler import plan_pooler
from devpool.decide.plan_refusals import refuse_led, refuse_odd_names, refuse_unplaced, refuse_unpublished
from devpool.decide.routing import Route, uses_session_alias
from devpool.decide.sessions import database_name_variables, refuse_direct, session_aliases
from devpool.decide.value_readers import ValueReaders
from devpool.errors import DevpoolError
from devpool.model.project import ConnectionVariable, Project
from devpool.text.address import moved


def make_plan(project: Project, routes: list[Route], options: Options) -> Plan:
    """Decide every change.

    Raises:
        DevpoolError: `pooler-name-taken`, `ports-differ`, `no-port-variable`, `only-in-shell`, `value-not-plain`,
            `shared-value`, `several-hosts`, `no-shared-network`, `name-not-plain`, `fast-auth-refused`, `no-link`,
            `direct-and-pool`.
    """
    refuse_unplaced(project, routes, options)
    pooled = {(r.service, r.database) for r in routes if r.pooled}
    variables = [s for s in project.connection_variables if (s.service, s.database) in pooled]
    variables = _without_bare_hosts(variables)
    refuse_odd_names(project, variables)
    refuse_unpublished(variables, options)
    refuse_direct(routes, options.session)
    session = {(r.service, r.database) for r in routes if r.pooled and uses_session_alias(r, options)}
    names = database_name_variables(project, [s for s in variables if (s.service, s.database) in session])
    # What stands in no file that is edited needs no protection from the edits.
    shields = {} if project.sources.override else find_shields(project, {service for service, _ in pooled})
    asked = {(r.service, r.database) for r in routes if r.by_name}
    sharing, reasons = _sharing(project, pooled, asked, variables, _Shared(shields, session, tuple(names)))
    if kept := dict(beyond_links(project, routes, reasons, variables)):
        return make_plan(project, [kept.get((r.service, r.database), r) for r in routes], options)
    named = list(reasons)
    in_session = [s for s in (*variables, *names) if (s.service, s.database) in session]
    databases = list(dict.fromkeys([*(s.database for s in variables), *(d for _, d in named)]))
    databases = databases or _for_the_host(project, options)
    poolers = [
        replace(
            plan_pooler(project, d, databases, variables, options, (pooled, named)),
            session_aliases=session_aliases(s for s in in_session if s.database == d),
        )
        for d in databases
    ]
    by_database = {p.database: p for p in poolers}
    mine = {pair: [s for s in variables if (s.service, s.database) == pair] for pair in named}
    moving = [s for s in (*variables, *names) if (s.service, s.database) not in mine]
    moves = [_move(s, by_database, sharing, session) for s in moving]
    by_names = tuple(by_name(project, pair, by_database[pair[1]].name, mine[pair]) for pair in mine)
    refuse_led(project, by_names, options)
    moves = [m for m in moves if moved(m.variable.value.text, m.variable.address, *m.target) != m.variable.value.text]
    return Plan(
        poolers=tuple(poolers),
        routes=tuple(_named_route(r, reasons.get((r.service, r.database))) for r in routes),
        moves=tuple(moves),
        by_name=by_names,
        shields=shields,
        unaliased=sharing.readers.unaliased,
    )


def _for_the_host(project: Project, options: Options) -> list[str]:
    """The databases that get a pooler for programs on the host alone: no app is pooled, and the user publishes it.

    Raises:
        DevpoolError: `no-shared-network`.
    """
    inside = [d.service for d in project.databases.values() if d.service and not d.forwards]
    apart = [s for s in inside if s.text("network_mode")]
    if options.publish is None:
        return []
    if apart:
        raise DevpoolError(
            "no-shared-network",
            f"`{apart[0].name}` is on no network of the project (`network_mode: {apart[0].text('network_mode')}`), so "
            "a pooler for programs on the host could not reach it",
            where=apart[0].place,
            hint="leave out --publish, or the database's network_mode",
        )
    return [service.name for service in inside]


def with_credentials(project: Project, plan: Plan) -> Plan:
    """The plan with the credentials of each pooler.

    Raises:
        DevpoolError: what `find_credentials` raises.
    """
    credentials = {}
    for pooler in plan.poolers:
        variables = plan.variables_of(pooler)
        own = find_credentials(project, pooler.database, variables)
        credentials[pooler.name] = with_further(project, (pooler.database, pooler.upstream_port), own, variables)
    return replace(plan, credentials=credentials)


@dataclass(frozen=True, slots=True)
class _Shared:
    """What does not depend on which apps are pooled by name."""

    shields: InheritedCopies
    session: Set[Pair]
    names: tuple[ConnectionVariable, ...]


def _sharing(
    project: Project, pooled: set[Pair], asked: set[Pair], variables: list[ConnectionVariable], shared: _Shared
) -> tuple[Placements, dict[Pair, str]]:
    """Who shares which value, and the apps that are pooled by name, each with the reason: those that are asked for, and
    those whose text cannot change. Each of them keeps its text, and so may leave others without a place for theirs.
    """
    named = dict.fromkeys(sorted(asked), "")
    while True:
        rest = pooled - named.keys()
        moving = [s for s in variables if (s.service, s.database) in rest]
        unaliased = {} if project.sources.override else find_alias_copies(project, moving, shared.shields)
        readers = ValueReaders(project, rest, shared.shields, shared.session, shared.names, unaliased)
        sharing = Placements(project, readers)
        kept = {(s.service, s.database): (s, why) for s in moving if (why := sharing.why_by_name(s))}
        if not kept:
            return sharing, named
        aliased = next((s for pair, (s, _) in kept.items() if pair in shared.session), None)
        if aliased:
            raise sharing.why_no_session(aliased)
        named |= {pair: why for pair, (_, why) in kept.items()}


def _named_route(route: Route, why: str | None) -> Route:
    """The route of an app that is pooled by name for a reason; any other as it is."""
    if route.by_name or why is None:
        return route
    return replace(route, by_name=True, reason=route.reason if route.code == "user" else why)


def _move(
    variable: ConnectionVariable, poolers: Mapping[str, Pooler], sharing: Placements, session: Set[tuple[str, str]]
) -> Move:
    return Move(
        variable=variable,
        pooler=poolers[variable.database],
        where=sharing.where(variable),
        how=sharing.how(variable),
        session=(variable.service, variable.database) in session,
        twin=twin_of(variable, sharing.project.environments[variable.service]),
    )


def _without_bare_hosts(variables: list[ConnectionVariable]) -> list[ConnectionVariable]:
    """The variables without the hosts that stay what they are, where no port goes with them: nothing would move."""
    ported = {(s.service, s.database) for s in variables if s.kind != "host" or s.address.port}
    return [s for s in variables if not s.published or (s.service, s.database) in ported]
