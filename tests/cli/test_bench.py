"""bin/bench: what it offers, and that its numbers come out. How large they are is no test's business."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from cli.test_bad_input import COMPOSE, needs_compose, write

REPO = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("words", [[], ["nosuch"], ["--help"], ["_measure"]])
def test_without_a_subcommand_it_says_what_there_is(words: list[str]) -> None:
    done = subprocess.run([REPO / "bin" / "bench", *words], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("usage: bin/bench")
    assert "\n  edit   " in done.stderr


@needs_compose
def test_edit_measures_a_project_and_sizes_and_tells_what_is_missed(
    tmp_path: Path, plain_shell: dict[str, str]
) -> None:
    (tmp_path / "tiny").mkdir()
    words = ["--project", write(tmp_path / "tiny", compose_yml=COMPOSE), "--services", "3,6", "--rounds", "1"]
    command = [sys.executable, REPO / "bench" / "edit.py", *words, "--json", tmp_path / "found.json"]
    done = subprocess.run(command, env=plain_shell, capture_output=True, text=True, check=False)
    found = json.loads((tmp_path / "found.json").read_text())
    assert done.returncode == bool(found["missed"]), done.stderr
    assert [row["name"] for row in found["projects"]] == ["tiny"]
    assert [row["services"] for row in found["sizes"]] == [3, 6]
    assert all(0 < row["own"] < row["wall"] for row in (*found["projects"], *found["sizes"]))
    assert "own/config" in done.stdout
    assert done.stdout.count("missed: ") == len(found["missed"])
