"""`devpool check` without an engine: what can be judged is judged, and the rest is said to be unknown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli.no_engine import folder, shell
from cli.test_bad_input import COMPOSE, Done, assert_clean, needs_compose, run, write

__all__ = ["folder", "shell"]  # fixtures

pytestmark = needs_compose


def checked(folder: Path, shell: dict[str, str], *arguments: str, code: int = 0) -> Done:
    done = run(folder, shell, "check", *arguments)
    assert done.returncode == code, done.stdout + done.stderr
    assert_clean(done)
    return done


def enabled(folder: Path, shell: dict[str, str]) -> None:
    assert run(folder, shell, "enable", "--no-up").returncode == 0


def levels(done: Done) -> dict[str, str]:
    return {r["check"]: r["level"] for r in json.loads(done.stdout)["checks"]}


def test_without_an_engine_files_are_judged_and_the_rest_is_skipped(folder: Path, shell: dict[str, str]) -> None:
    enabled(folder, shell)
    done = checked(folder, shell, "--json", code=5)
    assert json.loads(done.stdout)["status"] == "skipped"
    found = levels(done)
    assert found == {
        "files": "ok",
        "compose": "ok",
        "pooler": "skipped",
        "ports": "ok",  # Compose tells them without an engine
        "database": "skipped",
        "route": "skipped",
        "session": "ok",
    }
    said = checked(folder, shell, "--leaks", code=5).stdout
    assert "could not tell whether all is well: the Docker engine is not running" in said
    assert checked(folder, shell, "--nagios", code=3).stdout.startswith("DEVPOOL UNKNOWN - ")


def test_without_an_engine_the_files_of_an_app_tell_what_is_likely(folder: Path, shell: dict[str, str]) -> None:
    write(folder, compose_yml=COMPOSE.replace("  web:\n", "  web:\n    build: .\n"), Dockerfile="FROM a\nCOPY . .\n")
    (folder / "requirements.txt").write_text("psycopg==3.1\n")
    (folder / "jobs.py").write_text('cursor.execute("LISTEN jobs")\n')
    enabled(folder, shell)
    done = checked(folder, shell, "--json", code=5)
    found = {(r["check"], r["level"]): r["message"] for r in json.loads(done.stdout)["checks"]}
    assert found["framework", "skipped"].startswith("likely: psycopg (requirements.txt:1) on a libpq before 17")
    assert found["session", "skipped"].startswith("likely: it uses LISTEN (jobs.py:1)")
    # What is likely is no reason why it is not known whether all is well.
    assert "psycopg" not in checked(folder, shell, code=5).stdout.splitlines()[-1]


@pytest.mark.parametrize(
    ("ci", "words", "code"),
    [
        ("true", [], 5),
        ("true", ["--no-strict"], 0),
        ("", [], 0),
        ("false", [], 0),
        ("", ["--strict"], 5),
    ],
)
def test_what_could_not_be_told_is_an_error_where_strict_or_in_ci(
    folder: Path, shell: dict[str, str], ci: str, words: list[str], code: int
) -> None:
    done = checked(folder, shell | {"CI": ci}, *words, code=code)
    assert "could not tell whether all is well: devpool is not enabled here" in done.stdout


def test_a_project_that_is_not_enabled_is_told_so(folder: Path, shell: dict[str, str]) -> None:
    done = checked(folder, shell, code=5)
    assert "devpool is not enabled here" in done.stdout
    assert "hint: devpool enable" in done.stdout


def test_an_edit_that_was_changed_is_found_with_its_place(folder: Path, shell: dict[str, str]) -> None:
    enabled(folder, shell)
    file = folder / "compose.yml"
    file.write_text(file.read_text().replace("@pgbouncer:6432", "@elsewhere:6432"))
    done = checked(folder, shell, code=4)
    assert "compose.yml services.web.environment" in " ".join(done.stdout.split())
    assert "1 warning" in done.stdout
    assert checked(folder, shell, "--nagios", code=1).stdout.startswith("DEVPOOL WARNING - files: ")


def test_a_project_that_compose_refuses_is_critical(folder: Path, shell: dict[str, str]) -> None:
    write(folder, compose_yml=COMPOSE + "  bad:\n    image: [1]\n")
    done = checked(folder, shell, "--nagios", code=2)
    assert done.stdout.startswith("DEVPOOL CRITICAL - compose: Compose does not accept the project")
    assert checked(folder, shell, code=4).stdout.count("Compose does not accept the project") == 1


def test_what_cannot_be_read_at_all_is_unknown_to_monitoring(tmp_path: Path, shell: dict[str, str]) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    done = checked(empty, shell, "--nagios", code=3)
    assert (done.stdout.startswith("DEVPOOL UNKNOWN"), done.stdout.count("\n")) == (True, 1)
    assert run(empty, shell, "check").returncode == 1


@pytest.mark.parametrize(
    "words",
    [
        ["--warn", "0%"],
        ["--warn", "101"],
        ["--crit", "many"],
        ["--warn", "-5%"],
        ["--warn", "95%", "--crit", "90%"],
        ["--crit", "٩٠%"],
    ],
)
def test_a_threshold_that_is_none_is_wrong_usage(folder: Path, shell: dict[str, str], words: list[str]) -> None:
    done = run(folder, shell, "check", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert "hint: " in done.stderr


def test_thresholds_are_written_with_and_without_a_percent_sign(folder: Path, shell: dict[str, str]) -> None:
    checked(folder, shell, "--no-strict", "--warn", "50", "--crit", "60%")
