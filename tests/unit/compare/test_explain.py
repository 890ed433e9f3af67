"""Why a test failed, by its message, by what stayed on server connections, and by the logs of that time."""

from __future__ import annotations

from dataclasses import replace

from devpool.compare.explain import explained, logged_while, ran_while
from unit.compare.comparisons import BEGAN, LEFT, logged, report, run


def failed(text: str, **fields: object) -> list[str]:
    """Where each explanation of the failed test `three` was seen."""
    found = run(report=report(three=text), **fields)
    assert found.report
    return [one.where for one in explained(found.report.tests["tests.test_a", "three"], found, "app")]


def test_a_known_message_explains_itself() -> None:
    assert failed('E  psycopg.errors.InvalidCursorName: cursor "report" does not exist') == ["its message"]


def test_what_came_onto_a_connection_meanwhile_explains_a_test() -> None:
    assert failed("no", left=(LEFT,)) == ["left on a server connection of shop@shop about then"]


def test_what_came_there_long_before_does_not() -> None:
    assert failed("no", left=(replace(LEFT, since=BEGAN, seen=BEGAN + 0.4),)) == []


def test_what_a_failure_names_explains_it_whenever_it_came_there() -> None:
    table = replace(LEFT, kind="temporary table", what="temporary `totals`", since=BEGAN, seen=BEGAN + 0.4)
    text = 'psycopg2.errors.DuplicateTable: relation "totals" already exists'
    assert failed(text, left=(LEFT, table)) == ["left on a server connection of shop@shop"]


def test_what_only_came_at_the_same_time_is_not_sure() -> None:
    shown = replace(LEFT, pattern="set +statement_timeout")
    for text, sure in (("no", False), ("> SET statement_timeout = 1\nno", True)):
        found = run(report=report(three=text), left=(shown,))
        assert found.report
        (one,) = explained(found.report.tests["tests.test_a", "three"], found, "app")
        assert one.sure is sure


def test_what_was_logged_then_comes_before_what_was_left_then() -> None:
    line = 'ERROR:  prepared statement "a1" does not exist'
    assert failed("no", left=(LEFT,), logged=(logged(4.5, line),)) == [
        "the log of db",
        "left on a server connection of shop@shop about then",
    ]


def test_the_log_explains_a_test() -> None:
    line = "WARNING:  you don't own a lock of type ExclusiveLock"
    assert failed("no", logged=(logged(4.5, line), logged(0.5, line))) == ["the log of db"]


def test_each_cause_is_named_once() -> None:
    text = 'ERROR: cursor "a" does not exist\nERROR: cursor "a" does not exist'
    assert failed(text, logged=(logged(4.5, 'ERROR:  cursor "a" does not exist'),)) == ["its message"]


def test_the_fix_names_the_app() -> None:
    found = run(report=report(three="no"), left=(LEFT,))
    assert found.report
    (one,) = explained(found.report.tests["tests.test_a", "three"], found, "app")
    assert "SET LOCAL" in one.fix
    assert one.fix.endswith("devpool enable --session app")


def test_of_the_log_only_errors_and_warnings_are_shown_and_each_once() -> None:
    lines = ("LOG:  checkpoint", "22:28:07 [1] ERROR:  a", "22:28:08 [2] ERROR:  a", "22:28:09 [3] WARNING:  b")
    lines += (
        "1 [1] WARNING C-0x1: u/d@10.0.0.1:1 pooler error: c",
        "2 [1] WARNING C-0x2: u/d@10.0.0.1:2 pooler error: c",
    )
    found = run(logged=tuple(logged(4.5, line) for line in lines), report=report(three="no"))
    assert found.report
    three = found.report.tests["tests.test_a", "three"]
    assert [one.line for one in logged_while(three, found)] == [lines[2], lines[3], lines[5]]


def test_the_tests_that_ran_as_something_was_left() -> None:
    assert [test.name for test in ran_while(LEFT, run())] == ["three"]


def test_what_a_failure_quotes_is_surer_than_what_came_at_the_same_time() -> None:
    listening = replace(LEFT, kind="LISTEN", what="listens to `jobs`", pattern='listen +"?jobs')
    found = run(report=report(three='> connection.execute("LISTEN jobs")\nE no'), left=(LEFT, listening))
    assert found.report
    three = found.report.tests["tests.test_a", "three"]
    assert [one.line for one in explained(three, found, "app")] == ["listens to `jobs` (tests/test_a.py:12)"]
    assert ran_while(listening, found) == [three]
