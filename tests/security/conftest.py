"""The world of these tests: a plain shell, a home that is a canary, and a state folder apart from both."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from security import record_rig
from security.canary import World, build
from security.record_rig import Clone


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plain_shell: dict[str, str]) -> Iterator[World]:
    """A project and a home."""
    for name in os.environ.keys() - plain_shell.keys():
        monkeypatch.delenv(name)
    found = build(tmp_path / "world")
    monkeypatch.setenv("HOME", str(found.home))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("PATH", "/nonexistent")  # no engine is asked
    monkeypatch.chdir(found.project)
    yield found
    os.chdir(tmp_path)


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plain_shell: dict[str, str]) -> Iterator[Clone]:
    """An enabled project whose record an attacker may write, in a repository, and a home beside it."""
    for name in os.environ.keys() - plain_shell.keys():
        monkeypatch.delenv(name)
    found = record_rig.build(tmp_path)
    monkeypatch.setenv("HOME", str(found.home))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("PATH", "/nonexistent")  # no engine is asked
    monkeypatch.chdir(found.project)
    yield record_rig.enabled(found)
    os.chdir(tmp_path)
