"""What the project means to devpool: its databases, and the settings by which services reach them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from devpool import nodes
from devpool.address import Address, Kind, bare_host, find_addresses, names_several_hosts
from devpool.environment import Value, effective, env_file_values
from devpool.errors import DevpoolError
from devpool.services import Service
from devpool.sources import Sources

_DATABASE_IMAGE = re.compile(
    r"(^|[-_.])(postgres(ql)?|postgis|timescaledb|pgvector|paradedb|citus|spilo|pgrouting|alloydbomni|pg\d+)"
    r"([-_.]|\d|$)"
)
_NOT_DATABASE = re.compile(
    r"exporter|backup|dump|bouncer|pgpool|pgadmin|postgrest|adminer|client|operator|proxy|migrat|bridge"
    r"|pgcat|(^|[-_])(ui|web|admin|init|rest|meta)([-_]|$)"
)
_POOLER_IMAGE = re.compile(r"pg_?bouncer|pgpool|pgcat|odyssey|supavisor|pgdog|pgagroal")
_DATA_FOLDER = re.compile(r":/var/lib/(postgresql|pgsql)(/|$)")
_DATABASE_NAME = re.compile(r"postgres|(^|[-_])(pg|db|database|sql)\d*([-_]|$)", re.I)
_CLIENT_COMMAND = re.compile(r"\b(psql|pg_dump(all)?|pg_restore)\b")
_HOST_NAME = re.compile(r"HOST|SERVER|ADDR|SEED|ENDPOINT|URL|URI|DSN|LOCATION|INSTANCE", re.I)
_NOT_HOST = re.compile(r"USER|PASS|ALLOWED|ENGINE|TYPE$|SCHEMA|DIALECT|DRIVER|TRUSTED|NO_PROXY", re.I)
# A variable that its own name calls direct, or that only migrations read, keeps its value.
DIRECT_NAME = re.compile(r"DIRECT|UNPOOLED|NON_?POOL|LIQUIBASE|FLYWAY|MIGRAT", re.I)
_PORT_FOR = re.compile(r"HOST_?NAME|HOST|SERVER_?NAME|SERVER|ADDRESS|ADDR|SEEDS|ENDPOINT|URL|URI", re.I)
_DATABASE_PORT = re.compile(r"(DB|PG|POSTGRES|SQL|DATABASE).*PORT", re.I)

Environments = Mapping[str, Mapping[str, Value]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Database:
    """A service that is a Postgres server, and the names that others reach it by."""

    name: str
    service: Service
    hosts: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Setting:
    """One address inside one variable of an app."""

    service: str
    variable: str
    database: str
    address: Address
    value: Value = field(repr=False)

    @property
    def kind(self) -> Kind:
        """`url`, `jdbc`, `dsn`, `host` or `port`."""
        return self.address.kind


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Project:
    """The project as devpool reads it.

    Attributes:
        sources: its files.
        environments: the effective variables of every service.
        databases: by service name.
        settings: every setting of every app, in the order of the files.
        kept: settings whose name calls them direct.
        poolers: services that are a connection pooler already, devpool's or the user's.
        unplaced: (service, variable) that name a database in a form that cannot be rewritten.
    """

    sources: Sources
    environments: Environments
    databases: Mapping[str, Database]
    settings: tuple[Setting, ...]
    kept: tuple[Setting, ...]
    poolers: frozenset[str]
    unplaced: tuple[tuple[str, str], ...]

    @property
    def services(self) -> Mapping[str, Service]:
        """The services by name."""
        return self.sources.services

    def of(self, service: str) -> list[Setting]:
        """The settings of one app."""
        return [s for s in self.settings if s.service == service]


def read_model(sources: Sources) -> Project:
    """Find databases and settings in what was read. Pure."""
    env_files = {path: env_file_values(f, sources.variables) for path, f in sources.env_files.items()}
    environments = {name: effective(s, env_files) for name, s in sources.services.items()}
    poolers = frozenset(n for n, s in sources.services.items() if _is_pooler(s))
    databases = _databases(sources, environments, poolers)
    hosts = {host: d.name for d in databases.values() for host in d.hosts}
    found = [
        setting
        for name, service in sources.services.items()
        if name not in databases and name not in poolers
        for setting in _settings(name, environments[name], hosts | _link_aliases(service, databases))
    ]
    return Project(
        sources=sources,
        environments=environments,
        databases=databases,
        settings=tuple(s for s in found if not DIRECT_NAME.search(s.variable)),
        kept=tuple(s for s in found if DIRECT_NAME.search(s.variable)),
        poolers=poolers,
        unplaced=tuple(_unplaced(environments, hosts, databases, poolers)),
    )


def image_name(service: Service) -> str:
    """The last part of a service's image without registry, tag and digest, in lower case.

    A service that is only built has no image name to go by: then its own name is all there is.
    """
    image = service.text("image").lower().split("@")[0]
    return re.sub(r":[^/]*$", "", image).rsplit("/", 1)[-1] or service.name.lower()


def _is_pooler(service: Service) -> bool:
    return bool(_POOLER_IMAGE.search(image_name(service)))


def _databases(sources: Sources, environments: Environments, poolers: frozenset[str]) -> dict[str, Database]:
    named = {
        address.host
        for values in environments.values()
        for value in values.values()
        for address in find_addresses(value.text)
        if address.kind in ("url", "jdbc")
    }
    able = {n: s for n, s in sources.services.items() if n not in poolers and not _is_client(s)}
    sure = {n for n, s in able.items() if _is_server(s)}
    sure_hosts = set().union(*(host_names(able[n]) for n in sure))
    likely = {
        n
        for n, s in able.items()
        if n not in sure
        and named & host_names(s)
        and not _names_one_of(environments[n], sure_hosts)
        and not (sure and _is_other_image(s))
    }
    return {
        n: Database(name=n, service=s, hosts=frozenset(host_names(s)))
        for n, s in able.items()
        if n in sure or n in likely
    }


def _names_one_of(values: Mapping[str, Value], hosts: set[str]) -> bool:
    """Whether an environment names one of these hosts: what connects to a server is hardly one itself."""
    return any(v.text in hosts or any(a.host in hosts for a in find_addresses(v.text)) for v in values.values())


def _is_other_image(service: Service) -> bool:
    """Whether an image is something else by name, with nothing about it that speaks of Postgres."""
    told = f"{' '.join(service.names('environment'))} {service.text('image')}"
    return bool(service.text("image")) and not re.search(r"POSTGRES|PG|postgres|sql|db", told)


def _is_client(service: Service) -> bool:
    return bool(_NOT_DATABASE.search(image_name(service)) or _CLIENT_COMMAND.search(service.start()))


def _is_server(service: Service) -> bool:
    """Whether a service is a Postgres server by its image, by where it keeps its data, or by what its build is
    told.
    """
    if service.text("image") and _DATABASE_IMAGE.search(image_name(service)):
        return True
    if any(_DATA_FOLDER.search(t) for s in service.statements("volumes") for t in service.texts(s.value)):
        return True
    told = {name.partition("=")[0] for name in service.names("environment")}
    named = not service.text("image") and _DATABASE_NAME.search(service.name)
    return bool(named) and "POSTGRES_PASSWORD" in told and bool({"POSTGRES_DB", "POSTGRES_USER"} & told)


def host_names(service: Service) -> set[str]:
    """The names by which other containers of the project reach a service."""
    found = {service.name, service.text("container_name"), service.text("hostname")}
    for statement in service.statements("networks"):
        if isinstance(statement.value, nodes.Mapping):
            for entry in nodes.entries(statement.value).values():
                network = nodes.resolved(entry.value)
                aliases = nodes.lookup(network, "aliases") if isinstance(network, nodes.Mapping) else None
                found |= set(service.texts(aliases)) if aliases else set()
    return {name for name in found if name}


def _link_aliases(service: Service, databases: Mapping[str, Database]) -> dict[str, str]:
    """The names that `links: ["db:other"]` gives databases for one service."""
    pairs = (text.partition(":") for text in service.names("links"))
    return {alias: name for name, _, alias in pairs if alias and name in databases}


def _database_of(host: str, hosts: Mapping[str, str]) -> str | None:
    """The database that a host means: by a name of it, or by the name that Compose gives its container."""
    if host in hosts:
        return hosts[host]
    return next((d for d in hosts.values() if re.fullmatch(rf".+[-_]{re.escape(d)}[-_]1", host)), None)


def _settings(service: str, values: Mapping[str, Value], hosts: Mapping[str, str]) -> Iterator[Setting]:
    for name, value in values.items():
        addresses = [a for a in find_addresses(value.text) if _database_of(a.host, hosts)]
        host = bare_host(value.text)
        if host and _database_of(host.host, hosts) and _HOST_NAME.search(name) and not _NOT_HOST.search(name):
            addresses = [host]
        for address in addresses:
            database = _database_of(address.host, hosts) or ""
            yield Setting(service=service, variable=name, database=database, address=address, value=value)
            if address.kind == "host" and address.port is None:
                yield from _port_setting(service, name, values, database)


def _port_setting(service: str, host_variable: str, values: Mapping[str, Value], database: str) -> Iterator[Setting]:
    """The variable that holds the port of a host variable, if there is one and it has a value."""
    for name in _port_names(host_variable, values):
        value = values.get(name)
        if value and value.text.isdigit():
            address = Address(kind="port", host="", host_span=(0, len(value.text)), port=value.text)
            yield Setting(service=service, variable=name, database=database, address=address, value=value)
            return


def _port_names(host_variable: str, values: Mapping[str, Value]) -> list[str]:
    same = [
        host_variable[: m.start()] + ("PORT" if m[0].isupper() else "port") + host_variable[m.end() :]
        for m in _PORT_FOR.finditer(host_variable)
    ]
    likely = [n for n, v in values.items() if _DATABASE_PORT.search(n) and v.text == "5432"]
    return [n for n in same if n in values] or (likely if len(likely) == 1 else [])


def _unplaced(
    environments: Environments,
    hosts: Mapping[str, str],
    databases: Mapping[str, Database],
    poolers: frozenset[str],
) -> Iterator[tuple[str, str]]:
    for service, values in environments.items():
        if service in databases or service in poolers:
            continue
        for name, value in values.items():
            if names_several_hosts(value.text) and any(h in value.text for h in hosts):
                yield service, name


def unknown_service(project: Project, name: str) -> DevpoolError:
    """The refusal of a service that is not there, with the apps that are."""
    known = ", ".join(dict.fromkeys(s.service for s in project.settings)) or "none"
    return DevpoolError("unknown-service", f"there is no service `{name}`", hint=f"apps of this project: {known}")
