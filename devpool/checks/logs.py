"""What poolers and apps logged, translated."""

from __future__ import annotations

from collections.abc import Iterator

from devpool.checks.facts import Facts
from devpool.checks.result import Result, ok, warning
from devpool.translations import translate_all

_LONGEST = 120


def check_logs(facts: Facts) -> Iterator[Result]:
    """The classic messages in the last lines of each log, with cause and fix."""
    for service, lines in facts.logged.items():
        found = translate_all(lines)
        for message in found:
            line = message.line if len(message.line) <= _LONGEST else message.line[: _LONGEST - 1] + "…"
            yield warning("log", service, f"“{line}”: {message.cause}", f"{message.fix} ({message.source})")
        if not found:
            yield ok("log", service, "none of the classic messages")
