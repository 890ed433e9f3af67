"""The live routes: connections at the pooler and at Postgres, by service and container."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from devpool.docker.console import show
from devpool.docker.containers import RunningContainer, Stack
from devpool.measurements.routes import Connections, Replica
from devpool.measurements.show_tables import HEALTH

_IDLE_SECONDS = 4.0
_ACTIVITY = (
    "SELECT host(client_addr) AS addr, datname AS database, usename AS user, "
    "coalesce(application_name, '') AS application, count(*) AS connections "
    "FROM pg_catalog.pg_stat_activity "
    "WHERE backend_type = 'client backend' AND client_addr IS NOT NULL AND pid <> pg_backend_pid() "
    "GROUP BY 1, 2, 3, 4"
)
_ITSELF = frozenset({"127.0.0.1"})
Counts = Counter[str]  # by address


def count(
    stack: Stack,
    running: Mapping[str, list[RunningContainer]],
    pairs: Iterable[tuple[str, str]],
    poolers: Mapping[str, str],
) -> list[Connections]:
    """The connections of services to databases.

    Args:
        stack: the project's containers.
        running: those that run, by service.
        pairs: (service, database) to count.
        poolers: the pooler's service by database.
    """
    wanted = [(s, d) for s, d in pairs if s in running]
    databases = {d for _, d in wanted}
    pooled = {d: _at_pooler(stack, running.get(poolers.get(d, ""), [])) for d in databases}
    direct = {d: _at_database(stack, running[d]) if d in running else None for d in databases}
    return [
        Connections.of(service, database, (_replica(c, pooled[database], direct[database]) for c in running[service]))
        for service, database in wanted
    ]


def from_outside(
    stack: Stack, running: Mapping[str, list[RunningContainer]], poolers: Mapping[str, str]
) -> dict[str, tuple[int, int]]:
    """How many connections no container of the project holds, such as those of programs on the host: for each database
    at its pooler and at itself.

    Args:
        stack: the project's containers.
        running: those that run, by service.
        poolers: the pooler's service by database.

    Raises:
        DevpoolError: what docker raises.
    """
    inside = {address for found in running.values() for container in found for address in container.addresses}

    def outside(counts: Counts) -> int:
        return sum(n for address, n in counts.items() if address[:1].isdigit() and address not in inside | _ITSELF)

    return {
        database: (outside(_at_pooler(stack, running.get(pooler, []))), outside(_at_database(stack, running[database])))
        for database, pooler in poolers.items()
        if database in running
    }


def _replica(container: RunningContainer, pooled: Counts, direct: Counts | None) -> Replica:
    return Replica(
        container=container.name,
        at_pooler=sum(pooled[a] for a in container.addresses),
        at_database=None if direct is None else sum(direct[a] for a in container.addresses),
        addressed=bool(container.addresses),
    )


def wait_for(
    stack: Stack,
    services: Iterable[str],
    pairs: list[tuple[str, str]],
    poolers: Mapping[str, str],
    *,
    fresh: Collection[str],
    seconds: float,
) -> list[Connections]:
    """Count until every service has a connection at its pooler and none at Postgres, or time runs out.

    An app that connects only on demand shows no connection at all: that is not a failure, and
    it gets only a few seconds.

    Args:
        fresh: the services that were just started and may be about to connect.
        seconds: how long to wait for a connection that is still at Postgres.
    """
    names, begin = set(services), time.monotonic()
    while True:
        found = count(stack, stack.running(), pairs, poolers)
        mine = [c for c in found if c.service in names]
        waited = time.monotonic() - begin
        moved = not any(c.at_database for c in mine)
        if waited > seconds or (
            moved and (waited > _IDLE_SECONDS or all(c.at_pooler for c in mine if c.service in fresh))
        ):
            return found
        time.sleep(0.3)


def _at_pooler(stack: Stack, poolers: Iterable[RunningContainer]) -> Counts:
    rows = (row for pooler in poolers for row in show(stack, pooler, "CLIENTS"))
    return Counter(row.get("addr", "") for row in rows if row.get("database") != HEALTH)


def _at_database(stack: Stack, databases: Iterable[RunningContainer]) -> Counts:
    found: Counts = Counter()
    for database in databases:
        for row in stack.query(database, _ACTIVITY):
            found[row["addr"]] += int(row["connections"])
    return found
