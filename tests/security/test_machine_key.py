"""The key of this machine: made once, for the user alone, and used only as long as it is that."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from crash.crash_rig import end, start
from security.canary import DISABLE, ENABLE, World, tree

from devpool.commit import disk, machine_key


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """Where it is in these tests."""
    return tmp_path / "state" / "devpool" / "key"


def test_it_is_made_at_first_use_and_for_the_user_alone(world: World, key: Path) -> None:
    world.devpool("status")
    world.devpool(*ENABLE, "--dry-run")
    assert not key.parents[1].exists(), "what only reads makes none"
    world.devpool(*ENABLE)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(key.parent.stat().st_mode) == 0o700
    assert [p.name for p in key.parent.iterdir()] == ["key"]
    made = key.read_bytes()
    assert len(made) == 32
    world.devpool(*DISABLE)
    assert key.read_bytes() == made


def test_processes_that_make_it_at_once_agree(world: World, key: Path, tmp_path: Path) -> None:
    go, wait = os.pipe()[::-1]

    def work(number: int) -> None:
        os.read(wait, 1)
        (tmp_path / f"signed{number}").write_bytes(machine_key.sign(world.project, "journal", b"body"))

    children = [start(lambda number=number: work(number)) for number in range(8)]
    os.write(go, b"x" * 8)
    assert [end(child) for child in children] == [0] * 8
    signed = {(tmp_path / f"signed{number}").read_bytes() for number in range(8)}
    assert len(signed) == 1
    assert machine_key.verified(world.project, "journal", signed.pop()) == b"body"
    assert [p.name for p in key.parent.iterdir()] == ["key"]


def test_one_that_is_killed_while_it_is_made_stops_nobody(world: World, key: Path) -> None:
    for number in range(1, 20):

        def step(name: str, path: str, left: list[int] = [number]) -> None:  # noqa: B006 - it counts
            left[0] -= 1
            if left[0] == 0:
                os._exit(9)

        def work(step: object = step) -> None:
            disk.step = step  # type: ignore[assignment]
            machine_key.sign(world.project, "journal", b"body")

        if end(start(work)) == 0:
            break
        key.unlink(missing_ok=True)
    assert number > 5
    assert machine_key.problem(world.project) is None
    assert len(key.read_bytes()) == 32


def spoil(key: Path, how: str) -> None:
    """Make something of the key that is not to be used."""
    if how == "mode":
        key.chmod(0o644)
    elif how == "link":
        key.rename(key.with_name("other"))
        key.symlink_to("other")
    elif how == "pipe":
        key.unlink()
        os.mkfifo(key)
    elif how == "short":
        key.write_bytes(b"x" * 31)
    elif how == "folder":
        key.parent.chmod(0o777)
    else:
        os.chown(key, 12345, 12345)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("how", ["mode", "link", "pipe", "short", "folder", "owner"])
def test_one_that_is_not_the_users_alone_is_not_used(world: World, key: Path, how: str) -> None:
    if how == "owner" and os.geteuid() != 0:
        pytest.fail("two users are needed: run it as root (sudo -E bin/test tests/security)", False)
    signed = machine_key.sign(world.project, "journal", b"body")
    assert machine_key.verified(world.project, "journal", signed) == b"body"
    spoil(key, how)
    assert machine_key.verified(world.project, "journal", signed) is None
    assert machine_key.is_unsigned(machine_key.sign(world.project, "journal", b"body"))
    told = world.devpool(*ENABLE)
    assert told.code == 0
    assert "if this run is interrupted, devpool cannot undo it automatically" in told.words
    assert str(key.parent) in told.words
    assert world.devpool(*DISABLE).code == 0


def test_one_that_a_clone_can_bring_along_is_not_used(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in (world.project / "state", world.project.parent / "state"):
        (world.project.parent / ".git").mkdir(exist_ok=True)
        monkeypatch.setenv("XDG_STATE_HOME", str(folder))
        monkeypatch.setenv("HOME", "/nonexistent")
        problem = machine_key.problem(world.project)
        assert problem is not None
        assert "inside the project" in problem.message
        assert not folder.exists()


def test_the_home_directory_is_nobodys_clone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    (world.home / ".git").mkdir()
    project = world.home / "shop"
    project.mkdir()
    monkeypatch.delenv("XDG_STATE_HOME")
    assert machine_key.problem(project) is None
    assert (world.home / ".local/state/devpool/key").is_file()


@pytest.mark.parametrize("home", ["/proc", "", "/nonexistent"])
def test_where_no_key_can_be_kept_enable_works_and_says_what_that_means(
    world: World, monkeypatch: pytest.MonkeyPatch, home: str
) -> None:
    before = tree(world.project)
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", home)
    told = world.devpool(*ENABLE)
    assert told.code == 0
    assert "if this run is interrupted, devpool cannot undo it automatically" in told.words
    assert "set XDG_STATE_HOME" in told.words
    assert "copies in .devpool/journal" in told.words
    again = world.devpool(*ENABLE)
    assert "already enabled" in again.words
    assert "digests" not in again.words
    assert world.devpool(*DISABLE).code == 0
    assert {n: v[2] for n, v in tree(world.project).items()} == {n: v[2] for n, v in before.items()}


def test_what_was_interrupted_without_a_key_is_put_back_as_the_hint_says(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    compose = (world.project / "compose.yml").read_bytes()
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", "/proc")

    def step(name: str, path: str) -> None:
        if name == "unlink" and path.endswith("/journal/intent"):
            os._exit(9)

    def work() -> None:
        disk.step = step
        world.devpool(*ENABLE)

    assert end(start(work)) == 9
    assert (world.project / "compose.yml").read_bytes() != compose
    told = world.devpool("status")
    assert "compose.yml" in told.words
    assert "copies in .devpool/journal" in told.words
    (copy,) = (world.own / "journal").glob("*-compose.yml")
    assert copy.read_bytes() == compose
