"""Where an enabled project is not as devpool wrote it, the file, the place and the way out are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from devpool.lifecycle.file_drift import drift, stale
from unit.lifecycle.disk_project import BY_ENV_FILE, ENV, enable, opened, state_of, written


def found(directory: Path) -> list[tuple[str, str, str]]:
    return [(Path(d.file).name, d.place, d.problem) for d in drift(state_of(directory), directory)]


def test_a_project_as_devpool_wrote_it_has_no_drift(tmp_path: Path) -> None:
    enable(written(tmp_path))
    (tmp_path / "compose.yml").write_text("# mine\n" + (tmp_path / "compose.yml").read_text())
    assert found(tmp_path) == []
    assert stale(opened(tmp_path), state_of(tmp_path)) == []


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("@pgbouncer:6432", "@other:6432", "services.web.environment.DATABASE_URL"),
        ("@pgbouncer:6432", "@db:5432", "services.web.environment.DATABASE_URL"),
        ("depends_on: [pgbouncer]", "depends_on: [cache]", "services.web.depends_on.pgbouncer"),
        ("read_only: true", "read_only: false", "services.pgbouncer"),
    ],
)
def test_an_edit_that_was_changed_is_named_by_its_place(tmp_path: Path, old: str, new: str, place: str) -> None:
    enable(written(tmp_path))
    text = (tmp_path / "compose.yml").read_text()
    assert old in text
    (tmp_path / "compose.yml").write_text(text.replace(old, new))
    assert (("compose.yml", place, "changed since enable")) in found(tmp_path)


def test_a_file_that_is_gone_and_a_build_context_that_differs_are_named(tmp_path: Path) -> None:
    enable(written(tmp_path, BY_ENV_FILE, app_env=ENV))
    (tmp_path / "app.env").unlink()
    (tmp_path / ".devpool" / "pgbouncer" / "Dockerfile").write_text("FROM scratch\n")
    assert found(tmp_path) == [
        ("Dockerfile", "", "was changed since enable: `devpool enable` rewrites it"),
        ("app.env", "", "the file is gone"),
    ]


def test_a_copy_of_a_password_that_was_changed_since_is_outdated(tmp_path: Path) -> None:
    enable(written(tmp_path))
    text = (tmp_path / "compose.yml").read_text()
    (tmp_path / "compose.yml").write_text(text.replace("{POSTGRES_PASSWORD: sesame}", "{POSTGRES_PASSWORD: new}"))
    told = [(d.place, d.problem) for d in stale(opened(tmp_path), state_of(tmp_path))]
    assert ("services.pgbouncer", "outdated: `devpool enable` rewrites it") in told


def test_a_refusal_of_enable_is_told_where_copies_are_compared(tmp_path: Path) -> None:
    enable(written(tmp_path))
    text = (tmp_path / "compose.yml").read_text()
    (tmp_path / "compose.yml").write_text(text.replace("image: app", "image: dpage/pgadmin4"))
    told = [d.problem for d in stale(opened(tmp_path), state_of(tmp_path))]
    assert len(told) == 1
    assert told[0].startswith("enable would refuse: ")
