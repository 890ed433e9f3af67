"""What enable will change, in the project's terms, each change with its reason. Nothing of the text yet."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Set
from dataclasses import dataclass, field, replace

from devpool.decide import tuning
from devpool.decide.drivers import refuse_fast_auth
from devpool.decide.moving import Target
from devpool.decide.options import Options
from devpool.decide.ports import listen_port, upstream_port
from devpool.decide.refusals import SERVICE_NAME, refuse_odd_names, refuse_unplaced
from devpool.decide.routing import Route, in_session
from devpool.decide.session import SUFFIX, VARIABLE, database_settings, doors, in_variable, refuse_direct
from devpool.decide.sharing import How, Sharing, Where
from devpool.decide.shields import Shields, find_shields
from devpool.decide.unaliased import Unaliases, find_unaliased
from devpool.errors import DevpoolError, UsageError
from devpool.read import networks
from devpool.read.model import BARE, DIRECT_NAME, Project, Setting
from devpool.read.services import Service
from devpool.read.settings import published_ports
from devpool.read.tls import demand, refuse_disabled
from devpool.text.address import moved

_LAST_PORT = 65535
DIRECT_SUFFIX = "_DIRECT"
POOLED_SUFFIX = "_POOLED"
SESSION_SUFFIX = "_POOLED_SESSION"
# Where the pooler keeps the account that it makes for its exporter (docker/pgbouncer/metrics.sh).
METRICS_FOLDER = "/run/devpool-metrics"
_METRICS_VARIABLE = "PGBOUNCER_METRICS_FOLDER"
_EXPORTER_SUFFIX = "-exporter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooler:
    """The pooler of one database.

    Attributes:
        name: the service to add.
        database: the database it stands before: the name of a service, or a host.
        external: whether that is no service of the project.
        after: the service that its block goes after.
        port: where it listens.
        upstream_port: where the database listens.
        apps: the services that it serves.
        networks: the networks it joins; empty for the default one.
        profiles: the database's profiles.
        condition: what it waits for at the database.
        restart: the database's restart policy, "" for none.
        tls: whether some app demands TLS of it.
        published: the port of the host's loopback at which it can be reached; "" for none.
        extra_hosts: `extra_hosts` of the apps that say where an external database is.
        settings: PgBouncer's settings that the user chose, by key.
        doors: the databases that have a second name in session mode.
        metrics: whether an exporter stands beside it.
    """

    name: str
    database: str
    external: bool
    after: str
    port: str
    upstream_port: str
    apps: tuple[str, ...]
    networks: tuple[str, ...]
    profiles: tuple[str, ...]
    condition: str
    restart: str
    tls: bool
    published: str
    extra_hosts: tuple[str, ...]
    settings: Mapping[str, str]
    doors: tuple[str, ...] = ()
    metrics: bool = False

    @property
    def exporter(self) -> str:
        """The service of its exporter; "" where it has none."""
        return self.name + _EXPORTER_SUFFIX if self.metrics else ""

    @property
    def variables(self) -> dict[str, str]:
        """Its variables of PgBouncer but for the port, in the order in which they are written."""
        return (
            tuning.variables(self.settings, tls=self.tls)
            | ({VARIABLE: in_variable(self.doors)} if self.doors else {})
            | ({_METRICS_VARIABLE: METRICS_FOLDER} if self.metrics else {})
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Move:
    """One setting goes to a pooler.

    Attributes:
        setting: the setting, with its old address.
        pooler: where it goes.
        where: "origin", at the place the value is written, for all that share it; "own", an entry of the app's
            own over a value it shares with others.
        how: "text", the address itself is replaced; "second", it is wholly in a variable that others may use too, and a
            second variable beside that one holds the new one; "private", a service loads the file of that variable,
            so that a second one would reach it: the entry gets its direct name and a private file the new value.
        session: whether it goes to the door in session mode.
    """

    setting: Setting
    pooler: Pooler
    where: Where
    how: How
    session: bool = False

    @property
    def target(self) -> Target:
        """The host and the port by which the app reaches the pooler, and what the database's name ends in there."""
        suffix = SUFFIX if self.session else ""
        if self.setting.published:
            return self.setting.address.host or "localhost", self.pooler.published, suffix
        return self.pooler.name, self.pooler.port, suffix

    @property
    def words(self) -> str:
        """Where the setting goes, to be shown."""
        host, port, suffix = self.target
        address = self.setting.address
        database = address.database + suffix if suffix and address.database else ""
        if address.kind in ("port", "database"):
            return port if address.kind == "port" else database
        return f"{host}:{port}" + (f", database {database}" if database else "")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plan:
    """All of it."""

    poolers: tuple[Pooler, ...]
    routes: tuple[Route, ...]
    moves: tuple[Move, ...]
    shields: Shields = field(default_factory=dict)
    unaliased: Unaliases = field(default_factory=dict)

    @property
    def apps(self) -> list[str]:
        """The pooled apps, each once."""
        return list(dict.fromkeys(a for p in self.poolers for a in p.apps))

    @property
    def added(self) -> list[str]:
        """The services that are added: poolers, and after them their exporters."""
        return [p.name for p in self.poolers] + [p.exporter for p in self.poolers if p.exporter]


def make_plan(project: Project, routes: list[Route], options: Options) -> Plan:
    """Decide every change.

    Raises:
        DevpoolError: `pooler-name-taken`, `ports-differ`, `no-port-variable`, `only-in-shell`, `value-not-plain`,
            `shared-value`, `several-hosts`, `no-shared-network`, `name-not-plain`, `fast-auth-refused`.
    """
    refuse_unplaced(project, routes, options)
    pooled = {(r.service, r.database) for r in routes if r.pooled}
    settings = [s for s in project.settings if (s.service, s.database) in pooled]
    settings = _without_bare_hosts(settings)
    refuse_odd_names(project, settings)
    databases = list(dict.fromkeys(s.database for s in settings))
    refuse_direct(routes, options.session)
    session = {(r.service, r.database) for r in routes if r.pooled and in_session(r, options)}
    names = database_settings(project, [s for s in settings if (s.service, s.database) in session])
    at_door = [s for s in (*settings, *names) if (s.service, s.database) in session]
    poolers = [
        replace(
            _pooler(project, d, databases, settings, options, pooled),
            doors=doors(s for s in at_door if s.database == d),
        )
        for d in databases
    ]
    by_database = {p.database: p for p in poolers}
    shields = find_shields(project, {service for service, _ in pooled})
    unaliased = find_unaliased(project, settings, shields)
    sharing = Sharing(project, pooled, shields, session, names, unaliased)
    moves = [_move(s, by_database, sharing, session) for s in (*settings, *names)]
    moves = [m for m in moves if moved(m.setting.value.text, m.setting.address, *m.target) != m.setting.value.text]
    return Plan(poolers=tuple(poolers), routes=tuple(routes), moves=tuple(moves), shields=shields, unaliased=unaliased)


def _move(setting: Setting, poolers: Mapping[str, Pooler], sharing: Sharing, session: Set[tuple[str, str]]) -> Move:
    return Move(
        setting=setting,
        pooler=poolers[setting.database],
        where=sharing.where(setting),
        how=sharing.how(setting),
        session=(setting.service, setting.database) in session,
    )


def _without_bare_hosts(settings: list[Setting]) -> list[Setting]:
    """The settings without the hosts that stay what they are, where no port goes with them: nothing would move."""
    ported = {(s.service, s.database) for s in settings if s.kind != "host" or s.address.port}
    return [s for s in settings if not s.published or (s.service, s.database) in ported]


def _pooler(
    project: Project,
    database: str,
    databases: list[str],
    settings: list[Setting],
    options: Options,
    pooled: set[tuple[str, str]],
) -> Pooler:
    if not SERVICE_NAME.fullmatch(options.name):
        raise UsageError("bad-name", "this is no name for a service", hint="use letters, digits, `.`, `_` and `-`")
    name = options.name if len(databases) == 1 else f"{options.name}-{_short(database, databases)}"
    service = project.databases[database].service
    for taken in (name, *([name + _EXPORTER_SUFFIX] if options.metrics else [])):
        if taken in project.services:
            raise DevpoolError(
                "pooler-name-taken",
                f"the project has a service named `{taken}` already",
                where=project.services[taken].place,
                hint="choose another name for the pooler: --name devpool-pgbouncer",
            )
    mine = [s for s in settings if s.database == database]
    apps = tuple(dict.fromkeys(s.service for s in mine))
    chosen = options.settings_for(database)
    demanding = [s for s in mine if demand(s, project.environments[s.service])]
    refuse_fast_auth(project, mine, chosen)
    refuse_disabled(demanding, chosen)
    first = service or project.services[apps[0]]
    healthy = service is not None and networks.has_healthcheck(service)
    return Pooler(
        name=name,
        database=database,
        external=service is None,
        after=first.name,
        port=listen_port(project, mine, pooled, options.port),
        upstream_port=upstream_port(mine, published_ports(service) if service else {}),
        apps=apps,
        networks=networks.meeting(project.services, database, _in_networks(mine, apps)),
        profiles=_profiles([service] if service else [project.services[a] for a in apps]),
        condition="service_healthy" if healthy else "service_started",
        restart=first.text("restart"),
        tls=bool(demanding),
        published=_published(project, options, databases.index(database)),
        extra_hosts=() if service else _extra_hosts(project, database, apps),
        settings=chosen,
        metrics=options.metrics,
    )


def _profiles(services: list[Service]) -> tuple[str, ...]:
    """The profiles in which a pooler of these services is needed; empty where it always is."""
    each = [service.names("profiles") for service in services]
    return tuple(dict.fromkeys(n for names in each for n in names)) if all(each) else ()


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
    if holder or int(port) > _LAST_PORT:
        raise DevpoolError(
            "port-taken",
            f"`{holder}` publishes port {port} already" if holder else f"there is no port {port}",
            where=project.services[holder].place if holder else "",
            hint="choose another port of the host: --publish 16432",
        )
    return port


def _extra_hosts(project: Project, database: str, apps: tuple[str, ...]) -> tuple[str, ...]:
    said = (networks.extra_hosts(project.services[app]).get(database) for app in apps)
    return tuple(f"{database}:{address}" for address in said if address)[:1]


def _in_networks(settings: list[Setting], apps: tuple[str, ...]) -> tuple[str, ...]:
    """The apps that reach the pooler in a network of the project."""
    return tuple(a for a in apps if not all(s.published for s in settings if s.service == a))


def twin_of(setting: Setting, environment: Container[str]) -> str | None:
    """The name under which a setting's old value is to be kept beside it; None where nothing is to be added.

    Hosts and ports need none, the pooler's own block says as much, and a command has no place for one. A variable
    of that name that is there already is the user's.

    Args:
        setting: the setting.
        environment: the names that the app's environment has.
    """
    name = setting.variable + DIRECT_SUFFIX
    plain = setting.kind in BARE or setting.in_command or DIRECT_NAME.search(setting.variable)
    return None if plain or name in environment else name
