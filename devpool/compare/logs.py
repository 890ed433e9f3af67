"""What pooler and Postgres logged while the command ran."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from devpool.compare.comparison import Logged
from devpool.docker.containers import Stack
from devpool.errors import DevpoolError
from devpool.redact.passwords import redact

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
        if said and (at := _moment(stamp)):
            yield Logged(at=at, service=service, line=redact(said[:_LONGEST]))


def _moment(stamp: str) -> float:
    """Docker writes nanoseconds, of which Python reads the first six digits; 0 for what is no time."""
    whole, _, fraction = stamp.rstrip("Z").partition(".")
    try:
        return datetime.fromisoformat(f"{whole}.{(fraction + '000000')[:6]}+00:00").timestamp()
    except ValueError:
        return 0.0
