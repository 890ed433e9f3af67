"""The load of a running project: the server's limits and connections, and the pooler's work."""

from __future__ import annotations

import time
from math import ceil

from devpool.docker.console import show
from devpool.docker.containers import RunningContainer, Stack
from devpool.measurements.show_tables import of_apps
from devpool.sizing.concurrency import Fact
from devpool.sizing.size_inputs import ContainerLook
from devpool.sizing.size_values import Load, ServerLimits

# `active_time` and `idle_in_transaction_time` exist since PostgreSQL 14, `reserved_connections` since 16.
_SERVER = (
    "SELECT (SELECT setting FROM pg_catalog.pg_settings WHERE name = 'max_connections') AS max_connections, "
    "(SELECT setting FROM pg_catalog.pg_settings WHERE name = 'superuser_reserved_connections') AS superuser, "
    "coalesce((SELECT setting FROM pg_catalog.pg_settings WHERE name = 'reserved_connections'), '0') AS others, "
    "(SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE backend_type = 'client backend' "
    "AND pid <> pg_backend_pid()) AS connections, "
    "(SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE backend_type = 'client backend' "
    "AND pid <> pg_backend_pid() AND xact_start IS NOT NULL) AS busy"
)
_CORES = "nproc; cat /sys/fs/cgroup/cpu.max 2>/dev/null || :"
_SAMPLES = 20


def look(containers: list[RunningContainer]) -> ContainerLook:
    """An app as its containers run."""
    first = containers[0]
    number = len(containers)
    said = "one container" if number == 1 else "running"
    return ContainerLook(
        words=" ".join(first.words),
        variables=first.environment,
        containers=Fact(value=number, source=said),
    )


def server(stack: Stack, database: RunningContainer, cores: Fact) -> tuple[ServerLimits, Fact]:
    """A server's limits, and the connections that it holds.

    Args:
        cores: what is known of its cores otherwise; the fewer count.
    """
    (row,) = stack.query(database, _SERVER)
    superuser, others = int(row["superuser"]), int(row["others"])
    found = ServerLimits(
        max_connections=Fact(value=int(row["max_connections"]), source="from the server"),
        reserved=Fact(
            value=superuser + others,
            source=f"superuser_reserved_connections {superuser} + reserved_connections {others}",
        ),
        cores=min(_cores(stack, database), cores, key=lambda fact: fact.value),
    )
    return found, Fact(value=int(row["connections"]), source="connections at Postgres, pg_stat_activity")


def _cores(stack: Stack, database: RunningContainer) -> Fact:
    """The cores that the container sees, or its share of them (`cpu.max`: microseconds of each period)."""
    words = stack.execute(database, ["sh", "-c", _CORES]).split()
    seen = int(words[0])
    if len(words) == 3 and words[1].isdigit():
        limit = ceil(int(words[1]) / int(words[2]))
        return Fact(value=min(seen, limit), source="the container's limit")
    return Fact(value=seen, source="nproc in the container")


def server_load(stack: Stack, database: RunningContainer, seconds: float) -> Load:
    """The mean number of connections inside a transaction, from several samples."""
    begin = time.monotonic()
    found: list[int] = []
    while not found or (time.monotonic() - begin < seconds and len(found) < _SAMPLES):
        found.append(int(stack.query(database, _SERVER)[0]["busy"]))
        time.sleep(seconds / _SAMPLES)
    return Load(source=f"pg_stat_activity, {len(found)} samples in {seconds:g} s", busy=sum(found) / len(found))


def pooler_load(stack: Stack, pooler: RunningContainer, seconds: float) -> tuple[Load, Fact, Fact]:
    """The pooler's work, its clients, and its pools.

    Args:
        seconds: how long to look; 0 to take PgBouncer's own averages of its last `stats_period`, a minute.
    """
    work, source = _averages(stack, pooler) if not seconds else _differences(stack, pooler, seconds)
    busiest = max(work, key=lambda w: w[0] * w[1], default=(0.0, 0.0))
    found = of_apps(show(stack, pooler, "POOLS"))
    load = Load(
        source=source,
        per_second=busiest[0],
        seconds=busiest[1],
        busy=busiest[0] * busiest[1],
        waiting=sum(int(row["cl_waiting"]) for row in found),
        longest=max((int(row["maxwait"]) + int(row["maxwait_us"]) / 1e6 for row in found), default=0.0),
    )
    clients = Fact(value=sum(int(r["cl_active"]) + int(r["cl_waiting"]) for r in found), source="clients at the pooler")
    return load, clients, Fact(value=len(found), source="pools of the pooler")


Work = list[tuple[float, float]]


def _averages(stack: Stack, pooler: RunningContainer) -> tuple[Work, str]:
    found = of_apps(show(stack, pooler, "STATS"))
    work = [(float(row["avg_xact_count"]), float(row["avg_xact_time"]) / 1e6) for row in found]
    return work, "SHOW STATS, the last minute"


def _differences(stack: Stack, pooler: RunningContainer, seconds: float) -> tuple[Work, str]:
    first, began = _totals(stack, pooler), time.monotonic()
    time.sleep(seconds)
    second, took = _totals(stack, pooler), time.monotonic() - began
    work: Work = []
    for database, (count, spent) in second.items():
        before = first.get(database, (0.0, 0.0))
        number = count - before[0]
        work.append((number / took, (spent - before[1]) / 1e6 / number if number else 0.0))
    return work, f"SHOW STATS, {seconds:g} s apart"


def _totals(stack: Stack, pooler: RunningContainer) -> dict[str, tuple[float, float]]:
    found = of_apps(show(stack, pooler, "STATS"))
    return {row["database"]: (float(row["total_xact_count"]), float(row["total_xact_time"])) for row in found}
