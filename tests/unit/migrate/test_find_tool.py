"""Looking for the migration tool: what the team fixed, what is in the folders, and what an image's shell prints."""

from __future__ import annotations

from pathlib import Path

import pytest

from devpool.errors import DevpoolError
from devpool.migrate.find_tool import listing, script, search, team
from devpool.model.tool_detection import patterns
from unit.lifecycle.disk_project import SHOP, context, opened, written

PYPROJECT = '[tool.devpool.migrate]\nservice = "web"\ncommand = ["alembic", "upgrade", "head"]\n'


def test_the_compose_file_wins_over_pyproject(tmp_path: Path) -> None:
    assert team(opened(written(tmp_path))) is None
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    fixed = team(opened(tmp_path))
    assert fixed
    assert fixed.command == ("alembic", "upgrade", "head")
    written(tmp_path, "x-devpool: {migrate: {command: [mine]}}\n" + SHOP)
    fixed = team(opened(tmp_path))
    assert fixed
    assert fixed.command == ("mine",)


def test_a_pyproject_that_a_link_leads_outside_is_nobodys(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    project = written(tmp_path / "p")
    (project / "pyproject.toml").symlink_to(tmp_path / "pyproject.toml")
    assert team(opened(project)) is None


def test_a_tool_is_found_in_the_folder_that_a_service_is_built_from(tmp_path: Path) -> None:
    written(tmp_path, SHOP.replace("image: app", "build: ./app"))
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "Dockerfile").write_text("FROM python\n")
    (tmp_path / "app" / "alembic.ini").write_text("[alembic]\n")
    names, migration = search(context(tmp_path), opened(tmp_path), None)
    assert names == ["web"]
    assert migration
    assert (migration.service, migration.command) == ("web", ("alembic", "upgrade", "head"))
    assert migration.how == "alembic.ini in app"


def test_two_tools_are_refused_with_both_commands(tmp_path: Path) -> None:
    written(tmp_path, SHOP.replace("image: app", "build: ."))
    (tmp_path / "alembic.ini").write_text("")
    (tmp_path / "manage.py").write_text("import django\n")
    with pytest.raises(DevpoolError) as error:
        search(context(tmp_path), opened(tmp_path), "web")
    assert (error.value.code, len(error.value.details)) == ("which-migration", 2)


def test_what_the_look_inside_prints_is_read_as_it_was() -> None:
    said = "/srv\n\n\x1ealembic.ini\n[alembic]\n\nx = 1\n\n\x1ebin/rails\n"
    assert listing(said) == ("/srv", {"alembic.ini": "[alembic]\n\nx = 1\n", "bin/rails": ""})
    assert listing("/\n") == ("/", {})


def test_the_look_inside_asks_for_every_file_and_no_pattern_needs_a_quote() -> None:
    assert all(pattern in script() for pattern in patterns())
    assert not [p for p in patterns() if set(p) & set(" '\"$;&|")]
