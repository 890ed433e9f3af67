"""`devpool size` from the files alone: no engine, not enabled, several databases, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli.test_bad_input import COMPOSE, assert_clean, needs_compose, refuse, run, tree, write
from cli.test_set import ENABLE, asked, done, shell, tuned

__all__ = ["shell"]

MANY = COMPOSE.replace("image: app", "image: app\n    command: gunicorn -w 8 --threads 16 app")
pytestmark = needs_compose


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    project = tmp_path / "project"
    project.mkdir()
    return write(project, compose_yml=MANY)


def test_a_project_that_is_not_enabled_is_sized_from_its_files(folder: Path, shell: dict[str, str]) -> None:
    before = tree(folder)
    found = run(folder, shell, "size")
    assert_clean(found)
    assert found.returncode == 0
    assert "8 processes x 16 connections (-w, --threads)" in found.stdout
    assert "pool it: at peak the apps and the direct services can hold 128 connections" in found.stdout
    assert "the Docker engine is not running; the sizes below are based on the files alone" in found.stderr
    assert tree(folder) == before


def test_the_data_have_settings_steps_and_a_verdict(folder: Path, shell: dict[str, str]) -> None:
    (body,) = asked(folder, shell, "size")["databases"]
    assert (body["database"], body["verdict"]) == ("db", "needed")
    assert set(body["settings"]) == {
        *("default_pool_size", "reserve_pool_size", "max_client_conn", "max_db_connections"),
    }
    assert all(step["how"] for step in body["steps"])


def test_apply_writes_what_is_recommended_and_disable_takes_it_out(folder: Path, shell: dict[str, str]) -> None:
    before = tree(folder)
    done(folder, shell, *ENABLE)
    (body,) = asked(folder, shell, "size")["databases"]
    answer = asked(folder, shell, "size", "--apply")
    assert answer["written"]
    assert {o["key"]: o["value"] for o in answer["settings"]} == {k: str(v) for k, v in body["settings"].items()}
    assert tuned(folder) == {"pool_mode": "transaction"} | {k: str(v) for k, v in body["settings"].items()}
    assert not asked(folder, shell, "size", "--apply")["written"]
    done(folder, shell, "disable", "--no-up")
    assert tree(folder) == before


def test_each_of_two_databases_gets_its_own(folder: Path, shell: dict[str, str]) -> None:
    second = COMPOSE.removeprefix("services:\n").replace("db", "b").replace("web", "shop")
    write(folder, compose_yml=MANY + second)
    done(folder, shell, *ENABLE)
    bodies = {b["database"]: b for b in asked(folder, shell, "size", "--apply", "--no-up")["databases"]}
    assert {name: body["verdict"] for name, body in bodies.items()} == {"db": "needed", "b": "not-yet"}
    options = json.loads((folder / ".devpool" / "state.json").read_text())["options"]
    expected = {name: {k: str(v) for k, v in body["settings"].items()} for name, body in bodies.items()}
    assert options["settings_of"] == expected


def test_apply_needs_a_pooler_and_says_how_to_get_one(folder: Path, shell: dict[str, str]) -> None:
    words = ("devpool enable --set default_pool_size=",)
    refuse(folder, shell, "not-enabled", "size", "--apply", words=words)


def test_a_project_whose_apps_name_no_database_is_refused(folder: Path, shell: dict[str, str]) -> None:
    write(folder, compose_yml=COMPOSE.split("  web:")[0])
    refuse(folder, shell, "nothing-to-size", "size", words=("devpool explain",))


@pytest.mark.parametrize("words", [["--seconds", "-1"], ["--seconds", "x"], ["--apply", "5"]])
def test_a_wrong_command_line_is_a_usage_error(folder: Path, shell: dict[str, str], words: list[str]) -> None:
    assert run(folder, shell, "size", *words).returncode == 2
