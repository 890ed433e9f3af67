"""Enable sees a project as it is without devpool, so that it may be run again and again."""

from __future__ import annotations

from pathlib import Path

import pytest

from devpool.decide.options import Options
from devpool.errors import DevpoolError
from devpool.lifecycle.prepare_enable import prepare_enable
from unit.lifecycle.disk_project import SHOP, enable, opened, planned_change, written


def test_another_choice_starts_from_the_users_own_text(tmp_path: Path) -> None:
    enable(written(tmp_path))
    change = planned_change(tmp_path, name="pool", port="7000")
    after = change.after[f"{tmp_path}/compose.yml"]
    assert after is not None
    assert b"@pool:7000/shop" in after
    assert b"pgbouncer:6432" not in after
    assert change.sources.originals[f"{tmp_path}/compose.yml"] == SHOP.encode()


def test_a_setting_that_the_user_wrote_into_the_pooler_stays(tmp_path: Path) -> None:
    enable(written(tmp_path))
    path = tmp_path / "compose.yml"
    path.write_text(path.read_text().replace("POOL_MODE: transaction", "POOL_MODE: session"))
    change = planned_change(tmp_path)
    assert change.state is not None
    assert change.state.options.settings == {"pool_mode": "session"}
    assert change.rewrites == ()


def test_text_of_devpools_that_the_user_changed_is_refused(tmp_path: Path) -> None:
    enable(written(tmp_path))
    path = tmp_path / "compose.yml"
    path.write_text(path.read_text().replace("read_only: true", "read_only: false"))
    with pytest.raises(DevpoolError) as error:
        planned_change(tmp_path)
    assert error.value.code == "changed-since-enable"


def test_a_record_that_is_made_anew_is_told_of(tmp_path: Path) -> None:
    enable(written(tmp_path))
    text = (tmp_path / "compose.yml").read_text()
    (tmp_path / ".devpool" / "state.json").unlink()
    change = planned_change(tmp_path)
    assert any(note.startswith("the record of the previous enable was missing") for note in change.notes)
    assert change.after[f"{tmp_path}/compose.yml"] == text.encode()


def test_sql_that_only_the_record_asks_for_is_told_of(tmp_path: Path) -> None:
    enable(written(tmp_path), settings={"server_check_query": "SELECT 1"})
    kept = prepare_enable(opened(tmp_path), opened(tmp_path).options, verify=False)
    assert [note for note in kept.notes if "`server_check_query` runs SQL in the database" in note]
    other = prepare_enable(opened(tmp_path), Options(settings={"server_check_query": "SELECT 2"}), verify=False)
    assert not [note for note in other.notes if "runs SQL" in note]


def test_an_image_that_only_the_record_asks_for_is_told_of(tmp_path: Path) -> None:
    enable(written(tmp_path), image="registry.example/pooler:1")
    kept = prepare_enable(opened(tmp_path), opened(tmp_path).options, verify=False)
    assert [note for note in kept.notes if note.startswith("the image registry.example/pooler:1 comes from")]
    other = prepare_enable(opened(tmp_path), Options(image="registry.example/pooler:2"), verify=False)
    assert not [note for note in other.notes if note.startswith("the image")]
