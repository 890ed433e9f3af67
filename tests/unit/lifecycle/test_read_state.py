"""What an earlier enable left is read with care: a record may come from anywhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from devpool.errors import DevpoolError
from devpool.lifecycle.read_state import Earlier, left_in_folder, of_devpool, ours_on_disk, read_digests, read_state
from unit.lifecycle.disk_project import BY_ENV_FILE, ENV, SHOP, enable, state_of, written


def test_no_record_is_none_and_a_folder_in_its_place_is_refused(tmp_path: Path) -> None:
    assert read_state(tmp_path) is None
    (tmp_path / ".devpool" / "state.json").mkdir(parents=True)
    with pytest.raises(DevpoolError) as error:
        read_state(tmp_path)
    assert error.value.code == "devpool-folder-not-real"


def changed_record(directory: Path, **edit: Any) -> None:
    """Change the first edit in the record."""
    path = directory / ".devpool" / "state.json"
    body = json.loads(path.read_bytes())
    body["edits"][0] |= edit
    path.write_text(json.dumps(body))


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("../compose.yml", "it is outside"),
        ("/etc/compose.yml", "its path is absolute"),
        (".git/hooks/x.yml", "devpool never edits files in that folder"),
        ("sub/.GIT/config", "devpool never edits files in that folder"),
        (".devpool/pgbouncer/x.yml", "devpool never edits files in that folder"),
    ],
)
def test_a_record_that_names_a_file_elsewhere_is_refused(tmp_path: Path, path: str, why: str) -> None:
    project = written(tmp_path / "p")
    enable(project)
    changed_record(project, file=path)
    with pytest.raises(DevpoolError, match=why) as error:
        read_state(project)
    assert (error.value.code, error.value.where) == ("state-not-ours", f"{project}/.devpool/state.json")


def test_a_file_that_a_link_leads_outside_is_refused(tmp_path: Path) -> None:
    project = written(tmp_path / "p")
    enable(project)
    (project / "compose.yml").rename(tmp_path / "compose.yml")
    (project / "compose.yml").symlink_to(tmp_path / "compose.yml")
    with pytest.raises(DevpoolError, match="it is outside"):
        read_state(project)
    assert read_state(project, allow_outside=True) is not None


def test_digests_are_believed_where_this_machine_wrote_them_for_this_record(tmp_path: Path) -> None:
    enable(written(tmp_path))
    state = state_of(tmp_path)
    assert {edit.at[-1] for edit in read_digests(state)} == {"DATABASE_URL_DIRECT", "pgbouncer"}
    path = tmp_path / ".devpool" / "digests.json"
    signed = path.read_bytes()
    path.write_bytes(signed.replace(b"null", b'"x"'))
    assert read_digests(state) == {}
    path.unlink()
    assert read_digests(state) == {}


def test_only_devpools_own_files_are_read_below_its_folder(tmp_path: Path) -> None:
    enable(written(tmp_path), metrics=True)
    home = tmp_path / ".devpool"
    (home / "env").mkdir()
    for name in ("notes.txt", "env/web.env", "env/.hidden.env", "env/readme", "pgbouncer/more"):
        (home / name).write_bytes(b"x")
    found = {Path(path).relative_to(home).as_posix() for path in ours_on_disk(tmp_path)}
    assert {"state.json", "digests.json", ".gitignore", "env/web.env", "pgbouncer/more"} <= found
    assert "exporter/Dockerfile" in found
    assert not {"notes.txt", "env/.hidden.env", "env/readme"} & found
    assert left_in_folder(tmp_path) == sorted(path.name for path in home.iterdir())


def test_a_record_tells_which_private_files_are_devpools(tmp_path: Path) -> None:
    enable(written(tmp_path))
    mine = f"{tmp_path}/.devpool/env/mine.env"
    present = {mine: b"", f"{tmp_path}/.devpool/state.json": b""}
    assert of_devpool(present, state_of(tmp_path), tmp_path).keys() == {f"{tmp_path}/.devpool/state.json"}
    assert of_devpool(present, None, tmp_path) == present


def test_a_record_of_an_env_file_is_read(tmp_path: Path) -> None:
    enable(written(tmp_path, BY_ENV_FILE, app_env=ENV))
    assert {Path(path).name for path in state_of(tmp_path).paths()} == {"app.env", "compose.yml"}


def test_a_file_that_devpool_made_is_removed_and_none_of_the_users() -> None:
    read = {"/p/compose.yml": SHOP.encode(), "/p/empty.yml": b""}
    files = {"/p/compose.yml": b"services: {}\n", "/p/empty.yml": b""}
    assert Earlier(present={}, files=files, read=read).removed == []
