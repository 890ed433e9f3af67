"""Which cases of a long test stay in the fast run; the others are `slow`: `bin/test` leaves them to `bin/test --slow`.

Slow is what adds seconds and no new kind of case: a test over many alike keeps a few that meet each kind of them once.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Any

import pytest


def stride(fast: int) -> int:
    """How many steps a test goes at once that is in both runs: one in the slow run."""
    return 1 if "DEVPOOL_AT_LENGTH" in os.environ else fast


def slow(*values: Any, id: str | None = None) -> Any:  # noqa: A002 - as pytest.param has it
    """A set of parameters for the slow run alone."""
    return pytest.param(*values, id=id, marks=pytest.mark.slow)


def thinned(values: Iterable[Any]) -> list[Any]:
    """All values, or tuples of them, every third of which is fast."""
    sets = [value if isinstance(value, tuple) else (value,) for value in values]
    return [(slow if number % 3 else pytest.param)(*values) for number, values in enumerate(sets)]


def pairs(rows: Sequence[Any], columns: Sequence[Any]) -> list[Any]:
    """Every row with every column; those that meet each row and each column at least once are fast."""
    fewer = min(len(rows), len(columns))
    return [
        (pytest.param if i % fewer == j % fewer else slow)(row, column, id=f"{_name(row)}-{_name(column)}")
        for i, row in enumerate(rows)
        for j, column in enumerate(columns)
    ]


def _name(value: Any) -> str:
    if isinstance(value, tuple):
        return " ".join(word if word.isprintable() else "odd" for word in map(str, value))
    return str(getattr(value, "name", None) or getattr(value, "__name__", value))
