"""A comparison as text."""

from __future__ import annotations

from devpool.compare.report_text import lines_of, table_of, verdict
from devpool.output import table
from unit.compare.comparisons import FOUND, comparison, run

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
