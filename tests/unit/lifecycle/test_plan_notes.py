"""What a user is told about a plan and cannot see in it: what an app sets for its session outside of its address."""

from __future__ import annotations

import pytest
from memory_project import planned

from devpool.lifecycle.plan_notes import notes

PROJECT = """\
services:
  db:
    image: postgres:17
    environment:
      POSTGRES_PASSWORD: hunter2
  web:
    image: app
    environment:
      PGHOST: db
      PGUSER: postgres
      PGPASSWORD: hunter2
      PGDATABASE: shop
      {variable}: "{value}"
"""


def _notes(variable: str, value: str, **options: object) -> str:
    project, plan = planned(PROJECT.format(variable=variable, value=value), **options)
    return "\n".join(notes(project, plan, {}))


@pytest.mark.parametrize(
    ("variable", "value", "named"),
    [
        ("PGOPTIONS", "-c search_path=tenant1 -c statement_timeout=5000", "search_path, statement_timeout"),
        ("PGOPTIONS", "--search_path=tenant1", "search_path"),
        ("PGOPTIONS", "-csearch_path=tenant1", "search_path"),
        ("DB_OPTIONS", "-c lock_timeout=1s", "lock_timeout"),
        ("KC_DB_URL_PROPERTIES", "?currentSchema=shop", "currentSchema"),
        ("DB_PARAMS", "currentSchema=shop", "currentSchema"),
    ],
)
def test_what_a_pooler_does_not_pass_on_is_named_outside_of_the_address_too(
    variable: str, value: str, named: str
) -> None:
    said = _notes(variable, value)
    assert f"web.{variable} sets {named}, which a pooler does not pass on" in said
    assert "--direct web" in said


@pytest.mark.parametrize("value", ["", "--verbose", "sslmode=prefer"])
def test_other_options_are_nothing_to_speak_of(value: str) -> None:
    assert "pass on" not in _notes("PGOPTIONS", value)


@pytest.mark.parametrize(
    "variable",
    [
        "SPRING_DATASOURCE_HIKARI_SCHEMA",
        "SPRING_DATASOURCE_HIKARI_CONNECTION_INIT_SQL",
        "DB_SEARCH_PATH",
        "PG_SEARCH_PATH",
    ],
)
def test_a_set_for_each_connection_asks_for_a_session_pool(variable: str) -> None:
    assert f"web sets {variable} once for each of its connections" in _notes(variable, "tenant1")
    assert f"web sets {variable}" not in _notes(variable, "tenant1", session=("web",))


def test_a_program_on_the_host_is_not_told_to_move_what_goes_past_a_pooler() -> None:
    files = {
        "compose.yml": "services:\n  db:\n    image: postgres:17\n    environment: {POSTGRES_PASSWORD: hunter2}\n"
        "    ports: ['5432-5433:5432-5433']\n",
        ".env": "DATABASE_URL=postgres://u:p@localhost:5432/x\nDIRECT_URL=postgres://u:p@localhost:5432/x\n",
    }
    said = "\n".join(notes(*planned(files, publish=6432), {}))
    assert "set DATABASE_URL=postgres://u:***@localhost:6432/x" in said
    assert "DIRECT_URL" not in said


@pytest.mark.parametrize(("host", "named"), [("db.corp.local", True), ("elsewhere", True), ("db.corp.net", False)])
def test_a_host_that_is_no_database_is_named(host: str, named: bool) -> None:
    job = f"  job:\n    image: job\n    environment: {{URL: 'postgres://u:p@{host}/x'}}\n"
    project, plan = planned(PROJECT.format(variable="A", value="b") + job)
    said = "\n".join(notes(project, plan, {}))
    assert (f"job.URL names {host}, which is not a service of this project" in said) == named
