"""`devpool explain`: each connection variable, where it is written, and how enable would change it."""

from __future__ import annotations

import json
from pathlib import Path

from cli.test_bad_input import COMPOSE, SECRET, folder, refuse, run, shell, write

__all__ = ["folder", "shell"]  # fixtures


def test_a_variable_has_its_place_its_route_and_what_becomes_of_it(folder: Path, shell: dict[str, str]) -> None:
    write(folder, compose_yml=COMPOSE)
    text = run(folder, shell, "explain").stdout
    assert "web.DATABASE_URL = postgres://postgres:***@db:5432/postgres\n  written at   compose.yml:9" in text
    assert "route        pooled: " in text
    assert "the old value as DATABASE_URL_DIRECT" in text
    assert SECRET not in text


def test_the_data_say_the_same(folder: Path, shell: dict[str, str]) -> None:
    write(folder, compose_yml=COMPOSE)
    answer = json.loads(run(folder, shell, "explain", "web", "--json").stdout)
    (row,) = answer["settings"]
    assert (row["service"], row["variable"], row["kind"], row["route"]) == ("web", "DATABASE_URL", "url", "pooled")
    assert answer["refusal"] is None


def test_a_refusal_of_enable_is_told_and_ends_nothing(folder: Path, shell: dict[str, str]) -> None:
    write(folder, compose_yml=COMPOSE.replace("db:5432", "db:5432,other:5432"))
    done = run(folder, shell, "explain", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["refusal"]["code"] == "several-hosts"


def test_a_service_without_a_database_is_refused_with_the_way_out(folder: Path, shell: dict[str, str]) -> None:
    write(folder, compose_yml=f"{COMPOSE}  cache: {{image: redis}}\n")
    refuse(folder, shell, "no-setting", "explain", "cache", words=("--by-name cache",))


def test_what_the_files_of_an_app_tell_of_its_drivers_is_said_with_the_line(
    folder: Path, shell: dict[str, str]
) -> None:
    write(folder, compose_yml=COMPOSE.replace("  web:\n", "  web:\n    build: .\n"), Dockerfile="FROM a\nCOPY . .\n")
    (folder / "requirements.txt").write_text("psycopg==3.1\n")
    (told,) = json.loads(run(folder, shell, "explain", "--json").stdout)["likely"]
    assert told["service"] == "web"
    assert told["message"].startswith("psycopg (requirements.txt:1) on a libpq before 17")
    assert f"  web: {told['message']}\n    hint: {told['hint']}\n" in run(folder, shell, "explain").stdout
    dry = run(folder, shell, "enable", "--dry-run", "--no-up").stdout
    assert f"  web: likely: {told['message']}: {told['hint']}\n" in dry
