"""The live routes: connections at the pooler and at Postgres, by service and container."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from devpool.docker.console import Row
from devpool.docker.container_values import RunningContainer
from devpool.docker.containers import Stack
from devpool.docker.psql import rows
from devpool.docker.questions import Question, answered, answers
from devpool.measurements.routes import Connections, Replica
from devpool.measurements.show_tables import HEALTH
from devpool.resources import inside

ACTIVITY = (
    "SELECT host(client_addr) AS addr, datname AS database, usename AS user, "
    "coalesce(application_name, '') AS application, count(*) AS connections "
    "FROM pg_catalog.pg_stat_activity "
    "WHERE backend_type = 'client backend' AND client_addr IS NOT NULL AND pid <> pg_backend_pid() "
    "GROUP BY 1, 2, 3, 4"
)
"""The connections of a server by where they come from; `at_database` counts them."""
_IDLE_SECONDS = 4
_ITSELF = frozenset({"127.0.0.1"})
Running = Mapping[str, list[RunningContainer]]  # by service
Counts = Counter[str]  # by address
ByDatabase = Mapping[str, Counts]


def at_pooler(clients: Iterable[Row]) -> Counts:
    """The rows of SHOW CLIENTS by address."""
    return Counter(row.get("addr", "") for row in clients if row.get("database") != HEALTH)


def at_database(activity: Iterable[Row]) -> Counts:
    """The rows of `ACTIVITY` by address."""
    counts: Counts = Counter()
    for row in activity:
        counts[row["addr"]] += int(row["connections"])
    return counts


def connections(
    running: Running, pairs: Iterable[tuple[str, str]], pooled: ByDatabase, direct: ByDatabase
) -> list[Connections]:
    """The connections of services to databases.

    Args:
        running: the containers that run, by service.
        pairs: (service, database) to count.
        pooled: the connections at each database's poolers.
        direct: those at the databases, as far as they can be seen.
    """
    return [
        Connections.of(
            service,
            database,
            (_replica(c, pooled.get(database, Counter()), direct.get(database)) for c in running[service]),
        )
        for service, database in pairs
        if service in running
    ]


def from_outside(
    running: Running, databases: Iterable[str], pooled: ByDatabase, direct: ByDatabase
) -> dict[str, tuple[int, int]]:
    """How many connections no container of the project holds, such as those of programs on the host: for each database
    at its pooler and at itself.

    Args:
        running: the containers that run, by service.
        databases: those that programs on the host may reach.
        pooled: the connections at each database's poolers.
        direct: those at the databases, as far as they can be seen.
    """
    known = {address for container in running.values() for c in container for address in c.addresses} | _ITSELF

    def outside(counts: Counts) -> int:
        return sum(n for address, n in counts.items() if address[:1].isdigit() and address not in known)

    return {d: (outside(pooled.get(d, Counter())), outside(direct[d])) for d in databases if d in direct}


def _replica(container: RunningContainer, pooled: Counts, direct: Counts | None) -> Replica:
    return Replica(
        container=container.name,
        at_pooler=sum(pooled[a] for a in container.addresses),
        at_database=None if direct is None else sum(direct[a] for a in container.addresses),
        addressed=bool(container.addresses),
    )


def ask_databases(stack: Stack, running: Running, names: Iterable[str]) -> dict[str, Counts]:
    """The connections at those of these databases that run.

    Raises:
        DevpoolError: what asking one raises.
    """
    containers = [(name, container) for name in dict.fromkeys(names) for container in running.get(name, [])]
    counts: dict[str, Counts] = {name: Counter() for name, _ in containers}
    each = answers(stack.queries(container, ACTIVITY) for _, container in containers)
    for (name, _), activity in zip(containers, each, strict=True):
        counts[name] += at_database(answered(activity)[0])
    return counts


def wait_for(
    stack: Stack,
    running: Running,
    pairs: list[tuple[str, str]],
    poolers: Mapping[str, str],
    *,
    services: Collection[str],
    fresh: Collection[str],
    seconds: float,
) -> list[Connections]:
    """Count when every service has a connection at its pooler and none at Postgres, or time runs out.

    An app that connects only on demand shows no connection at all: that is not a failure, and
    it gets only a few seconds.

    Args:
        stack: the project's containers.
        running: those that run, by service.
        pairs: (service, database) to count.
        poolers: the pooler's service by database.
        services: those that are to be at their pooler.
        fresh: the services that were just started and may be about to connect.
        seconds: how long to wait for a connection that is still at Postgres.
    """
    end, patience = time.monotonic() + seconds, _IDLE_SECONDS
    while True:
        awaited = [pair for pair in pairs if pair[0] in services and pair[0] in fresh]
        pooled = _once_arrived(stack, running, awaited, poolers, patience)
        now = connections(running, pairs, pooled, ask_databases(stack, running, (d for _, d in pairs)))
        moved = not any(c.at_database for c in now if c.service in services)
        if moved or time.monotonic() > end:
            return now
        time.sleep(0.3)
        stack.look_again()
        running, patience = stack.inspected(), 0


def _once_arrived(
    stack: Stack, running: Running, awaited: list[tuple[str, str]], poolers: Mapping[str, str], seconds: int
) -> dict[str, Counts]:
    """The connections at each pooler, as soon as all that is awaited has arrived there, or time runs out."""

    def question(database: str, pooler: RunningContainer) -> Question[Counts]:
        services = dict.fromkeys(service for service, name in awaited if name == database)
        addresses = [" ".join(a for c in running.get(service, []) for a in c.addresses) for service in services]
        words = [str(seconds), *(text for text in addresses if text)]
        command = ["sh", "-c", inside("arrived.sh"), "sh", *words]
        return stack.question(pooler, command, lambda text: at_pooler(rows(text)))

    asked = [(database, c) for database, pooler in poolers.items() for c in running.get(pooler, [])]
    each = answers([question(*pair) for pair in asked])
    by_database: dict[str, Counts] = {}
    for (database, _), counts in zip(asked, each, strict=True):
        by_database[database] = by_database.get(database, Counter()) + answered(counts)
    return by_database
