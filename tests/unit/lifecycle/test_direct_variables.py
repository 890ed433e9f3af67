"""Which variables make a command connect directly, under the names that tools read."""

from __future__ import annotations

import pytest
from memory_project import project

from devpool.catalog.migration_tools import DIRECT_NAMES, TOOLS
from devpool.decide.options import Options
from devpool.errors import DevpoolError
from devpool.lifecycle.direct_variables import (
    databases_of,
    direct_links,
    direct_values,
    exported,
    jdbc_url,
    main_url,
    moved_commands,
    plain_url,
    refuse_without_database,
)
from devpool.undo.state import AddedPooler, AppRoute, State

APPS = project(
    """\
services:
  db: {image: 'postgres:17', environment: {POSTGRES_PASSWORD: p}}
  web:
    image: app
    environment: {DATABASE_URL: 'postgresql+psycopg://u:p@db:5432/x', DIRECT_URL: mine, OTHER_URL: 'postgres://db/y'}
  api: {image: app, environment: {PGHOST: db, PGPORT: '5432', PGDATABASE: shop}}
  job: {image: app, command: ['run', '--db', 'postgres://u:p@db/x']}
  mute: {image: mute}
"""
)
POOLED = ("web", "api", "job")
STATE = State(
    options=Options(),
    edits=(),
    poolers=(AddedPooler(name="pool", database="db", port="6432"),),
    routes=(
        *(AppRoute(service=s, database="db", pooled=True, reason="") for s in POOLED),
        AppRoute(service="mute", database="db", pooled=True, reason="", by_name=True),
    ),
)
TOOL = {tool.name: tool for tool in TOOLS}


def test_the_values_of_pooled_apps_are_those_without_devpool() -> None:
    assert direct_values(APPS, STATE, "api") == {"PGHOST": "db", "PGPORT": "5432", "PGDATABASE": "shop"}
    assert direct_values(APPS, STATE, "web")["DATABASE_URL"] == "postgresql+psycopg://u:p@db:5432/x"
    assert direct_values(APPS, STATE, "job") == {}
    assert moved_commands(APPS, STATE, "job") == ["command"]
    assert direct_values(APPS, None, "web") == {}


def test_the_direct_url_is_exported_under_each_name_that_the_app_leaves_free() -> None:
    found = exported(APPS, "web", None, ["MY_DIRECT"])
    assert found.keys() == {*DIRECT_NAMES, "MY_DIRECT"} - {"DIRECT_URL"}
    assert set(found.values()) == {"postgresql+psycopg://u:p@db:5432/x"}
    assert exported(APPS, "api", None, []) == {}


def test_a_name_that_the_app_leaves_empty_is_given() -> None:
    text = "services:\n  db: {image: 'postgres:17'}\n  web:\n    environment: {U: 'postgres://db/x', DIRECT_URL: ''}\n"
    assert exported(project(text), "web", None, [])["DIRECT_URL"] == "postgres://db/x"


def test_a_jdbc_url_of_the_app_is_flyways_as_it_is() -> None:
    text = "services:\n  db: {image: 'postgres:17'}\n  web: {image: a, environment: {U: 'jdbc:postgresql://db/x'}}\n"
    assert exported(project(text), "web", TOOL["Flyway"], []) == {"FLYWAY_URL": "jdbc:postgresql://db/x"}


def test_a_tool_gets_its_own_names_in_its_own_form() -> None:
    assert exported(APPS, "web", TOOL["goose"], [])["GOOSE_DBSTRING"] == "postgres://u:p@db:5432/x"
    assert exported(APPS, "web", TOOL["goose"], [])["GOOSE_DRIVER"] == "postgres"
    flyway = exported(APPS, "web", TOOL["Flyway"], [])["FLYWAY_URL"]
    assert flyway == "jdbc:postgresql://db:5432/x?user=u&password=p"
    assert "DATABASE_URL" not in exported(APPS, "web", TOOL["dbmate"], []), "the app sets it itself"


@pytest.mark.parametrize(
    ("environment", "variable"),
    [
        ("{DATABASE_URL: 'postgres://db/x', B: 'postgres://db/y'}", "DATABASE_URL"),
        ("{A: 'postgres://db/x'}", "A"),
        ("{A: 'postgres://db/x', B: 'postgres://db/x'}", "A"),
        ("{A: 'postgres://db/x', B: 'postgres://db/y'}", None),
        ('{A: \'{"url": "postgres://db/x"}\'}', None),
        ("{PGHOST: db}", None),
    ],
)
def test_the_main_url_is_named_or_the_only_one(environment: str, variable: str | None) -> None:
    found = project(f"services:\n  db: {{image: 'postgres:17'}}\n  web: {{image: a, environment: {environment}}}\n")
    setting = main_url(found, "web")
    assert (setting.name if setting else None) == variable


@pytest.mark.parametrize(
    ("url", "plain", "jdbc"),
    [
        ("postgres://u:p@db/x", "postgres://u:p@db/x", "jdbc:postgresql://db/x?user=u&password=p"),
        ("postgresql+asyncpg://u@db/x", "postgres://u@db/x", "jdbc:postgresql://db/x?user=u"),
        ("Ecto://db:5433/x?a=b", "postgres://db:5433/x?a=b", "jdbc:postgresql://db:5433/x?a=b"),
        ("postgres://u:a%40b&c@db/x", "postgres://u:a%40b&c@db/x", "jdbc:postgresql://db/x?user=u&password=a%40b%26c"),
        ("postgres://u:a@b@db/x", "postgres://u:a@b@db/x", "jdbc:postgresql://db/x?user=u&password=a%40b"),
        ("postgis://db/x", "postgres://db/x", "jdbc:postgresql://db/x"),
        ("postgres:///x?host=db", "postgres:///x?host=db", ""),
        ("host=db", "host=db", ""),
    ],
)
def test_a_url_in_the_forms_of_other_drivers(url: str, plain: str, jdbc: str) -> None:
    assert (plain_url(url), jdbc_url(url)) == (plain, jdbc)


def test_an_app_has_the_databases_of_its_variables_and_of_its_names() -> None:
    assert databases_of(APPS, STATE, "web") == ["db"]
    assert databases_of(APPS, STATE, "mute") == ["db"]
    assert databases_of(APPS, None, "mute") == []


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        (["pool:db"], ["db:db"]),
        (["pool", "cache:c"], ["db:pool", "cache:c"]),
        (["pool:db", "db:db-direct"], ["db:db", "db:db-direct"]),
        (["cache"], None),
        ([], None),
    ],
)
def test_links_to_a_pooler_lead_to_its_database(links: list[str], expected: list[str] | None) -> None:
    assert direct_links(STATE, links, {"db": 1, "cache": 1}) == expected


def test_an_external_database_needs_no_link() -> None:
    assert direct_links(STATE, ["pool:db"], {"web": 1}) == []


@pytest.mark.parametrize(
    ("service", "hint"), [("db", "devpool psql --direct db"), ("mute", "apps of this project: web")]
)
def test_a_service_without_a_database_is_refused(service: str, hint: str) -> None:
    with pytest.raises(DevpoolError) as error:
        refuse_without_database(APPS, service)
    assert error.value.code == "no-database-setting"
    assert hint in error.value.hint
    refuse_without_database(APPS, "web")
    refuse_without_database(APPS, "mute", STATE)
