"""What Compose accepts as a file, devpool accepts, and the proof finds it where Compose does."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli.test_bad_input import COMPOSE, folder, needs_compose, run, shell, write

__all__ = ["folder", "shell"]


@needs_compose
@pytest.mark.parametrize("label_file", ["../labels.txt", "../../labels.txt"])
def test_a_label_file_above_the_project_is_where_compose_finds_it(
    folder: Path, shell: dict[str, str], label_file: str
) -> None:
    project = folder / "deep" / "project"
    project.mkdir(parents=True)
    (project / label_file).write_text("a=b\n")
    write(project, compose_yml=COMPOSE.replace("    image: app\n", f"    image: app\n    label_file: {label_file}\n"))
    assert run(project, shell, "enable", "--no-up").returncode == 0


@needs_compose
@pytest.mark.parametrize("text", ["", "# nothing\n\n  # here\n"])
def test_an_override_of_comments_alone_overrides_nothing(folder: Path, shell: dict[str, str], text: str) -> None:
    write(folder, compose_yml=COMPOSE, compose_override_yml=text)
    assert run(folder, shell, "enable", "--no-up").returncode == 0
    assert (folder / "compose.override.yml").read_text() == text


@needs_compose
def test_no_env_file_is_named_by_the_null_device(folder: Path, shell: dict[str, str]) -> None:
    write(folder, compose_yml=COMPOSE)
    assert run(folder, shell, "--env-file", "/dev/null", "enable", "--no-up").returncode == 0
