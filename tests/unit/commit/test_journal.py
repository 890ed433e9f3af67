"""Several files change as one, or none of them does; that this holds at each kill is in tests/crash."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from devpool.commit import disk, journal, recovery
from devpool.commit.write_user_files import FileChange
from devpool.errors import DevpoolError
from unit.commit.disk_rig import NEW, OLD, as_nobody, failing, names


def test_a_change_to_the_same_bytes_touches_nothing(file: Path) -> None:
    before = file.stat()
    journal.commit(file.parent, [FileChange(path=str(file), before=OLD, after=OLD)])
    assert file.stat() == before
    assert names(file.parent) == [file.name]


def test_recovery_where_nothing_happened_touches_nothing(file: Path) -> None:
    before = file.parent.stat()
    assert recovery.recover(file.parent) is False
    assert file.parent.stat() == before


def test_one_file_by_two_names_is_refused(file: Path) -> None:
    link = file.with_name("compose.yml")
    link.symlink_to(file.name)
    for other in (link, file):
        changes = [FileChange(path=str(p), before=OLD, after=NEW) for p in (file, other)]
        with pytest.raises(DevpoolError) as error:
            journal.commit(file.parent, changes)
        assert error.value.code == "same-file-twice"
    assert file.read_bytes() == OLD


def test_a_read_only_file_is_refused_before_the_first_change(open_path: Path) -> None:
    first, second = open_path / "first.yml", open_path / "second.yml"
    for path, mode in ((first, 0o666), (second, 0o444)):
        path.write_bytes(OLD)
        path.chmod(mode)
    open_path.chmod(0o777)
    changes = [FileChange(path=str(path), before=OLD, after=NEW) for path in (first, second)]
    error = as_nobody(lambda: journal.commit(open_path, changes))
    assert error is not None
    assert (error.code, error.where) == ("not-writable", str(second))
    assert "chmod u+rw" in error.hint
    assert first.read_bytes() == OLD
    assert names(open_path) == ["first.yml", "second.yml"]


def test_folders_are_made_and_removed_below_devpool_only(tmp_path: Path) -> None:
    inside, outside = tmp_path / ".devpool" / "a" / "b" / "c", tmp_path / "mine" / "x"
    with pytest.raises(DevpoolError) as error:
        journal.commit(tmp_path, [FileChange(path=str(outside), before=None, after=b"")])
    assert error.value.code == "disk-error"
    assert names(tmp_path) == []

    journal.commit(tmp_path, [FileChange(path=str(inside), before=None, after=b"")])
    assert inside.read_bytes() == b""
    assert names(tmp_path / ".devpool") == ["a"]

    outside.parent.mkdir()
    outside.write_bytes(OLD)
    changes = [(inside, b""), (outside, OLD)]
    journal.commit(tmp_path, [FileChange(path=str(p), before=data, after=None) for p, data in changes])
    assert names(tmp_path) == ["mine"]
    assert names(tmp_path / "mine") == []


def test_if_the_second_file_fails_the_first_goes_back(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    second = file.with_name("second.yml")
    second.write_bytes(OLD)
    replaced: list[str] = []

    def step(name: str, path: str) -> None:
        if name == "replace" and path == str(second):
            replaced.append(path)
            failing(errno.ENOSPC)()

    monkeypatch.setattr(disk, "step", step)
    with pytest.raises(DevpoolError) as error:
        journal.commit(file.parent, [FileChange(path=str(p), before=OLD, after=NEW) for p in (file, second)])
    assert (error.value.code, replaced) == ("disk-full", [str(second)])
    assert (file.read_bytes(), second.read_bytes()) == (OLD, OLD)
    assert names(file.parent) == [file.name, "second.yml"]


def test_a_failure_that_cannot_be_undone_keeps_the_journal_until_it_can(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = file.with_name("second.yml")
    second.write_bytes(OLD)

    def step(name: str, path: str) -> None:
        if name == "replace" and path == str(second):
            file.write_bytes(b"mine")
            failing(errno.EIO)()

    monkeypatch.setattr(disk, "step", step)
    with pytest.raises(DevpoolError) as error:
        journal.commit(file.parent, [FileChange(path=str(p), before=OLD, after=NEW) for p in (file, second)])
    assert error.value.code == "not-undone"
    assert file.read_bytes() == b"mine", "the user's later edit wins"
    monkeypatch.setattr(disk, "step", lambda name, path: None)
    with pytest.raises(DevpoolError) as refused:
        recovery.recover(file.parent)
    assert (refused.value.code, refused.value.where) == ("changed-meanwhile", str(file))
    file.write_bytes(NEW)
    assert recovery.recover(file.parent) is True
    assert file.read_bytes() == OLD
    assert names(file.parent) == [file.name, "second.yml"]


def test_a_dry_run_names_the_command_that_was_interrupted(
    file: Path, on_step: Callable[[str, Callable[[], object]], None]
) -> None:
    journal.refuse_interrupted(file.parent)
    told: list[DevpoolError] = []

    def look() -> None:
        try:
            journal.refuse_interrupted(file.parent)
        except DevpoolError as error:
            told.append(error)

    record = file.parent / ".devpool" / "state.json"
    on_step("unlink", look)
    journal.commit(file.parent, [FileChange(path=str(record), before=None, after=b"{}")])
    assert told[0].code == "interrupted"
    assert "`devpool enable` was interrupted" in told[0].message


def test_a_folder_of_the_journals_name_that_is_not_ours_is_set_aside(file: Path) -> None:
    theirs = file.parent / ".devpool" / "journal" / "intent"
    theirs.parent.mkdir(parents=True)
    theirs.write_bytes(b"-\n{}")
    told = journal.commit(file.parent, [FileChange(path=str(file), before=OLD, after=NEW)])
    assert [w.code for w in told] == ["journal-set-aside"]
    assert file.read_bytes() == NEW
    assert (Path(told[0].where) / "intent").read_bytes() == b"-\n{}"
