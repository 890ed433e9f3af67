"""Rates, by pgbench's own account: connections or transactions each second."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from _rig import Rig, Route, docker_try, until

_RATE = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)
_DONE = re.compile(r"^number of transactions actually processed: (\d+)", re.MULTILINE)
_UNDONE = re.compile(r"^number of failed transactions: (\d+)", re.MULTILINE)
_ERROR = re.compile(r"^pgbench: error: (.*)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What is measured. `reconnect`: each transaction has a connection of its own, so the rate is that of connecting.
    `fixed`: so many transactions by each client for a second of the time asked for, instead of the time itself,
    because pgbench's clock runs already while the clients connect.
    """

    key: str
    title: str
    clients: int
    reconnect: bool = False
    fixed: int = 0

    def words(self, seconds: int) -> list[str]:
        """The options of pgbench."""
        length = f"--transactions={self.fixed * seconds}" if self.fixed else f"--time={seconds}"
        threads = min(self.clients, os.cpu_count() or 1)
        words = ["--select-only", "--no-vacuum", f"--client={self.clients}", f"--jobs={threads}", length]
        return [*words, "--connect"] if self.reconnect else words


MEASURES = (
    Measure(key="connections", title="connections/s, 8 clients", clients=8, reconnect=True),
    Measure(key="tps_1", title="transactions/s, 1 client", clients=1),
    Measure(key="tps_8", title="transactions/s, 8 clients", clients=8),
    Measure(key="tps_64", title="transactions/s, 64 clients", clients=64),
    Measure(key="tps_1000", title="transactions/s, 1,000 clients", clients=1000, fixed=10),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What came of one run: the rate each second (None: pgbench gave up), and what failed, with the first reason."""

    value: float | None
    errors: int = 0
    reason: str = ""


def rate(rig: Rig, route: Route, measure: Measure, seconds: int) -> Rate:
    """Runs pgbench once, in the client's container."""
    until(rig.is_calm, "the connections of the run before are closed")
    words = ["pgbench", *measure.words(seconds), *rig.address(route)]
    done = docker_try("exec", rig.client, *words)
    return read(done.stdout, done.stderr, done.returncode)


def read(stdout: str, stderr: str, code: int) -> Rate:
    """pgbench's words as a rate. A run that ended early has none, even where some clients went on."""
    errors = _ERROR.findall(stderr)
    found, count, undone = _RATE.search(stdout), _DONE.search(stdout), _UNDONE.search(stdout)
    failed = len(errors) + (int(undone[1]) if undone else 0)
    if code or not found or not count or not int(count[1]):
        return Rate(value=None, errors=max(1, failed), reason=_reason(errors))
    return Rate(value=float(found[1]), errors=failed, reason=_reason(errors) if failed else "")


def _reason(errors: list[str]) -> str:
    """The first error, without the names of this run's containers."""
    return errors[0].rpartition("FATAL:")[2].strip() if errors else "no transaction was done"
