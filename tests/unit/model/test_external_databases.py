"""Which host variables mean a Postgres server that no service of the project is known to be."""

from __future__ import annotations

import pytest
from memory_project import project


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
