"""What a command would change, as a value: which files, in which order, and how that is shown."""

from __future__ import annotations

from pathlib import Path

from devpool.model.paths import relative
from unit.lifecycle.disk_project import BY_ENV_FILE, ENV, enable, planned_change, written


def test_new_files_come_first_and_the_file_with_the_pooler_before_those_that_name_it(tmp_path: Path) -> None:
    changes = planned_change(written(tmp_path, BY_ENV_FILE, app_env=ENV)).changes()
    paths = [relative(change.path, str(tmp_path)) for change in changes]
    assert paths[-2:] == ["compose.yml", "app.env"]
    assert all(path.startswith(".devpool/") for path in paths[:-2])
    assert {change.before for change in changes[:-2]} == {None}


def test_what_only_this_machine_may_write_is_private_and_signed(tmp_path: Path) -> None:
    changes = planned_change(written(tmp_path)).changes()
    (digests,) = (change for change in changes if change.path.endswith("/digests.json"))
    assert digests.mode == 0o600
    assert digests.after is not None
    assert len(digests.after.partition(b"\n")[0]) == 64


def test_the_users_files_are_told_apart_from_devpools(tmp_path: Path) -> None:
    change = planned_change(written(tmp_path))
    assert change.rewrites == (f"{tmp_path}/compose.yml",)
    assert change.restored == (
        ".devpool/state.json",
        ".devpool/digests.json",
        ".devpool/.gitignore",
        ".devpool/.gitattributes",
        ".devpool/pgbouncer",
    )
    assert change.replaced == ()


def test_enabled_again_nothing_changes_and_what_is_lost_or_was_changed_is_named(tmp_path: Path) -> None:
    enable(written(tmp_path))
    assert planned_change(tmp_path).changes() == []
    context = tmp_path / ".devpool" / "pgbouncer"
    (context / "Dockerfile").write_text("FROM scratch\n")
    (context / "more").write_text("x")
    (tmp_path / ".devpool" / ".gitignore").unlink()
    change = planned_change(tmp_path)
    assert change.replaced == (f"{context}/Dockerfile", f"{context}/more")
    assert change.restored == (".devpool/.gitignore",)
    assert change.rewrites == ()
    assert "-FROM scratch\n" in change.diff()


def test_the_diff_shows_the_users_files_without_passwords(tmp_path: Path) -> None:
    diff = planned_change(written(tmp_path, BY_ENV_FILE, app_env=ENV)).diff()
    assert "+DATABASE_URL=postgres://postgres:***@pgbouncer:6432/shop\n" in diff
    assert "+      POSTGRES_PASSWORD: ***\n" in diff
    assert "sesame" not in diff
    assert "state.json" not in diff
