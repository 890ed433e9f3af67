"""`devpool completion`: a real bash completes command lines with its script, and every shell is given one."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from cli.test_bad_input import COMPOSE, folder, run, shell, write

__all__ = ["folder", "shell"]  # fixtures

# What bash sets when a tab is pressed, and the words that it would offer.
_PRESSED = """
eval "$(devpool completion bash)"
COMP_LINE=$1 COMP_POINT=${#1}
_devpool_completion devpool 2>/dev/null
printf '%s\\n' "${COMPREPLY[@]}"
"""


def completed(folder: Path, shell: dict[str, str], line: str) -> list[str]:
    """What bash offers for a command line."""
    programs = folder.parent / "programs"
    programs.mkdir(exist_ok=True)
    program = programs / "devpool"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m devpool "$@"\n')
    program.chmod(0o755)
    environ = shell | {"PATH": f"{programs}:{shell['PATH']}"}
    command = ["bash", "--norc", "-c", _PRESSED, "bash", line]
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.split()


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("devpool sta", ["status"]),
        ("devpool migrate w", ["web"]),
        ("devpool enable --direct web:", ["DATABASE_URL", "db"]),
        ("devpool set pool_mode=se", ["session"]),
        ("devpool enable --pool-mode tr", ["transaction"]),
        ("devpool enable --by", ["--by-name"]),
        ("devpool -f nosuch.yml migrate w", []),
    ],
)
def test_bash_completes_what_the_project_has(
    folder: Path, shell: dict[str, str], line: str, offered: list[str]
) -> None:
    write(folder, compose_yml=COMPOSE)
    assert completed(folder, shell, line) == offered


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_each_shell_has_a_script(folder: Path, shell: dict[str, str], name: str) -> None:
    done = run(folder, shell, "completion", name)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(run(folder, shell, "completion", name, "--json").stdout)["script"] == done.stdout


def test_another_shell_is_refused_with_those_that_there_are(folder: Path, shell: dict[str, str]) -> None:
    done = run(folder, shell, "completion", "bsh")
    assert (done.returncode, done.stdout) == (2, "")
    assert "did you mean `bash`?" in done.stderr
