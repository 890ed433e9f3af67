"""A comparison as JUnit XML: each pooled way a suite, its failures the tests that fail only there. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, tostring

from devpool.compare.comparison import Column, Comparison
from devpool.compare.junit_report import Case
from devpool.compare.report_text import run_of, run_with, what_it_means, what_was_left, why
from devpool.redact.sentences import redact
from devpool.redact.terminal_text import visible


def junit_of(comparison: Comparison) -> str:
    """The report."""
    root = Element("testsuites", name="devpool compare")
    for column in comparison.pooled:
        _suite(root, comparison, column)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _suite(root: Element, comparison: Comparison, column: Column) -> None:
    failed = set(comparison.differences(column).only_pooled)
    tests = {key: test for report in reversed(column.reports) for key, test in report.tests.items()}
    tests |= {test.key: test for test in failed}
    further = len(column.left) + len(comparison.logged(column))
    counts = {"tests": str(len(tests) + further), "failures": str(len(failed) + further)}
    suite = SubElement(root, "testsuite", {"name": column.name} | counts)
    for test in tests.values():
        case = SubElement(
            suite, "testcase", classname=_said(test.group), name=_said(test.name), time=f"{test.seconds:.3f}"
        )
        if test in failed:
            _failure(case, test.message, why(test, run_of(test, column), comparison.service))
        elif test.outcome == "skipped":
            SubElement(case, "skipped")
        elif test.outcome == "failed":
            SubElement(case, "system-out").text = _said(_same(test))
    for left in column.left:
        case = SubElement(suite, "testcase", classname="left on server connections", name=_said(left.what))
        _failure(case, f"{left.kind}: {left.what}", what_was_left(left, run_with(left, column), comparison.service))

    for told in comparison.logged(column):
        case = SubElement(suite, "testcase", classname="logged only through the pooler", name=told.code)
        _failure(case, told.line, what_it_means(told))


def _same(test: Case) -> str:
    return f"it fails directly too, or not in every run: {test.message}"


def _failure(case: Element, message: str, lines: Iterable[str]) -> None:
    text = "\n".join(map(_said, lines))
    SubElement(case, "failure", message=_said(message)).text = text


def _said(text: str) -> str:
    """Words without passwords, and without the characters that XML does not allow."""
    return visible(redact(text), keep="\n\t")
