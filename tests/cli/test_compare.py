"""compare refuses by name what it cannot do, before any container is touched."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli.test_bad_input import folder, refuse, run, shell
from cli.test_past_the_pooler import project

__all__ = ["folder", "shell"]  # fixtures


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Error: name the command after --"),
        (("web",), "Error: name the command after --"),
        (("web", "--mode=fast", "--", "pytest"), "Error: --mode takes transaction, session, statement"),
        (("web", "--report=out.txt", "--", "pytest"), "Error: --report takes a file that ends in .md"),
        (("web", "--runs=0", "--", "pytest"), "Error: Invalid value for '--runs'"),
    ],
)
def test_a_wrong_command_line_is_said(folder: Path, shell: dict[str, str], words: tuple[str, ...], said: str) -> None:
    done = run(project(folder), shell, "compare", *words)
    assert done.returncode == 2
    assert said in done.stderr


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--", "pytest"), "which-service", "name one: devpool compare web -- COMMAND"),
        (("nosuch", "--", "pytest"), "unknown-service", "apps of this project: web, api"),
        (("db", "--", "pytest"), "no-database-setting", "`db` is itself a database"),
    ],
)
def test_it_is_refused_with_the_way_out(
    folder: Path, shell: dict[str, str], words: tuple[str, ...], code: str, said: str
) -> None:
    done = refuse(project(folder), shell, code, "compare", *words)
    assert said in done.stderr
