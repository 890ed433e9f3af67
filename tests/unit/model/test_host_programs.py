"""What programs on the host read of a database in `.env`."""

from __future__ import annotations

import pytest
from memory_project import project

from devpool.model.host_programs import host_addresses

COMPOSE = "services: {db: {image: 'postgres:17', ports: ['54321:5432']}}"


@pytest.mark.parametrize(
    ("lines", "variables"),
    [
        ("U=postgres://u:p@localhost:54321/x", ["U"]),
        ("U=postgres://u:p@localhost:54321/x,postgres://u:p@127.0.0.1:54321/y", ["U", "U"]),
        ("PGHOST=localhost\nPGPORT=54321", ["PGPORT"]),
        ("DB_HOST=127.0.0.1\nDB_PORT=54321\nDB_NAME=x", ["DB_PORT"]),
        ("PGHOST=localhost\nPGPORT=5432", []),
        ("PGHOST=db\nPGPORT=54321", []),
        ("REDIS_HOST=localhost\nPGPORT=54321", []),
        ("BIND=localhost:54321", []),
        ("PGHOST=localhost", []),
    ],
)
def test_an_address_on_the_host_is_one_with_a_port_that_the_database_publishes(
    lines: str, variables: list[str]
) -> None:
    found = project({"compose.yml": COMPOSE, ".env": lines})
    assert [a.setting.variable for a in host_addresses(found, {})] == variables
