"""Runs devpool in this process, as its program does, and writes down when docker was at work.

    python _timed.py FILE WORD...    `devpool WORD...`

FILE gets, in seconds: `calls`, start and end of each docker command, and `cpu`, the processor's time of this process.
Timed is the one function of devpool that runs docker, so that starting it counts as docker's.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from devpool.docker import engine

_done = engine._done
calls: list[tuple[float, float]] = []


def timed(*words: Any) -> tuple[int, str, str]:
    """A docker command, its time written down."""
    start = time.perf_counter()
    try:
        return _done(*words)
    finally:
        calls.append((start, time.perf_counter()))


if __name__ == "__main__":
    file = Path(sys.argv[1])
    engine._done = timed
    from devpool.cli import main

    try:
        main(sys.argv[2:])
    finally:
        file.write_text(json.dumps({"calls": calls, "cpu": time.process_time()}), encoding="utf-8")
