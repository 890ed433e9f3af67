"""A comparison as Markdown: what tests are called is text there, never markup."""

from __future__ import annotations

from devpool.compare.report_markdown import markdown_of
from unit.compare.comparisons import FOUND, comparison, report, run


def test_markdown_says_what_differs() -> None:
    found = markdown_of(FOUND)
    assert found.startswith("## devpool compare: different: pooled: 1 test failed only through the pooler")
    assert "### pooled: fails only through the pooler" in found
    assert "- `tests.test_a three`" in found
    assert "### pooled: left on server connections that others use next" in found
    assert "### pooled: logged only there" in found


def test_markdown_shows_no_markup_of_the_tests() -> None:
    wild = comparison(run(report=report(one="<img src=x> [a](http://b) | `c` @team")))
    found = markdown_of(wild)
    assert "| exit code | 0 | 0 |" in found
    assert "\\<img src=x\\> \\[a\\](http://b) \\| \\`c\\` \\@team" in found
