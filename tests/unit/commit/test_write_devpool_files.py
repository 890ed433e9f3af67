"""A file below `.devpool/` is read and written only as a real file in real folders."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from devpool.commit import write_devpool_files
from unit.commit.disk_rig import NEW, OLD, names, refusal


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The place of a record, in a folder that is there."""
    (tmp_path / ".devpool").mkdir()
    return tmp_path / ".devpool" / "state.json"


def test_what_is_written_is_read_and_goes_again(tmp_path: Path, path: Path) -> None:
    assert write_devpool_files.read(tmp_path, path) is None
    write_devpool_files.write(tmp_path, path, None, OLD, mode=0o600)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    write_devpool_files.write(tmp_path, path, OLD, NEW)
    assert (write_devpool_files.read(tmp_path, path), stat.S_IMODE(path.stat().st_mode)) == (NEW, 0o600)
    write_devpool_files.remove(tmp_path, path, NEW)
    assert write_devpool_files.discard(tmp_path, path) is False
    assert names(path.parent) == []


def test_nothing_is_there_where_the_folder_is_not(tmp_path: Path) -> None:
    assert write_devpool_files.read(tmp_path, tmp_path / ".devpool" / "env" / "x") is None


@pytest.mark.parametrize(
    "work",
    [
        lambda d, p: write_devpool_files.write(d, p, OLD, NEW),
        lambda d, p: write_devpool_files.write(d, p, None, NEW),
        lambda d, p: write_devpool_files.remove(d, p, OLD),
        lambda d, p: write_devpool_files.expect(d, p, None),
    ],
)
def test_a_file_that_holds_something_else_is_left_alone(
    tmp_path: Path, path: Path, work: Callable[[Path, Path], None]
) -> None:
    path.write_bytes(b"mine")
    error = refusal(lambda: work(tmp_path, path))
    assert error is not None
    assert (error.code, error.where, path.read_bytes()) == ("changed-meanwhile", str(path), b"mine")
    assert names(path.parent) == [path.name]


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_something_else_in_its_place_is_refused_by_name(tmp_path: Path, path: Path, kind: str) -> None:
    other = tmp_path / "mine"
    other.write_bytes(OLD)
    if kind == "link":
        path.symlink_to(other)
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.mkdir()
    for work in (write_devpool_files.read, lambda d, p: write_devpool_files.write(d, p, OLD, NEW)):
        error = refusal(lambda work=work: work(tmp_path, path))
        assert error is not None
        assert (error.code, error.where) == ("devpool-folder-not-real", str(path))
        assert kind in error.message
    assert other.read_bytes() == OLD


def test_a_folder_that_is_a_link_is_refused_too(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "state.json").write_bytes(OLD)
    (tmp_path / ".devpool").symlink_to("mine")
    error = refusal(lambda: write_devpool_files.read(tmp_path, tmp_path / ".devpool" / "state.json"))
    assert error is not None
    assert error.where == str(tmp_path / ".devpool")


def test_a_link_itself_can_be_removed_and_what_it_leads_to_stays(tmp_path: Path, path: Path) -> None:
    other = tmp_path / "mine"
    other.write_bytes(OLD)
    path.symlink_to(other)
    assert write_devpool_files.discard(tmp_path, path) is True
    assert other.read_bytes() == OLD


def test_a_file_that_is_larger_than_any_of_devpools_is_not_read(tmp_path: Path, path: Path) -> None:
    path.write_bytes(bytes(2**20 + 1))
    error = refusal(lambda: write_devpool_files.read(tmp_path, path, 2**20))
    assert error is not None
    assert error.code == "devpool-file-too-large"
    assert "1 MiB" in error.message
