"""Where the output of runs is kept, and who may read it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from devpool.compare import kept_output
from devpool.errors import DevpoolError


def test_the_folder_is_in_the_state_folder_and_private(tmp_path: Path) -> None:
    folder = kept_output.new_folder(Path("/srv/shop"), {"XDG_STATE_HOME": str(tmp_path)}, None)
    assert folder.is_relative_to(tmp_path / "devpool")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_last_few_comparisons_are_kept(tmp_path: Path) -> None:
    shell = {"XDG_STATE_HOME": str(tmp_path)}
    place = kept_output.new_folder(Path("/srv/shop"), shell, None).parent
    for number in range(9):
        (place / f"2020010{number}T000000Z").mkdir()
    kept_output.new_folder(Path("/srv/shop"), shell, None)
    assert [folder.name[:8] for folder in sorted(place.iterdir())][:3] == ["20200106", "20200107", "20200108"]


def test_a_report_that_could_not_be_written_is_refused_beforehand(tmp_path: Path) -> None:
    there = tmp_path / "there.md"
    there.write_text("as before")
    for path in (there, tmp_path / "new.md"):
        kept_output.refuse_unwritable(path)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["as before"]
    for path in (tmp_path, tmp_path / "no-folder" / "new.md"):
        with pytest.raises(DevpoolError):
            kept_output.refuse_unwritable(path)


def test_a_folder_that_is_named_is_taken(tmp_path: Path) -> None:
    named = tmp_path / "a" / "b"
    assert kept_output.new_folder(Path("/srv/shop"), {}, str(named)) == named
    assert named.is_dir()


def test_a_file_is_private_and_follows_no_link(tmp_path: Path) -> None:
    with kept_output.new_file(tmp_path / "x.log") as file:
        file.write(b"said")
    assert stat.S_IMODE((tmp_path / "x.log").stat().st_mode) == 0o600
    os.symlink(tmp_path / "x.log", tmp_path / "link")
    with pytest.raises(DevpoolError), kept_output.new_file(tmp_path / "link"):
        pass


def test_a_report_is_written_or_added(tmp_path: Path) -> None:
    path = tmp_path / "r.md"
    kept_output.write(path, "one\n")
    kept_output.write(path, "two\ud800\n", append=True)
    assert path.read_text() == "one\ntwo\\ud800\n"
    with pytest.raises(DevpoolError) as raised:
        kept_output.write(tmp_path / "none" / "r.md", "")
    assert raised.value.code == "disk-error"
