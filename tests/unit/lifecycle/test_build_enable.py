"""What enable would write, from the sources to the bytes, with all that it refuses on the way."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from devpool.errors import DevpoolError
from unit.lifecycle.disk_project import BY_ENV_FILE, ENV, SHOP, planned_change, written


def test_the_record_tells_what_was_planned_and_no_password(tmp_path: Path) -> None:
    change = planned_change(written(tmp_path), metrics=True)
    data = change.after[f"{tmp_path}/.devpool/state.json"]
    assert data is not None
    body = json.loads(data)
    assert body["poolers"] == [
        {"name": "pgbouncer", "database": "db", "port": "6432", "upstream": "5432", "exporter": "pgbouncer-exporter"}
    ]
    assert [(r["service"], r["pooled"]) for r in body["routes"]] == [("web", True)]
    assert {e["file"] for e in body["edits"]} == {"compose.yml"}
    assert b"sesame" not in data
    assert (change.proved, change.edited) == (False, (f"{tmp_path}/compose.yml",))


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_a_bom_are_those_of_the_file(tmp_path: Path, mark: str) -> None:
    written(tmp_path)
    (tmp_path / "compose.yml").write_bytes((mark + SHOP.replace("\n", "\r\n")).encode())
    after = planned_change(tmp_path).after[f"{tmp_path}/compose.yml"]
    assert after is not None
    assert after.startswith(mark.encode() + b"services:\r\n")
    assert after.count(b"\n") == after.count(b"\r\n")


def test_an_override_leaves_every_other_file_alone(tmp_path: Path) -> None:
    change = planned_change(written(tmp_path, BY_ENV_FILE, app_env=ENV), override=True)
    (path,) = change.edited
    assert Path(path).name.startswith("compose.override.")
    assert change.before[path] is None
    assert any("Compose reads" in note for note in change.notes)


def test_what_another_compose_file_reads_stays_unless_the_user_allows_it(tmp_path: Path) -> None:
    written(tmp_path, BY_ENV_FILE, app_env=ENV)
    (tmp_path / ".git").mkdir()
    (tmp_path / "other").mkdir()
    other = "services:\n  jobs:\n    image: jobs\n    env_file: ../app.env\n"
    (tmp_path / "other" / "compose.yml").write_text(other)
    assert planned_change(tmp_path).rewrites == (f"{tmp_path}/compose.yml",), "the app is pooled by name"
    change = planned_change(tmp_path, allow_shared=True)
    assert set(change.rewrites) == {f"{tmp_path}/compose.yml", f"{tmp_path}/app.env"}
    assert any("other/compose.yml also reads text that changes" in note for note in change.notes)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("image: app", "image: dpage/pgadmin4", "nothing-to-pool"),
        ("  db:\n", "  pgbouncer: {image: x}\n  db:\n", "pooler-name-taken"),
    ],
)
def test_what_cannot_be_pooled_is_refused_by_name(tmp_path: Path, old: str, new: str, code: str) -> None:
    assert old in SHOP
    with pytest.raises(DevpoolError) as error:
        planned_change(written(tmp_path, SHOP.replace(old, new)))
    assert error.value.code == code
