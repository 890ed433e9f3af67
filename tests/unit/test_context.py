"""The context of a command, from the options before and after its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from devpool.context import context
from devpool.errors import DevpoolError
from devpool.model.sources import Selection


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No folder of a killed devpool on this machine is swept away by a test."""
    for name in ("XDG_RUNTIME_DIR", "TMPDIR"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.chdir(tmp_path)


def test_options_count_before_and_after_the_name_of_the_command() -> None:
    before = {"files": ("a.yml",), "project_name": "shop", "profiles": (), "as_json": False, "quiet": True}
    after = {"files": (), "project_name": None, "profiles": ("dev",), "as_json": True, "quiet": False}
    found = context(before, after)
    assert found.selection == Selection(files=("a.yml",), project_name="shop", profiles=("dev",))
    assert (found.output.as_json, found.output.quiet) == (True, True)


def test_where_an_option_is_given_twice_the_one_after_the_name_wins() -> None:
    assert context({"files": ("a.yml",)}, {"files": ("b.yml",)}).selection.files == ("b.yml",)


def test_options_of_a_command_alone_are_no_part_of_the_selection() -> None:
    assert context({}, {"preset": "ci", "settings": ("a=b",)}).selection == Selection()


def test_the_variables_are_a_copy_of_the_shells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP", "1")
    found = context({}, {})
    monkeypatch.setenv("SHOP", "2")
    assert found.shell["SHOP"] == "1"


def test_a_folder_that_is_gone_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(DevpoolError) as error:
        context({}, {})
    assert (error.value.code, error.value.hint) == ("no-folder", "cd to the project's folder")
    monkeypatch.chdir(tmp_path)


def test_the_password_files_of_a_killed_devpool_are_removed(tmp_path: Path) -> None:
    left = tmp_path / "devpool" / "copy-1"
    for folder in (left.parent, left):
        folder.mkdir(0o700)
    (left / "app.env").write_text("PASSWORD=sesame\n")
    context({}, {})
    assert not left.exists()
