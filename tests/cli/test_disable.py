"""Disable by the command line, after all that users and version control do to files in between. No engine is needed."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from cli.no_engine import shop

from devpool.cli import run
from devpool.output import Output

PASSWORD = "hunter2"
COMPOSE = f"""\
services:
  db:
    image: postgres:17
    environment:
      POSTGRES_PASSWORD: {PASSWORD}
  web:
    image: app
    env_file: web.env
    environment:
      DATABASE_URL: postgres://postgres:{PASSWORD}@db:5432/postgres
    depends_on: [db]
  worker:
    image: app
    environment:
      DATABASE_URL: postgres://postgres:{PASSWORD}@db:5432/postgres
"""
ENV = "PGHOST=db\nPGPORT=5432\n"
pytestmark = pytest.mark.usefixtures("compose_plugin")
__all__ = ["shop"]  # a fixture


class Project:
    """A project in a folder of its own, and devpool in it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys
        self.compose, self.env = folder / "compose.yml", folder / "web.env"
        self.compose.write_text(COMPOSE)
        self.env.write_text(ENV)

    def run(self, *words: str, code: int = 0) -> tuple[str, str]:
        """stdout and stderr of a command, which has to end with that code and shows no password."""
        self.capsys.readouterr()
        got = run([*words], Output(as_json="--json" in words))
        shown = self.capsys.readouterr()
        assert got == code, shown.err
        assert PASSWORD not in shown.out + shown.err
        return shown.out, shown.err

    def enable(self, *words: str) -> str:
        return self.run("enable", "--no-up", "--no-verify", *words)[0]

    def disable(self, *words: str, code: int = 0) -> tuple[str, str]:
        return self.run("disable", "--no-up", *words, code=code)

    def edit(self, change: Callable[[str], str]) -> None:
        text = self.compose.read_text()
        assert change(text) != text
        self.compose.write_text(change(text))

    def files(self) -> dict[str, str]:
        return {p.name: p.read_text() for p in (self.compose, self.env) if p.exists()}

    def is_direct(self) -> bool:
        return self.files() == {"compose.yml": COMPOSE, "web.env": ENV} and not (self.folder / ".devpool").exists()


@pytest.fixture
def project(shop: Path, capsys: pytest.CaptureFixture[str]) -> Project:
    return Project(shop, capsys)


def copies_of(project: Project, said: str) -> Path:
    return Path(re.search(r"a copy of your changes: (.*)", said)[1])  # type: ignore[index]


# --- his own edit wins, and nothing is lost ---


def test_a_conflict_is_refused_with_a_diff_and_nothing_is_written(project: Project) -> None:
    project.enable()
    project.edit(lambda t: t.replace("read_only: true", "read_only: false"))
    before = project.files()
    _, error = project.disable(code=1)
    assert "error: `services.pgbouncer` is no longer as devpool wrote it" in error
    assert f"({project.compose}:" in error
    assert [line.strip() for line in error.splitlines() if re.match(r"\s+[-+]", line)] == [
        "-    read_only: true",
        "+    read_only: false",
    ]
    assert "--keep-mine" in error
    assert project.files() == before


def test_keep_mine_takes_back_the_rest_and_keeps_a_copy_for_its_owner_alone(project: Project) -> None:
    project.enable()
    project.edit(lambda t: t.replace("read_only: true", "read_only: false"))
    before = project.files()["compose.yml"]
    said, _ = project.disable("--keep-mine")
    assert "kept your change: services.pgbouncer" in said
    copy = copies_of(project, said) / "compose.yml"
    assert copy.read_text() == before
    assert (copy.stat().st_mode & 0o777, copy.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert "read_only: false" in project.compose.read_text()
    assert "DATABASE_URL_DIRECT" not in project.compose.read_text()


def test_force_puts_everything_back_and_keeps_a_copy(project: Project) -> None:
    project.enable()
    project.edit(lambda t: t.replace("read_only: true", "read_only: false"))
    said, _ = project.disable("--force")
    assert "read_only: false" in (copies_of(project, said) / "compose.yml").read_text()
    assert project.is_direct()


def test_without_a_place_for_the_copy_nothing_is_forced(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.enable()
    project.edit(lambda t: t.replace("read_only: true", "read_only: false"))
    before = project.files()
    monkeypatch.setenv("XDG_STATE_HOME", str(project.compose))
    _, error = project.disable("--force", code=1)
    assert "devpool cannot back up the file" in error
    assert "XDG_STATE_HOME" in error
    assert project.files() == before


def test_keep_and_force_contradict_each_other(project: Project) -> None:
    project.enable()
    _, error = project.disable("--force", "--keep-mine", code=2)
    assert "contradict" in error


# --- tuned poolers ---


def test_a_size_in_the_file_is_kept_by_enable_and_offered_after_disable(project: Project) -> None:
    project.enable()
    project.edit(lambda t: t.replace("transaction\n", "transaction\n      PGBOUNCER_DEFAULT_POOL_SIZE: 40\n", 1))
    assert "set: default_pool_size=40" in project.enable()
    said, _ = project.disable()
    assert "devpool enable --set default_pool_size=40" in said
    assert project.is_direct()
    assert "the pooler was tuned before the last disable" in project.enable("--dry-run")
    assert "before the last disable" not in project.enable("--pool-size", "7")
    project.disable()


def test_what_is_asked_for_wins_over_what_is_in_the_file(project: Project) -> None:
    project.enable()
    project.edit(lambda t: t.replace("MODE: transaction", "MODE: session"))
    assert "set: pool_mode=statement" in project.enable("--pool-mode", "statement")


def test_a_value_in_the_file_that_does_not_fit_is_refused_by_enable_and_no_matter_for_disable(project: Project) -> None:
    project.enable()
    project.edit(lambda t: t.replace("MODE: transaction", "MODE: fast"))
    _, error = project.run("enable", "--no-up", "--no-verify", code=1)
    assert "`pool_mode`" in error
    project.disable()
    assert project.is_direct()


# --- files that come and go ---


def test_a_file_that_git_has_put_back_needs_nothing(project: Project) -> None:
    project.enable()
    project.compose.write_text(COMPOSE)
    said, _ = project.disable()
    assert "was already undone" in said
    assert project.is_direct()


def test_a_branch_without_a_word_of_ours_only_loses_our_folder(project: Project) -> None:
    project.enable()
    other = COMPOSE.replace("image: app", "image: other")
    project.compose.write_text(other)
    project.env.write_text("")
    project.disable()
    assert project.files() == {"compose.yml": other, "web.env": ""}
    assert not (project.folder / ".devpool").exists()


def test_a_deleted_env_file_is_no_obstacle(project: Project) -> None:
    project.enable()
    assert project.env.read_text() != ENV
    project.env.unlink()
    said, _ = project.disable()
    assert "web.env is gone" in said
    assert project.files() == {"compose.yml": COMPOSE}


def test_a_project_in_another_folder_still_goes_back(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.enable()
    elsewhere = project.folder.rename(project.folder.with_name("elsewhere"))
    monkeypatch.chdir(elsewhere)
    project.disable()
    assert (elsewhere / "compose.yml").read_text() == COMPOSE
    assert (elsewhere / "web.env").read_text() == ENV


def test_a_service_that_the_user_has_sent_to_the_pooler_goes_to_the_database(project: Project) -> None:
    project.enable()
    mine = "  copy:\n    image: app\n    environment:\n      DB: postgres://postgres:x@pgbouncer:6432/postgres\n"
    project.edit(lambda t: t + mine + "    depends_on: [pgbouncer]\n")
    said, _ = project.disable()
    assert "copy.DB goes to db:5432" in said
    expected = mine.replace("pgbouncer:6432", "db:5432") + "    depends_on: [db]\n"
    assert project.files() == {"compose.yml": COMPOSE + expected, "web.env": ENV}


# --- from the compose file alone ---


@pytest.mark.parametrize("lost", [".devpool", ".devpool/state.json", ".devpool/digests.json"])
def test_a_colleague_without_our_records_can_disable(project: Project, lost: str) -> None:
    project.enable()
    path = project.folder / lost
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    said, _ = project.disable()
    assert ("cannot prove that its bytes" in said) == (not lost.endswith("digests.json"))
    assert project.is_direct()


def test_json_says_whether_the_bytes_are_those_of_before(project: Project) -> None:
    project.enable()
    assert json.loads(project.disable("--json")[0])["exact"] is True
    project.enable()
    (project.folder / ".devpool" / "state.json").unlink()
    assert json.loads(project.disable("--json")[0])["exact"] is False
    again = json.loads(project.disable("--json")[0])
    assert (again["enabled"], again["written"], again["removed"]) == (False, False, [])


def test_without_a_record_a_pooler_of_nothing_is_refused_by_name(project: Project) -> None:
    project.enable()
    shutil.rmtree(project.folder / ".devpool")
    project.edit(lambda t: t.replace("      POSTGRES_HOST: db\n", ""))
    before = project.files()
    _, error = project.disable(code=1)
    assert "does not state here which database it serves" in error
    assert "state.json" in error
    assert project.files() == before


def test_a_dry_run_of_disable_writes_nothing(project: Project) -> None:
    project.enable()
    before = project.files()
    said, _ = project.disable("--dry-run")
    assert "would change compose.yml" in said
    assert project.files() == before
