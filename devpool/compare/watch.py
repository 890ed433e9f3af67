"""Watches Postgres and the poolers while the command runs: connections, waiting clients, and what stays on servers.

The look into server connections (docker/inside/leaks.pl) must not change what is compared. Only a pool that clients
have used since the last look is looked into: a connection that is looked into counts as used, and one that is used
every second never times out, which would keep `DROP DATABASE` from a test that has ended.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from threading import Event, Thread

from devpool.checks.leaks import states, tracked
from devpool.compare.comparison import Left
from devpool.compare.figures import Figures, ServerCounts, added, counted
from devpool.docker.console import Row, Told, question
from devpool.docker.container_values import RunningContainer
from devpool.docker.containers import Stack
from devpool.docker.live_routes import ACTIVITY, at_database
from devpool.docker.psql import asked, in_database, parts, rows
from devpool.docker.questions import Question, asking
from devpool.errors import DevpoolError
from devpool.measurements.show_tables import Pool, Totals, pools, totals
from devpool.observe.leak_probe import ask_idle, not_shared

_PAUSE = 0.15  # seconds between two looks
_LATE = 10.0  # seconds for the last look
_COUNTS = (
    "SELECT sum(xact_commit + xact_rollback) AS transactions, "
    "sum((pg_catalog.to_jsonb(d) ->> 'sessions')::bigint) AS sessions FROM pg_catalog.pg_stat_database AS d"
)


@dataclass(kw_only=True)
class _Pooler:
    """One pooler and what is known of it: the settings that are no leak, its last totals, and of each database how
    many transactions were devpool's own, and how many there were at the last look.
    """

    container: RunningContainer
    apart: frozenset[str] = frozenset()
    totals: tuple[Totals, ...] = ()
    own: dict[str, int] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)


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
        self._stack, self._databases, self._known = stack, databases, {*known, "127.0.0.1", "::1"}
        self._poolers = [_Pooler(container=c, apart=self._apart(c)) for c in poolers]
        self._over = Event()
        self._looks = 0
        self._held: int | None = None
        self._waiting, self._longest = 0, 0.0
        self._looked_at = time.time()
        self.left: dict[tuple[str, str, str], Left] = {}
        self.problems: dict[str, None] = {}
        self._before = [self._counts(c) for c in databases]

    def run(self) -> None:
        """Look until the end."""
        while not self._over.wait(_PAUSE):
            self._look()

    def end(self) -> None:
        """Look once more, and no further."""
        self._over.set()
        if self.ident is not None:
            self.join(_LATE)
        self._look()

    def figures(self, seconds: float) -> Figures:
        """The numbers of a run of so many seconds; to be asked for once its connections are closed."""
        each = [counted(b, self._counts(c)) for b, c in zip(self._before, self._databases, strict=True)]
        transactions = _sum(pair[0] for pair in each)
        connects = _sum(pair[1] for pair in each)
        if not self._poolers:
            # Every session begins with a transaction of the server's own (PostgreSQL, `InitPostgres`).
            begun = self._looks if connects is None else connects
            mine = None if transactions is None else max(0, transactions - begun - self._looks)
            return Figures(seconds=seconds, connections=self._held, connects=self._without(connects), transactions=mine)
        every = [t for p in self._poolers for t in p.totals]
        found = added(every, sum(n for p in self._poolers for n in p.own.values()))
        return Figures(
            seconds=seconds,
            connections=self._held,
            connects=self._without(connects),
            transactions=found.transactions,
            queries=found.queries,
            waiting=self._waiting,
            longest_wait=self._longest,
            parsed=found.parsed,
            prepared=found.prepared,
            received=found.received,
            sent=found.sent,
        )

    def _without(self, connects: int | None) -> int | None:
        """Connects without those of the looks, each of which is one."""
        return None if connects is None else max(0, connects - self._looks)

    def _look(self) -> None:
        began = time.time()
        told = [question(self._stack, p.container, "STATS", "POOLS") for p in self._poolers]
        activity = [self._asked(c, ACTIVITY) for c in self._databases]
        with asking(told) as shown, asking(activity) as held:
            self._of_servers(held())
            for pooler, answer in zip(self._poolers, shown(), strict=True):
                if isinstance(answer, DevpoolError):
                    self.problems[answer.message] = None
                else:
                    self._of_pooler(pooler, answer)
        self._looked_at = began

    def _of_servers(self, found: list[list[Row] | DevpoolError]) -> None:
        self._looks += len(found)
        known = [answer for answer in found if not isinstance(answer, DevpoolError)]
        if known:
            counts = (at_database(rows).items() for rows in known)
            held = sum(n for each in counts for address, n in each if address not in self._known)
            self._held = max(self._held or 0, held)

    def _of_pooler(self, pooler: _Pooler, told: Told) -> None:
        mine, every = totals(told.shown["STATS"]), pools(told.shown["POOLS"])
        pooler.totals = mine
        self._waiting = max(self._waiting, sum(pool.clients_waiting for pool in every))
        self._longest = max([self._longest, *(pool.longest_wait for pool in every)])
        counts = {t.database: t.transactions for t in mine}
        for pool in every:
            count = counts.get(pool.database, 0) - pooler.own.get(pool.database, 0)
            if pool.servers_idle and not not_shared(pool) and count != pooler.seen.get(pool.database, 0):
                pooler.seen[pool.database] = count
                self._into(pooler, pool)

    def _into(self, pooler: _Pooler, pool: Pool) -> None:
        kept, problem = ask_idle(self._stack, pooler.container, pool)
        pooler.own[pool.database] = pooler.own.get(pool.database, 0) + len(kept)
        if problem:
            self.problems[problem] = None
        for state in (s for answer in kept.values() for s in states(answer, pooler.apart)):
            left = Left(
                kind=state.kind,
                what=state.what,
                statement=state.statement,
                pattern=state.pattern,
                pool=f"{pool.user}@{pool.database}",
                since=self._looked_at,
                seen=time.time(),
            )
            self.left.setdefault(left.key, left)

    def _apart(self, container: RunningContainer) -> frozenset[str]:
        told = question(self._stack, container, "CONFIG", reports=True).ask()
        config = {row["key"]: row["value"] for row in told.shown["CONFIG"]}
        query = container.environment.get("PGBOUNCER_DB_CONNECT_QUERY", "")
        return tracked(told.reported, config.get("track_extra_parameters", ""), query)

    def _counts(self, database: RunningContainer) -> ServerCounts | None:
        self._looks += 1
        try:
            row = self._asked(database, _COUNTS).ask()[0]
        except DevpoolError:
            return None
        sessions = row["sessions"]
        return ServerCounts(transactions=int(row["transactions"] or 0), sessions=int(sessions) if sessions else None)

    def _asked(self, database: RunningContainer, sql: str) -> Question[list[Row]]:
        """The question for the rows of a query. No database of the app's is in use for it: one that is to be dropped or
        copied must not be.
        """
        command = in_database(("-X", "-d", "postgres", *asked(sql)))
        return self._stack.question(database, command, lambda text: rows(parts(text, 1)[0]))


def _sum(values: Iterable[int | None]) -> int | None:
    found = list(values)
    return None if not found or None in found else sum(value or 0 for value in found)
