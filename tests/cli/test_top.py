"""`devpool top` without a terminal."""

from __future__ import annotations

import json
from pathlib import Path

from cli.test_bad_input import assert_clean, needs_compose, run
from cli.test_check import enabled, folder, shell

__all__ = ["folder", "shell"]  # fixtures
pytestmark = needs_compose


def test_top_in_a_pipe_is_status_once(folder: Path, shell: dict[str, str]) -> None:
    enabled(folder, shell)
    top, status = (run(folder, shell, verb) for verb in ("top", "status"))
    assert (top.returncode, top.stdout) == (0, status.stdout)
    assert_clean(top)


def test_its_data_are_those_of_status(folder: Path, shell: dict[str, str]) -> None:
    top, status = (json.loads(run(folder, shell, verb, "--json").stdout) for verb in ("top", "status"))
    assert top | {"verb": "status"} == status
