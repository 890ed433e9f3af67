"""The project as devpool sees it: its databases, and the connection variables of its services."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from devpool.errors import DevpoolError
from devpool.model.services import Service
from devpool.model.sources import Sources
from devpool.model.values import Value
from devpool.text.address import DEFAULT_PORT, Address, Kind
from devpool.text.nearest import meant

# Kinds whose value is just one part of an address.
BARE = ("host", "port", "database")
Environments = Mapping[str, Mapping[str, Value]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Database:
    """A Postgres server, and the names that others reach it by.

    Attributes:
        name: the service, or the host outside of the project.
        service: the service; None where it is none of the project.
        hosts: the names and addresses that mean it.
        qualified: those of them that name the network too, as `db.shop_default` does.
        forwards: whether the service is no server itself and forwards to one, or by port to several.
    """

    name: str
    service: Service | None
    hosts: frozenset[str]
    qualified: frozenset[str] = frozenset()
    forwards: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ConnectionVariable:
    """One address inside one variable of an app, or inside its `command` or `entrypoint`, which is then its `name`.

    `published` tells that the app lives in the host's network and reaches the database by a published port.
    """

    service: str
    name: str
    database: str
    address: Address
    value: Value = field(repr=False)
    published: bool = False

    @property
    def kind(self) -> Kind:
        """`url`, `jdbc`, `dsn`, `host`, `port` or `database`."""
        return self.address.kind

    @property
    def in_command(self) -> bool:
        """Whether the address stands in the service's command, not in its environment."""
        return self.value.origin.form == "command"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What tells that a service without a connection variable connects to a database.

    Attributes:
        service, database: the pair.
        says: where it is written and what it says, for the reason of its route.
        port: the port to which it connects.
        demand: what it demands of TLS.
    """

    service: str
    database: str
    says: str
    port: str = DEFAULT_PORT
    demand: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Project:
    """The project as devpool reads it.

    Attributes:
        sources: its files.
        environments: the effective variables of every service.
        databases: by service name.
        connection_variables: those of every app, in the order of the files.
        kept: variables whose name calls them direct.
        poolers: services that are a connection pooler already, devpool's or the user's.
        unplaced: (service, variable) that name a database in a form that cannot be rewritten.
        written: what each env file says, by its absolute path.
        evidence: what tells of apps that have no connection variable, once it was looked for.
    """

    sources: Sources
    environments: Environments
    databases: Mapping[str, Database]
    connection_variables: tuple[ConnectionVariable, ...]
    kept: tuple[ConnectionVariable, ...]
    poolers: frozenset[str]
    unplaced: tuple[tuple[str, str], ...]
    written: Environments = field(repr=False)
    evidence: tuple[Evidence, ...] = ()
    _by_service: dict[str, list[ConnectionVariable]] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Order the variables by service once: they are asked for many times."""
        for variable in self.connection_variables:
            self._by_service.setdefault(variable.service, []).append(variable)

    @property
    def services(self) -> Mapping[str, Service]:
        """The services by name."""
        return self.sources.services

    @property
    def without_variable(self) -> list[str]:
        """The services that may be apps and have no connection variable."""
        known = {s.service for s in (*self.connection_variables, *self.kept)} | {s for s, _ in self.unplaced}
        others = known | self.databases.keys() | self.poolers
        return [name for name in self.services if name not in others]

    def of(self, service: str) -> list[ConnectionVariable]:
        """The variables of one app."""
        return self._by_service.get(service, [])


def unknown_service(project: Project, name: str) -> DevpoolError:
    """The refusal of a service that is not there, with the apps that are."""
    apps = ", ".join(dict.fromkeys(s.service for s in project.connection_variables)) or "none"
    hint = f"{meant(name, project.services)}apps of this project: {apps}"
    return DevpoolError("unknown-service", f"there is no service `{name}`", hint=hint)
