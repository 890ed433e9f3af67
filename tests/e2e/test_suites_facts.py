"""What is kept of a library's test suite that `compare` has run, and its chapter on the page of compatibility."""

from __future__ import annotations

import pytest
from suites.judge import faults, told
from suites.report import chapter
from suites.suite import Reason, Suite

SUITE = Suite(
    title="Library",
    source="https://library.example",
    version=("library", "--version"),
    part="all tests",
    command=("pytest",),
    reasons=(Reason(tests=r"TestListen|no notification", why="Listen directly."),),
)


def test_a_test_without_a_reason_is_a_fault() -> None:
    measured = {"direct": {"passed": 1}, "failed": [{"why": "", "tests": 2, "such_as": ["a b"]}]}
    assert list(faults(measured)) == ["2 tests fail for a reason that nobody has named: a b"]
    assert list(faults({"direct": {"passed": 0}, "failed": []})) == ["no test passes directly"]


@pytest.mark.parametrize(
    ("group", "message", "found"),
    [("TestListen", "x", True), ("Other", "no notification came", True), ("Other", "x", False)],
)
def test_a_reason_is_found_by_the_name_or_the_message(group: str, message: str, found: bool) -> None:
    assert (SUITE.reason({"group": group, "name": "one", "message": message}) is not None) is found


def test_the_chapter_has_a_row_for_each_suite_and_each_reason() -> None:
    counts = {"passed": 3, "failed": 1, "skipped": 0}
    failed = [{"why": "Listen directly.", "apps": True, "tests": 1, "such_as": ["TestListen one"]}]
    measured = {"title": "Library", "version": "1", "postgres": "17", "pgbouncer": "1.26.1", "direct": counts}
    measured |= {"pooled": counts, "explained": 1, "failed": failed, "left": ["LISTEN"], "not_compared": 2}
    text = chapter([(SUITE, measured)])
    assert "| Library 1 | itself | 3 / 3 | 1 (1) | LISTEN |" in text
    assert "| 1 | Listen directly. | yes | `one` |" in text
    assert "\n2 more fail on both ways" in text
    assert chapter([]) == ""


def test_what_fails_is_kept_by_its_reasons_the_most_first() -> None:
    def test(group: str, name: str) -> dict[str, object]:
        return {"group": group, "name": name, "message": "", "explained": []}

    run = {"tests": {"passed": 1}, "figures": {"seconds": 1.4}}
    lists: dict[str, list[object]] = {
        "flaky": [],
        "missing": [],
        "both": [],
        "left": [{"kind": "SET"}, {"kind": "SET"}],
    }
    failed = [test("Other", "x"), test("TestListen", "a"), test("TestListen", "b")]
    ways = [{"runs": [run]}, {"runs": [run], "only_pooled": failed, **lists}]
    found = told(SUITE, {"ways": ways})
    assert [(entry["why"], entry["tests"]) for entry in found["failed"]] == [("Listen directly.", 2), ("", 1)]
    assert (found["seconds"], found["left"]) == ([1, 1], ["SET"])
