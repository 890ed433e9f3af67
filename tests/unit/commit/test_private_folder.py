"""A folder for copies with passwords: nobody else can look into it, and it is gone at the end."""

from __future__ import annotations

import fcntl
import os
import stat
from pathlib import Path

import pytest

from devpool.commit.private_folder import private_folder, sweep
from unit.commit.disk_rig import names


@pytest.fixture
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    return tmp_path / "devpool"


def test_it_is_private_and_gone_at_the_end(runtime: Path) -> None:
    with private_folder() as folder:
        assert folder.parent == runtime.resolve()
        assert [stat.S_IMODE(p.stat().st_mode) for p in (folder, folder.parent)] == [0o700] * 2
        (folder / "compose.yml").write_bytes(b"PW=sesame")
        sweep()
        assert names(folder) == ["compose.yml"], "it is held"
    assert not runtime.exists()


def test_two_of_them_do_not_disturb_each_other(runtime: Path) -> None:
    with private_folder() as one, private_folder() as other:
        assert one != other
    assert not runtime.exists()


@pytest.mark.parametrize("kind", ["open", "link"])
def test_a_place_that_is_not_the_users_own_is_not_used_or_touched(runtime: Path, tmp_path: Path, kind: str) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir(mode=0o700)
    if kind == "open":
        runtime.mkdir()
        runtime.chmod(0o777)
    else:
        runtime.symlink_to(theirs)
    (runtime / "copy-x").mkdir()
    with private_folder() as folder:
        assert folder.is_relative_to(tmp_path.resolve() / "tmp")
    assert names(runtime) == ["copy-x"]


def test_what_a_killed_process_left_is_removed_and_no_link_in_it_is_followed(runtime: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "compose.yml").write_bytes(b"a")
    left = runtime / "copy-left"
    left.mkdir(parents=True, mode=0o700)
    runtime.chmod(0o700)
    (left / "project").symlink_to(mine)
    held = runtime / "copy-held"
    held.mkdir(mode=0o700)
    fd = os.open(held, os.O_RDONLY)
    fcntl.flock(fd, fcntl.LOCK_EX)
    (runtime / "other").mkdir()
    sweep()
    os.close(fd)
    assert names(runtime) == ["copy-held", "other"]
    assert names(mine) == ["compose.yml"]
