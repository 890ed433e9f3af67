"""A project in a folder of its own, for verbs that ask an engine and find none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cli.test_bad_input import COMPOSE, write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    project = tmp_path / "project"
    project.mkdir()
    return write(project, compose_yml=COMPOSE)


@pytest.fixture
def shell(plain_shell: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """A shell in which docker finds no engine."""
    root = Path(__file__).resolve().parents[2]
    return plain_shell | {"PYTHONPATH": str(root), "CI": "1", "DOCKER_HOST": f"unix://{tmp_path}/nosuch.sock"}


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plain_shell: dict[str, str]) -> Path:
    """An empty folder, in which this very process is, with the variables of a plain shell."""
    for name in os.environ.keys() - plain_shell.keys():
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    folder = tmp_path / "shop"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder
