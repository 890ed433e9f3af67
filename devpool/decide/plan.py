"""What enable will change, in the project's terms, as values, without any text yet."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field

from devpool.catalog.variable_names import PAST_A_POOLER
from devpool.decide import tuning
from devpool.decide.address_edits import Target
from devpool.decide.alias_copies import AliasCopies
from devpool.decide.by_name import ByName
from devpool.decide.credentials import Credentials
from devpool.decide.inherited_copies import InheritedCopies
from devpool.decide.placement import How, Where
from devpool.decide.routing import Route
from devpool.decide.sessions import SUFFIX, VARIABLE, in_variable
from devpool.model.project import BARE, ConnectionVariable
from devpool.text.address import DEFAULT_PORT

DIRECT_SUFFIX = "_DIRECT"
POOLED_SUFFIX = "_POOLED"
SESSION_SUFFIX = "_POOLED_SESSION"
# Where the pooler keeps the account that it creates for its exporter (docker/pgbouncer/metrics.sh).
METRICS_FOLDER = "/run/devpool-metrics"
_METRICS_VARIABLE = "PGBOUNCER_METRICS_FOLDER"
EXPORTER_SUFFIX = "-exporter"
# How the tasks of a pooler know each other (docker/pgbouncer/peers.sh): a request to cancel may arrive at any of them.
PEER_ID, PEERS, BY_SLOT = "PGBOUNCER_PEER_ID", "PGBOUNCER_PEERS", "slot"
MOST_REPLICAS = 254


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
        tls: whether some app requires TLS from it.
        published: the port of the host's loopback at which it can be reached; "" for none.
        extra_hosts: `extra_hosts` of the apps that say where an external database is.
        settings: PgBouncer's settings that the user chose, by key.
        session_aliases: the databases that have a second name in session mode.
        metrics: whether an exporter stands beside it.
        image: its ready image; "" where it is built.
        replicas: how many tasks it has in a stack; 0 where Compose runs it.
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
    session_aliases: tuple[str, ...] = ()
    metrics: bool = False
    image: str = ""
    replicas: int = 0

    @property
    def exporter(self) -> str:
        """The service of its exporter; "" where it has none."""
        return self.name + EXPORTER_SUFFIX if self.metrics else ""

    @property
    def variables(self) -> dict[str, str]:
        """Its variables of PgBouncer but for the port, in the order in which they are written."""
        return (
            tuning.variables(self.settings, tls=self.tls)
            | ({VARIABLE: in_variable(self.session_aliases)} if self.session_aliases else {})
            | ({_METRICS_VARIABLE: METRICS_FOLDER} if self.metrics else {})
            | ({PEER_ID: BY_SLOT, PEERS: str(self.replicas)} if self.replicas else {})
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Move:
    """One connection variable that moves to a pooler.

    Attributes:
        variable: the variable, with its old address.
        pooler: where it goes.
        where: "origin", at the place the value is written, for all that share it; "own", an entry of the app's
            own over a value it shares with others.
        how: "text", the address itself is replaced; "second", it is wholly in a variable that others may use too, and a
            second variable beside that one holds the new one.
        session: whether it goes to the session alias.
        twin: the name under which the old value is kept beside it; None where nothing is added.
    """

    variable: ConnectionVariable
    pooler: Pooler
    where: Where
    how: How
    session: bool = False
    twin: str | None = None

    @property
    def target(self) -> Target:
        """The host and the port by which the app reaches the pooler, and what the database's name ends in there."""
        suffix = SUFFIX if self.session else ""
        if self.variable.published:
            return self.variable.address.host or "localhost", self.pooler.published, suffix
        return self.pooler.name, self.pooler.port, suffix

    @property
    def words(self) -> str:
        """Where the variable goes, as it is written: without a port where none is."""
        host, port, suffix = self.target
        address = self.variable.address
        database = address.database + suffix if suffix and address.database else ""
        if address.kind in ("port", "database"):
            return port if address.kind == "port" else database
        written = address.port_span or (address.kind != "host" and port != DEFAULT_PORT)
        return host + (f":{port}" if written else "") + (f", database {database}" if database else "")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plan:
    """The whole plan; `by_name` are the apps whose text stays and that reach a pooler through links; `credentials` are
    those of each pooler, by its name.
    """

    poolers: tuple[Pooler, ...]
    routes: tuple[Route, ...]
    moves: tuple[Move, ...]
    by_name: tuple[ByName, ...] = ()
    shields: InheritedCopies = field(default_factory=dict)
    unaliased: AliasCopies = field(default_factory=dict)
    credentials: Mapping[str, Credentials] = field(default_factory=dict)

    @property
    def apps(self) -> list[str]:
        """The pooled apps, each once."""
        return list(dict.fromkeys(a for p in self.poolers for a in p.apps))

    @property
    def in_session(self) -> set[str]:
        """The apps that go to session aliases alone, and so lose nothing at a transaction pool."""
        shared = {m.variable.service for m in self.moves if not m.session} | {b.service for b in self.by_name}
        return {m.variable.service for m in self.moves if m.session} - shared

    def sharing_sessions(self, pooler: Pooler) -> list[str]:
        """The apps of a pooler that do not have its sessions to themselves."""
        if pooler.settings.get(tuning.POOL_MODE) == "session":
            return []
        kept = {m.variable.service for m in self.moves if m.session and m.pooler is pooler}
        return [app for app in pooler.apps if app not in kept]

    def variables_of(self, pooler: Pooler) -> list[ConnectionVariable]:
        """The variables that lead to a pooler, in either way."""
        named = [s for b in self.by_name if b.pooler == pooler.name for s in b.variables]
        return [m.variable for m in self.moves if m.pooler is pooler] + named

    @property
    def added(self) -> list[str]:
        """The services that are added: poolers, and after them their exporters."""
        return [p.name for p in self.poolers] + [p.exporter for p in self.poolers if p.exporter]


# A pooler's variables other than PgBouncer's settings.
NO_SETTINGS = ("PGBOUNCER_LISTEN_PORT", VARIABLE, _METRICS_VARIABLE, PEERS)


def twin_of(variable: ConnectionVariable, environment: Container[str]) -> str | None:
    """The name under which a variable's old value is to be kept beside it; None where nothing is to be added.

    Hosts and ports need none, the pooler's own block says as much, and a command has no place for one. A variable
    of that name that is there already is the user's.

    Args:
        variable: the variable.
        environment: the names that the app's environment has.
    """
    name = variable.name + DIRECT_SUFFIX
    plain = variable.kind in BARE or variable.in_command or PAST_A_POOLER.search(variable.name)
    return None if plain or name in environment else name
