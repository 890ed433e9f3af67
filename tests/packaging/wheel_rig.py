"""What the tests of the package share: commands, and the versions of the lock."""

from __future__ import annotations

import subprocess
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
LOCK = REPO / "requirements-dev.txt"


def run(*words: object, cwd: Path, env: dict[str, str]) -> str:
    """What a command prints, which has to succeed."""
    done = subprocess.run([str(w) for w in words], cwd=cwd, env=env, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, f"{words}\n{done.stdout}{done.stderr}"
    return done.stdout


def constraints(folder: Path) -> Path:
    """The versions of the lock as constraints, without their hashes, which pip would then ask of the wheel, too."""
    locked = [line.rstrip("\\ ") for line in LOCK.read_text().splitlines() if line[:1] not in ("", " ", "#")]
    file = folder / "constraints.txt"
    file.write_text("\n".join(locked))
    return file
