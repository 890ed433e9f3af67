"""Which hosts can only be Postgres servers outside of the project."""

from __future__ import annotations

import pytest
from memory_project import project

from devpool.model.external_databases import external_hosts, is_outside, listens_as_a_pooler, means_postgres
from devpool.text.address import bare_host, find_addresses


def hosts(*variables: str, sharing: bool = False) -> list[str]:
    """The hosts that the app `web` names, if `known` is a service."""
    lines = "".join(f"      {v}\n" for v in variables)
    found = project(f"services:\n  web:\n    image: app\n    environment:\n{lines}")
    return external_hosts(found.environments, {"known.io", "known"}, {"web"} if sharing else frozenset())


@pytest.mark.parametrize(
    ("host", "outside"),
    [
        ("db.shop.io", True),
        ("db.shop.io.", True),
        ("10.0.0.5", True),
        ("[2001:db8::1]", True),
        ("db", False),
        ("localhost", False),
        ("127.0.0.1", False),
        ("0.0.0.0", False),
        ("[::1]", False),
        ("db.local", False),
        ("db.example.com", False),
        ("your-db.shop.io", False),
        ("db.test", False),
        ("latest.shop.io", True),
        ("10.0.0", False),
    ],
)
def test_a_name_with_a_dot_or_an_address_is_a_machine_elsewhere(host: str, outside: bool) -> None:
    assert is_outside(host) == outside


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        (["U: postgres://u:p@db.shop.io:5432/x"], ["db.shop.io"]),
        (["U: postgres://u:p@DB.shop.io./x", "V: postgres://u:p@db.shop.io/y"], ["db.shop.io"]),
        (["U: jdbc:postgresql://db.shop.io/x"], ["db.shop.io"]),
        (["U: host=db.shop.io dbname=x"], ["db.shop.io"]),
        (["U: Server=db.shop.io;Database=x"], []),  # may be another server's
        (["U: Server=db.shop.io;Port=5432;Database=x"], ["db.shop.io"]),
        (["U: mysql://u:p@db.shop.io/x"], []),
        (["PGHOST: db.shop.io"], ["db.shop.io"]),
        (["PGHOST: db.shop.io", "PGPORT: 3306"], ["db.shop.io"]),
        (["DB_HOST: db.shop.io"], []),
        (["DB_HOST: db.shop.io", "DB_PORT: 5432"], ["db.shop.io"]),
        (["DB_HOST: db.shop.io", "DB_CONNECTION: pgsql"], ["db.shop.io"]),
        (["DB_HOST: db.shop.io", "DB_CONNECTION: mysql"], []),
        (["PGHOST: db.shop.io", "DB_ENGINE: mysql"], []),
        (["DB_HOST: db.shop.io:5432"], ["db.shop.io"]),
        (["REDIS_HOST: db.shop.io"], []),
        (["U: postgres://u:p@known.io/x"], []),
        (["U: postgres://u:p@db/x"], []),
    ],
)
def test_a_host_is_a_server_where_something_says_postgres(variables: list[str], found: list[str]) -> None:
    assert hosts(*variables) == found


@pytest.mark.parametrize(
    ("host", "found"), [("shared-db", ["shared-db"]), ("known", []), ("localhost", []), ("changeme", []), ("5", [])]
)
def test_on_a_network_of_other_projects_a_single_word_is_a_server_too(host: str, found: list[str]) -> None:
    assert hosts(f"U: postgres://u:p@{host}/x", sharing=True) == found


@pytest.mark.parametrize(
    ("host", "port", "pooler"),
    [
        ("ep-1-pooler.neon.tech", "5432", True),
        ("db.shop.io", "6543", True),
        ("db.shop.io", "6432", True),
        ("db.shop.io", "5432", False),
        ("db.shop.io", None, False),
    ],
)
def test_a_managed_server_s_own_pooler_is_known_by_name_or_port(host: str, port: str | None, pooler: bool) -> None:
    assert listens_as_a_pooler(host, port) == pooler


@pytest.mark.parametrize(
    ("name", "text", "postgres"),
    [
        ("REDIS_HOST", "box.io", False),
        ("SMTP_URI", "box.io:25", False),
        ("CACHE_ADDR", "box.io:5432", True),
        ("DB_HOST", "box.io", True),
        ("MYSQL_DB_HOST", "box.io", False),
        ("ANY", "postgres://u:p@box.io/x", True),
        ("ANY", "host=box.io dbname=x", True),
    ],
)
def test_on_the_machine_of_a_known_server_other_things_may_run_too(name: str, text: str, postgres: bool) -> None:
    address = bare_host(text) or find_addresses(text)[0]
    assert means_postgres(name, text, address) == postgres


@pytest.mark.parametrize(
    "variables",
    [
        "PGHOST: ha, PGPORT: '5001'",
        "POSTGRES_HOST: ha, POSTGRES_PORT: '5001'",
        "APP_POSTGRESQL_HOST: ha, APP_POSTGRESQL_PORT: '5001'",
        "PGHOST: 'ha:5001'",
        "DB_HOST: ha, DB_PORT: '5001', DB_ENGINE: django.db.backends.postgresql",
        "DB_HOST: ha, DB_PORT: '5432'",
        "URL: 'postgres://u:p@ha:5001/x'",
    ],
)
def test_a_forwarder_is_what_an_app_names_as_its_postgres_server(variables: str) -> None:
    assert databases(variables) == ["ha"]


@pytest.mark.parametrize(
    "variables",
    [
        "POSTGREST_HOST: ha, POSTGREST_PORT: '3000'",
        "PGADMIN_HOST: 'ha:8080'",
        "DB_HOST: ha, DB_PORT: '5001'",
        "DB_HOST: ha, DB_PORT: '3306'",
        "DB_HOST: ha, DB_PORT: '5001', DB_ENGINE: mysql",
        "WEB_HOST: ha, WEB_PORT: '5001'",
    ],
)
def test_a_forwarder_of_something_else_is_no_database(variables: str) -> None:
    assert databases(variables) == []


@pytest.mark.parametrize(
    ("variables", "host"),
    [
        ("PGHOST: db.shop.net, PGPORT: '5433'", "db.shop.net"),
        ("POSTGRES_HOST: 'db.shop.net:5433'", "db.shop.net"),
        ("POSTGRES_HOST: 10.1.2.3, POSTGRES_PORT: high", "10.1.2.3"),
    ],
)
def test_a_server_outside_may_listen_at_any_port(variables: str, host: str) -> None:
    assert databases(variables) == [host]


def databases(variables: str) -> list[str]:
    text = f"services: {{web: {{image: web, environment: {{{variables}}}}}, ha: {{image: 'haproxy:3.0'}}}}"
    return list(project(text).databases)
