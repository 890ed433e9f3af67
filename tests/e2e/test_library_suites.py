"""The suites of tests/suites: what fails through the pooler alone has a reason that somebody has found."""

from __future__ import annotations

from pathlib import Path

import pytest
from suites.measure import faults, measure
from suites.report import chapter
from suites.suite import Reason, Suite, load, names

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
    measured |= {"pooled": counts, "explained": 1, "failed": failed, "left": ["LISTEN"]}
    text = chapter([(SUITE, measured)])
    assert "| Library 1 | itself | 3 / 3 | 1 (1) | LISTEN |" in text
    assert "| 1 | Listen directly. | yes | `one` |" in text
    assert chapter([]) == ""


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", names())
def test_nothing_fails_without_a_reason(name: str, tmp_path: Path, plain_shell: dict[str, str]) -> None:
    measured = measure(name, tmp_path, plain_shell)
    assert list(faults(measured)) == []
    assert load(name).title == measured["title"]
