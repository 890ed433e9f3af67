"""What disable would write: the bytes from before enable, or the same in meaning where they are not known."""

from __future__ import annotations

from pathlib import Path

import pytest

from devpool.errors import DevpoolError
from devpool.lifecycle.build_disable import Rollback, build_disable, files_direct_in_meaning
from devpool.lifecycle.direct_files import Conflicts
from devpool.model.sources import Selection
from unit.lifecycle.disk_project import SHOP, enable, written


def disable(directory: Path, conflicts: Conflicts = "refuse") -> Rollback | None:
    return build_disable(Selection(), directory, {}, conflicts)


def text_after(rollback: Rollback | None, directory: Path) -> str | None:
    assert rollback is not None
    data = rollback.prepared.after[f"{directory}/compose.yml"]
    return None if data is None else data.decode()


def replace(directory: Path, old: str, new: str) -> None:
    text = (directory / "compose.yml").read_text()
    assert old in text
    (directory / "compose.yml").write_text(text.replace(old, new))


def test_a_project_that_is_not_enabled_has_nothing_to_undo(tmp_path: Path) -> None:
    assert disable(written(tmp_path)) is None


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_every_byte_comes_back_and_devpools_files_go(tmp_path: Path, newline: str) -> None:
    text = SHOP.replace("\n", newline)
    enable(written(tmp_path, text), metrics=True)
    rollback = disable(tmp_path)
    assert rollback is not None
    assert text_after(rollback, tmp_path) == text
    assert (rollback.exact, rollback.apps) == (True, ("web",))
    assert rollback.services == ("pgbouncer-exporter", "pgbouncer")
    gone = {path for path, data in rollback.prepared.after.items() if data is None}
    assert gone == {str(path) for path in (tmp_path / ".devpool").rglob("*") if path.is_file()}
    rollback.prepared.commit(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["compose.yml"]


def test_without_the_record_the_meaning_comes_back(tmp_path: Path) -> None:
    enable(written(tmp_path))
    (tmp_path / ".devpool" / "state.json").unlink()
    rollback = disable(tmp_path)
    assert rollback is not None
    assert (rollback.exact, text_after(rollback, tmp_path)) == (False, SHOP)
    assert "web.DATABASE_URL goes to db:5432" in rollback.prepared.notes
    assert files_direct_in_meaning(Selection(), tmp_path, {}).files == {f"{tmp_path}/compose.yml": SHOP.encode()}


def test_an_app_that_the_user_pooled_since_is_direct_again_too(tmp_path: Path) -> None:
    enable(written(tmp_path))
    mine = "  api:\n    image: api\n    environment: {PGHOST: pgbouncer, PGPORT: '6432'}\n"
    (tmp_path / "compose.yml").write_text((tmp_path / "compose.yml").read_text() + mine)
    rollback = disable(tmp_path)
    assert rollback is not None
    assert text_after(rollback, tmp_path) == SHOP + mine.replace("pgbouncer", "db").replace("6432", "5432")
    assert rollback.apps == ("web", "api")


def test_a_conflict_is_refused_kept_or_forced(tmp_path: Path) -> None:
    enable(written(tmp_path))
    replace(tmp_path, "read_only: true", "read_only: false")
    with pytest.raises(DevpoolError) as error:
        disable(tmp_path)
    assert error.value.code == "changed-since-enable"
    assert "read_only: false" in str(text_after(disable(tmp_path, "keep"), tmp_path))
    assert text_after(disable(tmp_path, "force"), tmp_path) == SHOP


def test_an_override_file_that_devpool_made_goes_and_the_compose_file_stays(tmp_path: Path) -> None:
    enable(written(tmp_path), override=True)
    (override,) = (path for path in tmp_path.glob("compose.override*"))
    rollback = disable(tmp_path)
    assert rollback is not None
    assert rollback.prepared.after[str(override)] is None
    assert f"{tmp_path}/compose.yml" not in rollback.prepared.after
