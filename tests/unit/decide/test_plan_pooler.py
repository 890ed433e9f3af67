"""One database's pooler: its name, networks, profiles and ports of the host."""

from __future__ import annotations

import pytest
from memory_project import Files, planned, project

from devpool.decide.options import Options
from devpool.decide.plan import Pooler
from devpool.decide.plan_pooler import demands_tls, plan_pooler, pooler_name
from unit.decide.one_app import DB, URL, app, refusal


def poolers(files: Files | str, **options: object) -> tuple[Pooler, ...]:
    return planned(files, **options)[1].poolers


@pytest.mark.parametrize(
    ("database", "databases", "name"),
    [
        ("db", ["db", "log"], "pool-db"),
        ("db.shop.io", ["db.shop.io", "log"], "pool-db"),
        ("db.shop.io", ["db.shop.io", "db.mail.io"], "pool-db.shop.io"),
        ("[2001:db8::1]", ["db", "[2001:db8::1]"], "pool--2001-db8--1-"),
    ],
)
def test_one_of_several_poolers_has_the_name_of_its_database(database: str, databases: list[str], name: str) -> None:
    assert pooler_name("pool", database, databases) == name


@pytest.mark.parametrize("taken", ["pgbouncer", "pgbouncer-exporter"])
def test_a_name_that_is_taken_is_refused_at_the_service_that_has_it(taken: str) -> None:
    text = DB + app(URL) + f"  {taken}:\n    image: x\n"
    error = refusal(text, metrics=True)
    assert (error.code, error.where) == ("pooler-name-taken", "/project/compose.yml:11")
    if taken != "pgbouncer":
        assert poolers(text)[0].name == "pgbouncer"  # without an exporter its name is free


def test_the_pooler_of_a_database_outside_takes_what_its_apps_have() -> None:
    url = "U: postgres://u:p@db.shop.io:5432/x"
    hosts = "    extra_hosts: ['db.shop.io:10.0.0.1']\n    profiles: [{}]\n    restart: always\n"
    web, job = (app(url, name=n, more=hosts.replace("{}", p)) for n, p in (("web", "a"), ("job", "b")))
    (pooler,) = poolers("services:\n" + web + job)
    assert (pooler.external, pooler.after, pooler.condition) == (True, "web", "service_started")
    assert (pooler.extra_hosts, pooler.profiles, pooler.restart) == (("db.shop.io:10.0.0.1",), ("a", "b"), "always")


def test_a_pooler_stands_in_no_profile_where_one_of_its_apps_outside_always_runs() -> None:
    url = "U: postgres://u:p@db.shop.io:5432/x"
    (pooler,) = poolers("services:\n" + app(url, more="    profiles: [a]\n") + app(url, name="job"))
    assert pooler.profiles == ()


def test_each_pooler_is_published_at_the_next_port_of_the_host() -> None:
    text = DB + "  log:\n    image: postgres:17\n" + app(URL, "LOG_URL: postgres://u:p@log:5432/x")
    assert [p.published for p in poolers(text, publish=16432)] == ["16432", "16433"]
    assert [p.published for p in poolers(text)] == ["", ""]


@pytest.mark.parametrize(
    ("ports", "publish"),
    [("['16432:80']", 16432), ("['127.0.0.1:16432:80/tcp']", 16432), ("[{target: 80, published: 16432}]", 16432)],
)
def test_a_port_of_the_host_that_a_service_publishes_is_refused(ports: str, publish: int) -> None:
    error = refusal(DB + app(URL, more=f"    ports: {ports}\n"), publish=publish)
    assert (error.code, error.message) == ("port-taken", "`web` already publishes port 16432")


def test_a_port_beyond_the_last_one_is_refused() -> None:
    assert refusal(DB + app(URL), publish=65536).code == "port-taken"


@pytest.mark.parametrize(
    ("url", "demands"),
    [("x?sslmode=require", True), ("x?sslmode=verify-full", True), ("x?sslmode=prefer", False), ("x", False)],
)
def test_a_pooler_offers_tls_where_an_app_requires_it(url: str, demands: bool) -> None:
    found = project(DB + app(f"U: postgres://u:p@db:5432/{url}"))
    assert demands_tls(found, list(found.connection_variables)) == demands


def test_settings_of_another_database_do_not_count() -> None:
    found = project(DB + "  log:\n    image: postgres:17\n" + app(URL, "LOG_URL: postgres://u:p@log:5499/x"))
    settings, pairs = list(found.connection_variables), {("web", "db"), ("web", "log")}
    pooler = plan_pooler(found, "log", ["db", "log"], settings, Options(), (pairs, []))
    assert (pooler.name, pooler.upstream_port, pooler.apps) == ("pgbouncer-log", "5499", ("web",))


def test_the_user_chooses_name_and_port() -> None:
    (pooler,) = poolers(DB + app(URL), name="pool", port="7000")
    assert (pooler.name, pooler.port) == ("pool", "7000")


def test_each_database_gets_a_pooler_named_after_it() -> None:
    text = DB + "  log:\n    image: postgres:17\n" + app(URL, "LOG_URL: postgres://u:p@log:5432/x")
    assert [(p.name, p.database) for p in poolers(text)] == [("pgbouncer-db", "db"), ("pgbouncer-log", "log")]


@pytest.mark.parametrize(
    ("lines", "condition"),
    [
        ("", "service_started"),
        ("    healthcheck:\n      test: pg_isready\n", "service_healthy"),
        ("    healthcheck:\n      test: [CMD, pg_isready]\n", "service_healthy"),
        ("    healthcheck:\n      test: [NONE]\n", "service_started"),
        ("    healthcheck:\n      disable: true\n", "service_started"),
        ("    healthcheck:\n      interval: 3s\n", "service_started"),
    ],
)
def test_the_pooler_waits_as_the_database_lets_it(lines: str, condition: str) -> None:
    assert poolers(DB + lines + app(URL))[0].condition == condition


def test_the_pooler_takes_the_databases_profiles_and_restart_policy() -> None:
    (pooler,) = poolers(DB + "    profiles: [a, b]\n    restart: unless-stopped\n" + app(URL))
    assert (pooler.profiles, pooler.restart) == (("a", "b"), "unless-stopped")


@pytest.mark.parametrize(
    ("of_db", "of_web", "networks"),
    [
        ("", "", ()),
        ("[default]", "", ()),
        ("[back]", "[back, front]", ("back",)),
        ("[default, back]", "[back]", ("back",)),
        ("[default, back]", "[default, back]", ("default", "back")),
        ("{back: {aliases: [x]}}", "[back]", ("back",)),
    ],
)
def test_the_pooler_joins_the_networks_where_app_and_database_meet(
    of_db: str, of_web: str, networks: tuple[str, ...]
) -> None:
    lines = [f"    networks: {n}\n" if n else "" for n in (of_db, of_web)]
    assert poolers(DB + lines[0] + app(URL, more=lines[1]))[0].networks == networks


@pytest.mark.parametrize("name", ["a b", "123", "1.5", "true", ""])
def test_a_pooler_name_that_compose_does_not_allow_is_a_usage_error(name: str) -> None:
    found = refusal(DB + app(URL), name=name)
    assert (found.code, found.exit_code) == ("bad-name", 2)
