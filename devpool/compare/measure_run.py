"""Watches Postgres and the poolers while the command runs: connections, waiting clients, and what stays on servers.

State stays on a server connection only until that ends, which in the presets for development is after an idle second: a
look must come soon after the last. So psql and a shell in the containers are asked over and over.

The look into server connections (docker/inside/leaks.pl) must not change what is compared. Only a pool that clients
have used since the last look is looked into: a connection that is looked into counts as used, and one that is used
every second never times out, which would keep `DROP DATABASE` from a test that has ended. A database that the tests
have made is left alone once its clients have gone.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from threading import Event, Thread

from devpool.checks.leaks import states, tracked
from devpool.compare.comparison import Left
from devpool.compare.figures import Figures, added
from devpool.compare.measure_database import DatabaseWatch
from devpool.docker.console import ADMIN, question
from devpool.docker.container_values import RunningContainer
from devpool.docker.containers import Stack
from devpool.docker.conversation import Conversation
from devpool.docker.psql import rows
from devpool.errors import DevpoolError
from devpool.measurements.show_tables import Pool, Totals, pools, totals
from devpool.observe.leak_probe import Answers, ask_idle, not_shared

_PAUSE = 0.1  # seconds between two looks
_TAKEN = (
    2  # seconds for which a look may take connections: with the idle second after it, less than DROP DATABASE waits
)
_REST = 10.0  # seconds in which a pool is left alone after a look that failed
# What a look's questions, and a whole look, take on a machine so busy that it could be in the way of DROP DATABASE.
_SLOW, _LONG = 0.2, 1.0
_BUSY = "the machine was too busy to look into all that stayed in the databases that the tests have made"
_LATE = 20.0  # seconds for the last look


class Watch(Thread):
    """Looks again and again, from `start` to `end`.

    Args:
        stack: the project's containers.
        databases: the containers of the databases; none where they are elsewhere.
        poolers: the containers of the poolers; none on the direct way.
        known: the addresses of all other containers, whose connections do not count.
    """

    def __init__(
        self,
        stack: Stack,
        databases: Sequence[RunningContainer],
        poolers: Sequence[RunningContainer],
        known: Iterable[str],
    ) -> None:
        super().__init__(daemon=True)
        self._over = Event()
        self.problems: dict[str, None] = {}
        self._servers = [DatabaseWatch(stack, container, known) for container in databases]
        there = frozenset(name for server in self._servers for name in server.databases)
        self._poolers = [_Pooler(stack, container, there) for container in poolers]

    @property
    def left(self) -> tuple[Left, ...]:
        """What was found on server connections, each thing once."""
        return tuple(left for pooler in self._poolers for left in pooler.left.values())

    def run(self) -> None:
        """Look until the end, for half of the time at most: the command is to have the machine."""
        took = 0.0
        while not self._over.wait(max(_PAUSE, took)):
            began = time.monotonic()
            self._look()
            took = time.monotonic() - began

    def end(self) -> None:
        """Look once more, and no further."""
        self._over.set()
        if self.ident is not None:
            self.join(_LATE)
        self._look()
        if any(pooler.busy for pooler in self._poolers):
            self.problems[_BUSY] = None

    def figures(self, seconds: float) -> Figures:
        """The numbers of a run of so many seconds; to be asked for once its connections are closed."""
        counts = [server.counted() for server in self._servers]
        held = _sum(server.held for server in self._servers)
        connects, transactions = _sum(c[1] for c in counts), _sum(c[0] for c in counts)
        if not self._poolers:
            return Figures(seconds=seconds, connections=held, connects=connects, transactions=transactions)
        every = [t for pooler in self._poolers for t in pooler.totals]
        totals = added(every, sum(sum(pooler.own.values()) for pooler in self._poolers))
        return Figures(
            seconds=seconds,
            connections=held,
            connects=connects,
            transactions=totals.transactions,
            queries=totals.queries,
            waiting=max(pooler.waiting for pooler in self._poolers),
            longest_wait=max(pooler.longest for pooler in self._poolers),
            parsed=totals.parsed,
            prepared=totals.prepared,
            received=totals.received,
            sent=totals.sent,
        )

    def close(self) -> None:
        """End the programs in the containers."""
        for server in self._servers:
            server.close()
        for pooler in self._poolers:
            pooler.close()

    def _look(self) -> None:
        for look in (*(pooler.look for pooler in self._poolers), *(server.look for server in self._servers)):
            try:
                look()
            except DevpoolError as error:
                self.problems[error.message] = None


@dataclass(kw_only=True)
class _Seen:
    """Of one database at a pooler: all transactions until the last look into its connections; when the pooler was asked
    last; and until when they are not looked into, after a look that failed.
    """

    at: float
    transactions: int = 0
    rests_until: float = 0.0


class _Pooler:
    """A pooler: its totals, the most clients that waited and for how long, and what was found on its connections."""

    def __init__(self, stack: Stack, container: RunningContainer, there: frozenset[str]) -> None:
        self._there = there
        told = question(stack, container, "CONFIG", reports=True).ask()
        config = {row["key"]: row["value"] for row in told.shown["CONFIG"]}
        query = container.environment.get("PGBOUNCER_DB_CONNECT_QUERY", "")
        self._apart = tracked(told.reported, config.get("track_extra_parameters", ""), query)
        self._console = Conversation(stack.call, container.id, ADMIN)
        self._shell = Conversation(stack.call, container.id, ["sh"])
        self._seen: dict[str, _Seen] = {}
        self.totals: tuple[Totals, ...] = ()
        self.own: dict[str, int] = {}
        self.waiting, self.longest, self.busy = 0, 0.0, False
        self.left: dict[tuple[str, str, str], Left] = {}
        self._began = time.time()

    def look(self) -> None:
        began = time.monotonic()
        counts = self._count()
        every = pools(rows(self._console.ask("SHOW POOLS")))
        slow = time.monotonic() - began > _SLOW
        self.waiting = max(self.waiting, sum(pool.clients_waiting for pool in every))
        self.longest = max([self.longest, *(pool.longest_wait for pool in every)])
        for database, count in counts.items():
            seen = self._seen.setdefault(database, _Seen(at=self._began))
            mine = [p for p in every if p.database == database and self._may_look(p)]
            if mine and count != seen.transactions and time.time() > seen.rests_until:
                if slow and self._is_made(database):
                    self.busy = True
                else:
                    self._into(mine, seen, count)
            seen.at = time.time()

    def _may_look(self, pool: Pool) -> bool:
        """Whether a pool may be looked into. A database that the tests have made, and that nobody uses any more, is
        about to be dropped: a connection that began meanwhile would be in the way.
        """
        used = pool.clients_active or pool.clients_waiting or not self._is_made(pool.database)
        return bool(used and pool.servers_idle and not not_shared(pool))

    def _is_made(self, database: str) -> bool:
        """Whether the tests have made a database, as far as is known."""
        return bool(self._there) and database not in self._there

    def _count(self) -> dict[str, int]:
        """The transactions of each database."""
        self.totals = totals(rows(self._console.ask("SHOW STATS")))
        return {t.database: t.transactions for t in self.totals}

    def _into(self, mine: Sequence[Pool], seen: _Seen, before: int) -> None:
        """Look into all pools of a database, the transactions of which are counted together."""
        database, answered, problem = mine[0].database, 0, ""
        began = time.monotonic()
        for pool in mine:
            kept, why = ask_idle(self._shell.execute, pool, _TAKEN)
            self._keep(pool, kept, seen.at)
            answered += len(kept)
            problem = problem or why or ("" if kept else f"{pool.user}@{database} did not answer a look in time")
        if self._is_made(database):
            self._let_go(database)
            if time.monotonic() - began > _LONG:
                self.busy, seen.rests_until = True, time.time() + _REST
        after = self._count().get(database, 0)
        # What clients did meanwhile is looked into next. After a look that failed nobody knows whose they were.
        seen.transactions = after if problem else before + answered
        self.own[database] = self.own.get(database, 0) + min(sum(pool.servers_idle for pool in mine), after - before)
        if problem:
            seen.rests_until = time.time() + _REST
            raise DevpoolError("docker-failed", problem)

    def _let_go(self, database: str) -> None:
        """Close the connections of a database that the tests have made, once nobody uses it: after a look they would
        stay until the idle timeout, which on a busy machine is too late for DROP DATABASE.
        """
        mine = [pool for pool in pools(rows(self._console.ask("SHOW POOLS"))) if pool.database == database]
        if '"' not in database and not any(pool.clients_active or pool.clients_waiting for pool in mine):
            self._console.ask(f'RECONNECT "{database}"')

    def _keep(self, pool: Pool, kept: Answers, since: float) -> None:
        for state in (s for answer in kept.values() for s in states(answer, self._apart)):
            left = Left(
                kind=state.kind,
                what=state.what,
                statement=state.statement,
                pattern=state.pattern,
                pool=f"{pool.user}@{pool.database}",
                since=since,
                seen=time.time(),
            )
            self.left.setdefault(left.key, left)

    def close(self) -> None:
        self._console.close()
        self._shell.close()


def _sum(values: Iterable[int | None]) -> int | None:
    known = list(values)
    return None if not known or None in known else sum(value or 0 for value in known)
