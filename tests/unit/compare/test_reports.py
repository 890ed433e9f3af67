"""The same comparison as text, Markdown, JUnit and JSON."""

from __future__ import annotations

import json
from xml.etree import ElementTree

from devpool.compare.report_junit import junit_of
from devpool.compare.report_markdown import markdown_of
from devpool.compare.report_text import data_of, lines_of, table_of, verdict
from devpool.output import table
from unit.compare.comparisons import LEFT, comparison, logged, report, run

CURSOR = 'cursor "report" does not exist'
FOUND = comparison(
    run(
        exit_code=1,
        report=report(three=f"InvalidCursorName: {CURSOR}\n> fetch()"),
        left=(LEFT,),
        logged=(logged(4.5, f"ERROR:  {CURSOR}"), logged(4.5, "WARNING:  you don't own a lock of type ExclusiveLock")),
    )
)
SAME = comparison(run())


def text() -> str:
    return "\n".join(lines_of(FOUND, table(table_of(FOUND))))


def test_the_text_says_what_differs_and_why() -> None:
    found = text()
    assert "pooled: fails only through the pooler (1)\n  tests.test_a three\n    InvalidCursorName" in found
    assert "DISABLE_SERVER_SIDE_CURSORS" in found
    assert "db logged: ERROR:  cursor" in found
    assert "pooled: left on server connections that others use next (1)\n  SET: `statement_timeout` = 55000" in found
    assert "look for `SET statement_timeout`: tests/test_a.py:12" in found
    assert "while this test ran: tests.test_a three" in found
    assert found.endswith(f"note: a note\n{verdict(FOUND)}")


def test_the_text_of_no_difference_ends_so() -> None:
    assert list(lines_of(SAME, [])) == ["app: pytest", "", "", "note: a note", "no difference"]


def test_the_table_has_a_column_for_each_way() -> None:
    assert table_of(FOUND)[:4] == [
        ("", "direct", "pooled"),
        ("exit code", "0", "1"),
        ("tests", "3 passed", "2 passed, 1 failed"),
        ("duration", "5.0 s", "5.0 s"),
    ]


def test_json_has_all_of_it() -> None:
    found = json.loads(json.dumps(data_of(FOUND)))
    direct, pooled = found["ways"]
    assert found["different"] is True
    assert direct["runs"][0]["tests"] == {"passed": 3, "failed": 0, "skipped": 0}
    (test,) = pooled["only_pooled"]
    assert (test["name"], test["explained"][0]["where"]) == ("three", "its message")
    assert [test["name"] for test in pooled["left"][0]["tests"]] == ["three"]


def test_markdown_shows_no_markup_of_the_tests() -> None:
    wild = comparison(run(report=report(one="<img src=x> [a](http://b) | `c` @team")))
    found = markdown_of(wild)
    assert "| exit code | 0 | 0 |" in found
    assert "\\<img src=x\\> \\[a\\](http://b) \\| \\`c\\` \\@team" in found


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
