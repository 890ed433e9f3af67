"""Comparisons as the tests need them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from devpool.compare.comparison import Column, Comparison, Left, Logged, Run
from devpool.compare.figures import Figures
from devpool.compare.junit_report import Case, Report

BEGAN = 1_000_000.0
LEFT = Left(
    kind="SET",
    what="`statement_timeout` = 55000",
    statement="SET statement_timeout",
    pattern="set +statement_timeout",
    pool="shop@shop",
    since=BEGAN + 4.2,
    seen=BEGAN + 4.6,
    place="tests/test_a.py:12",
)
TESTS = (
    Case(group="tests.test_a", name="one", outcome="passed", began=0.0, seconds=3.0),
    Case(group="tests.test_a", name="two", outcome="passed", began=3.0, seconds=1.0),
    Case(group="tests.test_a", name="three", outcome="passed", began=4.0, seconds=1.0),
)


def report(**failed: str) -> Report:
    """The report of all tests, those that are named here with the text of their failure."""
    tests = [
        replace(t, outcome="failed", text=failed[t.name], message=failed[t.name].split("\n")[0])
        if t.name in failed
        else t
        for t in TESTS
    ]
    return Report(tests={t.key: t for t in tests}, seconds=5.0)


def run(**fields: Any) -> Run:
    return replace(
        Run(exit_code=0, began=BEGAN, ended=BEGAN + 5, output="x.log", figures=Figures(seconds=5.0), report=report()),
        **fields,
    )


def comparison(pooled: Run, direct: Run | None = None) -> Comparison:
    return Comparison(
        service="app",
        command=("pytest",),
        fresh=False,
        columns=(Column(name="direct", runs=(direct or run(),)), Column(name="pooled", runs=(pooled,))),
        notes=("a note",),
    )


def logged(seconds: float, line: str) -> Logged:
    return Logged(at=BEGAN + seconds, service="db", line=line)


CURSOR = 'cursor "report" does not exist'
FOUND = comparison(
    run(
        exit_code=1,
        report=report(three=f"InvalidCursorName: {CURSOR}\n> fetch()"),
        left=(LEFT,),
        logged=(logged(4.5, f"ERROR:  {CURSOR}"), logged(4.5, "WARNING:  you don't own a lock of type ExclusiveLock")),
    )
)
