"""The text output of `devpool check`. Pure."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable

from devpool.checks.result import Level, Result, monitored

_ORDER: tuple[Level, ...] = ("critical", "warning", "ok", "skipped")
_NAGIOS = {"ok": "OK", "warning": "WARNING", "critical": "CRITICAL", "skipped": "UNKNOWN"}
_WIDTH = 100


def check_lines(results: list[Result]) -> list[str]:
    """A table, a sentence for each check and a hint below it, and how many there are of each level."""
    level = max(len(r.level) for r in results)
    check = max(len(r.check) for r in results)
    subject = max(len(r.subject) for r in results)
    lines: list[str] = []
    for result in results:
        head = f"{result.level:<{level}}  {result.check:<{check}}  {result.subject:<{subject}}".rstrip()
        head = f"{head:<{level + check + subject + 4}}  "
        lines += _wrapped(result.message, head)
        if result.hint:
            lines += _wrapped(f"hint: {result.hint}", " " * len(head))
    return [*lines, "", summary(results)]


def _wrapped(text: str, head: str) -> list[str]:
    width = max(_WIDTH, len(head) + 40)
    return textwrap.wrap(
        text,
        width,
        initial_indent=head,
        subsequent_indent=" " * len(head),
        break_long_words=False,
        break_on_hyphens=False,
    )


def summary(results: Iterable[Result]) -> str:
    """`1 critical, 12 ok, 3 skipped`."""
    counts = Counter(r.level for r in results)
    return ", ".join(f"{counts[level]} {level}" for level in _ORDER if counts[level])


def nagios_line(results: list[Result]) -> str:
    """The one line of a monitoring plugin, the worst first. A bar would begin performance data."""
    level = monitored(results)
    found = [f"{r.check}{f' {r.subject}' if r.subject else ''}: {r.message}" for r in results if r.level == level]
    said = "; ".join(found) if level in ("critical", "warning") else summary(results)
    return f"DEVPOOL {_NAGIOS[level]} - {said}".replace("|", "/").replace("\n", " ")
