"""A comparison as JUnit: the pooled failures are failures."""

from __future__ import annotations

from xml.etree import ElementTree

from devpool.compare.report_junit import junit_of
from unit.compare.comparisons import CURSOR, FOUND, comparison, report, run


def test_junit_has_the_pooled_failures_as_failures() -> None:
    root = ElementTree.fromstring(junit_of(FOUND))
    (suite,) = root
    assert suite.attrib == {"name": "pooled", "tests": "6", "failures": "4"}
    failed = {case.get("name"): case[0].get("message") for case in suite if case.find("failure") is not None}
    assert failed["three"] == f"InvalidCursorName: {CURSOR}"
    assert failed["lock-not-held"] == "WARNING:  you don't own a lock of type ExclusiveLock"


def test_junit_allows_every_character() -> None:
    wild = comparison(run(report=report(one="a\x00\x1b[31m\ufffe")))
    assert ElementTree.fromstring(junit_of(wild)) is not None


def test_what_fails_on_both_ways_is_no_failure() -> None:
    failing = run(exit_code=1, report=report(one="no"))
    (suite,) = ElementTree.fromstring(junit_of(comparison(failing, failing)))
    assert suite.get("failures") == "0"
    assert suite[0].findtext("system-out") == "it fails directly too, or not in every run: no"
