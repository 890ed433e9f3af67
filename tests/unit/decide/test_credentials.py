"""Where a pooler's login is written, and which of its text the pooler's own service may repeat."""

from __future__ import annotations

import pytest
from memory_project import FOLDER, Files, one_variable, project

from devpool.decide.credentials import Credentials, copyable, is_repeatable, is_whole, pooler_file
from devpool.decide.logins import said_by
from devpool.model.project import Project
from devpool.model.values import Value

DB = "services:\n  db:\n    image: postgres:17\n"


def app(line: str, *, form: str = "      ") -> Project:
    files: Files = {"compose.yml": f"{DB}  web:\n    image: app\n    environment:\n{form}{line}\n", ".env": "PW=p\n"}
    return project(files)


def value(line: str, name: str, *, form: str = "      ") -> Value:
    return app(line, form=form).environments["web"][name]


LINES = [
    ("PW: p", True),
    ("PW: 'p # q'", True),
    ("PW: ${PW}", True),
    ('PW: "p\\tq"', True),  # copied with its quotes and escapes
    ("PW:", True),  # passed through: written as ${PW}
    ("PW: |\n        p", False),
    ("PW: >-\n        p", False),
    ("PW: 'p\n        q'", False),
]


@pytest.mark.parametrize(("line", "can"), LINES)
def test_what_stands_on_one_line_is_copied(line: str, can: bool) -> None:
    assert copyable(value(line, "PW")) == can


@pytest.mark.parametrize("line", ["PW=p", "'PW=p q'", "PW=${PW}", "PW"])
def test_so_is_an_item_of_a_list(line: str) -> None:
    assert copyable(value(line, "PW", form="      - "))


@pytest.mark.parametrize(
    ("name", "written", "repeatable"),
    [
        ("PW", "${PW}", True),
        ("PW", "$PW", True),
        ("PW", "${PW:?say it}", True),
        ("PW", "${PW:-hunter2}", False),
        ("PW", "x${PW}", False),
        ("PW", "hunter2", False),
        ("PW_FILE", "/run/secrets/pw", True),
        ("PW", "/run/secrets/pw", False),
    ],
)
def test_another_file_repeats_only_the_name_of_a_variable_or_of_a_secret(
    name: str, written: str, repeatable: bool
) -> None:
    of = app(f"{name}: {written}")
    assert is_repeatable(of, of.services["web"], name, of.environments["web"][name]) == repeatable


@pytest.mark.parametrize(
    ("written", "whole"),
    [
        ("postgres://u:p@db:5432/x", True),
        ("'postgresql+asyncpg://u:p@db/x'", True),
        ("postgres://u:p@db/x postgres://u:p@db/y", False),
        ("url=postgres://u:p@db/x", False),
        ('"postgres://u:p@db/\\x78"', False),
        ("jdbc:postgresql://db/x", False),
    ],
)
def test_the_pooler_parses_a_value_that_is_one_url_and_nothing_else(written: str, whole: bool) -> None:
    assert is_whole(one_variable(app(f"U: {written}"), "U")) == whole


def test_a_pooler_stands_in_the_file_that_states_its_database() -> None:
    files = {
        "compose.yml": "services:\n  web:\n    image: app\n    environment: {U: 'postgres://u:p@db/x'}\n",
        "db.yml": "services:\n  db:\n    image: postgres:17\n",
        "more.yml": "services:\n  db:\n    restart: always\n",
    }
    found = project(files, compose=("compose.yml", "db.yml", "more.yml"))
    assert pooler_file(found, "db", []).path == f"{FOLDER}/db.yml"


def test_the_pooler_of_a_database_outside_stands_beside_its_first_app() -> None:
    files = {
        "compose.yml": "services:\n  mail:\n    image: mail\n",
        "web.yml": "services:\n  web:\n    image: app\n    environment: {U: 'postgres://u:p@db.shop.io/x'}\n",
    }
    found = project(files, compose=("compose.yml", "web.yml"))
    assert pooler_file(found, "db.shop.io", list(found.connection_variables)).path == f"{FOLDER}/web.yml"


def test_the_user_is_the_one_that_is_said() -> None:
    document = pooler_file(app("A: b"), "db", [])
    assert Credentials(document=document, said=said_by("f:1", {"POSTGRES_DB": "x", "POSTGRES_USER": "u"})).user == "u"
    assert Credentials(document=document, said=said_by("f:1", {"POSTGRES_PASSWORD": "p"})).user == ""
