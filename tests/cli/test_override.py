"""`enable --override` by the command line: no other file changes, and every later command knows the file."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from cli.no_engine import shop

from devpool.cli import run
from devpool.output import Output

COMPOSE = """\
services:
  db:
    image: postgres:17
    environment:
      POSTGRES_PASSWORD: ${PW}
  web:
    image: app
    environment:
      DATABASE_URL: postgres://postgres:${PW}@db:5432/postgres
    depends_on: [db]
"""
pytestmark = pytest.mark.usefixtures("compose_plugin")
__all__ = ["shop"]  # a fixture


class Project:
    """A project in a folder of its own, and devpool in it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys
        self.compose, self.override = folder / "compose.yaml", folder / "compose.override.yaml"
        self.compose.write_text(COMPOSE)
        (folder / ".env").write_text("PW=hunter2\n")

    def run(self, *words: str, code: int = 0) -> str:
        """All that a command prints, which has to end with that code."""
        self.capsys.readouterr()
        got = run([*words], Output(as_json="--json" in words))
        shown = self.capsys.readouterr()
        assert got == code, shown.err
        assert "hunter2" not in shown.out + shown.err
        assert self.compose.read_text() == COMPOSE
        return shown.out + shown.err

    def names(self) -> set[str]:
        return {path.name for path in self.folder.iterdir()}


@pytest.fixture
def project(shop: Path, capsys: pytest.CaptureFixture[str]) -> Project:
    return Project(shop, capsys)


def test_a_dry_run_and_a_diff_write_nothing(project: Project) -> None:
    project.run("enable", "--override", "--dry-run")
    said = project.run("enable", "--override", "--diff")
    assert "--- /dev/null\n+++ b/compose.override.yaml\n" in said
    assert project.names() == {"compose.yaml", ".env"}


def test_the_choice_is_remembered_and_every_verb_works_with_it(project: Project) -> None:
    assert "created compose.override.yaml" in project.run("enable", "--override", "--no-up")
    assert "already enabled" in project.run("enable", "--no-up")
    assert "changed compose.override.yaml" in project.run("set", "default_pool_size=7", "--no-up")
    assert 'PGBOUNCER_DEFAULT_POOL_SIZE: "7"' in project.override.read_text()
    assert "in a new entry; the old value as DATABASE_URL_DIRECT" in project.run("explain")
    assert "would remove compose.override.yaml" in project.run("disable", "--dry-run")
    assert "removed compose.override.yaml" in project.run("disable", "--no-up")
    assert project.names() == {"compose.yaml", ".env"}


def test_no_override_edits_the_compose_file_instead(project: Project) -> None:
    project.run("enable", "--override", "--no-up")
    assert run(["enable", "--no-override", "--no-up"], Output()) == 0
    assert "pgbouncer:6432" in project.compose.read_text()
    assert project.names() == {"compose.yaml", ".env", ".devpool"}


def test_what_the_user_adds_to_the_file_survives(project: Project) -> None:
    project.run("enable", "--override", "--no-up")
    mine = "  mail:\n    image: mailpit\n"
    project.override.write_text(project.override.read_text() + mine)
    assert "already enabled" in project.run("enable", "--no-up")
    assert "changed compose.override.yaml" in project.run("disable", "--no-up")
    assert project.override.read_text() == f"services:\n{mine}"


def test_a_change_of_devpools_text_is_refused_until_the_user_decides(project: Project) -> None:
    project.run("enable", "--override", "--no-up")
    project.override.write_text(project.override.read_text().replace("  web:\n", "  web:\n    user: me\n"))
    assert "`services.web` is no longer as devpool wrote it" in project.run("disable", "--no-up", code=1)
    project.run("disable", "--no-up", "--keep-mine")
    assert "user: me" in project.override.read_text()


def test_a_file_that_is_gone_needs_nothing(project: Project) -> None:
    project.run("enable", "--override", "--no-up")
    project.override.unlink()
    assert "compose.override.yaml is gone" in project.run("disable", "--no-up")
    assert project.names() == {"compose.yaml", ".env"}


def test_with_a_named_file_the_record_still_takes_the_override_away(project: Project) -> None:
    project.run("enable", "--override", "--no-up")
    assert "Compose loads no override file here" in project.run("-f", "compose.yaml", "enable", "--no-up", code=1)
    project.run("-f", "compose.yaml", "disable", "--no-up")
    assert project.names() == {"compose.yaml", ".env"}


def test_without_the_record_what_the_user_added_stays(project: Project) -> None:
    project.run("enable", "--override", "--no-up")
    mine = "  mail:\n    image: mailpit\n"
    project.override.write_text(project.override.read_text() + mine)
    shutil.rmtree(project.folder / ".devpool")
    project.run("disable", "--no-up")
    assert project.override.read_text() == f"services:\n{mine}"


def test_no_link_leads_the_new_file_out_of_the_repository(project: Project, tmp_path: Path) -> None:
    project.override.symlink_to(tmp_path / "elsewhere.yaml")
    assert "outside the project's repository" in project.run("enable", "--override", "--no-up", code=1)
    assert not (tmp_path / "elsewhere.yaml").exists()


def test_a_file_with_no_service_of_the_users_can_be_written_again(project: Project) -> None:
    project.run("enable", "--override", "--no-up")
    project.override.write_text(project.override.read_text() + "volumes: {}\n")
    assert "changed compose.override.yaml" in project.run("set", "default_pool_size=7", "--no-up")
    project.run("disable", "--no-up")
    assert project.override.read_text() == "volumes: {}\n"
