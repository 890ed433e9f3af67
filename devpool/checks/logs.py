"""Translations of what poolers, their databases and apps logged."""

from __future__ import annotations

from collections.abc import Iterator

from devpool.catalog.log_messages import translate_all
from devpool.checks.facts import Facts
from devpool.checks.result import Result, ok, warning

_LONGEST = 120
# If queries go through again, this is just what the start or restart of a database looked like.
_PASSING = ("login-failing", "server-away", "starting-up", "no-address")
# What Postgres logs of clients that share its connections. All else in its log may be of direct clients.
SHARING = (
    "lock-not-held",
    "statements-mixed",
    "deallocate-missing",
    "prepared-missing",
    "prepared-twice",
    "cursor-missing",
)


def check_logs(facts: Facts) -> Iterator[Result]:
    """Well-known messages in the last lines of each log, with cause and fix."""
    databases = {p.database for p in facts.poolers}
    for service, lines in facts.logged.items():
        found = [m for m in translate_all(lines) if service not in databases or m.code in SHARING]
        over = [m for m in found if m.code in _PASSING and _answers(facts)]
        for message in (m for m in found if m not in over):
            line = message.line if len(message.line) <= _LONGEST else message.line[: _LONGEST - 1] + "…"
            yield warning("log", service, f"“{line}”: {message.cause}", f"{message.fix} ({message.source})")
        if over:
            yield ok("log", service, f"over: {'; '.join(m.cause for m in over)}")
        if not found:
            yield ok("log", service, "none of the known messages")


def _answers(facts: Facts) -> bool:
    """Whether a query goes through every pooler now."""
    return bool(facts.queries) and not any(facts.queries.values())
