"""Decides the route, pooled or direct, for each app and database, always with a reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from devpool.decide.chosen_variables import is_variable, wanted
from devpool.decide.direct_reasons import ReasonCode, awaited_services, reasons
from devpool.decide.further_logins import knows_logins
from devpool.decide.options import Options
from devpool.decide.ports import used_ports
from devpool.errors import DevpoolError
from devpool.model.project import Evidence, Project, unknown_service
from devpool.text.address import DEFAULT_PORT, is_port
from devpool.text.nearest import meant
from devpool.text.patterns import regex

# How the words about an address end where its port is not the usual one.
_AT_PORT = regex(r" names \S+:([1-9]\d{0,4})$")

RouteCode = Literal[
    ReasonCode, "app", "user", "by-name", "evidence", "extended", "named-direct", "port", "login", "no-link"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """How one app reaches one database, and why.

    Attributes:
        service: the app.
        database: the database.
        pooled: whether it does through the pooler.
        code: why, as a stable word.
        reason: why, in words.
        by_name: whether the app's own text stays, and a link points the database's name to the pooler.
    """

    service: str
    database: str
    pooled: bool
    code: RouteCode
    reason: str
    by_name: bool = False

    @property
    def way(self) -> str:
        """The route in words."""
        return way(pooled=self.pooled, by_name=self.by_name)


def way(*, pooled: bool, by_name: bool) -> str:
    """A route in words."""
    return "pooled by name" if by_name else "pooled" if pooled else "direct"


def chosen_routes(project: Project, options: Options) -> list[Route]:
    """The routes with the user's choices applied. Choosing session mode for an app also pools it.

    Raises:
        DevpoolError: `unknown-service`, `unknown-database`, `direct-and-pool`, `which-database`, `not-an-app`.
    """
    _refuse_variables(project, options)
    pool = (*options.pool, *options.session)
    routes = find_routes(project, options.direct, pool, published=options.publish is not None)
    reason = "in session mode, you asked for it (--session)"
    routes = [
        replace(r, code="user", reason=reason) if r.pooled and uses_session_alias(r, options) else r for r in routes
    ]
    named = {(r.service, r.database): r for name in options.by_name for r in _by_name(project, name, options)}
    kept = [named.pop((r.service, r.database), r) for r in _without_templates(project, routes)]
    chosen = [*kept, *named.values()]
    known = {(r.service, r.database) for r in chosen}
    return [*chosen, *(r for r in evident_routes(project, options) if (r.service, r.database) not in known)]


def _without_templates(project: Project, routes: list[Route]) -> Iterator[Route]:
    """The routes, a service that starts nothing of its own kept direct where some of those that extend it stay direct:
    what they take over has to stay.
    """
    pooled = {(r.service, r.database): r.pooled for r in routes}
    lent = {id(f.node): name for name, s in project.services.items() for f in s.fragments if f.own}
    heirs: dict[str, list[str]] = {}
    for name, service in project.services.items():
        for lender in {lent.get(id(f.node), "") for f in service.fragments if not f.own}:
            heirs.setdefault(lender, []).append(name)
    for route in routes:
        mine = [h for h in heirs.get(route.service, []) if (h, route.database) in pooled]
        direct = [h for h in mine if not pooled[h, route.database]]
        starts = any(project.services[route.service].statements(key) for key in ("command", "entrypoint", "ports"))
        if route.pooled and route.code == "app" and direct and len(direct) < len(mine) and not starts:
            reason = f"{direct[0]} extends it and stays direct, and it starts nothing of its own"
            yield replace(route, pooled=False, code="extended", reason=reason)
        else:
            yield route


def evident_routes(project: Project, options: Options) -> Iterator[Route]:
    """The routes of the apps that only a file or an image tells of."""
    told, awaited = evidence_of(project, options), awaited_services(project)
    direct = {pair: _stays_direct(project, evidence, options, awaited) for pair, evidence in told.items()}
    pooled = [evidence for pair, evidence in told.items() if direct[pair] is None]
    for (service, database), evidence in told.items():
        why = direct[service, database] or _at_another_port(project, evidence, pooled)
        if why and why[0] == "bystander":
            continue
        code, reason = why or ("evidence", evidence.says)
        yield Route(service=service, database=database, pooled=not why, code=code, reason=reason, by_name=not why)


def evidence_of(project: Project, options: Options) -> dict[tuple[str, str], Evidence]:
    """What tells of apps without a connection variable, by service and database: at the last enable, or now."""
    return {(e.service, e.database): e for e in (*_remembered(project, options), *project.evidence)}


def _remembered(project: Project, options: Options) -> Iterator[Evidence]:
    """What told at the last enable: a file that another checkout lacks is no reason to plan differently."""
    for name, says in options.evidence.items():
        service, _, database = name.partition(":")
        if service in project.without_variable and database in project.databases:
            port = _AT_PORT.search(says)
            yield Evidence(service=service, database=database, says=says, port=port[1] if port else DEFAULT_PORT)


def _stays_direct(
    project: Project, evidence: Evidence, options: Options, awaited: frozenset[str]
) -> tuple[RouteCode, str] | None:
    """Why an app that only a file or an image tells of should stay direct, as a code and a sentence."""
    if {evidence.service, f"{evidence.service}:{evidence.database}"} & set(options.direct):
        return "user", "you asked for it (--direct)"
    if evidence.demand == "verify":
        return "tls", f"{evidence.says} and verifies the server's certificate, which a pooler cannot present"
    if evidence.demand:
        return "tls", (
            f"{evidence.says} and requires TLS (to have it pooled: --by-name {evidence.service} "
            "--set client_tls_sslmode=prefer)"
        )
    if not is_port(evidence.port):
        return "port", f"{evidence.says}, which is no port"
    if not knows_logins(project, evidence.database):
        return "login", (
            f"{evidence.says}, and no file gives the pooler a superuser's password of `{evidence.database}`, with "
            "which to look up others"
        )
    return next(reasons(project, evidence.service, evidence.database, awaited, published=False), None)


def _at_another_port(project: Project, evidence: Evidence, pooled: Sequence[Evidence]) -> tuple[RouteCode, str] | None:
    """A pooler listens on one port: where apps that are pooled by name do not go together, some stay direct."""
    name = evidence.database
    used = used_ports(project, name)
    if used and evidence.port not in used:
        return "port", f"{evidence.says}, while others reach {name} at port {' or '.join(used)}"
    mine = [e for e in pooled if e.database == name]
    count = Counter(e.port for e in mine)
    first = min(mine, key=lambda e: (-count[e.port], e.port != DEFAULT_PORT))
    if evidence.port == first.port:
        return None
    other = f"{first.service} looks at port {first.port}"
    return "port", f"{evidence.says}, while {other}, and a pooler listens on only one"


def _by_name(project: Project, name: str, options: Options) -> Iterator[Route]:
    """The routes of a service, or `SERVICE:DATABASE`, that the user wants pooled by name."""
    service, _, given = name.partition(":")
    if service not in project.services:
        raise unknown_service(project, service)
    if service in project.databases or service in project.poolers:
        raise DevpoolError(
            "not-an-app",
            f"`{service}` is a database or a pooler, not an app",
            where=project.services[service].place,
            hint="name the service that connects to it",
        )
    mine = dict.fromkeys(s.database for s in project.of(service))
    all_of_it = [given] if given else list(mine) or [d.name for d in project.databases.values() if d.service]
    possible = [d for d in all_of_it if f"{service}:{d}" not in (*options.direct, *options.session)]
    if name in (*options.direct, *options.session) or (all_of_it and not possible):
        raise DevpoolError(
            "direct-and-pool",
            f"`{name}` cannot be pooled by name and also be direct or in session mode",
            hint="give only one of --by-name, --direct and --session",
        )
    if given and given not in project.databases:
        raise _unknown_database(project, service, given)
    if len(possible) > 1 and not mine:
        raise DevpoolError(
            "which-database",
            f"`{service}` could mean several databases",
            where=project.services[service].place,
            hint=f"name it: --by-name {service}:{possible[0]}",
        )
    for database in possible:
        yield Route(
            service=service,
            database=database,
            pooled=True,
            code="by-name",
            reason="you asked for it (--by-name)",
            by_name=True,
        )


def uses_session_alias(route: Route, options: Options) -> bool:
    """Whether a route uses the pooler's session alias."""
    return bool({route.service, f"{route.service}:{route.database}"} & set(options.session))


def find_routes(
    project: Project, direct: tuple[str, ...] = (), pool: tuple[str, ...] = (), *, published: bool = False
) -> list[Route]:
    """The route of each app and database, in the order of the files.

    Args:
        project: the project.
        direct: services that the user wants direct, or `SERVICE:DATABASE` for one of its databases.
        pool: the same for those that the user wants pooled, whatever they look like.
        published: whether the pooler will be reached from the host's network too.

    Raises:
        DevpoolError: `unknown-service`, `direct-and-pool`.
    """
    _check_names(project, direct, pool)
    pairs = dict.fromkeys((s.service, s.database) for s in (*project.connection_variables, *project.kept))
    awaited = awaited_services(project)
    return [_route(project, service, database, direct, pool, awaited, published) for service, database in pairs]


def _check_names(project: Project, direct: tuple[str, ...], pool: tuple[str, ...]) -> None:
    for name in (*direct, *pool):
        service, _, database = name.partition(":")
        if service not in project.services:
            raise unknown_service(project, service)
        known = {s.database for s in (*project.connection_variables, *project.kept) if s.service == service}
        if ":" in name and database not in known and not is_variable(project, name):
            raise _unknown_database(project, service, database)
        if name in direct and name in pool:
            raise DevpoolError(
                "direct-and-pool",
                f"`{name}` cannot be direct and also be pooled or in session mode",
                hint="give only one of --direct, --pool and --session",
            )


def _refuse_variables(project: Project, options: Options) -> None:
    """A session and a name are those of a whole app: one variable of it cannot have another."""
    for option, names in (("--session", options.session), ("--by-name", options.by_name)):
        for service, _, variable in (name.partition(":") for name in names if is_variable(project, name)):
            raise DevpoolError(
                "unknown-database",
                f"`{variable}` is a variable of `{service}`, and {option} is for a service or one of its databases",
                where=project.services[service].place,
                hint=f"name the service: {option} {service}; --direct SERVICE:VARIABLE keeps one variable direct",
            )


def _unknown_database(project: Project, service: str, database: str) -> DevpoolError:
    mine = project.of(service)
    known = ", ".join(dict.fromkeys(s.database for s in mine)) or "none"
    alike = meant(database, [name for s in mine for name in (s.database, s.name)])
    return DevpoolError(
        "unknown-database",
        f"`{service}` reaches no database `{database}` and has no connection variable of that name",
        hint=f"{alike}databases that it reaches: {known}; `devpool explain {service}` shows its variables",
    )


def _route(
    project: Project,
    service: str,
    database: str,
    direct: tuple[str, ...],
    pool: tuple[str, ...],
    awaited: frozenset[str],
    published: bool,
) -> Route:
    code: RouteCode = "app"
    reason = "no reason to stay direct"
    pooled = True
    mine = {f"{service}:{s.name}" for s in project.of(service) if s.database == database}
    variables = {f"{service}:{s.name}" for s in project.kept if s.service == service}
    chosen = True if mine & set(pool) else wanted(service, database, direct, pool)
    if not mine and not variables & set(direct):
        pooled, code, reason = False, "named-direct", "its only connection variable is direct by its name"
    elif not mine or chosen is False:
        pooled, code, reason = False, "user", "you asked for it (--direct)"
    elif chosen:
        code, reason = "user", "you asked for it (--pool)"
    elif why := next(reasons(project, service, database, awaited, published), None):
        pooled, (code, reason) = False, why
    return Route(service=service, database=database, pooled=pooled, code=code, reason=reason)
