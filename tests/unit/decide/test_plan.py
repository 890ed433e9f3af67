"""A plan's own words: where a variable goes, and what the poolers add."""

from __future__ import annotations

from dataclasses import replace

import pytest
from memory_project import Files, planned

from devpool.decide.plan import Move, Plan, twin_of

DB = "services:\n  db:\n    image: postgres:17\n    environment:\n      POSTGRES_PASSWORD: hunter2\n"
URL = "DATABASE_URL: postgres://postgres:hunter2@db:5432/shop"


def app(*variables: str, name: str = "web") -> str:
    return f"  {name}:\n    image: app\n    environment:\n" + "".join(f"      {v}\n" for v in variables)


def plan(files: Files | str, **options: object) -> Plan:
    return planned(files, **options)[1]


def move(*variables: str, **options: object) -> Move:
    return plan(DB + app(*variables), **options).moves[0]


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ([URL], "pgbouncer:6432"),
        (["DB_HOST: db", "DB_PORT: 5432"], "pgbouncer"),
        (["DB_PORT: 5432", "DB_HOST: db"], "pgbouncer"),
    ],
)
def test_a_move_says_where_it_goes(variables: list[str], words: str) -> None:
    assert move(*variables).words == words


def test_a_port_says_only_the_port_and_no_password_is_shown() -> None:
    found = {m.variable.name: m.words for m in plan(DB + app("DB_HOST: db", "DB_PORT: 5432")).moves}
    assert found["DB_PORT"] == "6432"
    assert "hunter2" not in move(URL).words + repr(move(URL))


def test_in_session_mode_the_database_has_its_second_name() -> None:
    found = move(URL, session=("web",))
    assert (found.target, found.words) == (
        ("pgbouncer", "6432", "_session"),
        "pgbouncer:6432, database shop_session",
    )
    assert plan(DB + app(URL) + app(URL, name="job"), session=("job",)).in_session == {"job"}


@pytest.mark.parametrize(
    ("session", "alone", "sharing"),
    [
        ((), set(), [["web"], ["web"]]),
        (("web",), {"web"}, [[], []]),
        (("web:db2",), set(), [["web"], []]),
        (("web:db", "web:db2"), {"web"}, [[], []]),
    ],
)
def test_an_app_in_session_mode_at_one_of_its_databases_shares_sessions_at_the_others(
    session: tuple[str, ...], alone: set[str], sharing: list[list[str]]
) -> None:
    found = plan(
        DB
        + DB.removeprefix("services:\n").replace("  db:", "  db2:")
        + app(URL, "REPORT_URL: postgres://postgres:hunter2@db2:5432/r"),
        session=session,
    )
    assert found.in_session == alone
    assert [found.sharing_sessions(pooler) for pooler in found.poolers] == sharing


def test_nobody_shares_sessions_where_all_pools_are_in_session_mode() -> None:
    found = plan(DB + app(URL), settings={"pool_mode": "session"})
    assert found.sharing_sessions(found.poolers[0]) == []


def test_an_app_in_the_host_s_network_reaches_the_pooler_at_its_published_port() -> None:
    found = move(URL)
    there = replace(
        found, variable=replace(found.variable, published=True), pooler=replace(found.pooler, published="7")
    )
    assert there.target == ("db", "7", "")


def test_a_pooler_states_its_settings_its_session_aliases_and_its_metrics() -> None:
    (pooler,) = plan(DB + app(URL), session=("web",), metrics=True, settings={"default_pool_size": "5"}).poolers
    assert pooler.variables["PGBOUNCER_DEFAULT_POOL_SIZE"] == "5"
    assert pooler.variables["PGBOUNCER_SESSION_DATABASE"] == "shop_session=shop"
    assert list(pooler.variables)[-1] == "PGBOUNCER_METRICS_FOLDER"
    assert pooler.exporter == "pgbouncer-exporter"


def test_without_metrics_there_is_no_exporter() -> None:
    (pooler,) = plan(DB + app(URL)).poolers
    assert (pooler.exporter, "PGBOUNCER_METRICS_FOLDER" in pooler.variables) == ("", False)


def test_exporters_follow_all_poolers() -> None:
    text = DB + "  log:\n    image: postgres:17\n" + app(URL, "LOG_URL: postgres://u:p@log:5432/x")
    found = plan(text, metrics=True)
    assert found.added == ["pgbouncer-db", "pgbouncer-log", "pgbouncer-db-exporter", "pgbouncer-log-exporter"]
    assert found.apps == ["web"]


def test_the_settings_of_a_pooler_are_those_that_move_and_those_that_are_led_by_name() -> None:
    job = "  job:\n    image: app\n    env_file: a.env\n"
    files = {
        "compose.yml": DB + app(URL) + job + "  dump:\n    image: app\n    command: pg_dump\n    env_file: a.env\n",
        "a.env": "JOB_URL=postgres://u:hunter2@db/x\n",
    }
    found = plan(files)
    assert [s.name for s in found.variables_of(found.poolers[0])] == ["DATABASE_URL", "JOB_URL"]


@pytest.mark.parametrize(
    ("variable", "twin"),
    [("DATABASE_URL", "DATABASE_URL_DIRECT"), ("DSN", "DSN_DIRECT"), ("spring.url", "spring.url_DIRECT")],
)
def test_the_old_value_of_a_url_is_kept_under_its_direct_name(variable: str, twin: str) -> None:
    (move,) = plan(DB + app(f"{variable}: postgres://u:p@db:5432/x")).moves
    assert twin_of(move.variable, [variable]) == twin


def test_a_direct_name_that_is_there_already_is_the_users() -> None:
    (move,) = plan(DB + app("DATABASE_URL: postgres://u:p@db:5432/x", "DATABASE_URL_DIRECT: mine")).moves
    assert twin_of(move.variable, ["DATABASE_URL", "DATABASE_URL_DIRECT"]) is None


def test_hosts_and_ports_have_no_twin() -> None:
    assert [twin_of(m.variable, []) for m in plan(DB + app("PGHOST: db", "PGPORT: '5432'")).moves] == [None, None]
