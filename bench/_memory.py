"""Bytes of a pooler's memory for each connection: resident memory with and without many idle ones.

Only what the process itself takes; the kernel's socket buffers come on top, for any program alike.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from _rig import PASSWORD, POSTGRES, Rig, Route, docker, until

NUMBER = 400
DATABASE = "many"  # the alias of a Postgres that takes so many
_LISTENING, _SERVER = f":{6432:04X}", f":{5432:04X}"
_ESTABLISHED = "01"
_HOLD = "BEGIN;\nSELECT 1;\n\\sleep 600 s\n"
_WAIT = "SELECT 1;\n\\sleep 600 s\n"

Cost = dict[str, float]
Start = Callable[[int], Route]


def cost(rig: Rig, start: Start) -> Cost:
    """What a client costs a pooler, and what it costs together with a server connection of its own (`pair`), in bytes.

    Args:
        start: gives a new pooler, for DATABASE, with a pool of that size. One that has worked keeps memory for later.
    """
    client = _growth(rig, start(1), _WAIT, servers=1) / NUMBER
    return {"client": client, "pair": _growth(rig, start(NUMBER), _HOLD, servers=NUMBER) / NUMBER}


def _growth(rig: Rig, route: Route, script: str, servers: int) -> int:
    """Bytes by which a pooler grows when NUMBER clients have begun a script; then it is removed."""
    try:
        before = _settled(route)
        with _clients(rig, route, script):
            until(lambda: _connected(route) >= (NUMBER, servers), f"{NUMBER} clients are connected")
            return _settled(route) - before
    finally:
        docker("rm", "--force", route.host)


@contextmanager
def _clients(rig: Rig, route: Route, script: str) -> Iterator[None]:
    """NUMBER clients at work, until the end of the `with`."""
    words = ["--entrypoint=sh", "--env", f"PGPASSWORD={PASSWORD}", "--env", f"SCRIPT={script}"]
    run = f'printf "%s" "$SCRIPT" | pgbench -n -f - -c {NUMBER} -t 1 {" ".join(rig.address(route))}'
    name = rig.start(*words, "--ulimit=nofile=20000", POSTGRES, "-c", run)
    try:
        yield
    finally:
        docker("rm", "--force", "--volumes", name)


def _connected(route: Route) -> tuple[int, int]:
    """A pooler's connections with clients and with servers, counted in its own network namespace."""
    table = docker("exec", route.host, "cat", "/proc/net/tcp", "/proc/net/tcp6")
    rows = [line.split() for line in table.splitlines()]
    sides = [(row[1], row[2]) for row in rows if row[3] == _ESTABLISHED]
    return sum(mine.endswith(_LISTENING) for mine, _ in sides), sum(its.endswith(_SERVER) for _, its in sides)


def _settled(route: Route) -> int:
    """Resident memory in bytes, once it has stayed the same for a second."""
    before = -1
    while (now := _resident(route)) != before:
        before = now
        time.sleep(1)
    return now


def _resident(route: Route) -> int:
    status = docker("exec", route.host, "cat", "/proc/1/status")
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found, status
    return int(found[1]) * 1024
