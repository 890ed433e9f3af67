"""A comparison as Markdown, as GitHub shows it in the summary of a job. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from devpool.compare.comparison import Column, Comparison
from devpool.compare.report_text import run_of, run_with, table_of, verdict, what_it_means, what_was_left, why
from devpool.redact.sentences import redact
from devpool.redact.terminal_text import visible

_LISTS = {
    "only_direct": "Fails only directly",
    "missing": "Ran only one way",
    "flaky": "Fails now and then",
    "both": "Fails on both ways",
}


def markdown_of(comparison: Comparison) -> str:
    """The report."""
    return "\n".join(_lines(comparison)) + "\n"


def _lines(comparison: Comparison) -> Iterator[str]:
    yield f"## devpool compare: {_plain(verdict(comparison))}"
    yield ""
    yield f"{_code(comparison.service)}: {_code(' '.join(comparison.command))}"
    yield ""
    heading, *table = table_of(comparison)
    yield f"| {' | '.join(map(_cell, heading))} |"
    yield f"|---|{'---:|' * (len(heading) - 1)}"
    yield from (f"| {' | '.join(map(_cell, row))} |" for row in table)
    for column in comparison.pooled:
        yield from _of_column(comparison, column)
    yield from ("", *(f"- {_plain(note)}" for note in comparison.notes))


def _of_column(comparison: Comparison, column: Column) -> Iterator[str]:
    differences = comparison.differences(column)
    if differences.only_pooled:
        yield from ("", f"### {column.name}: fails only through the pooler", "")
    for test in differences.only_pooled:
        yield f"- {_code(test.label)}"
        yield from (f"  - {_plain(line)}" for line in why(test, run_of(test, column), comparison.service))
    for name, heading in _LISTS.items():
        tests = getattr(differences, name)
        yield from ["", f"### {column.name}: {heading.lower()}", ""] if tests else []
        yield from (f"- {_code(test.label)} {_plain(test.message)}".rstrip() for test in tests)
    if column.left:
        yield from ("", f"### {column.name}: left on server connections that others use next", "")
    for left in column.left:
        yield f"- {left.kind}: {_plain(left.what)}"
        yield from (f"  - {_plain(line)}" for line in what_was_left(left, run_with(left, column), comparison.service))
    if comparison.logged(column):
        yield from ("", f"### {column.name}: logged only there", "")
    for told in comparison.logged(column):
        yield f"- {_code(told.line)}"
        yield from (f"  - {_plain(line)}" for line in what_it_means(told))


def _plain(text: str) -> str:
    """Words that Markdown and HTML in it show as they are, on one line."""
    return re.sub(r"([\\`*_{}\[\]<>#|~@])", r"\\\1", visible(redact(" ".join(text.split()))))


def _code(text: str) -> str:
    return f"`{visible(redact(' '.join(text.split()))).replace('`', chr(0x2BC))}`"


def _cell(text: str) -> str:
    return _plain(text) or " "
