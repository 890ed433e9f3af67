"""Session state left on shared server connections, as check results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from devpool.checks.leaks import Leak, ProbedPool
from devpool.checks.result import Result, ok, skipped, warning

_WAYS = {
    "advisory lock": "pg_advisory_xact_lock ends with its transaction",
    "LISTEN": "listen on a direct connection",
    "SET": "SET LOCAL ends with its transaction; ALTER ROLE ... SET applies to all",
    "temporary table": "CREATE TEMPORARY TABLE ... ON COMMIT DROP ends with its transaction",
    "PREPARE": "let the driver prepare over the protocol",
    "WITH HOLD cursor": "read it inside its transaction, without WITH HOLD",
}


def leak_results(leaks: Iterable[Leak], looked: Iterable[ProbedPool]) -> Iterator[Result]:
    """A warning for each leak; for each pool without one, how much of it was inspected."""
    dirty = set()
    for leak in leaks:
        dirty.add((leak.pooler, leak.pool))
        apps = " or ".join(leak.apps) or "somebody"
        yield warning(
            "leak",
            leak.pooler,
            f"{leak.kind} on backend {leak.pid} of {leak.pool}: {leak.what}; most likely {apps} ({leak.evidence})",
            f"look for `{leak.statement}`; {_WAYS[leak.kind]}, or `devpool enable --session {leak.apps[0]}`"
            if leak.apps
            else f"look for `{leak.statement}`; {_WAYS[leak.kind]}",
        )
    for pool in looked:
        yield from [_clean(pool)] if (pool.pooler, pool.pool) not in dirty else _part(pool)


def _clean(pool: ProbedPool) -> Result:
    if pool.problem:
        return skipped("leak", pool.pooler, f"{pool.pool}: {pool.problem}")
    if not pool.seen:
        return skipped(
            "leak",
            pool.pooler,
            f"{pool.pool}: no idle server connection to inspect",
            "check while the apps are busy, or keep connections longer: devpool set server_idle_timeout=600",
        )
    return ok("leak", pool.pooler, f"{pool.pool}: nothing left on {pool.seen} of {pool.servers} server connections")


def _part(pool: ProbedPool) -> Iterator[Result]:
    if pool.problem:
        yield skipped("leak", pool.pooler, f"{pool.pool}: not inspected: {pool.problem}")
    elif pool.seen < pool.servers:
        busy = pool.servers - pool.seen
        yield skipped("leak", pool.pooler, f"{pool.pool}: {busy} busy server connections were not inspected")
