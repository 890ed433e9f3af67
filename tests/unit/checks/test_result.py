"""The results as a table, and as one line for monitoring."""

from __future__ import annotations

import pytest

from devpool.checks.result import Level, Result, check_lines, nagios_line, summary, verdict, worst


def result(level: Level, check: str = "pool", message: str = "it is full") -> Result:
    return Result(check=check, subject="p", level=level, message=message, hint="do this")


def test_a_line_has_level_check_subject_sentence_and_hint() -> None:
    lines = check_lines([result("critical"), result("ok")])
    assert lines[0].split()[:3] == ["critical", "pool", "p"]
    assert lines[0].endswith("it is full")
    assert lines[1].strip() == "hint: do this"
    assert lines[-1] == "1 critical, 1 ok"


@pytest.mark.parametrize(
    ("levels", "begin"),
    [
        (["ok", "skipped"], "DEVPOOL OK - 1 ok, 1 skipped"),
        (["ok", "warning"], "DEVPOOL WARNING - pooler p: it is full"),
        (["warning", "critical"], "DEVPOOL CRITICAL - pooler p: it is full"),
        (["skipped"], "DEVPOOL UNKNOWN - 1 skipped"),
    ],
)
def test_monitoring_gets_one_line_with_the_worst(levels: list[Level], begin: str) -> None:
    assert nagios_line([result(level, "pooler") for level in levels]) == begin


def test_without_a_pooler_that_could_be_judged_monitoring_does_not_hear_that_all_is_well() -> None:
    results = [result("ok", "files"), result("skipped", "pooler")]
    assert nagios_line(results) == "DEVPOOL UNKNOWN - 1 ok, 1 skipped"
    assert nagios_line([*results, result("warning", "files")]).startswith("DEVPOOL WARNING")


def test_nothing_in_the_line_for_monitoring_begins_performance_data_or_a_second_line() -> None:
    line = nagios_line([result("critical", message="a|b\nc")])
    assert "|" not in line
    assert "\n" not in line


@pytest.mark.parametrize(
    ("found", "level"),
    [
        ([], "skipped"),
        (["skipped", "ok"], "ok"),
        (["ok", "warning", "skipped"], "warning"),
        (["critical", "warning"], "critical"),
    ],
)
def test_the_worst_level_counts_and_what_was_skipped_never_hides_it(found: list[Level], level: Level) -> None:
    assert worst(result(one) for one in found) == level


def test_a_long_sentence_is_one_line_which_the_terminal_wraps() -> None:
    first, *_ = check_lines([result("ok", message="word " * 40)])
    assert first.count("word") == 40


@pytest.mark.parametrize(
    ("found", "level"),
    [
        ([], "skipped"),
        (["ok"], "ok"),
        (["ok", "idle"], "ok"),
        (["idle"], "skipped"),
        (["ok", "skipped"], "skipped"),
        (["ok", "skipped", "warning"], "warning"),
        (["critical", "warning"], "critical"),
    ],
)
def test_what_could_not_be_judged_is_not_green(found: list[Level], level: Level) -> None:
    assert verdict(result(one) for one in found) == level


def test_why_it_is_not_known_whether_all_is_well_is_said_once_for_each_reason() -> None:
    lines = check_lines([result("ok"), *[result("skipped", message="the engine is away")] * 3])
    assert lines[-2:] == ["1 ok, 3 skipped", "could not tell whether all is well: the engine is away"]
    assert check_lines([result("ok"), result("idle")])[-1] == "1 ok, 1 idle"


def test_what_is_worst_comes_first_in_the_summary() -> None:
    assert summary(result(level) for level in ("ok", "skipped", "critical", "ok")) == "1 critical, 2 ok, 1 skipped"


def test_monitoring_hears_of_the_worst_alone() -> None:
    results = [result("warning", message="half full"), result("critical", "pooler", "away"), result("ok")]
    assert nagios_line(results) == "DEVPOOL CRITICAL - pooler p: away"


def test_hints_and_sentences_stand_below_each_other_whatever_stands_before_them() -> None:
    lines = check_lines([result("ok"), Result(check="connections", level="critical", message="it is full")])
    first, hint, second, *_ = lines
    assert first.index("it is full") == second.index("it is full") == hint.index("hint: ")
