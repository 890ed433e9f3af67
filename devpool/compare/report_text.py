"""A comparison as lines for a terminal. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from devpool.catalog.log_messages import Translated
from devpool.compare.comparison import Column, Comparison, Left, Run
from devpool.compare.explain import explained, logged_while, ran_while
from devpool.compare.figures import rows
from devpool.compare.junit_report import Case
from devpool.model.container_start import joined

Table = list[tuple[str, ...]]
_MOST_TESTS = 20  # named in a list of those that fail on both ways
_MOST_NEAR = 3


def table_of(comparison: Comparison) -> Table:
    """The figures of each way side by side, with a heading row."""
    columns = comparison.columns
    return [
        ("", *(column.name for column in columns)),
        ("exit code", *(column.exit_codes for column in columns)),
        *([("tests", *(counts(column) for column in columns))] if any(c.reports for c in columns) else []),
        *rows([column.figures for column in columns]),
    ]


def counts(column: Column) -> str:
    """How the tests of a way came out, in words."""
    report = next(iter(column.reports), None)
    if report is None:
        return "-"
    counted = [f"{n} {what}" for what in ("passed", "failed", "skipped") if (n := report.count(what))]
    return ", ".join(counted) or "none"


def lines_of(comparison: Comparison, table: Sequence[str]) -> Iterator[str]:
    """The report.

    Args:
        comparison: it.
        table: its table, as aligned lines.
    """
    yield f"{comparison.service}: {joined(comparison.command)}"
    yield ""
    yield from table
    for column in comparison.pooled:
        yield from _of_column(comparison, column)
    yield ""
    yield from (f"note: {note}" for note in comparison.notes)
    yield verdict(comparison)


def verdict(comparison: Comparison) -> str:
    """What was found, in one line."""
    different = [f"{c.name}: {', '.join(words)}" for c in comparison.pooled if (words := comparison.differs(c))]
    if different:
        return f"different: {'; '.join(different)}"
    return f"could not tell: {comparison.untold}" if comparison.untold else "no difference"


def _of_column(comparison: Comparison, column: Column) -> Iterator[str]:
    differences = comparison.differences(column)
    yield from _list(f"{column.name}: fails only through the pooler", differences.only_pooled)
    for test in differences.only_pooled:
        yield f"  {test.label}"
        yield from (f"    {line}" for line in why(test, run_of(test, column), comparison.service))
    for heading, tests in (
        ("fails only directly", differences.only_direct),
        ("ran only one way", differences.missing),
        ("fails now and then", differences.flaky),
        ("fails on both ways", differences.both),
    ):
        yield from _list(f"{column.name}: {heading}", tests)
        yield from (f"  {test.label}" + (f": {test.message}" if test.message else "") for test in tests[:_MOST_TESTS])
        yield from [f"  and {len(tests) - _MOST_TESTS} more"] if len(tests) > _MOST_TESTS else []
    yield from _list(f"{column.name}: left on server connections that others use next", column.left)
    for left in column.left:
        yield f"  {left.kind}: {left.what}, of {left.pool}"
        yield from (f"    {line}" for line in what_was_left(left, run_with(left, column), comparison.service))
    yield from _list(f"{column.name}: logged only there", comparison.logged(column))
    for told in comparison.logged(column):
        yield f"  {told.line}"
        yield from (f"    {line}" for line in what_it_means(told))


def _list(heading: str, items: Sequence[object]) -> list[str]:
    return ["", f"{heading} ({len(items)})"] if items else []


def run_of(test: Case, column: Column) -> Run:
    """The first run in which a test failed."""
    failed = (run for run in column.runs if run.report and run.report.tests.get(test.key) == test)
    return next(failed, column.runs[0])


def run_with(left: Left, column: Column) -> Run:
    """The first run that left something."""
    return next(run for run in column.runs if left.key in [one.key for one in run.left])


def why(test: Case, run: Run, service: str) -> Iterator[str]:
    """What is known of a failed test: its message, what that means, and what was logged about then."""
    yield test.message or "it says nothing"
    causes = explained(test, run, service)
    for one in causes:
        yield f"{'cause' if one.sure else 'perhaps'}: {one.cause}"
        yield f"  seen in {one.where}: {one.line}" if one.where.startswith("the log") else f"  {one.where}: {one.line}"
        yield f"  fix: {one.fix}" + (f" ({one.source})" if one.source else "")
    if not causes:
        yield "cause: not known; compare the two outputs"
    yield from (f"{logged.service} logged: {logged.line}" for logged in logged_while(test, run))


def what_was_left(left: Left, run: Run, service: str) -> Iterator[str]:
    """What is known of something on a server connection."""
    yield f"cause: {left.cause}"
    yield f"fix: {left.fix(service)}"
    yield f"look for `{left.statement}`" + (f": {left.place}" if left.place else "")
    near = [test.label for test in ran_while(left, run)]
    if near:
        yield f"while {'these tests' if len(near) > 1 else 'this test'} ran: {', '.join(near[:_MOST_NEAR])}" + (
            f" and {len(near) - _MOST_NEAR} more" if len(near) > _MOST_NEAR else ""
        )


def what_it_means(told: Translated) -> Iterator[str]:
    """What a logged message means."""
    yield f"cause: {told.cause}"
    yield f"fix: {told.fix} ({told.source})"
