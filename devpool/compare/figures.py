"""What a run took and what it asked of Postgres and the pooler, as numbers side by side. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from devpool.measurements.show_tables import Totals

QUERIES_OF_A_LOOK = 3  # BEGIN, a SELECT and ROLLBACK (docker/inside/leaks.pl)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerCounts:
    """What a server has counted so far: its transactions, and its sessions (None before Postgres 14)."""

    transactions: int
    sessions: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The numbers of one run; None where they are unknown, or nothing of the kind exists on that way.

    Attributes:
        seconds: how long the command took.
        connections: the most connections that Postgres held for it at the same time.
        connects: the connections that were opened at Postgres.
        transactions: how many there were.
        queries: how many there were.
        waiting: the most clients that waited for a server connection at the same time.
        longest_wait: the longest wait seen, in seconds.
        parsed: the statements that clients prepared.
        prepared: the statements that were prepared on servers for them.
        received: the bytes from clients.
        sent: the bytes to clients.
    """

    seconds: float
    connections: int | None = None
    connects: int | None = None
    transactions: int | None = None
    queries: int | None = None
    waiting: int | None = None
    longest_wait: float | None = None
    parsed: int | None = None
    prepared: int | None = None
    received: int | None = None
    sent: int | None = None


def counted(before: ServerCounts | None, after: ServerCounts | None) -> tuple[int | None, int | None]:
    """The transactions and the sessions between two looks at a server; None where one of them is missing."""
    if before is None or after is None:
        return None, None
    sessions = None if None in (before.sessions, after.sessions) else (after.sessions or 0) - (before.sessions or 0)
    return max(0, after.transactions - before.transactions), None if sessions is None else max(0, sessions)


def added(totals: Iterable[Totals], looks: int = 0) -> Totals:
    """The totals of all databases together.

    Args:
        totals: those of each.
        looks: how many server connections devpool has looked into, each in a transaction of its own.
    """
    every = list(totals)
    names = [f.name for f in fields(Totals) if f.name != "database"]
    sums = {name: sum(getattr(one, name) for one in every) for name in names}
    sums["transactions"] = max(0, sums["transactions"] - looks)
    sums["queries"] = max(0, sums["queries"] - QUERIES_OF_A_LOOK * looks)
    return Totals(database="", **sums)


def median(runs: Sequence[Figures]) -> Figures:
    """The figures of several runs as one: the middle one of each number."""
    medians: dict[str, Any] = {}
    for name in (f.name for f in fields(Figures)):
        values = sorted(value for run in runs if (value := getattr(run, name)) is not None)
        medians[name] = values[len(values) // 2] if values else None
    return Figures(**medians)


_Row = tuple[str, Callable[[Figures], str]]


def rows(columns: Sequence[Figures]) -> list[tuple[str, ...]]:
    """A row for each figure that some column has: its name, and its value in each."""
    lines = [(name, *(shown(figures) for figures in columns)) for name, shown in _ROWS]
    return [row for row in lines if any(cell != _NONE for cell in row[1:])]


_NONE = "-"
_SHORTEST = 0.5  # seconds of a run that has a rate: in less, what the engine itself asks would count too much


def _number(name: str) -> Callable[[Figures], str]:
    return lambda figures: _NONE if getattr(figures, name) is None else f"{getattr(figures, name):,}"


def _rate(name: str) -> Callable[[Figures], str]:
    def shown(figures: Figures) -> str:
        value = getattr(figures, name)
        return _NONE if value is None or figures.seconds < _SHORTEST else f"{value / figures.seconds:,.1f}"

    return shown


def _bytes(name: str) -> Callable[[Figures], str]:
    def shown(figures: Figures) -> str:
        value = getattr(figures, name)
        return _NONE if value is None else f"{value / 1024:,.0f} KiB"

    return shown


def _wait(figures: Figures) -> str:
    return _NONE if figures.longest_wait is None else f"{figures.longest_wait:.2f} s"


_ROWS: tuple[_Row, ...] = (
    ("duration", lambda figures: f"{figures.seconds:.1f} s"),
    ("connections at Postgres, at most", _number("connections")),
    ("connects at Postgres", _number("connects")),
    ("transactions a second", _rate("transactions")),
    ("queries a second", _rate("queries")),
    ("waiting clients, at most", _number("waiting")),
    ("longest wait", _wait),
    ("statements prepared by clients", _number("parsed")),
    ("statements prepared on servers", _number("prepared")),
    ("bytes from clients", _bytes("received")),
    ("bytes to clients", _bytes("sent")),
)
