"""Recovery gives back the old bytes, overwrites nothing that was edited since, and removes what is devpool's."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from devpool.commit.intent import IntentEntry, Journal, digest
from devpool.commit.recovery import put_back, sweep, sweep_after
from unit.commit.disk_rig import NEW, OLD, names, refusal


def begun(directory: Path, **files: tuple[bytes | None, bytes | None, bytes | None]) -> Journal:
    """A journal of a commit that was killed: by name, the bytes before, those intended, and those there now."""
    folder = directory / ".devpool" / "journal"
    folder.mkdir(parents=True)
    entries = []
    for number, (name, (before, after, now)) in enumerate(files.items()):
        if before is not None:
            (folder / f"{number}-{name}").write_bytes(before)
        if now is not None:
            (directory / name).write_bytes(now)
        entries.append(
            IntentEntry(
                path=name,
                before=digest(before),
                after=digest(after),
                copy=f"{number}-{name}",
                mode=0o640 if before is not None else None,
                uid=-1,
                gid=-1,
            )
        )
    return Journal(directory=directory, token="0" * 16, entries=tuple(entries))


def test_what_was_changed_made_or_removed_is_as_before(tmp_path: Path) -> None:
    journal = begun(tmp_path, a=(OLD, NEW, NEW), b=(OLD, NEW, OLD), made=(None, NEW, NEW), gone=(OLD, None, None))
    (tmp_path / f".devpool-{journal.token}").write_bytes(b"half")
    assert put_back(journal, journal.entries) is True
    assert names(tmp_path) == [".devpool", "a", "b", "gone"]
    assert {(tmp_path / name).read_bytes() for name in ("a", "b", "gone")} == {OLD}
    assert stat.S_IMODE((tmp_path / "gone").stat().st_mode) == 0o640
    assert put_back(journal, journal.entries) is False, "it may be run again"


@pytest.mark.parametrize("now", [b"mine", None])
def test_where_one_file_was_edited_since_none_is_written(tmp_path: Path, now: bytes | None) -> None:
    journal = begun(tmp_path, a=(OLD, NEW, NEW), b=(OLD, NEW, now))
    error = refusal(lambda: put_back(journal, journal.entries))
    assert error is not None
    assert (error.code, error.where) == ("changed-meanwhile", f"{tmp_path}/b")
    assert f"{tmp_path}/.devpool/journal/1-b" in error.hint
    assert (tmp_path / "a").read_bytes() == NEW


def test_a_copy_that_was_changed_is_not_put_back(tmp_path: Path) -> None:
    journal = begun(tmp_path, a=(OLD, NEW, NEW))
    (tmp_path / ".devpool" / "journal" / "0-a").write_bytes(b"mine")
    error = refusal(lambda: put_back(journal, journal.entries))
    assert error is not None
    assert error.code == "journal-damaged"
    assert (tmp_path / "a").read_bytes() == NEW


@pytest.mark.parametrize(
    ("now", "mixture"), [(b"a: 2\r\n", True), (b"a: 2\r\n\xff", True), (b"a: 3\r\n", False), (b"a: ", False)]
)
def test_a_file_that_was_written_in_place_may_be_a_mixture_of_both_texts(
    tmp_path: Path, now: bytes, mixture: bool
) -> None:
    journal = begun(tmp_path, a=(OLD, NEW, now))
    assert refusal(lambda: put_back(journal, journal.entries)) is not None, "its new bytes are not known"
    journal.new_bytes(journal.entries[0]).write_bytes(NEW)
    error = refusal(lambda: put_back(journal, journal.entries))
    assert (error is None, (tmp_path / "a").read_bytes()) == (mixture, OLD if mixture else now)


def test_only_what_is_devpools_is_swept(tmp_path: Path) -> None:
    folder = tmp_path / ".devpool" / "journal"
    begun(tmp_path, a=(OLD, NEW, OLD))
    (folder / "intent").write_bytes(b"x")
    (folder / ".gitignore").write_bytes(b"*\n")
    sweep(tmp_path)
    assert not folder.exists()
    folder.mkdir()
    (folder / "mine").write_bytes(b"")
    (folder / "intent").write_bytes(b"x")
    sweep(tmp_path)
    assert names(folder) == ["mine"]


def test_folders_that_a_commit_has_emptied_go(tmp_path: Path) -> None:
    for name in ("env", "journal", "mine"):
        (tmp_path / ".devpool" / name).mkdir(parents=True)
    assert sweep_after(tmp_path, [tmp_path / ".devpool" / "env" / "web.env", tmp_path / "compose.yml"]) == []
    assert names(tmp_path / ".devpool") == ["mine"]


def test_copies_that_cannot_be_removed_are_told_of(tmp_path: Path) -> None:
    (tmp_path / ".devpool").mkdir()
    (tmp_path / ".devpool" / "journal").symlink_to(tmp_path)
    (told,) = sweep_after(tmp_path, [])
    assert told.code == "copies-left"
