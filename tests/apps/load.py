"""Clients that use an application at the same time, with every error counted."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType

Work = Callable[[str], None]
"""One piece of work, under a name that no other has. It raises where the application fails or answers wrongly."""

_AFTER_AN_ERROR = 0.5  # seconds, so that a server that is away is not asked without a pause
_BETWEEN = 0.2  # seconds: clients are many, but none of them is a flood
_QUIET = 3.0  # seconds without an error, after which an event is over
_LONGEST = 90.0  # seconds until an event counts as one that never heals


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """When a piece of work failed (time.monotonic, in seconds), and why."""

    at: float
    why: str


class Load:
    """The clients, at work from the beginning of the `with` to its end.

    Args:
        make: makes the work of one client, given its number.
        clients: how many there are.
        name: what their pieces of work are called, and no others.
    """

    def __init__(self, make: Callable[[int], Work], clients: int, name: str) -> None:
        works = [make(number) for number in range(clients)]
        self._stop, self._name = threading.Event(), name
        self._threads = [threading.Thread(target=self._run, args=each, daemon=True) for each in enumerate(works)]
        self.done = [0] * clients
        self.failures: list[Failure] = []
        self.began = 0.0
        self.seconds = 0.0

    def __enter__(self) -> Load:
        self.began = time.monotonic()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self.seconds = time.monotonic() - self.began

    def _run(self, client: int, work: Work) -> None:
        number = 0
        while not self._stop.is_set():
            number += 1
            try:
                work(f"{self._name}{client}x{number}")
            except Exception as error:
                self.failures.append(Failure(at=time.monotonic(), why=f"{type(error).__name__}: {error}"))
                self._stop.wait(_AFTER_AN_ERROR)
            else:
                self.done[client] += 1
                self._stop.wait(_BETWEEN)

    def settled(self) -> bool:
        """Wait until every client has worked again and none has failed for a while; whether that happened in time."""
        began, before = time.monotonic(), list(self.done)
        while time.monotonic() < began + _LONGEST:
            last = max([began, *(f.at for f in self.failures)])
            if time.monotonic() > last + _QUIET and all(map(int.__lt__, before, self.done)):
                return True
            time.sleep(0.1)
        return False

    def reasons(self) -> list[str]:
        """The most frequent errors, with how often each came; their numbers do not make them different."""
        kinds = Counter(re.sub(r"\d+", "N", f.why)[:160] for f in self.failures)
        return [f"{count} times {why}" for why, count in kinds.most_common(3)]
