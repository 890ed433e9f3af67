"""A folder below `.devpool/` is a real one of the user's own, or it is refused by name."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from devpool.commit import real_folders
from unit.commit.disk_rig import names, refusal


@pytest.mark.parametrize(
    ("path", "own"),
    [
        ("/p/.devpool", True),
        ("/p/.devpool/env/web.env", True),
        ("/p/.devpool-x", False),
        ("/p/compose.yml", False),
        ("/p/.devpool/../compose.yml", False),
        ("/q/.devpool/env", False),
    ],
)
def test_a_file_is_devpools_by_its_path(path: str, own: bool) -> None:
    assert real_folders.is_own(Path("/p"), path) is own


def test_the_project_may_be_reached_through_a_link_but_nothing_below_it(tmp_path: Path) -> None:
    (tmp_path / "real" / ".devpool" / "env").mkdir(parents=True)
    (tmp_path / "link").symlink_to("real")
    project = tmp_path / "link"
    assert real_folders.names(project, project / ".devpool") == ["env"]
    (project / ".devpool" / "env").rmdir()
    (project / ".devpool" / "env").symlink_to(tmp_path)
    error = refusal(lambda: real_folders.names(project, project / ".devpool" / "env"))
    assert error is not None
    assert (error.code, error.where) == ("devpool-folder-not-real", str(project / ".devpool" / "env"))
    assert "this is a link" in error.message
    assert error.hint.endswith(f"rm {project / '.devpool' / 'env'}")


@pytest.mark.skipif(os.geteuid() != 0, reason="needs a folder of another user")
def test_a_folder_of_another_user_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / ".devpool"
    folder.mkdir()
    os.chown(folder, 4711, -1)
    error = refusal(lambda: real_folders.names(tmp_path, folder))
    assert error is not None
    assert (error.code, "UID 4711" in error.message) == ("devpool-folder-not-yours", True)


def test_a_folder_that_anyone_may_write_to_is_refused_unless_the_project_is_such_a_one(tmp_path: Path) -> None:
    folder = tmp_path / ".devpool"
    folder.mkdir()
    folder.chmod(0o777)
    error = refusal(lambda: real_folders.names(tmp_path, folder))
    assert error is not None
    assert error.hint == f"chmod o-w {folder}"
    tmp_path.chmod(0o777)
    assert real_folders.names(tmp_path, folder) == []


def test_a_private_folder_is_private_also_where_it_was_there(tmp_path: Path) -> None:
    real_folders.make_folder(tmp_path, tmp_path / ".devpool")
    folder = tmp_path / ".devpool" / "journal"
    folder.mkdir(mode=0o755)
    real_folders.make_private(tmp_path, folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_only_an_empty_folder_goes(tmp_path: Path) -> None:
    folder = tmp_path / ".devpool"
    folder.mkdir()
    (folder / "mine").write_bytes(b"")
    assert real_folders.remove_folder(tmp_path, folder) is True
    assert names(folder) == ["mine"]
    (folder / "mine").unlink()
    assert real_folders.remove_folder(tmp_path, folder) is True
    assert real_folders.remove_folder(tmp_path, folder) is True, "it is gone already"
    assert names(tmp_path) == []


def test_what_is_below_is_found_without_following_links(tmp_path: Path) -> None:
    home = tmp_path / ".devpool"
    (home / "a" / "b").mkdir(parents=True)
    (home / "a" / "x").write_bytes(b"")
    (home / "a" / "link").symlink_to(tmp_path)
    folders, others = real_folders.below(tmp_path, home)
    assert folders == [home / "a" / "b", home / "a", home]
    assert sorted(others) == [home / "a" / "link", home / "a" / "x"]
    assert real_folders.below(tmp_path, tmp_path / "none") == ([tmp_path / "none"], [])


def test_a_folder_with_more_in_it_than_devpool_writes_is_refused(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(".devpool", *"abcdefghijklmnopqr")
    deep.mkdir(parents=True)
    error = refusal(lambda: real_folders.below(tmp_path, tmp_path / ".devpool"))
    assert error is not None
    assert (error.code, error.where) == ("devpool-folder-too-large", str(tmp_path / ".devpool"))


def test_a_name_with_a_quote_in_it_is_quoted_in_the_hint() -> None:
    path = Path("/p/it's")
    error = real_folders.not_real(path, os.stat("/"), "file")
    assert error.hint.endswith("""rm -r '/p/it'"'"'s'""")
