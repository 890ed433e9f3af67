"""Counts before and after, and the rows of the table."""

from __future__ import annotations

import pytest

from devpool.compare.figures import Figures, ServerCounts, added, counted, rows
from devpool.measurements.show_tables import Totals


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (ServerCounts(transactions=5, sessions=2), ServerCounts(transactions=9, sessions=3), (4, 1)),
        (ServerCounts(transactions=5, sessions=None), ServerCounts(transactions=9, sessions=None), (4, None)),
        (ServerCounts(transactions=5, sessions=2), ServerCounts(transactions=0, sessions=0), (0, 0)),
        (None, ServerCounts(transactions=9, sessions=3), (None, None)),
    ],
)
def test_what_a_server_did_between_two_looks(
    before: ServerCounts | None, after: ServerCounts | None, found: tuple[int | None, int | None]
) -> None:
    assert counted(before, after) == found


def test_devpools_own_transactions_do_not_count() -> None:
    each = [Totals(database=n, transactions=10, queries=40, query_us=1, wait_us=2, received=5) for n in ("a", "b")]
    found = added(each, looks=3)
    assert (found.transactions, found.queries, found.received) == (17, 71, 10)


def test_a_figure_that_no_way_has_is_no_row() -> None:
    found = {row[0]: row[1:] for row in rows([Figures(seconds=2.0, transactions=10), Figures(seconds=4.0)])}
    assert found == {"duration": ("2.0 s", "4.0 s"), "transactions a second": ("5.0", "-")}


def test_a_run_of_a_moment_has_no_rate() -> None:
    found = dict(rows([Figures(seconds=0.02, transactions=4, connects=1)]))
    assert found == {"duration": "0.0 s", "connects at Postgres": "1"}


def test_large_numbers_are_readable() -> None:
    found = dict(rows([Figures(seconds=1.0, parsed=12345, received=20480, longest_wait=0.256, waiting=0)]))
    assert found["statements prepared by clients"] == "12,345"
    assert found["bytes from clients"] == "20 KiB"
    assert found["longest wait"] == "0.26 s"
    assert found["waiting clients, at most"] == "0"
