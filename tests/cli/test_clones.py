"""An enabled project that is committed, in a clone: with `.devpool/` as git leaves it, with a part of it, without."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cli.test_bad_input import COMPOSE, SECRET, assert_clean, folder, refuse, run, shell, tree, write
from thinned import thinned

__all__ = ["folder", "shell"]  # fixtures

CASES = Path(__file__).resolve().parents[1] / "golden" / "cases"
DEMO = Path(__file__).resolve().parents[2] / "compose" / "demo"
# What a clone could trip over: env files, further compose files, secrets, two poolers with exporters.
CLONED = (
    *("env-file-shared-by-pooled-apps", "env-file-of-the-database-gives-host-and-url", "extends-other-file"),
    *("include-in-the-long-form", "metrics-two-databases-crlf", "secrets-and-configs"),
)
STATE, CONTEXT = ".devpool/state.json", ".devpool/pgbouncer"
pytestmark = pytest.mark.usefixtures("compose_plugin")


@pytest.fixture
def enabled(folder: Path, shell: dict[str, str]) -> Path:
    write(folder, compose_yml=COMPOSE)
    assert run(folder, shell, "enable", "--no-up").returncode == 0
    return folder


def cloned(project: Path, shell: dict[str, str], *options: str) -> Path:
    """A clone of a project, all of which is committed; options are those of `git clone`."""
    clone = project.parent / "clone"
    for words in (
        ["init", "--quiet", "."],
        ["add", "--all"],
        ["-c", "user.name=me", "-c", "user.email=me@localhost", "commit", "--quiet", "--message", "enabled"],
        ["clone", "--quiet", *options, ".", str(clone)],
    ):
        subprocess.run(["git", *words], cwd=project, env=shell, check=True)
    shutil.rmtree(project)
    return clone


def config(folder: Path, shell: dict[str, str], *options: str) -> subprocess.CompletedProcess[str]:
    words = ["docker", "compose", *options, "--profile", "*", "config", "--quiet"]
    return subprocess.run(words, cwd=folder, env=shell, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("source", [DEMO, *thinned(CASES / name / "before" for name in CLONED)], ids=str)
def test_a_clone_is_a_project_that_compose_accepts_and_devpool_knows(
    source: Path, folder: Path, shell: dict[str, str]
) -> None:
    shutil.copytree(source, folder, dirs_exist_ok=True)
    given = source.parent / "args.txt"
    words = [word for word in given.read_text().splitlines() if word] if given.is_file() else []
    before = tree(folder)
    assert run(folder, shell, "enable", "--no-up", "--no-verify", *words).returncode == 0
    clone = cloned(folder, shell)
    assert (config(clone, shell).returncode, config(clone, shell).stderr) == (0, "")
    status = json.loads(run(clone, shell, "status", "--json").stdout)
    assert status["enabled"]
    assert all(d["file"].startswith(".devpool/env/") for d in status["drift"])  # which are not committed
    assert run(clone, shell, "enable", "--no-up", "--no-verify").stdout.endswith("already enabled: no file to change\n")
    assert run(clone, shell, "disable", "--no-up").returncode == 0
    assert {name: data for name, (_, data) in tree(clone).items() if not name.startswith(".git")} == {
        name: data for name, (_, data) in before.items()
    }


def test_where_git_writes_other_line_ends_the_image_is_built_from_the_same_files(
    enabled: Path, shell: dict[str, str]
) -> None:
    before = (enabled / CONTEXT / "entrypoint.sh").read_bytes()
    clone = cloned(enabled, shell, "--config", "core.autocrlf=true")
    assert b"\r\n" in (clone / "compose.yml").read_bytes()
    assert (clone / CONTEXT / "entrypoint.sh").read_bytes() == before
    assert "files: as devpool wrote them" in run(clone, shell, "status").stdout
    assert run(clone, shell, "disable", "--no-up").returncode == 0
    assert (clone / "compose.yml").read_bytes() == COMPOSE.replace("\n", "\r\n").encode()


def test_without_the_folder_status_says_what_is_missing_and_enable_restores_it(
    enabled: Path, shell: dict[str, str]
) -> None:
    before = tree(enabled)
    shutil.rmtree(enabled / ".devpool")
    status = run(enabled, shell, "status")
    assert status.stdout.startswith("enabled\n")
    assert f"{STATE}: is missing: `devpool enable` restores it" in status.stdout
    assert f"{CONTEXT}: is missing, and `docker compose build` needs it: `devpool enable` restores it" in status.stdout
    assert [r["pooled"] for r in json.loads(run(enabled, shell, "status", "--json").stdout)["routes"]] == [True]
    restored = run(enabled, shell, "enable", "--no-up")
    (line,) = [line for line in restored.stdout.splitlines() if line.startswith("restored ")]
    assert {STATE, CONTEXT} <= set(line.removeprefix("restored ").split(", "))
    assert restored.stdout.endswith("already enabled: no file to change\n")
    assert tree(enabled) == before
    assert "files: as devpool wrote them" in run(enabled, shell, "status").stdout
    for done in (status, restored):
        assert_clean(done)


@pytest.mark.parametrize(
    ("lose", "said"),
    [
        (lambda home: shutil.rmtree(home / "pgbouncer"), (CONTEXT, "is missing, and `docker compose build` needs it")),
        (lambda home: (home / "pgbouncer" / "Dockerfile").unlink(), (CONTEXT, "lacks Dockerfile, and `docker")),
        (lambda home: (home / "state.json").unlink(), (STATE, "is missing: `devpool enable` restores it")),
    ],
)
def test_a_part_that_is_missing_is_named_and_restored(
    enabled: Path, shell: dict[str, str], lose: Callable[[Path], None], said: tuple[str, str]
) -> None:
    before = tree(enabled)
    lose(enabled / ".devpool")
    (missing,) = json.loads(run(enabled, shell, "status", "--json").stdout)["drift"]
    assert (missing["file"], missing["problem"].startswith(said[1])) == (said[0], True)
    checks = json.loads(run(enabled, shell, "check", "--json").stdout)["checks"]
    assert next(c["level"] for c in checks if c["check"] == "files") == "warning"
    assert "restored .devpool/" in run(enabled, shell, "enable", "--no-up").stdout
    assert tree(enabled) == before


def test_without_the_record_settings_are_not_changed(enabled: Path, shell: dict[str, str]) -> None:
    (enabled / STATE).unlink()
    refuse(enabled, shell, "no-record", "set", "default_pool_size=7", words=("hint: `devpool enable` restores it",))


def test_without_the_record_options_count_as_they_did(folder: Path, shell: dict[str, str]) -> None:
    """Those of the first enable, and over them those of this one."""
    write(folder, compose_yml=COMPOSE)
    words = ("--name", "pool", "--port", "7000", "--publish", "7432", "--metrics", "--set", "default_pool_size=7")
    assert run(folder, shell, "enable", "--no-up", *words, "--session", "web").returncode == 0
    before = tree(folder)
    shutil.rmtree(folder / ".devpool")
    assert run(folder, shell, "enable", "--no-up").stdout.endswith("already enabled: no file to change\n")
    assert tree(folder) == before
    shutil.rmtree(folder / ".devpool")
    assert "changed compose.yml" in run(folder, shell, "enable", "--no-up", "--set", "default_pool_size=8").stdout
    expected = before["compose.yml"][1]
    assert isinstance(expected, bytes)
    assert (folder / "compose.yml").read_bytes() == expected.replace(b'POOL_SIZE: "7"', b'POOL_SIZE: "8"')


def test_without_the_record_explain_shows_the_address_of_the_database(enabled: Path, shell: dict[str, str]) -> None:
    before = run(enabled, shell, "explain").stdout
    shutil.rmtree(enabled / ".devpool")
    explained = run(enabled, shell, "explain").stdout
    assert "@db:5432" in explained
    assert "@pgbouncer:6432/postgres, changed in place" in explained
    assert explained == before


def test_a_pooler_that_does_not_say_its_database_is_never_taken_for_a_direct_one(
    enabled: Path, shell: dict[str, str]
) -> None:
    """Neither its address nor "every app is direct" is said: it is refused, with what to do."""
    shutil.rmtree(enabled / ".devpool")
    file = enabled / "compose.yml"
    file.write_text("".join(line for line in file.read_text().splitlines(True) if "POSTGRES_HOST" not in line))
    assert SECRET in file.read_text()
    for words in (["status"], ["migrate", "web", "--", "true"], ["explain"], ["direct", "web", "--", "true"]):
        done = run(enabled, shell, *words)
        assert (done.returncode, done.stdout) == (1, "")
        assert "`pgbouncer` does not state here which database it serves" in done.stderr
