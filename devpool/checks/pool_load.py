"""How full the pools are, and which clients wait."""

from __future__ import annotations

from collections.abc import Iterator

from devpool.checks.facts import Facts
from devpool.checks.result import Level, Result, ok
from devpool.measurements.show_tables import Pool, PoolerStatus


def check_load(facts: Facts) -> Iterator[Result]:
    """Each pool's server connections, each pooler's clients, and waiting clients, against the thresholds."""
    for pooler in facts.answering():
        yield _clients(facts, pooler)
        size = {limit.database: limit.pool_size for limit in pooler.limits}
        for pool in pooler.pools:
            yield _servers(facts, pooler, pool, size.get(pool.database) or pooler.setting("default_pool_size", 20))
        yield from _waiting(facts, pooler)


def _judged(facts: Facts, check: str, pooler: PoolerStatus, now: int, most: int, said: str, hint: str) -> Result:
    """`now` of `most`, against the thresholds; `said` is the sentence without its share."""
    share = 100 * now // max(most, 1)
    level: Level = "critical" if share >= facts.crit else "warning" if share >= facts.warn else "ok"
    message = f"{said} ({share} %)"
    return Result(check=check, subject=pooler.name, level=level, message=message, hint="" if level == "ok" else hint)


def _clients(facts: Facts, pooler: PoolerStatus) -> Result:
    now, most = len(pooler.clients), pooler.setting("max_client_conn", 100)
    said = f"{now} of {most} clients that max_client_conn allows"
    return _judged(facts, "clients", pooler, now, most, said, f"devpool set max_client_conn={2 * most}")


def _servers(facts: Facts, pooler: PoolerStatus, pool: Pool, size: int) -> Result:
    """Idle connections do not count: a pool whose connections are all open has room as long as they are idle."""
    now = pool.servers_active
    said = f"{pool.user}@{pool.database}: {now} of {size} server connections busy"
    hint = f"shorter transactions, or devpool set default_pool_size={2 * size}"
    return _judged(facts, "pool", pooler, now, size, said, hint)


def _waiting(facts: Facts, pooler: PoolerStatus) -> Iterator[Result]:
    limit = pooler.setting("query_wait_timeout", 120)
    waiting = [p for p in pooler.pools if p.clients_waiting]
    for pool in waiting:
        late = bool(limit) and 100 * pool.longest_wait >= facts.crit * limit
        yield Result(
            check="waiting",
            subject=pooler.name,
            level="critical" if late else "warning",
            message=f"{pool.user}@{pool.database}: waiting clients: {pool.clients_waiting}, the longest for "
            f"{pool.longest_wait:.1f} s" + (f" of {limit}, after which they are disconnected" if limit else ""),
            hint="look for long transactions, or raise default_pool_size",
        )
    if not waiting:
        yield ok("waiting", pooler.name, "no client is waiting")
