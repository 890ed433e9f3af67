"""Which database psql is for, and what runs it: the user's own words come last, and no password is among them."""

from __future__ import annotations

import pytest
from memory_project import project

from devpool.decide.options import Options
from devpool.errors import DevpoolError
from devpool.migrate.psql_script import Way, choose, in_pooler
from devpool.undo.state import AddedPooler, AppRoute, State

DB = "services:\n  db:\n    image: postgres:17\n    environment:\n      POSTGRES_PASSWORD: hunter2\n"
URL = "postgres://postgres:hunter2@db:5432/notes"
TWO = f"{DB}  web:\n    build: .\n    environment: {{DATABASE_URL: '{URL}'}}\n"
TWO += f"  worker:\n    build: .\n    environment: {{DATABASE_URL: '{URL}'}}\n"


def enabled(*routes: str) -> State:
    return State(
        options=Options(),
        edits=(),
        poolers=(AddedPooler(name="pgbouncer", database="db", port="6432"),),
        routes=tuple(AppRoute(service=r, database="db", pooled=True, reason="") for r in routes),
    )


def test_psql_takes_the_only_database_or_the_one_that_is_named() -> None:
    second = "  db2:\n    image: postgres:17\n"
    assert choose(project(TWO), None, None, "direct") == "db"
    assert choose(project(TWO + second), None, "worker", "direct") == "db"
    assert choose(project(TWO + second), None, "db2", "direct") == "db2"
    assert choose(project(TWO + second), enabled("web"), None, "pooled") == "db"
    assert choose(project(TWO + second), enabled("web"), "pgbouncer", "admin") == "db"


@pytest.mark.parametrize(
    ("name", "way", "code"),
    [(None, "direct", "which-database"), ("nosuch", "direct", "unknown-service"), ("db2", "pooled", "no-database")],
)
def test_psql_refuses_what_is_not_one_database(name: str | None, way: str, code: str) -> None:
    with pytest.raises(DevpoolError) as caught:
        choose(project(TWO + "  db2:\n    image: postgres:17\n"), enabled("web"), name, way)  # type: ignore[arg-type]
    assert caught.value.code == code
    assert caught.value.hint


def test_a_project_without_a_database_is_refused() -> None:
    with pytest.raises(DevpoolError) as caught:
        choose(project("services:\n  web: {image: app}\n"), None, None, "direct")
    assert (caught.value.code, caught.value.message) == ("no-database", "this project has no database")


@pytest.mark.parametrize("way", ["direct", "pooled", "admin"])
def test_the_users_own_words_are_arguments_and_never_text_of_the_script(way: Way) -> None:
    words = in_pooler(way, ("-c", "SELECT '$(id)'"))
    assert words[:2] == ["sh", "-c"]
    assert words[3:] == ["psql", "-c", "SELECT '$(id)'"]
    assert words[2].endswith('exec psql "$@"')
    assert "PSQL_HISTORY=/dev/null" in words[2]
    assert ("PGHOST=$(said host)" in words[2]) is (way == "direct")
    assert ("PGDATABASE=pgbouncer" in words[2]) is (way == "admin")
