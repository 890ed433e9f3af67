"""bin/demo, as a newcomer types it; and that it can fail."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from demo_rig import REPO, things_of
from pooler_rig import require_engine


def run(words: list[str], tmp_path: Path, path: str) -> tuple[int, str]:
    """Runs the demo with the scratch folder below tmp_path; its exit code and all it says."""
    require_engine()
    environ = os.environ | {"TMPDIR": str(tmp_path), "PATH": path}
    done = subprocess.run(
        words, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    return done.returncode, done.stdout


def left_behind(said: str, tmp_path: Path) -> list[str]:
    """What is left of the project that the demo says it made."""
    made = re.search(r"cp -r compose/demo (\S+)", said)
    assert made, said
    folder = Path(made[1])
    assert folder.parent == tmp_path
    return [str(path) for path in tmp_path.glob("devpool-demo-*")] + sorted(things_of(folder.name))


@pytest.mark.slow
def test_the_demo_shows_what_it_claims_and_leaves_nothing(tmp_path: Path) -> None:
    code, said = run([str(REPO / "bin" / "demo")], tmp_path, os.environ["PATH"])
    assert code == 0, said
    held = re.search(r"connections Postgres held +(\d+) +(\d+)\n", said)
    assert held, said
    assert int(held[1]) > int(held[2])
    assert "ok: web's own connection says that it is pooled" in said
    assert "ok: it connected to Postgres directly, from " in said
    assert "files are identical, in every byte and in mode" in said
    assert said.splitlines()[-1].endswith("every claim was checked")
    assert "\x1b" not in said
    assert left_behind(said, tmp_path) == []


def test_the_demo_fails_where_devpool_does_not_do_its_job(tmp_path: Path) -> None:
    idle = tmp_path / "bin" / "devpool"
    idle.parent.mkdir()
    idle.write_text("#!/bin/sh\nexit 0\n")
    idle.chmod(0o755)
    path = f"{idle.parent}{os.pathsep}{os.environ['PATH']}"
    code, said = run([sys.executable, str(REPO / "bin" / "demo.d" / "demo.py")], tmp_path, path)
    assert (code, said.count("error: this should be so, and is not: ")) == (1, 1), said
    assert left_behind(said, tmp_path) == []
