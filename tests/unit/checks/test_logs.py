"""What a line of a log is said to mean, and when it is over."""

from __future__ import annotations

from dataclasses import replace

from devpool.checks.families import evaluate
from unit.checks.healthy_project import WELL, the


def test_a_message_in_a_log_becomes_cause_and_fix() -> None:
    found = the(replace(WELL, logged={"web": ("FATAL:  query_wait_timeout",)}), "log")
    assert found.level == "warning"
    assert "all were busy" in found.message
    assert "https://www.pgbouncer.org/" in found.hint


def test_a_database_that_was_away_and_is_back_is_no_trouble_any_more() -> None:
    lines = ("FATAL:  the database system is starting up", "WARNING DNS lookup failed: db: result=0")
    facts = replace(WELL, logged={"pgbouncer": lines})
    assert the(facts, "log").level == "ok"
    assert the(facts, "log").message.startswith("over: ")
    still = [r.level for r in evaluate(replace(facts, queries={"pgbouncer": "no"})) if r.check == "log"]
    assert still == ["warning", "warning"]


def test_a_long_line_of_a_log_is_cut() -> None:
    found = the(replace(WELL, logged={"web": ("query_wait_timeout " + "x" * 1000,)}), "log")
    quoted = found.message.partition("”")[0].removeprefix("“")
    assert (len(quoted), quoted[-1]) == (120, "…")


def test_a_lock_that_was_not_held_is_found_in_the_log_of_the_database() -> None:
    logged = {"db": ("WARNING:  you don't own a lock of type ExclusiveLock",)}
    found = [r for r in evaluate(replace(WELL, logged=logged)) if r.check == "log"]
    assert [(r.subject, r.level) for r in found] == [("db", "warning")]


def test_a_deallocate_that_met_nothing_is_told_from_a_statement_that_was_run() -> None:
    error = 'ERROR:  prepared statement "stmt4" does not exist'
    found = [
        the(replace(WELL, logged={"db": (error, f"STATEMENT:  {sql}")}), "log").message
        for sql in ("DEALLOCATE stmt4", "EXECUTE stmt4")
    ]
    assert ["SQL DEALLOCATE" in message for message in found] == [True, False]


def test_what_direct_clients_meet_at_the_database_is_not_the_poolers_fault() -> None:
    logged = {"db": ("FATAL:  sorry, too many clients already", 'FATAL:  password authentication failed for user "x"')}
    found = [r for r in evaluate(replace(WELL, logged=logged)) if r.check == "log"]
    assert [(r.subject, r.level) for r in found] == [("db", "ok")]


def test_a_service_that_logged_nothing_known_is_well() -> None:
    found = the(replace(WELL, logged={"web": ("GET / 200",)}), "log")
    assert (found.level, found.message) == ("ok", "none of the known messages")


def test_without_a_query_that_went_through_nothing_is_called_over() -> None:
    lines = ("FATAL:  the database system is starting up",)
    assert the(replace(WELL, logged={"pgbouncer": lines}, queries={}), "log").level == "warning"
