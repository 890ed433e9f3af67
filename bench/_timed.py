"""Runs devpool in this process, as its program does, and writes down when docker was at work.

    python _timed.py FILE WORD...    `devpool WORD...`

FILE gets, in seconds: `calls`, start and end of each docker command, and `cpu`, the processor's time of this process.
devpool's one door to docker calls `subprocess.run`: that call is timed, so that starting docker counts as docker's.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

_run = subprocess.run
calls: list[tuple[float, float]] = []


def timed(*words: Any, **options: Any) -> subprocess.CompletedProcess[Any]:
    """`subprocess.run`, its time written down."""
    start = time.perf_counter()
    try:
        return _run(*words, **options)
    finally:
        calls.append((start, time.perf_counter()))


if __name__ == "__main__":
    file = Path(sys.argv[1])
    subprocess.run = timed  # type: ignore[assignment]
    from devpool.cli import main

    try:
        main(sys.argv[2:])
    finally:
        file.write_text(json.dumps({"calls": calls, "cpu": time.process_time()}), encoding="utf-8")
