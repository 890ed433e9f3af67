"""What the project's containers logged, without passwords."""

from __future__ import annotations

from collections.abc import Iterable

from devpool.docker.containers import Stack
from devpool.docker.questions import Question
from devpool.errors import DevpoolError
from devpool.redact.sentences import redact
from devpool.text.patterns import regex

_LAST_LINES = 20
_STAMP = regex(r"^[\d-]+ [\d:.]+ \w+ \[\d+\] ")


def last_logs(stack: Stack, service: str) -> tuple[str, ...]:
    """The last lines that a service logged, without passwords; none where Compose does not tell."""
    try:
        text = stack.compose("logs", "--no-color", "--no-log-prefix", "--tail", str(_LAST_LINES), service)
    except DevpoolError:
        return ()
    return _once(text.splitlines())


def last_logs_of(stack: Stack, services: Iterable[str]) -> tuple[str, ...]:
    """The same of several services, each line with its service."""
    return tuple(f"{name} | {line}" for name in services for line in last_logs(stack, name))


def logs_of(stack: Stack, services: list[str], *which: str) -> Question[dict[str, tuple[str, ...]]]:
    """The question for what several services logged, without passwords.

    Args:
        services: whose.
        which: options of `docker compose logs` that say how many lines.
    """
    words = stack.call.command("logs", "--no-color", *which, *services)

    def read(text: str) -> dict[str, tuple[str, ...]]:
        # A line begins with the container's name, in most cases without the project's.
        known = {c.name: c.service for c in stack.everything()}
        known |= {name.removeprefix(f"{stack.name}-"): service for name, service in known.items()}
        by_service: dict[str, list[str]] = {name: [] for name in services}
        # What a container logged may hold further line ends: what follows them is still its own.
        for head, _, said in (line.partition(" | ") for line in text.split("\n")):
            if (service := known.get(head.rstrip(), "")) in by_service:
                by_service[service] += said.splitlines()
        return {name: _once(lines) for name, lines in by_service.items()}

    return Question(command=words, cwd=stack.call.cwd, environ=stack.call.environ, read=read)


def _once(lines: Iterable[str]) -> tuple[str, ...]:
    """A pooler that cannot reach its server repeats itself: once is enough, without the time."""
    return tuple(redact(line) for line in dict.fromkeys(_STAMP.sub("", line) for line in lines))
