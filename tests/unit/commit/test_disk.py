"""The system's errors become devpool's, with a way out, and what is written has the mode that it is to have."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from devpool.commit import disk
from devpool.commit.disk import RenameError
from devpool.errors import DevpoolError
from unit.commit.disk_rig import failing


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (errno.ENOSPC, "disk-full"),
        (errno.EDQUOT, "disk-full"),
        (errno.EACCES, "not-writable"),
        (errno.EROFS, "not-writable"),
        (errno.ETXTBSY, "not-writable"),
        (errno.EIO, "disk-error"),
        (errno.ENOENT, "disk-error"),
    ],
)
def test_an_error_of_the_system_is_a_refusal_by_name(code: int, name: str) -> None:
    with pytest.raises(DevpoolError) as error, disk.reporting("/p/x"):
        failing(code)()
    assert (error.value.code, error.value.where) == (name, "/p/x")
    assert os.strerror(code) in error.value.message
    assert error.value.hint


@pytest.mark.parametrize("code", [errno.EBUSY, errno.EXDEV, errno.EPERM])
def test_a_rename_that_only_the_target_forbids_leaves_writing_in_place(code: int) -> None:
    with pytest.raises(RenameError), disk.rename_errors("/p/x"):
        failing(code)()


def test_any_other_error_of_a_rename_stays_one() -> None:
    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)), disk.rename_errors("/p/x"):
        failing(errno.ENOSPC)()


def test_a_folder_that_is_there_is_no_error(tmp_path: Path) -> None:
    disk.make_folder(tmp_path / "a", 0o700)
    disk.make_folder(tmp_path / "a")
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o700
    with pytest.raises(DevpoolError) as error:
        disk.make_folder(tmp_path / "b" / "c")
    assert error.value.code == "disk-error"


@pytest.mark.parametrize("code", [errno.EINVAL, errno.ENOTSUP])
def test_a_filesystem_that_cannot_flush_a_folder_is_tolerated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    monkeypatch.setattr(disk, "step", lambda name, path: failing(code)() if name == "sync" else None)
    disk.sync_folders([tmp_path])


def test_a_folder_that_cannot_be_flushed_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "step", lambda name, path: failing(errno.EIO)() if name == "sync" else None)
    with pytest.raises(DevpoolError) as refused:
        disk.sync_folders([tmp_path])
    assert refused.value.code == "disk-error"


def test_each_piece_that_is_written_is_a_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    monkeypatch.setattr(disk, "step", lambda name, path: steps.append(name))
    monkeypatch.setattr(disk, "CHUNK", 4)
    fd = os.open(tmp_path / "x", os.O_WRONLY | os.O_CREAT)
    try:
        disk.write_all(fd, "x", b"0123456789")
    finally:
        os.close(fd)
    assert (tmp_path / "x").read_bytes() == b"0123456789"
    assert steps == ["write"] * 3
