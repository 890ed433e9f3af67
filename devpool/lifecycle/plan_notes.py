"""Notes: what a user should know about a plan and cannot see in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from devpool.catalog.direct_programs import LOGICAL_WAL
from devpool.catalog.docker import DOCKER_HOSTS
from devpool.catalog.migration_tools import SESSION
from devpool.catalog.variable_names import ADDRESS_IN_FILE, PAST_A_POOLER, PAST_A_POOLER_BESIDE
from devpool.decide.by_name import ByName
from devpool.decide.direct_reasons import awaited_services, bystander, reasons
from devpool.decide.plan import Plan, Pooler
from devpool.decide.sessions import unkept
from devpool.decide.tuning import PRESET, SCRAM, SCRAM_USUAL
from devpool.lifecycle.direct_variables import main_url
from devpool.lifecycle.plan_report import variable_shown
from devpool.lifecycle.session_notes import session_notes
from devpool.lifecycle.stack_notes import notes_on_stack
from devpool.model.connection_variables import published_ports
from devpool.model.container_start import Migrating, Start, migrating
from devpool.model.host_programs import host_addresses
from devpool.model.paths import relative
from devpool.model.project import ConnectionVariable, Database, Project
from devpool.text.address import DEFAULT_PORT, LOCAL_HOSTS, Address, find_addresses, replacements

# From docker/pgbouncer/presets.txt.
_SERVER_TLS = {"staging": "require", "production": "verify-full"}


def notes(project: Project, plan: Plan, starts: Mapping[str, Start]) -> list[str]:
    """The notes, one sentence each, without duplicates.

    Args:
        project: the project.
        plan: the plan.
        starts: what the pooled apps start, by name.
    """
    told = [note for pooler in plan.poolers for note in _of_settings(pooler)]
    told += [note for name, start in starts.items() for note in _at_start(project, plan, name, start)]
    variables = [m.variable for m in plan.moves] + [s for b in plan.by_name for s in b.variables]
    pooled = dict.fromkeys(s.service for s in variables) | dict.fromkeys(b.service for b in plan.by_name)
    told += [n for name in pooled for n in unkept(project, name, variables, in_session=name in plan.in_session)]
    led = {b.service for b in plan.by_name}
    told += [note for name in pooled if name not in led for note in _direct_by_name(project, name)]
    told += [note for each in plan.by_name for note in _led(project, each)]
    told += [f"{s}.{v} lists several hosts: it stays direct" for s, v in project.unplaced]
    told += [note for name in dict.fromkeys(m.variable.service for m in plan.moves) for note in _beside(project, name)]
    named = {b.service for b in plan.by_name} | {r.service for r in plan.routes}
    likely = dict(likely_apps(project))
    unseen = [name for name in project.without_variable if name not in named]
    told += [note for name in unseen for note in _unseen(project, name, likely=name in likely)]
    told += [note for pooler in plan.poolers for note in _of_replication(project, plan, pooler)]
    told += _of_the_host(project, {p.database: p.published for p in plan.poolers if p.published})
    told += notes_on_stack(project, plan)
    told += session_notes(project, plan)
    return list(dict.fromkeys(told))


def _direct_by_name(project: Project, name: str) -> Iterator[str]:
    """The variables of a pooled app whose names say that they go past a pooler."""
    kept = dict.fromkeys(s.name for s in project.kept if s.service == name and s.kind != "port")
    said = [v for v in kept if PAST_A_POOLER.search(v) or PAST_A_POOLER_BESIDE.search(v)]
    if said and project.of(name):
        stay = "stays direct by its name" if len(said) == 1 else "stay direct by their names"
        yield f"{name}: {', '.join(said)} {stay}"


def notes_on_logins(plan: Plan, directory: str) -> Iterator[str]:
    """Which apps will not get in, because the pooler has not their login and cannot look it up.

    Args:
        plan: the plan, with credentials.
        directory: the project directory, which paths are shown relative to.
    """
    for pooler in plan.poolers:
        credentials = plan.credentials[pooler.name]
        for app in credentials.missing:
            own = f"`{credentials.user}`" if credentials.user else "the pooler's own user"
            place = f"{app.service}.{app.variable}, {relative(app.place, directory)}"
            yield (
                f"{app.service} logs in as `{app.user}` ({place}) and will be refused: the pooler can neither copy its "
                f"password nor look it up, unless {own} may read pg_authid at {pooler.database}. Keep the app direct "
                f"(--direct {app.service}), or give the pooler a function that reads it (--set auth_query=...)"
            )


def _of_replication(project: Project, plan: Plan, pooler: Pooler) -> Iterator[str]:
    """A server with logical decoding has a consumer, which may not be visible in the project."""
    service = project.databases[pooler.database].service
    known = any(r.code == "replication" for r in plan.routes if r.database == pooler.database)
    if service and not known and LOGICAL_WAL.search(service.start()):
        yield (
            f"{service.name} starts with wal_level=logical: a service that uses logical replication, or passes on the "
            "address for it, must stay direct (--direct SERVICE)"
        )


def _led(project: Project, named: ByName) -> Iterator[str]:
    """The variables that are direct by their names, in an app for which their host leads to the pooler."""
    for variable in filter(named.leads, project.kept):
        way = f"; its host would have to be {named.direct}" if named.direct else ""
        yield f"{variable.service}.{variable.name} is not direct, because {variable.service} is pooled by name{way}"


def _of_the_host(project: Project, published: Mapping[str, str]) -> Iterator[str]:
    """How programs on the host get to the poolers: devpool does not change what their tools and migrations read too.

    Args:
        project: the project.
        published: the ports of the host by the databases whose poolers are published there.
    """
    variables: dict[tuple[str, int], list[ConnectionVariable]] = {}
    for address in host_addresses(project, {port: database for database, port in published.items()}):
        past = PAST_A_POOLER.search(address.variable.name)
        if not (address.pooled or past) and address.variable.database in published:
            variables.setdefault(address.variable.value.origin.key, []).append(address.variable)
    for mine in variables.values():
        first = mine[0]
        changes = [c for s in mine for c in replacements(s.address, s.address.host, published[s.database])]
        text = variable_shown(first, project.sources, project.services, changes)
        new = f"{first.name}={text}" if text else f"port {published[first.database]}"
        yield (
            f"for the app on the host, set {new}{' with your password' if '***' in new else ''}; "
            f"{relative(first.value.origin.place, project.sources.directory)} stays, for migrations and other tools"
        )


def likely_apps(project: Project) -> list[tuple[str, str]]:
    """The services that wait for a database or are linked to it, have no address of it, and no reason to be direct."""
    waiting = ((name, _awaited(project, name)) for name in project.without_variable)
    ends = awaited_services(project)
    return [(n, d) for n, d in waiting if d and not next(reasons(project, n, d, ends, published=False), None)]


def _awaited(project: Project, name: str) -> str:
    """The database that a service without a connection variable waits for; "" if there is none, or if the service is
    only a companion of one.
    """
    service = project.services[name]
    waits = [d for d in (*service.names("depends_on"), *service.names("links")) if d in project.databases]
    return waits[0] if waits and not next(bystander(service, waits[0], own=False), None) else ""


def _unseen(project: Project, name: str, *, likely: bool) -> Iterator[str]:
    """Where a service names a database in a place that devpool does not change."""
    for variable, value in project.environments[name].items():
        if ADDRESS_IN_FILE.search(variable):
            yield f"{name} reads its address from a file ({variable}), which devpool does not change: it stays direct"
            return
        addresses = find_addresses(value.text)
        through = next((a.host for a in addresses if a.host in project.poolers), None)
        if through:
            yield f"{name} already uses the pooler {through}: devpool leaves it as it is"
            return
        place = next((p for a in addresses if a.kind in ("url", "jdbc") and (p := _elsewhere(project, name, a))), "")
        if place:
            yield f"{name}.{variable} names {place}: devpool leaves it as it is"
            return
        entry = _in_an_entry(project, name, variable)
        if entry:
            yield entry
            return
    database = _awaited(project, name)
    if database:
        offer = f" (if it connects: devpool enable --by-name {name})" if likely else ""
        yield f"{name} waits for {database}, but devpool sees no address of {database} in it: it stays direct{offer}"


def _beside(project: Project, name: str) -> Iterator[str]:
    """The connections of a pooled app that stay direct because of where they are written."""
    moved = {s.name for s in project.of(name)}
    entries = (_in_an_entry(project, name, v) for v in project.environments[name] if v not in moved)
    yield from (note for note in entries if note)


def _in_an_entry(project: Project, name: str, variable: str) -> str:
    """The note that a variable names a database where devpool changes nothing; "" if it does not."""
    text = project.environments[name][variable].text
    named = next((d.name for d in project.databases.values() if _names_in_an_entry(text, d)), "")
    return named and (
        f"{name}.{variable} names {named} in an entry inside its text, where devpool changes only URLs and `host=`: "
        "it stays direct"
    )


def _at_start(project: Project, plan: Plan, name: str, start: Start) -> Iterator[str]:
    for found in migrating(start)[:1]:
        url = main_url(project, name)
        twin = next((m.twin for m in plan.moves if m.variable is url), None)
        step = f", or give that step the direct address: {url.name}=${twin} {found.text}" if url and twin else ""
        yield f"{migrates_at_start(name, found)}: remove that step and run `devpool migrate {name}`{step}"


def migrates_at_start(name: str, found: Migrating) -> str:
    """An app that migrates when it starts does so through the pooler, like everything else."""
    harm = ", where its session lock is left behind" if found.tool and found.tool.lock == SESSION else ""
    return f"{name} migrates when it starts ({found.where}: `{found.text}`), through the pooler{harm}"


def _elsewhere(project: Project, name: str, address: Address) -> str:
    """Where an address leads that is not a service's, in words; "" if it may be a service's."""
    if address.host in LOCAL_HOSTS:
        shared = project.services[name].text("network_mode") == "host"
        return "localhost, which is the host here" if shared else "localhost, which is the container itself"
    if address.host not in DOCKER_HOSTS:
        hosts = {*project.services, "", *(host for d in project.databases.values() for host in d.hosts)}
        known = ":" in address.host or address.host in hosts
        return "" if known else f"{address.host}, which is not a service of this project"
    port = address.port or DEFAULT_PORT
    held = (d.name for d in project.databases.values() if d.service and port in published_ports(d.service))
    return next(
        (f"{address.host}, where {n} publishes port {port} (use the host {n} to have it pooled)" for n in held), ""
    )


def _names_in_an_entry(text: str, database: Database) -> bool:
    """Whether JSON or YAML in a value has an entry that names a database: `"host": "db"`."""
    return any(
        re.search(rf"host(name)?[\"']?\s*:\s*[\"']?{re.escape(host)}[\"']?\s*([,}}\r\n]|$)", text, re.I)
        for host in database.hosts
    )


def _of_settings(pooler: Pooler) -> Iterator[str]:
    """The trade-offs of the chosen settings, and what a preset requires that a container project seldom has."""
    settings, preset = pooler.settings, pooler.settings.get(PRESET, "")
    if int(settings.get(SCRAM, SCRAM_USUAL)) < SCRAM_USUAL:
        yield (
            f"{SCRAM} {settings[SCRAM]} instead of {SCRAM_USUAL}: connecting is several times faster, and a password "
            "is as many times easier to guess from a recorded login"
        )
    if preset in _SERVER_TLS and "server_tls_sslmode" not in settings and not pooler.external:
        yield (
            f"preset {preset} requires TLS to {pooler.database} (server_tls_sslmode {_SERVER_TLS[preset]}), which "
            "needs a certificate there; --set server_tls_sslmode=prefer works without one"
        )
    if preset == "production" and "client_tls_sslmode" not in settings:
        yield (
            "preset production accepts only apps that use TLS (client_tls_sslmode require); "
            "--set client_tls_sslmode=prefer also accepts the others"
        )
