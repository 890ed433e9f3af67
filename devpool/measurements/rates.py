"""What the live view remembers between two refreshes: rates, and small bars of recent ones. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from devpool.measurements.show_tables import PoolerStatus, Totals

LENGTH = 16
BARS = "▁▂▃▄▅▆▇█"
PLAIN_BARS = "_.-:=+*#"
Key = tuple[str, str]  # the pooler, and a database or a pool of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """What a database did between two looks: transactions and queries a second, and the mean milliseconds of a query
    and of waiting for a server connection.
    """

    transactions: float
    queries: float
    query_ms: float
    wait_ms: float


def rates(before: Totals, after: Totals, seconds: float) -> Rates:
    """The rates of two counts. A pooler that was started anew counts from zero: that is no rate below zero."""
    transactions, queries, query_us, wait_us = (
        max(0, getattr(after, name) - getattr(before, name))
        for name in ("transactions", "queries", "query_us", "wait_us")
    )
    span = max(seconds, 1e-6)
    return Rates(
        transactions=transactions / span,
        queries=queries / span,
        query_ms=query_us / 1000 / queries if queries else 0.0,
        wait_ms=wait_us / 1000 / transactions if transactions else 0.0,
    )


def bar(values: Sequence[float], signs: str = BARS, least: float = 1.0) -> str:
    """A sign for each value, the tallest for the greatest of them (or for `least`, where all are smaller)."""
    top = max([least, *values])
    return "".join(signs[min(int(v / top * len(signs)), len(signs) - 1)] for v in values)


@dataclass(kw_only=True)
class History:
    """The last looks.

    Attributes:
        rates: of each database, after two looks.
        busy: the busy server connections of each pool at the last looks, the newest last.
        speed: the transactions a second of each database at the last looks.
    """

    rates: dict[Key, Rates] = field(default_factory=dict)
    busy: dict[Key, list[float]] = field(default_factory=dict)
    speed: dict[Key, list[float]] = field(default_factory=dict)
    _before: dict[Key, Totals] = field(default_factory=dict)
    _at: float = 0.0

    def add(self, at: float, poolers: Iterable[PoolerStatus]) -> None:
        """Take in a look.

        Args:
            at: when it was, in seconds of a clock that only goes forward.
            poolers: what each showed.
        """
        now: dict[Key, Totals] = {}
        for pooler in poolers:
            for pool in pooler.pools:
                _push(self.busy, (pooler.name, f"{pool.user}@{pool.database}"), float(pool.servers_active))
            now |= {(pooler.name, totals.database): totals for totals in pooler.totals}
        self.rates = {k: rates(self._before[k], t, at - self._at) for k, t in now.items() if k in self._before}
        for key, rate in self.rates.items():
            _push(self.speed, key, rate.transactions)
        self._before, self._at = now, at


def _push(kept: dict[Key, list[float]], key: Key, value: float) -> None:
    kept[key] = [*kept.get(key, []), value][-LENGTH:]
