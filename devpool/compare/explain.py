"""Why a test fails through the pooler: by its message, by what stayed on server connections, by the logs. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from devpool.catalog.log_messages import FEATURES, translate
from devpool.compare.comparison import Explained, Left, Logged, Run
from devpool.compare.junit_report import Case
from devpool.text.patterns import regex

_BEFORE, _AFTER = 0.3, 0.3  # seconds by which a test's time may be off
_MOST_LINES = 12
_TOLD = regex("ERROR|FATAL|PANIC|WARNING")
# The time, the process and the client: what differs where the same is said again.
_VARIES = regex(r"^.*?(?=ERROR|FATAL|PANIC|WARNING)|\b[CS]-0x\w+: \S+")


def explained(test: Case, run: Run, service: str) -> list[Explained]:
    """What is known of why a test failed, the surest first, each cause once.

    Args:
        test: it.
        run: the run in which it failed.
        service: the app.
    """
    by_cause: dict[str, Explained] = {}
    for one in _all(test, run, service):
        by_cause.setdefault(one.cause, one)
    return list(by_cause.values())


def _all(test: Case, run: Run, service: str) -> Iterator[Explained]:
    """From the surest to what only came at the same time: that is named where nothing surer is known."""
    said = [Explained.of("its message", found) for line in test.text.split("\n") if (found := translate(line))]
    shown = [left for left in run.left if names(test, left)]
    near = left_while(test, run)
    yield from said
    yield from _by_left(shown or [left for left in near if shows(test, left)], service, sure=True)
    if said or shown or any(shows(test, left) for left in near):
        return
    for logged in logged_while(test, run):
        if translated := translate(logged.line):
            yield replace(Explained.of(f"the log of {logged.service}", translated), sure=False)
    yield from _by_left(near, service, sure=False)


def names(test: Case, left: Left) -> bool:
    """Whether the text of a failure has the quoted name of what was left: whenever it came there, it is still there."""
    name = re.search("`([^`]+)`", left.what)
    return name is not None and f'"{name[1]}"' in test.text


def shows(test: Case, left: Left) -> bool:
    """Whether the text of a failure quotes the source that left something."""
    return re.search(left.pattern, test.text, re.I) is not None


def _by_left(kept: Iterable[Left], service: str, *, sure: bool) -> Iterator[Explained]:
    for left in kept:
        yield Explained(
            where=f"left on a server connection of {left.pool}" + ("" if sure else " about then"),
            line=left.what + (f" ({left.place})" if left.place else ""),
            cause=left.cause,
            fix=left.fix(service),
            source=FEATURES,
            sure=sure,
        )


def left_while(test: Case, run: Run) -> list[Left]:
    """What came onto server connections about when a test ran."""
    begin, end = run.window(test)
    return [left for left in run.left if left.since - _BEFORE <= end and begin <= left.seen + _AFTER]


def logged_while(test: Case, run: Run) -> list[Logged]:
    """What pooler and Postgres had to say about when a test ran: errors and warnings, each once, and not too many."""
    begin, end = run.window(test)
    near = (one for one in run.logged if begin - _BEFORE <= one.at <= end + _AFTER)
    told = {_VARIES.sub("", one.line): one for one in near if _TOLD.search(one.line) or translate(one.line)}
    return list(told.values())[:_MOST_LINES]


def ran_while(left: Left, run: Run) -> list[Case]:
    """The tests that ran about when something came onto a server connection; those alone that show it, if any do."""
    ran = (test for test in (run.report.tests.values() if run.report else ()) if test.outcome != "skipped")
    times = ((test, *run.window(test)) for test in ran)
    near = [test for test, begin, end in times if left.since <= end and begin - _BEFORE <= left.seen]
    return [test for test in near if shows(test, left)] or near
