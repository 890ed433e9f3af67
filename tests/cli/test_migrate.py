"""`devpool migrate` refuses by name what it cannot do, before any container is touched."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli.test_bad_input import COMPOSE, SECRET, URL, folder, refuse, run, shell, write

__all__ = ["folder", "shell"]  # fixtures

APPS = COMPOSE.replace("    image: app\n", "    build: ./web\n")
APPS += f"  api:\n    build: ./api\n    environment:\n      DATABASE_URL: {URL}\n"


def project(folder: Path, text: str = APPS) -> Path:
    """Two apps, each with a tool."""
    write(folder, compose_yml=text, web__manage_py="django", api__alembic_ini="")
    return folder


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (
            ("migrate",),
            "which-migration",
            "  devpool migrate api -- alembic upgrade head    (Alembic: alembic.ini in api)",
        ),
        (("migrate", "--", "say", SECRET[:2]), "which-service", "  devpool migrate web -- say hu"),
        (("migrate", "nosuch"), "unknown-service", "apps of this project: web, api"),
        (("migrate", "db"), "no-database-setting", "`db` is itself a database (compose.yml:3)"),
    ],
)
def test_it_is_refused_with_the_way_out(
    folder: Path, shell: dict[str, str], words: tuple[str, ...], code: str, said: str
) -> None:
    done = refuse(project(folder), shell, code, *words)
    assert said in done.stderr.replace(f"{folder}/", "")


@pytest.mark.parametrize(
    ("said", "code", "words"),
    [
        ("x-devpool: {migrate: {service: nosuch}}\n", "unknown-service", ("x-devpool in compose.yml:1",)),
        (
            "x-devpool: {migrate: {services: [web]}}\n",
            "bad-team-setting",
            ("`services` is not one of: service, command",),
        ),
        (f"x-devpool: {{migrate: {SECRET}}}\n", "bad-team-setting", ("compose.yml:1",)),
    ],
)
def test_what_a_team_fixed_wrongly_is_refused_with_its_place(
    folder: Path, shell: dict[str, str], said: str, code: str, words: tuple[str, ...]
) -> None:
    refuse(project(folder, said + APPS), shell, code, "migrate", words=words)


def test_a_pyproject_that_cannot_be_read_is_refused(folder: Path, shell: dict[str, str]) -> None:
    write(project(folder), pyproject_toml=f"[tool\npassword = '{SECRET}'\n")
    refuse(folder, shell, "not-toml", "migrate", words=("pyproject.toml",))


def test_a_pyproject_that_is_a_link_to_the_outside_is_not_read(folder: Path, shell: dict[str, str]) -> None:
    outside = folder.parent / "mine.toml"
    outside.write_text(f'[tool.devpool.migrate]\nservice = "web"\ncommand = "echo {SECRET}"\n')
    (project(folder) / "pyproject.toml").symlink_to(outside)
    refuse(folder, shell, "which-migration", "migrate")


def test_a_refusal_is_data_where_json_is_asked_for(folder: Path, shell: dict[str, str]) -> None:
    done = run(project(folder), shell, "migrate", "--json")
    error = json.loads(done.stdout)["error"]
    assert (done.returncode, done.stderr, error["code"]) == (1, "", "which-migration")
    assert len(error["details"]) == 2


def test_what_follows_the_dashes_is_never_an_option_of_devpool(folder: Path, shell: dict[str, str]) -> None:
    done = run(project(folder), shell, "migrate", "nosuch", "--", "--json", "--help")
    assert (done.returncode, done.stdout) == (1, "")
