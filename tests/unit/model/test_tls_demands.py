"""What an app demands of TLS: in its address, and in variables beside it."""

import pytest

from devpool.model.tls_demands import Demands
from tests.memory_project import project

HOST = "DB_HOST: pg.corp.net, DB_PORT: '5432', DB_PASSWORD: pw"
URL = "postgresql+asyncpg://app:pw@pg.corp.net:25060/app"


def demanded(environment: str) -> set[str]:
    found = project(f"services:\n  web:\n    image: app\n    environment: {{{environment}}}\n")
    demands = Demands(found.environments["web"])
    assert found.of("web")
    return {demands.of(variable) for variable in found.of("web")}


@pytest.mark.parametrize(
    ("parameters", "demand"),
    [
        ("", ""),
        ("?ssl=require", "require"),
        ("?ssl=no-verify", "require"),
        ("?ssl=verify-full", "verify"),
        ("?ssl=true", "verify"),
        ("?ssl=prefer", ""),
        ("?ssl=false", ""),
        ("?sslmode=require", "require"),
        ("?sslmode=require&sslrootcert=/ca.crt", "verify"),
        ("?sslmode=verify-ca", "verify"),
    ],
)
def test_an_address_demands(parameters: str, demand: str) -> None:
    assert demanded(f"DATABASE_URL: '{URL}{parameters}'") == {demand}


@pytest.mark.parametrize(
    ("variables", "demand"),
    [
        ("DB_SSL: 'true'", "require"),
        ("DB_SSL: 'false'", ""),
        ("DB_SSL: 'off'", ""),
        ("DB_SSL: ''", ""),
        ("DB_SSL: require", "require"),
        ("DATABASE_TLS: on", "require"),
        ("DATABASE_SSL_ENABLED: '1'", "require"),
        ("DB_USE_SSL: 'True'", "require"),
        ("ENABLE_DB_SSL: 'yes'", "require"),
        ("DB_REQUIRE_SSL: 'true'", "require"),
        ("PGSSLMODE: require", "require"),
        ("APP_DB_SSL_MODE: verify-full", "verify"),
        ("DB_POSTGRESDB_SSL_ENABLED: 'true'", "require"),
        ("DB_SSL: 'true', DB_SSL_REJECT_UNAUTHORIZED: 'true'", "verify"),
        ("DB_SSL: 'true', DB_SSL_REJECT_UNAUTHORIZED: 'false'", "require"),
        ("DB_SSL_REJECT_UNAUTHORIZED: 'true'", ""),
        ("PGSSLMODE: require, PGSSLROOTCERT: /ca.crt", "verify"),
        ("MYSQL_DB_SSL: 'true'", ""),
        ("REDIS_TLS: 'true'", ""),
        ("DB_SSL_CERT: /client.crt", ""),
    ],
)
def test_variables_beside_it_demand(variables: str, demand: str) -> None:
    assert demanded(f"{HOST}, {variables}") == {demand}
