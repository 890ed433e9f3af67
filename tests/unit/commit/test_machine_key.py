"""What this machine wrote for this folder verifies, and nothing else does; the key's own care is in tests/security."""

from __future__ import annotations

from pathlib import Path

import pytest

from devpool.commit import machine_key
from devpool.commit.machine_key import sign, state_home, verified


@pytest.fixture(autouse=True)
def own_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "devpool" / "key"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "project").mkdir()
    return tmp_path / "project"


def test_what_was_signed_here_verifies(project: Path) -> None:
    assert verified(project, "journal", sign(project, "journal", b"a\nb\n")) == b"a\nb\n"
    assert verified(project, "journal", sign(project, "journal", b"")) == b""


def test_what_was_changed_moved_or_signed_for_something_else_does_not(project: Path, own_key: Path) -> None:
    other = project.with_name("other")
    other.mkdir()
    data = sign(project, "journal", b"body")
    assert verified(project, "journal", data + b"x") is None
    assert verified(project, "digests", data) is None
    assert verified(other, "journal", data) is None
    assert verified(project, "journal", b"body") is None
    own_key.write_bytes(bytes(32))
    assert verified(project, "journal", data) is None


def test_a_link_to_the_project_is_the_project(project: Path) -> None:
    link = project.with_name("link")
    link.symlink_to(project)
    assert verified(link, "journal", sign(project, "journal", b"body")) == b"body"


def test_without_a_place_for_a_key_nothing_is_signed_or_trusted(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "")
    monkeypatch.setenv("HOME", "")
    data = sign(project, "journal", b"body")
    assert machine_key.is_unsigned(data)
    assert verified(project, "journal", data) is None
    told = machine_key.problem(project)
    assert told is not None
    assert (told.code, "HOME" in told.message) == ("no-machine-key", True)


def test_a_place_that_a_clone_could_contain_has_no_key(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(project / "state"))
    assert machine_key.is_unsigned(sign(project, "journal", b"body"))
    assert not (project / "state").exists()


@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_a_key_that_others_can_read_is_not_used(project: Path, own_key: Path, mode: int) -> None:
    assert machine_key.problem(project) is None
    own_key.chmod(mode)
    told = machine_key.problem(project)
    assert told is not None
    assert told.where == str(own_key)
    assert f"rm {own_key}" in told.hint


@pytest.mark.parametrize(
    ("shell", "expected"),
    [
        ({"XDG_STATE_HOME": "/s", "HOME": "/h"}, "/s"),
        ({"XDG_STATE_HOME": "s", "HOME": "/h"}, "/h/.local/state"),
        ({"HOME": "/h"}, "/h/.local/state"),
        ({"HOME": ""}, "/nonexistent/.local/state"),
    ],
)
def test_the_state_folder_is_the_users_own(shell: dict[str, str], expected: str) -> None:
    assert state_home(shell) == Path(expected)
