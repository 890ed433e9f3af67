"""Two branches, two people: a project that is enabled in git is merged and rebased, and disable is right or refuses."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from devpool.cli import run
from devpool.output import Output

BASE = """\
services:
  db:
    image: postgres:17
    environment:
      POSTGRES_PASSWORD: cove

  web:
    image: app
    env_file: web.env
    environment:
      DATABASE_URL: postgres://postgres:cove@db:5432/sea
    depends_on:
      - db

  worker:
    image: app
    command: work
    environment:
      - DATABASE_URL=postgres://postgres:cove@db:5432/sea

volumes:
  data: {}
"""
WEB_ENV = "LEVEL=info\nPGHOST=db\nPGPORT=5432\n"
FIRST = "  cache:\n    image: redis\n\n"
pytestmark = pytest.mark.usefixtures("compose_plugin")
NEXT = "  mail:\n    image: mail\n\n"
QUIET = ("--no-up", "--no-verify")


@dataclass(frozen=True)
class Repository:
    """A project in git."""

    folder: Path

    def git(self, *words: str, fails: bool = False) -> str:
        """Run git; what it printed."""
        who = {
            f"GIT_{who}_{what}": "someone@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
        }
        env = {"PATH": os.environ["PATH"], "HOME": str(self.folder.parent), "GIT_CONFIG_NOSYSTEM": "1", **who}
        done = subprocess.run(
            ["git", "-C", str(self.folder), *words], env=env, capture_output=True, text=True, timeout=60, check=False
        )
        assert (done.returncode != 0) == fails, done.stdout + done.stderr
        return done.stdout

    def commit(self, message: str) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)

    def on(self, branch: str, start: str = "") -> None:
        self.git("checkout", "-q", *(["-b", branch, start] if start else [branch]))

    def devpool(self, *words: str) -> tuple[int, str]:
        """Run a command in it."""
        os.chdir(self.folder)
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = run([*words], Output())
        assert code in (0, 1, 4), out.getvalue() + err.getvalue()
        return code, out.getvalue() + err.getvalue()

    def enable(self, *words: str) -> None:
        code, said = self.devpool("enable", *QUIET, *words)
        assert code == 0, said

    def text(self, name: str = "compose.yml") -> str:
        return (self.folder / name).read_text()

    def edit(self, old: str, new: str) -> None:
        text = self.text()
        assert old in text
        (self.folder / "compose.yml").write_text(text.replace(old, new, 1))

    def disabled_exactly(self, compose: str = BASE) -> None:
        """Disable gives these bytes, and leaves nothing."""
        code, said = self.devpool("disable", "--no-up")
        assert code == 0, said
        assert (self.text(), self.text("web.env")) == (compose, WEB_ENV)
        assert not (self.folder / ".devpool").exists()

    def disabled_or_refused(self, compose: str) -> int:
        """Disable gives what this text means, or refuses by name and changes nothing."""
        before = self.text()
        code, said = self.devpool("disable", "--no-up")
        if code:
            assert "hint: " in said
            assert self.text() == before
        else:
            assert without_twins(self.text()) == without_twins(compose)
            assert self.text("web.env") == WEB_ENV
        return code


def without_twins(text: str) -> object:
    """What a compose file says, but for old values that stand beside settings: a record may not tell of them all."""
    return yaml.safe_load(re.sub(r"\n +(- )?\w+_DIRECT[=:].*", "", text))


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plain_shell: dict[str, str]) -> Iterator[Repository]:
    for name in os.environ.keys() - plain_shell.keys():
        monkeypatch.delenv(name)
    found = Repository(tmp_path / "project")
    found.folder.mkdir()
    (found.folder / "compose.yml").write_text(BASE)
    (found.folder / "web.env").write_text(WEB_ENV)
    found.git("init", "-q", "-b", "main")
    found.commit("the project")
    monkeypatch.chdir(found.folder)
    yield found
    os.chdir(tmp_path)


def test_a_merge_of_other_changes_into_an_enabled_branch(repository: Repository) -> None:
    repository.on("pool", "main")
    repository.enable()
    repository.commit("enable")
    repository.on("main")
    repository.edit("volumes:", f"{NEXT}volumes:")
    repository.commit("mail")
    changed = repository.text()
    repository.on("pool")
    repository.git("merge", "-q", "-m", "merge", "main")
    repository.disabled_exactly(changed)


def test_an_enabled_branch_rebased_onto_other_changes(repository: Repository) -> None:
    repository.on("pool", "main")
    repository.enable()
    repository.commit("enable")
    repository.on("main")
    repository.edit("services:\n", f"services:\n{FIRST}")
    repository.commit("cache")
    changed = repository.text()
    repository.on("pool")
    repository.git("rebase", "-q", "main")
    repository.disabled_exactly(changed)


def test_both_enabled_alike(repository: Repository) -> None:
    for branch in ("one", "two"):
        repository.on(branch, "main")
        repository.enable()
        repository.commit("enable")
    repository.git("merge", "-q", "-m", "merge", "one")
    repository.disabled_exactly()


def both_enabled_differently(repository: Repository) -> None:
    """In the middle of a merge: one side has a setting, the other keeps an app direct and has a service more."""
    repository.on("one", "main")
    repository.enable("--set", "default_pool_size=40")
    repository.commit("enable with a setting")
    repository.on("two", "main")
    repository.edit("volumes:", f"{NEXT}volumes:")
    repository.enable("--direct", "worker")
    repository.commit("enable without the worker")
    repository.git("merge", "-q", "-m", "merge", "one", fails=True)


def test_a_merge_that_is_not_finished_is_said(repository: Repository) -> None:
    both_enabled_differently(repository)
    assert "<<<<<<<" in repository.text(".devpool/state.json")
    for command in (("disable", "--no-up"), ("enable", *QUIET), ("status",), ("check",), ("explain",)):
        code, said = repository.devpool(*command)
        assert (code, "[state-in-conflict]" in said) == (1, True), said


@pytest.mark.parametrize("side", ["--ours", "--theirs"])
def test_one_side_of_the_merge_is_taken_as_the_hint_says(repository: Repository, side: str) -> None:
    both_enabled_differently(repository)
    repository.git("checkout", side, "--", ".devpool", "compose.yml", "web.env")
    repository.disabled_exactly(BASE if side == "--theirs" else BASE.replace("volumes:", f"{NEXT}volumes:"))


def test_after_it_enable_brings_the_other_side_in(repository: Repository) -> None:
    both_enabled_differently(repository)
    repository.git("checkout", "--theirs", "--", ".devpool", "compose.yml", "web.env")
    repository.edit("volumes:", f"{NEXT}volumes:")
    repository.enable("--direct", "worker")
    repository.commit("merge")
    repository.disabled_exactly(BASE.replace("volumes:", f"{NEXT}volumes:"))


@pytest.mark.parametrize(("record", "files"), [("--ours", "--theirs"), ("--theirs", "--ours")])
def test_a_record_of_one_side_and_files_of_the_other(repository: Repository, record: str, files: str) -> None:
    both_enabled_differently(repository)
    repository.git("checkout", record, "--", ".devpool")
    repository.git("checkout", files, "--", "compose.yml", "web.env")
    wanted = BASE if files == "--theirs" else BASE.replace("volumes:", f"{NEXT}volumes:")
    code = repository.disabled_or_refused(wanted)
    if code:  # the way out that it names
        code, said = repository.devpool("disable", "--no-up", "--force")
        assert code == 0, said
        assert "pgbouncer" not in repository.text()


def test_one_has_disabled_and_the_other_has_changed_the_pooler(repository: Repository) -> None:
    repository.enable()
    repository.commit("enable")
    repository.on("off", "main")
    repository.devpool("disable", "--no-up")
    repository.commit("disable")
    repository.on("main")
    code, said = repository.devpool("set", "default_pool_size=40", *QUIET)
    assert code == 0, said
    repository.commit("a setting")
    repository.git("merge", "-q", "-m", "merge", "off", fails=True)
    # Git keeps the record of the side that has one.
    assert (repository.folder / ".devpool" / "state.json").is_file()
    before = repository.text()
    code, said = repository.devpool("disable", "--no-up")
    assert (code, "[not-yaml]" in said, repository.text()) == (1, True, before), said
    repository.git("checkout", "--theirs", "--", "compose.yml")
    repository.disabled_or_refused(BASE)


def test_the_record_is_gone_and_the_pooler_is_not(repository: Repository) -> None:
    repository.enable()
    (repository.folder / ".devpool" / "state.json").unlink()
    assert repository.disabled_or_refused(BASE) == 0


def test_the_record_is_there_and_the_pooler_is_not(repository: Repository) -> None:
    repository.enable()
    repository.commit("enable")
    repository.git("checkout", "HEAD~1", "--", "compose.yml", "web.env")
    repository.disabled_exactly()


def test_records_that_git_has_mixed_without_a_conflict(repository: Repository) -> None:
    """The edits of one side in the record of the other: what does not fit is refused, or nothing is lost."""
    both_enabled_differently(repository)
    sides = []
    for side in ("--ours", "--theirs"):
        repository.git("checkout", side, "--", ".devpool")
        sides.append(json.loads(repository.text(".devpool/state.json")))
    ours, theirs = sides
    for files, wanted in (("--ours", BASE.replace("volumes:", f"{NEXT}volumes:")), ("--theirs", BASE)):
        for edits in (ours["edits"] + theirs["edits"], ours["edits"][:2] + theirs["edits"][2:], theirs["edits"][:3]):
            repository.git("checkout", files, "--", "compose.yml", "web.env")
            (repository.folder / ".devpool").mkdir(exist_ok=True)
            (repository.folder / ".devpool" / "state.json").write_text(json.dumps(ours | {"edits": edits}))
            repository.disabled_or_refused(wanted)
