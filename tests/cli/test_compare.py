"""`devpool compare` refuses by name what it cannot do, before any container is started."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli.test_bad_input import folder, refuse, run, shell
from cli.test_migrate import project

__all__ = ["folder", "shell"]  # fixtures


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "name the command after --"),
        (("web",), "name the command after --"),
        (("--mode", "transactional", "web", "--", "true"), "--mode takes"),
        (("--report", "found.txt", "web", "--", "true"), "--report takes a file that ends in .md"),
        (("--runs", "0", "web", "--", "true"), "--runs"),
    ],
)
def test_a_command_line_that_says_too_little_or_nonsense_is_a_usage_error(
    folder: Path, shell: dict[str, str], words: tuple[str, ...], said: str
) -> None:
    done = run(project(folder), shell, "compare", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "[wrong-usage]" in done.stderr


def test_a_report_that_could_not_be_written_is_refused_before_anything_runs(
    folder: Path, shell: dict[str, str]
) -> None:
    done = refuse(project(folder), shell, "not-writable", "compare", "--report", "no/folder.md", "web", "--", "x")
    assert "no/folder.md" in done.stderr


def test_an_unknown_service_is_refused_with_the_apps(folder: Path, shell: dict[str, str]) -> None:
    assert (
        "did you mean `web`?" in refuse(project(folder), shell, "unknown-service", "compare", "wbe", "--", "x").stderr
    )


def test_without_a_service_there_has_to_be_one_app(folder: Path, shell: dict[str, str]) -> None:
    assert (
        "name one: devpool compare web"
        in refuse(project(folder), shell, "which-service", "compare", "--", "pytest").stderr
    )
