"""What the variables of pooled apps set for a session, which a transaction pool does not keep."""

from __future__ import annotations

from collections.abc import Iterator

from devpool.checks.facts import Facts
from devpool.checks.result import Result, ok, skipped, warning

_CHECK = "session"


def check_sessions(facts: Facts) -> Iterator[Result]:
    """Each pooled app, by what its files say."""
    if facts.unkept is None:
        yield skipped(_CHECK, "", "the project's files cannot be read without devpool's edits")
        return
    for app, found in facts.unkept.items():
        for sentence in found:
            what, _, remedy = sentence.partition(": ")
            yield warning(_CHECK, app, what, remedy)
        if not found:
            yield ok(_CHECK, app, "no variable sets anything that a transaction pool does not keep")
