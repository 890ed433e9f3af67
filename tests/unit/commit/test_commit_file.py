"""A file of a commit goes through the module that it belongs to: links are followed among the user's files alone."""

from __future__ import annotations

import errno
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from devpool.commit import commit_file
from devpool.commit.disk import RenameError
from devpool.commit.intent import IntentEntry, Journal, digest
from unit.commit.disk_rig import NEW, OLD, failing, names, refusal


def changed(directory: Path, path: Path, current: bytes | None, target: bytes | None) -> None:
    commit_file.change(directory, str(path), current, target, mode=0o600, owner=None, token="0" * 16)


def test_a_file_of_devpools_comes_with_its_folders(tmp_path: Path) -> None:
    path = tmp_path / ".devpool" / "env" / "web.env"
    changed(tmp_path, path, None, NEW)
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (NEW, 0o600)
    changed(tmp_path, path, NEW, None)
    assert names(path.parent) == []


def test_a_file_of_the_users_keeps_its_mode_and_gets_no_folder(tmp_path: Path, file: Path) -> None:
    file.chmod(0o640)
    changed(tmp_path, file, OLD, NEW)
    assert (file.read_bytes(), stat.S_IMODE(file.stat().st_mode)) == (NEW, 0o640)
    assert refusal(lambda: changed(tmp_path, tmp_path / "sub" / "x", None, NEW)) is not None
    assert names(tmp_path) == [file.name]


def test_only_a_file_of_the_users_is_reached_through_a_link(tmp_path: Path, file: Path) -> None:
    link = tmp_path / "compose.yml"
    link.symlink_to(file.name)
    assert commit_file.read(tmp_path, str(link)) == OLD
    own = tmp_path / ".devpool" / "state.json"
    own.parent.mkdir()
    own.symlink_to(file)
    error = refusal(lambda: commit_file.read(tmp_path, str(own)))
    assert error is not None
    assert error.code == "devpool-folder-not-real"


def test_a_path_that_leaves_devpools_folder_is_the_users(tmp_path: Path, file: Path) -> None:
    (tmp_path / ".devpool").mkdir()
    assert commit_file.read(tmp_path, str(tmp_path / ".devpool" / ".." / file.name)) == OLD


def test_a_file_that_nothing_can_be_renamed_over_is_written_in_place_with_its_new_bytes_kept(
    tmp_path: Path, file: Path, on_step: Callable[[str, Callable[[], object]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".devpool" / "journal").mkdir(parents=True)
    entry = IntentEntry(path=file.name, before=digest(OLD), after=digest(NEW), copy="0-x", mode=0o644, uid=-1, gid=-1)
    journal = Journal(directory=tmp_path, token="0" * 16, entries=(entry,))
    inode = file.stat().st_ino

    def blocked(*args: object, **kwargs: object) -> None:
        raise RenameError("not-writable", "a mount")

    monkeypatch.setattr(commit_file.write_user_files, "replace_file", blocked)
    commit_file.change_entry(journal, entry, OLD, NEW, None)
    assert (file.read_bytes(), file.stat().st_ino) == (NEW, inode)
    assert journal.new_bytes(entry).read_bytes() == NEW
    on_step("write", failing(errno.EIO))
    assert refusal(lambda: commit_file.change_entry(journal, entry, NEW, OLD, None)) is not None
    assert journal.new_bytes(entry).read_bytes() == NEW


def test_the_temporary_file_beside_each_kind_of_file_goes(tmp_path: Path, file: Path) -> None:
    own = tmp_path / ".devpool" / "state.json"
    own.parent.mkdir()
    for path in (file, own):
        path.with_name(".devpool-ab").write_bytes(b"")
        commit_file.discard_temp(tmp_path, str(path), "ab")
        commit_file.discard_temp(tmp_path, str(path), "ab")
    assert names(tmp_path) == [".devpool", file.name]
    assert names(own.parent) == []


@pytest.mark.parametrize(
    ("folder", "expected"),
    [("x", []), (".devpool", [".devpool"]), (".devpool/a/b", [".devpool", ".devpool/a", ".devpool/a/b"])],
)
def test_only_folders_below_devpools_are_made(folder: str, expected: list[str]) -> None:
    assert commit_file.below_devpool_folder(Path("/p"), Path("/p", folder)) == [Path("/p", name) for name in expected]
