"""Which list a test is in, over one run of each way and over several."""

from __future__ import annotations

import pytest

from devpool.compare.differences import differences
from devpool.compare.junit_report import Case, Outcome, Report

_OUTCOMES: dict[str, Outcome] = {"+": "passed", "-": "failed", "o": "skipped"}


def reports(signs: str) -> list[Report]:
    """One report for each sign: passed, failed, skipped, or (.) without the test."""
    return [report(sign) for sign in signs]


def report(sign: str) -> Report:
    if sign == ".":
        return Report(tests={}, seconds=0.0)
    test = Case(group="g", name="t", outcome=_OUTCOMES[sign], message="no" if sign == "-" else "")
    return Report(tests={test.key: test}, seconds=0.0)


@pytest.mark.parametrize(
    ("direct", "pooled", "listed"),
    [
        ("+", "-", "only_pooled"),
        ("-", "+", "only_direct"),
        ("-", "-", "both"),
        ("+", "+", ""),
        ("o", "-", "only_pooled"),
        ("o", "+", ""),
        ("+++", "---", "only_pooled"),
        ("+++", "+-+", "flaky"),
        ("+-+", "---", "flaky"),
        (".", "-", "missing"),
        ("+", ".", "missing"),
        ("++", ".-", "only_pooled"),
    ],
)
def test_the_list_of_a_test(direct: str, pooled: str, listed: str) -> None:
    found = differences(reports(direct), reports(pooled))
    names = ("only_pooled", "only_direct", "both", "flaky", "missing")
    assert [name for name in names if getattr(found, name)] == ([listed] if listed else [])


def test_a_failed_test_is_shown_as_it_failed() -> None:
    (test,) = differences(reports("++"), reports("--")).only_pooled
    assert (test.outcome, test.message) == ("failed", "no")


def test_without_reports_nothing_is_missing() -> None:
    assert differences([], []).missing == ()
