"""Seconds: of a command, and of devpool without docker."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

REPO = Path(__file__).resolve().parents[1]
_TIMED = REPO / "bench" / "timed"


class Failed(Exception):  # noqa: N818 - a command has
    """A command that is measured failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """One run of devpool, in seconds: from start to exit, and without the time in which docker was at work."""

    wall: float
    own: float


def environ() -> dict[str, str]:
    """The shell's variables, with this checkout's devpool and without what would change how a project is read.

    Nor what would change how Python starts: an installed devpool finds its modules compiled.
    """
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("COMPOSE_", "DEVPOOL_", "PYTHON"))}
    return kept | {"PYTHONPATH": str(REPO)}


def seconds(command: Sequence[str], cwd: Path, further: Mapping[str, str] | None = None) -> float:
    """How long a command takes; `further` are variables of its own.

    Raises:
        Failed: its exit code is not 0.
    """
    variables = {**environ(), **(further or {})}
    start = time.perf_counter()
    done = subprocess.run(command, cwd=cwd, env=variables, capture_output=True, encoding="utf-8", check=False)
    taken = time.perf_counter() - start
    if done.returncode:
        raise Failed(f"{' '.join(command[:4])} ... failed: {done.stderr.strip()[-300:]}")
    return taken


def devpool(words: Sequence[str], cwd: Path) -> Own:
    """How long `devpool WORD...` takes, imports included.

    Raises:
        Failed: its exit code is not 0.
    """
    with tempfile.TemporaryDirectory(prefix="devpool-bench-") as folder:
        calls = Path(folder) / "calls"
        calls.touch()
        wall = seconds([sys.executable, "-m", "devpool", *words], cwd, _timing(calls))
        spans = [[float(word) for word in line.split()] for line in calls.read_text(encoding="utf-8").splitlines()]
    return Own(wall=wall, own=wall - covered(spans))


def _timing(calls: Path) -> dict[str, str]:
    """Variables with which a program finds bench/timed/docker in place of docker."""
    path = f"{_TIMED}{os.pathsep}{os.environ['PATH']}"
    return {"PATH": path, "TIMED_DOCKER": str(shutil.which("docker")), "TIMED_CALLS": str(calls)}


def covered(spans: Sequence[Sequence[float]]) -> float:
    """Seconds in which at least one of some spans was under way: devpool asks Compose two things at a time."""
    total, reached = 0.0, float("-inf")
    for start, end in sorted(spans):
        total += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return total


def has_compose() -> bool:
    """Whether `docker compose` is there."""
    try:
        return subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False
