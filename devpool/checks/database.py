"""Postgres behind the poolers: whether it answers and has room for all pools."""

from __future__ import annotations

from collections.abc import Iterator

from devpool.checks.facts import DatabaseServer, Facts
from devpool.checks.result import Result, critical, ok, skipped, warning
from devpool.decide.tuning import POOL_SIZE, POOL_SIZE_USUAL
from devpool.measurements.show_tables import Pool, PoolerStatus


def check_databases(facts: Facts) -> Iterator[Result]:
    """Each database, and `max_connections` against what all pools may take."""
    for name in dict.fromkeys(r.database for r in facts.routes):
        server = facts.servers.get(name)
        if server is None:
            yield skipped("database", name, facts.asleep() or "it cannot be queried from here")
        elif server.problem:
            yield critical(
                "database", name, f"does not answer: {server.problem}", f"docker compose ps {name}; docker compose logs"
            )
        else:
            yield ok("database", name, f"Postgres {'.'.join(map(str, server.version))} answers")
            yield _full(facts, server)
            yield from _room(facts, server)


def check_tasks(facts: Facts) -> Iterator[Result]:
    """In a stack, what all tasks of a pooler may open against `max_connections`, by the files."""
    for crowd in facts.crowds:
        if crowd.fits:
            yield ok("tasks", crowd.pooler, crowd.sentence)
        else:
            hint = "devpool size --apply; or fewer --replicas, or a larger max_connections of the server"
            yield warning("tasks", crowd.pooler, crowd.sentence, hint)


def _full(facts: Facts, server: DatabaseServer) -> Result:
    room = max(server.most - server.reserved, 1)
    share = 100 * server.connections // room
    words = f"{server.connections} of {room} connections in use ({share} %)"
    hint = "see which apps hold them with `devpool status`, or raise the server's max_connections"
    if share >= facts.crit:
        return critical("connections", server.database, words, hint)
    return (warning if share >= facts.warn else ok)("connections", server.database, words, hint * (share >= facts.warn))


def _room(facts: Facts, server: DatabaseServer) -> Iterator[Result]:
    mine = [p for p in facts.answering() if p.database == server.database]
    if not mine or not any(p.pools for p in mine):
        return
    wanted, room = sum(map(most_servers, mine)), server.most - server.reserved
    direct = _direct(facts, server.database)
    words = f"the pools may open {wanted}" + (f", direct connections hold {direct}" if direct else "")
    words += f"; Postgres has room for {room} ({server.most} minus {server.reserved} reserved)"
    if wanted + direct > room:
        hint = f"devpool set max_db_connections={max(room - direct, 1)}, or a smaller default_pool_size"
        yield warning("max_connections", server.database, words, hint)
    else:
        yield ok("max_connections", server.database, words)


def most_servers(pooler: PoolerStatus) -> int:
    """The most server connections that the current pools may open together.

    A pool is one user at one database; `max_db_connections` bounds those of a database, `max_user_connections` those
    of a user (https://www.pgbouncer.org/config.html).
    """
    size = {limit.database: limit.pool_size + limit.reserve for limit in pooler.limits}
    usual = pooler.setting(POOL_SIZE, POOL_SIZE_USUAL) + pooler.setting("reserve_pool_size")
    most = {limit.database: limit.most for limit in pooler.limits}
    by_database: dict[str, list[Pool]] = {}
    for pool in pooler.pools:
        by_database.setdefault(pool.database, []).append(pool)
    return sum(
        min(sum(size.get(name, usual) for _ in pools), most.get(name) or 10**9) for name, pools in by_database.items()
    )


def _direct(facts: Facts, database: str) -> int:
    return sum(c.at_database or 0 for c in facts.connections or () if c.database == database)
