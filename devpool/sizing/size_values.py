"""Input and output of pool sizing, each number with its source."""

from __future__ import annotations

from dataclasses import dataclass

from devpool.sizing.concurrency import Demand, Fact

SOURCES = {
    "limit": "PostgreSQL documentation, https://www.postgresql.org/docs/current/runtime-config-connection.html",
    "pgbouncer": "PgBouncer documentation, https://www.pgbouncer.org/config.html",
    "wiki": "PostgreSQL wiki, https://wiki.postgresql.org/wiki/Number_Of_Database_Connections",
    "hikari": "HikariCP, About Pool Sizing, https://github.com/brettwooldridge/HikariCP/wiki/About-Pool-Sizing",
    "little": "Little's law, L = λW: J. D. C. Little, Operations Research 9(3), 1961, "
    "https://doi.org/10.1287/opre.9.3.383",
    "devpool": "devpool's own choice, as in docs/pooler-presets.md",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerLimits:
    """A database's server: its `max_connections`, those of them that apps do not get, and its cores."""

    max_connections: Fact
    reserved: Fact
    cores: Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """The measured load.

    Attributes:
        source: where and over what time.
        per_second: transactions a second; 0 where only their product with the next was measured.
        seconds: mean duration of a transaction.
        busy: connections inside a transaction on average, in the database where they are most.
        waiting: clients that wait for a connection now.
        longest: how many seconds the first of them has waited.
    """

    source: str
    per_second: float = 0.0
    seconds: float = 0.0
    busy: float
    waiting: int = 0
    longest: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """All known facts about one database.

    Attributes:
        database: its name.
        server: its server.
        pooled: the apps that a pooler serves.
        direct: those that stay direct.
        pools: pairs of user and database, each of which has a pool of its own.
        databases: how many databases the pooler leads to.
        held: connections of clients in session mode, which each keep a server connection.
        now: connections that are open now, by where they were counted.
        load: what was measured; None where nothing runs.
    """

    database: str
    server: ServerLimits
    pooled: tuple[Demand, ...]
    direct: tuple[Demand, ...]
    pools: Fact
    databases: int
    held: int = 0
    now: tuple[Fact, ...] = ()
    load: Load | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of the arithmetic: a name, its number, how it comes about, and the keys of `SOURCES` that say so."""

    name: str
    value: int
    how: str
    sources: tuple[str, ...] = ()
    assumed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """The answer for one database.

    Attributes:
        database: its name.
        steps: the arithmetic.
        settings: the recommended settings of PgBouncer; empty where no app is known.
        verdict: `needed`, `soon`, `not-yet` or `no-app`.
        sentence: the verdict in words.
        changes: what would change it.
    """

    database: str
    steps: tuple[Step, ...]
    settings: dict[str, int]
    verdict: str
    sentence: str
    changes: tuple[str, ...]
