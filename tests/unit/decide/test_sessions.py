"""The session alias: where the database's name stands, and what is refused; and what an app sets for its session."""

from __future__ import annotations

import pytest
from memory_project import planned, project, rewritten

from devpool.decide.sessions import unkept
from devpool.errors import DevpoolError
from devpool.text.address import find_addresses, leads_to, moved

DB = "services:\n  db:\n    image: postgres:17\n    environment:\n      POSTGRES_PASSWORD: hunter2\n"
URL = "DATABASE_URL: postgres://postgres:hunter2@db:5432/notes"


def app(*variables: str, name: str = "web") -> str:
    return f"  {name}:\n    image: app\n    environment:\n" + "".join(f"      {v}\n" for v in variables)


def refusal(text: str, **options: object) -> DevpoolError:
    with pytest.raises(DevpoolError) as caught:
        planned(text, **{"session": ("web",), **options})  # type: ignore[arg-type]
    assert caught.value.hint
    assert "hunter2" not in caught.value.message + caught.value.hint
    return caught.value


def targets(*variables: str) -> dict[str, str]:
    """Where the settings of one app at the session alias go."""
    _, plan = planned(DB + app(*variables), session=("web",))
    return {m.variable.name: m.words for m in plan.moves}


def test_without_a_door_no_name_moves_and_the_pooler_has_none() -> None:
    _, plan = planned(DB + app("DB_HOST: db", "DB_PORT: '5432'", "DB_NAME: notes"))
    assert [m.variable.name for m in plan.moves] == ["DB_HOST", "DB_PORT"]
    assert plan.poolers[0].session_aliases == ()
    assert "PGBOUNCER_SESSION_DATABASE" not in plan.poolers[0].variables


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("postgres://u:p@db:5432/notes", "notes"),
        ("postgres://u:p@db/notes?sslmode=disable#x", "notes"),
        ("postgresql+asyncpg://db/notes", "notes"),
        ("postgres:///notes?host=db", "notes"),
        ("jdbc:postgresql://db:5432/notes?user=u", "notes"),
        ("r2dbc:postgresql://db/notes", "notes"),
        ('{"url": "postgres://u:p@db:5432/notes"}', "notes"),
        ("postgres://u:p@db/a%20b", "a%20b"),
        ("host=db dbname=notes user=u", "notes"),
        ("dbname='notes' host='db'", "notes"),
        ("pgsql:host=db;port=5432;dbname=notes", "notes"),
        ("Host=db;Database=notes;Username=u", "notes"),
        ("Server=db;Port=5432;Initial Catalog=notes", "notes"),
    ],
)
def test_the_name_of_the_database_gets_a_suffix_and_nothing_else(value: str, name: str) -> None:
    (address,) = find_addresses(value)
    assert address.database == name
    without = moved(value, address, "pool", "6432")
    found = moved(value, address, "pool", "6432", "_session")
    assert found == without.replace(name, f"{name}_session")
    assert leads_to(found, address, "pool", "6432", "_session")
    assert not leads_to(without, address, "pool", "6432", "_session")
    assert not leads_to(found, address, "pool", "6432")


@pytest.mark.parametrize(
    "value", ["postgres://u:p@db", "postgres://u:p@db:5432/", "postgres://db/?a=b", "host=db user=u"]
)
def test_a_value_may_name_no_database(value: str) -> None:
    (address,) = find_addresses(value)
    assert (address.database, address.database_span) == ("", None)


@pytest.mark.parametrize(
    ("variables", "name"),
    [
        (["DB_HOST: db", "DB_NAME: notes"], "DB_NAME"),
        (["POSTGRES_HOST: db", "POSTGRES_DB: notes"], "POSTGRES_DB"),
        (["PGHOST: db", "PGDATABASE: notes"], "PGDATABASE"),
        (["DB_HOST: db", "DB_DATABASE: notes"], "DB_DATABASE"),
        (["DATABASE_HOST: db", "DATABASE_NAME: notes"], "DATABASE_NAME"),
        (["DB_POSTGRESDB_HOST: db", "DB_POSTGRESDB_DATABASE: notes"], "DB_POSTGRESDB_DATABASE"),
        (["db_host: db", "db_name: notes"], "db_name"),
        (["POSTGRES_SEEDS: db", "DBNAME: notes"], "DBNAME"),
        (["DB_HOST: db", "POSTGRES_DB: notes", "DB_USERNAME: u"], "POSTGRES_DB"),
        (["DB_ADDR: db:5432", "DB_NAME: notes"], "DB_NAME"),
    ],
)
def test_the_variable_with_the_name_goes_with_the_host(variables: list[str], name: str) -> None:
    assert targets(*variables)[name] == "notes_session"


@pytest.mark.parametrize(
    "variables",
    [
        ["DB_HOST: db"],
        ["DB_HOST: db", "DB_USERNAME: notes"],
        ["DB_HOST: db", "MONGO_DB_NAME: notes", "REDIS_DATABASE: '1'"],
        ["DB_HOST: db", "DB_NAME: ''"],
        ["DB_HOST: db", "DB_NAME: 'a,b'"],
        ["DB_HOST: db", "PG_DATABASE: notes", "SQL_DATABASE: notes"],
        ["DATABASE_URL: postgres://postgres:hunter2@db:5432"],
        ["DATABASE_URL: postgres://postgres:hunter2@db:5432/a%2Cb"],
        [f"DATABASE_URL: postgres://postgres:hunter2@db:5432/{'a' * 56}"],
        ["DSN: host=db user=postgres password=hunter2"],
    ],
)
def test_where_no_name_is_plain_to_see_it_is_refused(variables: list[str]) -> None:
    error = refusal(DB + app(*variables))
    assert error.code == "no-database-name"
    assert "--session web" in error.hint


def test_a_name_for_two_databases_is_refused() -> None:
    two = DB + DB.removeprefix("services:\n").replace("db:", "other:")
    both = app("DB_HOST: db", "DB_NAME: notes", "OTHER_DB_HOST: other")
    assert refusal(two + both, session=("web:db",)).code == "no-database-name"


def test_a_name_that_a_direct_host_needs_too_is_refused() -> None:
    kept = DB + app("DB_HOST: db", "DB_NAME: notes", "DIRECT_DB_HOST: db")
    assert refusal(kept).code == "no-database-name"
    _, plan = planned(
        kept.replace("DIRECT_DB_HOST: db", "DIRECT_DB_HOST: db\n      DIRECT_DB_NAME: n"), session=("web",)
    )
    assert [m.variable.name for m in plan.moves] == ["DB_HOST", "DB_NAME"]


def test_a_variable_without_braces_would_swallow_the_suffix_and_is_refused() -> None:
    url = "DATABASE_URL: postgres://postgres:hunter2@db:5432/$NAME"
    with pytest.raises(DevpoolError) as caught:
        planned({"compose.yml": DB + app(url), ".env": "NAME=notes\n"}, session=("web",))
    assert caught.value.code == "value-not-plain"


@pytest.mark.parametrize(
    ("written", "after"),
    [
        ("${NAME}", "${NAME}_session"),
        ("${NAME:-notes}", "${NAME:-notes}_session"),
        ("${UNSET:-notes}", "${UNSET:-notes}_session"),
        ("${UNSET:-${UNSET_TOO-notes}}", "${UNSET:-${UNSET_TOO-notes}}_session"),
        ("my_${NAME}", "my_${NAME}_session"),
    ],
)
def test_a_suffix_goes_behind_a_variable(written: str, after: str) -> None:
    files = {"compose.yml": DB + app(f"DATABASE_URL: postgres://postgres@db:5432/{written}"), ".env": "NAME=notes\n"}
    assert f"@pgbouncer:6432/{after}\n" in rewritten(files, session=("web",))["compose.yml"]


def test_a_suffix_stays_in_a_default_that_holds_the_whole_url() -> None:
    text = DB + app("DATABASE_URL: ${UNSET:-postgres://postgres@db:5432/notes}")
    assert (
        "${UNSET:-postgres://postgres@pgbouncer:6432/notes_session}" in rewritten(text, session=("web",))["compose.yml"]
    )


def test_who_stays_direct_cannot_go_to_the_door() -> None:
    text = DB + app("DATABASE_DIRECT_URL: postgres://postgres@db/notes", name="job") + app(URL)
    assert refusal(text, session=("job",)).code == "session-direct"
    assert refusal(DB + app(URL), direct=("web",)).code == "direct-and-pool"
    assert refusal(DB + app(URL), session=("nosuch",)).code == "unknown-service"


def test_asking_for_the_door_pools_what_would_stay_direct() -> None:
    text = DB + app(URL).replace("image: app", "image: company/graphile-worker")
    _, plan = planned(text, session=("web",))
    assert [(r.pooled, r.code) for r in plan.routes] == [(True, "user")]
    assert plan.poolers[0].variables["PGBOUNCER_SESSION_DATABASE"] == "notes_session=notes"


def test_each_name_has_its_door_once_and_is_decoded() -> None:
    more = app("A: postgres://u@db:5432/notes", "B: postgres://u@db:5432/day%2Bnight", name="other")
    _, plan = planned(DB + app(URL) + more, session=("web", "other"))
    assert plan.poolers[0].session_aliases == ("notes", "day+night")


ADDRESS = "postgres://u:p@db:5432/x"


def said(environment: dict[str, str], *, in_session: bool = False) -> list[str]:
    lines = "".join(f"      {name}: '{value}'\n" for name, value in environment.items())
    found = project(f"services:\n  db: {{image: postgres:17}}\n  web:\n    image: a\n    environment:\n{lines}")
    return [s.split(":")[0] for s in unkept(found, "web", found.of("web"), in_session=in_session)]


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"URL": ADDRESS}, []),
        ({"URL": f"{ADDRESS}?search_path=a"}, ["web.URL sets search_path, which a pooler does not pass on"]),
        ({"URL": f"{ADDRESS}?sslmode=disable"}, []),
        (
            {"URL": ADDRESS, "PGOPTIONS": "-c search_path=a"},
            ["web.PGOPTIONS sets search_path, which a pooler does not pass on"],
        ),
        ({"URL": ADDRESS, "PGOPTIONS": ""}, []),
        (
            {"URL": ADDRESS, "SPRING_DATASOURCE_HIKARI_DATA_SOURCE_PROPERTIES_CURRENT_SCHEMA": "a"},
            [
                "web.SPRING_DATASOURCE_HIKARI_DATA_SOURCE_PROPERTIES_CURRENT_SCHEMA sets currentSchema, which a pooler "
                "does not pass on"
            ],
        ),
    ],
)
def test_what_is_not_passed_on_is_named(environment: dict[str, str], expected: list[str]) -> None:
    assert said(environment) == expected


def test_what_an_app_s_own_pool_sets_once_lasts_in_a_session_pool() -> None:
    environment = {"URL": ADDRESS, "DB_SEARCH_PATH": "tenant"}
    assert len(said(environment)) == 1
    assert said(environment, in_session=True) == []
