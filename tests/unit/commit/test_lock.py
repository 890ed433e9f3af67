"""One devpool at a time in a project, and a word about another one that writes while this one reads."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest

from devpool.commit import lock
from devpool.errors import DevpoolError
from unit.commit.disk_rig import as_nobody, names


def test_the_lock_is_held_once_by_a_process_that_asks_twice(tmp_path: Path) -> None:
    with lock.locked(tmp_path):
        with lock.locked(tmp_path, wait=0):
            pass
        assert (tmp_path / ".devpool" / "lock").read_bytes() == f"{os.getpid()}\n".encode()
    assert names(tmp_path) == []


def test_a_lock_that_another_process_holds_is_refused_with_its_number(tmp_path: Path) -> None:
    path = tmp_path / ".devpool" / "lock"
    path.parent.mkdir()
    path.write_bytes(b"4711\n")
    with path.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(DevpoolError) as error, lock.locked(tmp_path, wait=0):
            pass
        lock.tidy_lock(tmp_path)
        assert path.exists()
    assert (error.value.code, error.value.where) == ("locked", str(path))
    assert "process 4711" in error.value.message
    lock.tidy_lock(tmp_path)
    assert names(tmp_path) == [], "the lock of a killed process goes"


@pytest.mark.parametrize("kind", ["link", "pipe", "hard link", "folder"])
def test_what_is_no_file_of_its_own_is_never_written_to(tmp_path: Path, kind: str) -> None:
    path, other = tmp_path / ".devpool" / "lock", tmp_path / "mine"
    path.parent.mkdir()
    other.write_bytes(b"mine")
    if kind == "link":
        path.symlink_to(other)
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "hard link":
        os.link(other, path)
    else:
        path.mkdir()
    with pytest.raises(DevpoolError) as error, lock.locked(tmp_path, wait=0):
        pass
    assert (error.value.code, error.value.where) == ("devpool-folder-not-real", str(path))
    assert other.read_bytes() == b"mine"


def test_a_lock_in_a_folder_that_cannot_be_written_is_refused(open_path: Path) -> None:
    open_path.chmod(0o555)

    def hold() -> None:
        with lock.locked(open_path):
            pass

    error = as_nobody(hold)
    open_path.chmod(0o755)
    assert error is not None
    assert error.code == "not-writable"


def refusal(directory: Path, error: Exception | None, *, changes: bool) -> DevpoolError | None:
    """What reading ends with that raises an error itself, or in which another devpool changes the record."""
    try:
        with lock.reading(directory):
            if changes:
                (directory / ".devpool").mkdir()
                (directory / ".devpool" / "state.json").write_bytes(b"{}")
            if error:
                raise error
    except DevpoolError as refused:
        return refused
    return None


def test_a_project_that_another_devpool_changed_while_it_was_read_is_refused(tmp_path: Path) -> None:
    found = refusal(tmp_path, None, changes=True)
    assert found is not None
    assert (found.code, found.where) == ("changed-meanwhile", str(tmp_path))


@pytest.mark.parametrize("error", [DevpoolError("not-yaml", "odd"), FileNotFoundError()])
def test_what_went_wrong_while_another_devpool_wrote_is_put_down_to_that(tmp_path: Path, error: Exception) -> None:
    found = refusal(tmp_path, error, changes=True)
    assert found is not None
    assert found.code == "changed-meanwhile"


def test_what_went_wrong_otherwise_stays_as_it_is(tmp_path: Path) -> None:
    assert refusal(tmp_path, None, changes=False) is None
    found = refusal(tmp_path, DevpoolError("not-yaml", "odd"), changes=False)
    assert found is not None
    assert found.code == "not-yaml"
