"""In what two ways differ, in words, and when a test ran."""

from __future__ import annotations

from dataclasses import replace

import pytest

from devpool.compare.comparison import Column, Run
from devpool.compare.figures import Figures
from devpool.compare.junit_report import Report
from unit.compare.comparisons import BEGAN, LEFT, TESTS, comparison, logged, report, run

LOCK = "WARNING:  you don't own a lock of type ExclusiveLock"


@pytest.mark.parametrize(
    ("pooled", "words"),
    [
        (run(), []),
        (run(exit_code=1), ["exit code 1 instead of 0"]),
        (run(exit_code=1, report=report(one="no")), ["1 test failed only through the pooler"]),
        (run(left=(LEFT,)), ["1 thing left on server connections"]),
        (run(left=(LEFT, replace(LEFT, what="`role`"))), ["2 things left on server connections"]),
        (
            run(logged=(logged(1, LOCK),)),
            ["1 message logged only there"],
        ),
        (run(logged=(logged(1, "LOG:  checkpoint starting"),)), []),
        (run(report=None), ["3 tests ran only one way"]),
    ],
)
def test_what_differs(pooled: Run, words: list[str]) -> None:
    found = comparison(pooled)
    assert found.differs(found.pooled[0]) == words
    assert found.different is bool(words)


def test_what_fails_on_both_ways_is_no_difference() -> None:
    failing = run(exit_code=1, report=report(one="no"))
    assert not comparison(failing, failing).different


NOTHING = Figures(seconds=1.0, queries=0, transactions=0)


@pytest.mark.parametrize(
    ("direct", "pooled", "untold"),
    [
        (run(), run(), ""),
        (run(), run(exit_code=1), ""),
        (run(exit_code=1, report=report(one="no")), run(exit_code=1, report=report(one="no")), ""),
        (run(report=None), run(report=None), ""),
        (run(report=None, exit_code=2), run(report=None, exit_code=2), "the command fails directly, too"),
        (run(report=None, exit_code=2), run(report=None), ""),
        (run(report=Report(tests={}, seconds=0)), run(report=Report(tests={}, seconds=0)), "no test passes directly"),
        (run(), run(figures=NOTHING), "the command asked nothing through the pooler"),
        (run(), run(figures=replace(NOTHING, queries=1)), ""),
    ],
)
def test_what_judges_nothing_is_not_the_same_as_no_difference(direct: Run, pooled: Run, untold: str) -> None:
    found = comparison(pooled, direct)
    assert found.untold.startswith(untold) if untold else not found.untold


def test_what_is_logged_on_both_ways_is_no_difference() -> None:
    noisy = run(logged=(logged(1, LOCK),))
    assert not comparison(noisy, noisy).different


def test_exit_codes_that_vary_by_themselves_are_no_difference() -> None:
    direct = Column(name="direct", runs=(run(), run(exit_code=1)))
    found = replace(comparison(run()), columns=(direct, Column(name="pooled", runs=(run(), run()))))
    assert not found.different


def test_a_test_ran_after_those_before_it_and_before_those_after_it() -> None:
    late = run(ended=BEGAN + 7)
    assert [late.window(test) for test in TESTS] == [
        (BEGAN, BEGAN + 5),
        (BEGAN + 3, BEGAN + 6),
        (BEGAN + 4, BEGAN + 7),
    ]


@pytest.mark.parametrize(
    ("said", "begin"), [(BEGAN + 1.5, BEGAN + 1.5), (BEGAN - 7200, BEGAN), (BEGAN + 7200, BEGAN), (0.0, BEGAN)]
)
def test_when_the_tool_began_counts_if_it_can_be(said: float, begin: float) -> None:
    late = run(ended=BEGAN + 7, report=replace(report(), began=said))
    assert late.window(TESTS[0]) == (begin, BEGAN + 5)


def test_tests_that_ran_side_by_side_ran_at_any_time() -> None:
    side_by_side = run(report=replace(report(), seconds=60.0))
    assert side_by_side.window(TESTS[0]) == (BEGAN, BEGAN + 5)


def test_the_figures_of_several_runs_are_the_middle_ones() -> None:
    runs = tuple(run(figures=Figures(seconds=s, connections=c)) for s, c in ((3.0, 9), (1.0, None), (2.0, 4)))
    assert Column(name="x", runs=runs).figures == Figures(seconds=2.0, connections=9)
