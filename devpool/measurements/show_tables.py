"""PgBouncer's SHOW answers as values. Columns are read by name: their number grows with every release
(https://www.pgbouncer.org/usage.html, "Show commands").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

CONSOLE = "pgbouncer"
HEALTH = "devpool_health"  # the database name that the image's healthcheck uses
OURS = (CONSOLE, HEALTH)
Row = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """A line of SHOW POOLS: the connections of one user to one database.

    Attributes:
        database: the database's name at the pooler.
        user: the user.
        mode: the pool mode.
        clients_active: clients that have a server connection, or need none now.
        clients_waiting: clients that wait for one.
        servers_active: server connections that a client has.
        servers_idle: the others.
        longest_wait: seconds that the first of the waiting clients has waited.
    """

    database: str
    user: str
    mode: str
    clients_active: int
    clients_waiting: int
    servers_active: int
    servers_idle: int
    longest_wait: float

    @property
    def servers(self) -> int:
        """All its server connections."""
        return self.servers_active + self.servers_idle


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """A line of SHOW DATABASES: how many server connections a pool of the database may have, and all of them together
    (0: no limit of its own).
    """

    database: str
    pool_size: int
    reserve: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """A line of SHOW STATS: what a database did since the pooler started; times in microseconds.

    `received` and `sent` are the bytes from and to clients; `parsed` counts the statements that clients prepared,
    and `prepared` those that were prepared on servers for them.
    """

    database: str
    transactions: int
    queries: int
    query_us: int
    wait_us: int
    received: int = 0
    sent: int = 0
    parsed: int = 0
    prepared: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A line of SHOW CLIENTS or SHOW SERVERS. Times are as PgBouncer writes them, to the second."""

    database: str
    user: str
    address: str
    application: str
    pid: int
    asked: str
    pointer: str
    linked: str


def of_apps(rows: Iterable[Row]) -> list[Row]:
    """The rows without those of the console and of the healthcheck."""
    return [row for row in rows if row.get("database") not in OURS]


def pools(rows: Iterable[Row]) -> tuple[Pool, ...]:
    """SHOW POOLS without the console's and the healthcheck's."""
    return tuple(_pool(row) for row in of_apps(rows))


def _pool(row: Row) -> Pool:
    return Pool(
        database=row.get("database", ""),
        user=row.get("user", ""),
        mode=row.get("pool_mode", ""),
        clients_active=number(row, "cl_active"),
        clients_waiting=number(row, "cl_waiting"),
        servers_active=sum(number(row, f"sv_{n}") for n in ("active", "active_cancel", "being_canceled", "login")),
        servers_idle=sum(number(row, f"sv_{n}") for n in ("idle", "used", "tested")),
        longest_wait=number(row, "maxwait") + number(row, "maxwait_us") / 1e6,
    )


def limits(rows: Iterable[Row]) -> tuple[Limits, ...]:
    """SHOW DATABASES without the console's and the healthcheck's."""
    return tuple(
        Limits(
            database=row.get("name", ""),
            pool_size=number(row, "pool_size"),
            reserve=number(row, "reserve_pool_size", "reserve_pool"),
            most=number(row, "max_connections"),
        )
        for row in rows
        if row.get("name") not in OURS
    )


def totals(rows: Iterable[Row]) -> tuple[Totals, ...]:
    """SHOW STATS without the console's and the healthcheck's."""
    return tuple(
        Totals(
            database=row.get("database", ""),
            transactions=number(row, "total_xact_count"),
            queries=number(row, "total_query_count"),
            query_us=number(row, "total_query_time"),
            wait_us=number(row, "total_wait_time"),
            received=number(row, "total_received"),
            sent=number(row, "total_sent"),
            parsed=number(row, "total_client_parse_count"),
            prepared=number(row, "total_server_parse_count"),
        )
        for row in of_apps(rows)
    )


def links(rows: Iterable[Row]) -> tuple[Link, ...]:
    """SHOW CLIENTS or SHOW SERVERS without the console's and the healthcheck's."""
    return tuple(
        Link(
            database=row.get("database", ""),
            user=row.get("user", ""),
            address=row.get("addr", ""),
            application=row.get("application_name", ""),
            pid=number(row, "remote_pid"),
            asked=row.get("request_time", ""),
            pointer=row.get("ptr", ""),
            linked=row.get("link", ""),
        )
        for row in of_apps(rows)
        if row.get("type") != "R"
    )


def number(row: Row, *names: str) -> int:
    """A number of a row, under the first of its names that the row has; 0 where it has none."""
    text = next((row[name] for name in names if row.get(name)), "0")
    return int(text) if text.lstrip("-").isdigit() else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolerStatus:
    """What one pooler shows of itself now.

    Attributes:
        name: its service.
        database: the service of the database behind it.
        running: whether its container runs.
        health: what Docker says of it, "" where nothing checks it.
        problem: why its console did not answer, "" where it did.
        version: of PgBouncer, `1.26.1`.
        mode: the pool mode of the configured database.
        learnt: "connection" where PgBouncer reported both at the login of one, "console" where it was asked for them.
        reported: all that was reported at that login, by parameter.
    """

    name: str
    database: str
    running: bool = False
    health: str = ""
    problem: str = ""
    version: str = ""
    mode: str = ""
    learnt: str = ""
    reported: Mapping[str, str] = field(default_factory=dict)
    pools: tuple[Pool, ...] = ()
    limits: tuple[Limits, ...] = ()
    totals: tuple[Totals, ...] = ()
    clients: tuple[Link, ...] = ()
    servers: tuple[Link, ...] = ()
    config: Mapping[str, str] = field(default_factory=dict)

    def setting(self, key: str, otherwise: int = 0) -> int:
        """A number of SHOW CONFIG; a duration's whole seconds."""
        text = self.config.get(key, "").partition(".")[0]
        return int(text) if text.isdigit() else otherwise
