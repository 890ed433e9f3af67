"""What pooler and Postgres logged while the command ran."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from devpool.compare.comparison import Logged
from devpool.docker.containers import Stack
from devpool.errors import DevpoolError
from devpool.redact.sentences import redact

_MOST = "5000"  # lines of a service
_LONGEST = 1000


def logged_since(stack: Stack, services: Iterable[str], since: float) -> Iterator[Logged]:
    """The lines of some services since a moment, without passwords; none of one whose log cannot be read.

    Args:
        stack: the project's containers.
        services: whose.
        since: in seconds since the epoch.
    """
    moment = datetime.fromtimestamp(since, UTC).isoformat()
    for service in services:
        try:
            text = stack.compose(
                *("logs", "--no-color", "--no-log-prefix", "--timestamps", "--since", moment, "--tail", _MOST, service)
            )
        except DevpoolError:
            continue
        yield from read_log(service, text)


def read_log(service: str, text: str) -> Iterator[Logged]:
    """The lines of a log that begin with Docker's time stamp."""
    for line in text.split("\n"):
        stamp, _, said = line.partition(" ")
        if said and (at := moment(stamp)):
            yield Logged(at=at, service=service, line=redact(said[:_LONGEST]))


def moment(text: str) -> float:
    """A time in ISO 8601, in seconds since the epoch; 0 for what is none. Without an offset it is UTC, as in most
    containers. Of Docker's nanoseconds Python reads six digits.
    """
    try:
        time = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text))
    except ValueError:
        return 0.0
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
