"""Where and how a connection variable changes."""

from __future__ import annotations

import pytest
from memory_project import Files, one_variable, project

from devpool.decide.placement import Placements
from devpool.decide.value_readers import ValueReaders
from unit.decide.one_app import DB, URL, app, plan, refusal


def wheres(files: Files | str, shell: dict[str, str] | None = None, **options: object) -> dict[str, str]:
    moves = plan(files, shell, **options).moves
    return {f"{m.variable.service}.{m.variable.name}": m.where if m.how == "text" else m.how for m in moves}


def test_a_value_that_only_one_app_reads_is_changed_where_it_is_written() -> None:
    assert wheres(DB + app(URL)) == {"web.DATABASE_URL": "origin"}


SHARED = "x-env: &env\n  DB_HOST: db\n  DB_PORT: '5432'\n" + DB


READERS = "  web: {environment: *env}\n  job: {environment: *env}\n"


def test_a_value_that_all_its_readers_take_to_the_pooler_is_changed_where_it_is_written() -> None:
    assert set(wheres(SHARED + READERS).values()) == {"origin"}


def test_a_value_that_a_direct_service_reads_too_is_not_touched() -> None:
    found = wheres(SHARED + READERS, direct=("job",))
    assert found == {"web.DB_HOST": "own", "web.DB_PORT": "own"}


def test_a_value_that_the_database_reads_too_is_not_touched() -> None:
    files = {
        "compose.yml": "services:\n  db:\n    image: postgres\n    env_file: a.env\n  web:\n    env_file: a.env\n",
        "a.env": "PGHOST=db\nPGPORT=5432\n",
    }
    assert wheres(files) == {"web.PGHOST": "own", "web.PGPORT": "own"}


def test_a_line_of_dot_env_that_other_text_takes_over_is_not_touched() -> None:
    files = {
        "compose.yml": DB + "    labels: {x: '${PGHOST}'}\n  web:\n    env_file: .env\n",
        ".env": "PGHOST=db\n",
    }
    assert wheres(files) == {"web.PGHOST": "own"}


@pytest.mark.parametrize("written", ["DATABASE_URL: ${URL}", "DATABASE_URL: '${URL}?a=b'", "DATABASE_URL: ${URL:-x}"])
def test_a_url_that_dot_env_holds_goes_through_a_second_variable(written: str) -> None:
    files = {"compose.yml": DB + app(written), ".env": "URL=postgres://postgres:hunter2@db:5432/x\n"}
    assert wheres(files) == {"web.DATABASE_URL": "second"}


def test_a_default_in_an_expression_is_changed_where_it_is_written() -> None:
    assert wheres(DB + app("DATABASE_URL: ${URL:-postgres://postgres:x@db:5432/x}")) == {"web.DATABASE_URL": "origin"}


def test_a_url_that_only_the_shell_holds_is_refused() -> None:
    error = refusal(DB + app("DATABASE_URL: ${URL}"), {"URL": "postgres://postgres:hunter2@db:5432/x"})
    assert error.code == "only-in-shell"
    assert "URL" in error.hint


@pytest.mark.parametrize("written", ['"postgres://u:p\\\\q@db:5432/x"', "|\n        postgres://u:p@db:5432/x"])
def test_a_value_with_escapes_or_on_several_lines_is_changed_where_it_is_written(written: str) -> None:
    assert wheres(DB + app(f"DATABASE_URL: {written}")) == {"web.DATABASE_URL": "origin"}


def test_an_address_that_an_escape_spells_is_refused() -> None:
    """A record that anyone can write must not restore such a text."""
    assert refusal(DB + app('DATABASE_URL: "postgres://u:p@\\x64b:5432/x"')).code == "value-not-plain"


def test_a_port_in_an_env_file_without_its_host_may_be_that_of_another_host() -> None:
    files = {
        "compose.yml": DB + "  web:\n    image: app\n    env_file: a.env\n    environment: {DB_HOST: db}\n",
        "a.env": "DB_PORT=5432\n",
    }
    assert wheres(files, port="7000") == {"web.DB_HOST": "origin", "web.DB_PORT": "own"}


def test_a_direct_service_that_takes_a_value_over_with_extends_gets_a_copy_where_it_says_nothing_of_its_own() -> None:
    job = "  job:\n    extends: web\n    command: pg_dump\n"
    assert wheres(DB + app(URL) + job) == {"web.DATABASE_URL": "origin"}
    error = refusal(DB + app(URL) + job + "    environment: {TZ: UTC}\n")
    assert (error.code, "`job` stays direct but inherits `web.DATABASE_URL`" in error.message) == ("shared-value", True)


def why(files: Files | str, *pooled: str) -> str:
    """Why the app `web` would be pooled by name, if these apps are pooled."""
    found = project(files)
    readers = ValueReaders(found, {(app, "db") for app in pooled}, {})
    return Placements(found, readers).why_by_name(one_variable(found, "U"))


LOADING = "  web:\n    image: app\n    env_file: {0}\n  job:\n    image: app\n    env_file: {0}\n"


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("U=postgres://u:hunter2@db:5432/x", {"a.env", ".env"}),
        ("U=postgres://u:${PW}@db:5432/x", {"a.env"}),  # compose files can name what .env says
        ("U=postgres://db:5432/x", {"a.env"}),
    ],
)
@pytest.mark.parametrize("name", ["a.env", ".env"])
def test_an_app_is_pooled_by_name_where_its_text_would_copy_a_secret(line: str, named: set[str], name: str) -> None:
    files = {"compose.yml": DB + LOADING.format(name), name: f"PW=p\n{line}\n"}
    assert why(files, "web", "job") == ""
    assert why(files, "web") == ("changing its text would copy a secret" if name in named else "")


def test_a_host_is_no_secret() -> None:
    files = {"compose.yml": DB + LOADING.format("a.env"), "a.env": "PGHOST=db\n"}
    found = project(files)
    placements = Placements(found, ValueReaders(found, {("web", "db")}, {}))
    assert placements.why_by_name(one_variable(found, "PGHOST")) == ""
