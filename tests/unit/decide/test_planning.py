"""What enable will change, in the project's terms, and what it refuses by name."""

from __future__ import annotations

import pytest
from memory_project import planned

from devpool.decide.find_credentials import find_credentials
from unit.decide.one_app import DB, URL, app, plan, refusal


def test_nothing_is_planned_where_there_is_nothing_to_pool() -> None:
    found = plan(DB + app("A: b"))
    assert (found.poolers, found.routes, found.moves) == ((), (), ())


def test_nothing_is_planned_where_every_app_stays_direct() -> None:
    found = plan(DB + app(URL), direct=("web",))
    assert (found.poolers, found.moves, len(found.routes)) == ((), (), 1)


@pytest.mark.parametrize("mode", ["none", "host", "bridge", "service:vpn"])
def test_a_database_without_a_network_of_the_project_gets_no_pooler_for_the_host(mode: str) -> None:
    alone = DB.replace("image:", f"network_mode: {mode}\n    image:") + "  vpn:\n    image: vpn\n"
    assert refusal(alone, publish=6432).code == "no-shared-network"
    assert plan(alone).poolers == ()


def test_an_app_with_a_port_goes_to_6432() -> None:
    (pooler,) = plan(DB + app(URL)).poolers
    assert (pooler.name, pooler.database, pooler.port, pooler.upstream_port, pooler.apps) == (
        "pgbouncer",
        "db",
        "6432",
        "5432",
        ("web",),
    )


def test_an_app_in_the_host_s_network_is_pooled_through_a_port_of_the_host_alone() -> None:
    web = "  web:\n    image: x\n    network_mode: host\n    environment: {URL: 'postgres://u:p@localhost:5432/x'}\n"
    database = DB.replace("image: postgres:17\n", "image: postgres:17\n    ports: ['5432:5432']\n", 1)
    assert refusal(database + web, pool=("web",)).code == "no-shared-network"


@pytest.mark.parametrize(
    "variables",
    [
        ("DATABASE_URL: postgres://u:hunter2@db:99999/x",),
        ("DATABASE_URL: postgres://u:hunter2@db:0/x",),
        ("DB_HOST: db", "DB_PORT: '70000'"),
        ("PGHOST: db", "PGPORT: high"),
        ("DSN: host=db port=65536 user=u password=hunter2 dbname=x",),
    ],
)
def test_what_is_no_port_is_refused(variables: tuple[str, ...]) -> None:
    text = DB + app(*variables)
    assert refusal(text).code == "port-not-valid"
    assert not plan(text, direct=("web",)).moves


def test_an_app_that_shares_no_network_with_the_database_stays_direct_and_cannot_be_pooled() -> None:
    text = DB + "    networks: [back]\n" + app(URL, more="    networks: [front]\n")
    assert not plan(text).moves
    assert refusal(text, pool=("web",)).code == "no-shared-network"


def test_on_the_machine_of_a_server_outside_only_what_says_postgres_is_a_setting() -> None:
    own = ("POSTGRES_HOST: box.corp.io", "POSTGRES_USER: u", "POSTGRES_PASSWORD: hunter2")
    others = ("REDIS_HOST: box.corp.io", "SMTP_HOST: box.corp.io", "ELASTIC_URI: box.corp.io:9200")
    named = ("DB_HOST: box.corp.io", "DB_PASSWORD: hunter2")
    found = plan("services:\n" + app(*own, *others) + app(*others, name="search") + app(*named, name="job"))
    moved = {(m.variable.service, m.variable.name) for m in found.moves}
    assert moved == {("web", "POSTGRES_HOST"), ("job", "DB_HOST")}


def test_user_and_database_in_secrets_are_given_to_the_pooler_too() -> None:
    names = "".join(f"      POSTGRES_{n}_FILE: /run/secrets/{n}\n" for n in ("USER", "PASSWORD", "DB"))
    database = f"services:\n  db:\n    image: postgres:17\n    environment:\n{names}    secrets: [USER, PASSWORD, DB]\n"
    project, found = planned(database + app("PGHOST: db", "PGPORT: '5432'"))
    given = find_credentials(project, "db", [m.variable for m in found.moves])
    assert {name for name, _ in given.copied} == {f"POSTGRES_{n}_FILE" for n in ("USER", "PASSWORD", "DB")}
    assert tuple(f.text for f in given.files) == ("USER", "PASSWORD", "DB")
