"""A comparison as data, for `--json`. Pure."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from devpool.catalog.log_messages import Translated
from devpool.checks.leaks import Kind
from devpool.compare.comparison import Column, Comparison, Explained, Left, Logged, Run
from devpool.compare.explain import explained, logged_while, ran_while
from devpool.compare.figures import Figures
from devpool.compare.junit_report import Case
from devpool.compare.report_text import run_of, run_with, verdict


class TestCounts(TypedDict):
    """How the tests of a run came out.

    Attributes:
        passed: how many passed.
        failed: how many failed.
        skipped: how many were skipped.
    """

    passed: int
    failed: int
    skipped: int


class RunData(TypedDict):
    """One run of the command.

    Attributes:
        exit_code: of the command.
        output: the file with what it wrote.
        figures: its numbers.
        tests: how its tests came out; null where no report was found.
    """

    exit_code: int
    output: str
    figures: Figures
    tests: TestCounts | None


class TestData(TypedDict):
    """A test.

    Attributes:
        group: its class or file.
        name: its name.
        message: what it says.
    """

    group: str
    name: str
    message: str


class FailedData(TestData):
    """A test that fails through the pooler alone.

    Attributes:
        group: its class or file.
        name: its name.
        message: what it says.
        text: all that it says.
        explained: what may be the cause.
        logged: what was logged while it ran.
    """

    text: str
    explained: list[Explained]
    logged: list[Logged]


class LeftData(TypedDict):
    """State that was left on a server connection that others use next.

    Attributes:
        kind: what kind of state.
        what: it, in words.
        statement: what to look for in the source.
        pool: `user@database`.
        place: file and line of the app's source; "" where that was not found.
        cause: what it does in a transaction pool.
        fix: what to do about it.
        tests: those that ran meanwhile.
    """

    kind: Kind
    what: str
    statement: str
    pool: str
    place: str
    cause: str
    fix: str
    tests: list[TestData]


class WayData(TypedDict):
    """One way to the database. What differs is only told of the pooled ways.

    Attributes:
        name: `direct`, or what its pooler is set to.
        runs: its runs.
        differs: in what it differs from the direct way, in words.
        only_pooled: the tests that fail on this way alone.
        only_direct: those that fail only directly.
        both: those that fail on both ways.
        flaky: those that fail now and then.
        missing: those that ran only one way.
        logged: what was logged on this way alone, and what it means.
        left: the state that was left on server connections.
    """

    name: str
    runs: list[RunData]
    differs: NotRequired[list[str]]
    only_pooled: NotRequired[list[FailedData]]
    only_direct: NotRequired[list[TestData]]
    both: NotRequired[list[TestData]]
    flaky: NotRequired[list[TestData]]
    missing: NotRequired[list[TestData]]
    logged: NotRequired[list[Translated]]
    left: NotRequired[list[LeftData]]


class CompareAnswer(TypedDict):
    """What differs between a command that runs directly and through a pooler.

    Attributes:
        service: whose container ran it.
        command: its words.
        fresh: whether each run had a database of its own.
        different: whether a pooled way differs from the direct one.
        untold: why nothing can be told, although nothing differs; "" where it can.
        verdict: the same in words.
        notes: what to know of how it was done.
        ways: the ways to the database, the direct one first.
    """

    service: str
    command: list[str]
    fresh: bool
    different: bool
    untold: str
    verdict: str
    notes: list[str]
    ways: list[WayData]


def data_of(comparison: Comparison) -> CompareAnswer:
    """The whole comparison as data."""
    return {
        "service": comparison.service,
        "command": list(comparison.command),
        "fresh": comparison.fresh,
        "different": comparison.different,
        "untold": comparison.untold,
        "verdict": verdict(comparison),
        "notes": list(comparison.notes),
        "ways": [_way(comparison, column) for column in comparison.columns],
    }


def _way(comparison: Comparison, column: Column) -> WayData:
    body: WayData = {"name": column.name, "runs": [_run(run) for run in column.runs]}
    if column is comparison.direct:
        return body
    differences = comparison.differences(column)
    return {
        **body,
        "differs": comparison.differs(column),
        "only_pooled": [_failed(test, column, comparison.service) for test in differences.only_pooled],
        "only_direct": [_named(test) for test in differences.only_direct],
        "both": [_named(test) for test in differences.both],
        "flaky": [_named(test) for test in differences.flaky],
        "missing": [_named(test) for test in differences.missing],
        "logged": comparison.logged(column),
        "left": [_left(left, column, comparison.service) for left in column.left],
    }


def _run(run: Run) -> RunData:
    report = run.report
    tests: TestCounts | None = None
    if report:
        tests = {"passed": report.count("passed"), "failed": report.count("failed"), "skipped": report.count("skipped")}
    return {"exit_code": run.exit_code, "output": run.output, "figures": run.figures, "tests": tests}


def _named(test: Case) -> TestData:
    return {"group": test.group, "name": test.name, "message": test.message}


def _failed(test: Case, column: Column, service: str) -> FailedData:
    run = run_of(test, column)
    return {
        **_named(test),
        "text": test.text,
        "explained": list(explained(test, run, service)),
        "logged": list(logged_while(test, run)),
    }


def _left(left: Left, column: Column, service: str) -> LeftData:
    return {
        "kind": left.kind,
        "what": left.what,
        "statement": left.statement,
        "pool": left.pool,
        "place": left.place,
        "cause": left.cause,
        "fix": left.fix(service),
        "tests": [_named(test) for test in ran_while(left, run_with(left, column))],
    }
