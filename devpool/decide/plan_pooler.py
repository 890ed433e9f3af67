"""One database's pooler: its name, ports, networks and profiles, by the apps that go through it."""

from __future__ import annotations

import re

from devpool.decide.by_name import Pair, fixed_port
from devpool.decide.options import Options
from devpool.decide.plan import EXPORTER_SUFFIX, Pooler
from devpool.decide.plan_refusals import SERVICE_NAME, refuse_fast_auth, refuse_image_name
from devpool.decide.ports import listen_port, upstream_port
from devpool.decide.routing import evidence_of
from devpool.errors import DevpoolError, UsageError
from devpool.model import networks
from devpool.model.connection_variables import published_ports
from devpool.model.project import ConnectionVariable, Project
from devpool.model.services import Service
from devpool.model.tls_demands import Demands, refuse_disabled
from devpool.text import layout
from devpool.text.address import DEFAULT_PORT, is_port


def plan_pooler(
    project: Project,
    database: str,
    databases: list[str],
    variables: list[ConnectionVariable],
    options: Options,
    pairs: tuple[set[Pair], list[Pair]],
) -> Pooler:
    """The pooler of one database.

    Args:
        project: the project.
        database: its name.
        databases: all databases that get a pooler.
        variables: the connection variables of all pooled apps.
        options: the user's options.
        pairs: the (service, database) that are pooled, and those of them that are pooled by name.

    Raises:
        UsageError: `bad-name`, `bad-image`.
        DevpoolError: `pooler-name-taken`, `ports-differ`, `no-port-variable`, `no-shared-network`, `port-taken`,
            `fast-auth-refused`, `tls-demanded`.
    """
    name = _free_name(project, database, databases, options)
    service = project.databases[database].service
    mine = [s for s in variables if s.database == database]
    pooled, named = pairs
    of_name = {app: [s for s in mine if s.service == app] for app, other in named if other == database}
    stated = {app: e.port for (app, other), e in evidence_of(project, options).items() if other == database}
    fixed = fixed_port(project, database, of_name, stated)
    stated_port = DEFAULT_PORT if mine else fixed or DEFAULT_PORT
    apps = tuple(dict.fromkeys([*(s.service for s in mine), *of_name]))
    written = [s for s in mine if (s.service, database) not in named]
    chosen = options.settings_for(database)
    demanding = _demanding(project, mine)
    refuse_fast_auth(project, mine, chosen)
    if options.image:
        refuse_image_name(options.image)
    refuse_disabled(demanding, chosen)
    first = service or project.services[apps[0]]
    healthy = service is not None and networks.has_healthcheck(service)
    return Pooler(
        name=name,
        database=database,
        external=service is None,
        after=first.name,
        port=listen_port(project, written, pooled - set(named), options.port, fixed),
        upstream_port=upstream_port(mine, published_ports(service) if service else {}, stated_port),
        apps=apps,
        networks=networks.meeting(project.services, database, _in_networks(mine, apps)),
        profiles=_profiles([service] if service else [project.services[a] for a in apps]),
        condition="service_healthy" if healthy else "service_started",
        restart="" if options.swarm else first.text("restart"),
        tls=bool(demanding),
        published=_published(project, options, databases.index(database)),
        extra_hosts=() if service else _extra_hosts(project, database, apps),
        settings=chosen,
        metrics=options.metrics,
        image=options.image,
        replicas=options.replicas if options.swarm else 0,
    )


def _free_name(project: Project, database: str, databases: list[str], options: Options) -> str:
    """The name of a database's pooler, which no service of the project has."""
    # Compose takes `123:` for a number, and refuses it as the name of a service.
    if not SERVICE_NAME.fullmatch(options.name) or layout.quoted(options.name) != options.name:
        raise UsageError(
            "bad-name",
            "this is not a valid service name",
            hint="use letters, digits, `.`, `_` and `-`, and no word that YAML reads as a number or as true or false",
        )
    name = options.name if len(databases) == 1 else pooler_name(options.name, database, databases)
    for taken in (name, *([name + EXPORTER_SUFFIX] if options.metrics else [])):
        if taken in project.services:
            raise DevpoolError(
                "pooler-name-taken",
                f"the project already has a service named `{taken}`",
                where=project.services[taken].place,
                hint="choose another name for the pooler: --name devpool-pgbouncer",
            )
    return name


def _profiles(services: list[Service]) -> tuple[str, ...]:
    """The profiles in which a pooler of these services is needed; empty where it always is."""
    each = [service.names("profiles") for service in services]
    return tuple(dict.fromkeys(n for names in each for n in names)) if all(each) else ()


def demands_tls(project: Project, variables: list[ConnectionVariable]) -> bool:
    """Whether some connection variable requires TLS from its pooler."""
    return bool(_demanding(project, variables))


def _demanding(project: Project, variables: list[ConnectionVariable]) -> list[ConnectionVariable]:
    demands = {name: Demands(project.environments[name]) for name in {s.service for s in variables}}
    return [s for s in variables if demands[s.service].of(s)]


def pooler_name(name: str, database: str, databases: list[str]) -> str:
    """The name of the pooler of one of several databases."""
    return f"{name}-{_short(database, databases)}"


def _short(database: str, databases: list[str]) -> str:
    """A database's name for its pooler: of a host its first part, unless another has the same."""
    first = database.partition(".")[0]
    alone = sum(d.partition(".")[0] == first for d in databases) == 1
    return re.sub(r"[^a-zA-Z0-9_.-]", "-", first if alone else database)


def _published(project: Project, options: Options, index: int) -> str:
    """The port of the host for the pooler of a database, one after the other."""
    if options.publish is None:
        return ""
    port = str(options.publish + index)
    holder = next((n for n, s in project.services.items() if port in published_ports(s)), None)
    if holder or not is_port(port):
        raise DevpoolError(
            "port-taken",
            f"`{holder}` already publishes port {port}" if holder else f"{port} is not a valid port",
            where=project.services[holder].place if holder else "",
            hint="choose another host port: --publish 16432",
        )
    return port


def _extra_hosts(project: Project, database: str, apps: tuple[str, ...]) -> tuple[str, ...]:
    said = (networks.extra_hosts(project.services[app]).get(database) for app in apps)
    return tuple(f"{database}:{address}" for address in said if address)[:1]


def _in_networks(variables: list[ConnectionVariable], apps: tuple[str, ...]) -> tuple[str, ...]:
    """The apps that reach the pooler in a network of the project."""
    return tuple(a for a in apps if not all(s.published for s in variables if s.service == a))
