"""Rates between two looks, and the small bars of the last ones."""

from __future__ import annotations

from devpool.measurements.rates import BARS, LENGTH, PLAIN_BARS, History, bar, rates
from devpool.measurements.show_tables import Pool, PoolerStatus, Totals


def total(transactions: int, queries: int = 0, query_us: int = 0, wait_us: int = 0) -> Totals:
    return Totals(database="app", transactions=transactions, queries=queries, query_us=query_us, wait_us=wait_us)


def sight(transactions: int, busy: int = 0) -> PoolerStatus:
    pool = Pool(
        database="app",
        user="web",
        mode="transaction",
        clients_active=0,
        clients_waiting=0,
        servers_active=busy,
        servers_idle=0,
        longest_wait=0,
    )
    return PoolerStatus(name="p", database="db", pools=(pool,), totals=(total(transactions),))


def test_a_rate_is_what_was_counted_for_each_second() -> None:
    found = rates(total(100, 200, 1_000_000, 500_000), total(300, 600, 3_000_000, 900_000), 2.0)
    assert (found.transactions, found.queries) == (100, 200)
    assert (found.query_ms, found.wait_ms) == (5.0, 2.0)


def test_nothing_done_is_no_rate_and_no_division_by_zero() -> None:
    found = rates(total(5), total(5), 0.0)
    assert (found.transactions, found.query_ms, found.wait_ms) == (0, 0, 0)


def test_a_pooler_that_was_started_anew_has_no_rate_below_zero() -> None:
    assert rates(total(1000), total(3), 1.0).transactions == 0


def test_the_first_look_has_no_rate() -> None:
    history = History()
    history.add(1.0, [sight(100)])
    assert history.rates == {}
    history.add(3.0, [sight(300)])
    assert history.rates["p", "app"].transactions == 100


def test_only_the_last_looks_are_kept() -> None:
    history = History()
    for at in range(LENGTH + 5):
        history.add(float(at), [sight(at, busy=at)])
    assert history.busy["p", "web@app"] == [float(n) for n in range(5, LENGTH + 5)]
    assert len(history.speed["p", "app"]) == LENGTH


def test_the_tallest_bar_is_the_greatest_value() -> None:
    assert bar([0, 4, 8]) == f"{BARS[0]}{BARS[4]}{BARS[7]}"
    assert bar([]) == ""


def test_small_values_do_not_fill_a_bar() -> None:
    assert bar([0.1, 0.1]) == BARS[0] * 2


def test_a_terminal_without_utf8_has_plain_signs() -> None:
    assert bar([0, 10], PLAIN_BARS).isascii()
