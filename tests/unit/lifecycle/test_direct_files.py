"""The user's files without devpool, by a record that is checked against them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from devpool.edit.override_file import HEADER
from devpool.errors import DevpoolError
from devpool.lifecycle.direct_files import DirectFiles, files_without_devpool, left_of_file
from devpool.model.sources import Selection
from unit.lifecycle.disk_project import BY_ENV_FILE, ENV, SHOP, enable, state_of, written


def without(directory: Path) -> DirectFiles:
    return files_without_devpool(state_of(directory), Selection(), directory, {})


def test_each_file_comes_back_with_the_bytes_that_it_is_made_from(tmp_path: Path) -> None:
    enable(written(tmp_path, BY_ENV_FILE, app_env=ENV))
    compose, env = f"{tmp_path}/compose.yml", f"{tmp_path}/app.env"
    found = without(tmp_path)
    assert found.files == {compose: BY_ENV_FILE.encode(), env: ENV.encode()}
    assert found.read == {path: Path(path).read_bytes() for path in (compose, env)}
    assert (found.conflicts, found.notes) == ((), ())
    assert "sesame" not in repr(found)


def test_what_is_gone_or_was_undone_by_hand_is_a_note(tmp_path: Path) -> None:
    enable(written(tmp_path, BY_ENV_FILE, app_env=ENV))
    (tmp_path / "app.env").unlink()
    (tmp_path / "compose.yml").write_text(BY_ENV_FILE.replace("env_file: app.env", "command: x"))
    found = without(tmp_path)
    assert found.notes[0] == "app.env is gone: there was nothing to undo in it"
    assert "services.pgbouncer was already undone (compose.yml)" in found.notes


def test_settings_that_the_user_wrote_into_a_pooler_are_kept(tmp_path: Path) -> None:
    enable(written(tmp_path))
    text = (tmp_path / "compose.yml").read_text()
    (tmp_path / "compose.yml").write_text(text.replace("POOL_MODE: transaction", "POOL_MODE: session"))
    found = without(tmp_path)
    assert found.settings == {"pgbouncer": {"pool_mode": "session"}}
    assert found.files[f"{tmp_path}/compose.yml"] == SHOP.encode()


def refused(directory: Path) -> str:
    with pytest.raises(DevpoolError) as error:
        without(directory)
    assert (error.value.code, error.value.where) == ("state-not-ours", f"{directory}/.devpool/state.json")
    return error.value.message


def test_a_record_that_would_change_more_than_an_address_is_refused(tmp_path: Path) -> None:
    enable(written(tmp_path))
    path = tmp_path / ".devpool" / "state.json"
    body = json.loads(path.read_bytes())
    (edit,) = (e for e in body["edits"] if e["at"][-1] == "DATABASE_URL")
    edit["old"] = "db:5432/other"
    path.write_text(json.dumps(body))
    assert "services.web.environment.DATABASE_URL" in refused(tmp_path)


def test_a_record_whose_pooler_is_a_service_of_the_users_is_refused(tmp_path: Path) -> None:
    enable(written(tmp_path))
    text = (tmp_path / "compose.yml").read_text()
    (tmp_path / "compose.yml").write_text(text.replace("build: ./.devpool/pgbouncer", "image: mine"))
    assert "that service is not a pooler" in refused(tmp_path)


def test_a_record_of_a_file_that_the_project_does_not_read_is_refused(tmp_path: Path) -> None:
    enable(written(tmp_path))
    (tmp_path / "notes.txt").write_text((tmp_path / "compose.yml").read_text())
    path = tmp_path / ".devpool" / "state.json"
    path.write_text(path.read_text().replace('"compose.yml"', '"notes.txt"'))
    assert "notes.txt" in refused(tmp_path)


@pytest.mark.parametrize("data", [b"services: {}\n", b"\xef\xbb\xbfa: b\r\n", b"", b"\xff"])
def test_a_file_of_the_users_is_left_as_it_is(data: bytes) -> None:
    assert left_of_file(data) == data


def test_of_a_file_that_devpool_made_nothing_is_left() -> None:
    assert HEADER.encode() not in left_of_file(f"{HEADER}\nservices:\n".encode())
