"""Which route is live: the connections at the pooler and at Postgres, by service."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from devpool.containers import Running, Stack

_IDLE_SECONDS = 4.0
_HEALTH = "devpool_health"  # the database name that the image's healthcheck uses


@dataclass(frozen=True, slots=True, kw_only=True)
class Connections:
    """How many connections one service holds: at the pooler, and at Postgres itself, None where that cannot be seen."""

    service: str
    database: str
    at_pooler: int
    at_database: int | None


def count(
    stack: Stack,
    running: Mapping[str, list[Running]],
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
    wanted = list(pairs)
    pooled = {d: _at_pooler(stack, running, poolers.get(d)) for d in {d for _, d in wanted}}
    direct = {d: _at_database(stack, running, d) for d in {d for _, d in wanted}}
    return [
        Connections(
            service=service,
            database=database,
            at_pooler=pooled[database][service],
            at_database=direct[database][service] if database in running else None,
        )
        for service, database in wanted
        if service in running
    ]


def wait_for(
    stack: Stack,
    services: Iterable[str],
    pairs: list[tuple[str, str]],
    poolers: Mapping[str, str],
    *,
    seconds: float,
) -> list[Connections]:
    """Count until every service has a connection at its pooler and none at Postgres, or the time is over.

    An app that connects only when it is asked for something shows no connection at all: that is no fault, and
    it is given a few seconds only.

    Args:
        seconds: how long a connection that is still at Postgres is waited for.
    """
    names, begin = set(services), time.monotonic()
    while True:
        found = count(stack, stack.running(), pairs, poolers)
        mine = [c for c in found if c.service in names]
        waited = time.monotonic() - begin
        moved = not any(c.at_database for c in mine)
        if waited > seconds or (moved and (waited > _IDLE_SECONDS or all(c.at_pooler for c in mine))):
            return found
        time.sleep(0.3)


def _by_address(running: Mapping[str, list[Running]]) -> dict[str, str]:
    return {address: s for s, containers in running.items() for c in containers for address in c.addresses}


def _at_pooler(stack: Stack, running: Mapping[str, list[Running]], pooler: str | None) -> Counter[str]:
    owner = _by_address(running)
    found: Counter[str] = Counter()
    for container in running.get(pooler or "", []):
        for client in stack.pooler_clients(container):
            if client.get("database") != _HEALTH and client.get("addr", "") in owner:
                found[owner[client["addr"]]] += 1
    return found


def _at_database(stack: Stack, running: Mapping[str, list[Running]], database: str) -> Counter[str]:
    owner = _by_address(running)
    found: Counter[str] = Counter()
    for container in running.get(database, []):
        for row in stack.activity(container):
            if row["addr"] in owner:
                found[owner[row["addr"]]] += int(row["connections"])
    return found
