"""Addresses in `.env` that programs on the host reach a database by."""

from __future__ import annotations

from dataclasses import replace

import pytest
from memory_project import FOLDER, project

from devpool.model.host_programs import HOST, host_addresses
from devpool.model.project import Project

COMPOSE = "services:\n  db:\n    image: postgres:17\n    ports: ['5432:5432', '127.0.0.1:5433:5432']\n"


def read(line: str) -> Project:
    return project({"compose.yml": COMPOSE, ".env": f"{line}\n", "web.env": f"{line}\n"})


def found(line: str, poolers: dict[str, str]) -> list[tuple[str, str, bool]]:
    return [(a.variable.name, a.variable.database, a.pooled) for a in host_addresses(read(line), poolers)]


@pytest.mark.parametrize(
    ("line", "pooled"),
    [
        ("U=postgres://u:p@localhost:5432/x", False),
        ("U=postgres://u:p@127.0.0.1:5433/x", False),
        ("U=postgres://u:p@[::1]/x", False),
        ("U=postgres://u:p@localhost:6432/x", True),
        ("U='host=localhost port=5433'", False),
    ],
)
def test_an_address_at_a_published_port_leads_to_the_database_or_to_its_pooler(line: str, pooled: bool) -> None:
    assert found(line, {"6432": "db"}) == [("U", "db", pooled)]


@pytest.mark.parametrize(
    "line",
    [
        "U=postgres://u:p@localhost:6432/x",
        "U=postgres://u:p@db:5432/x",
        "U=postgres://u:p@db.shop.io:5432/x",
        "U=localhost:5432",
        "U_HOST=localhost",
    ],
)
def test_what_leads_elsewhere_or_does_not_say_postgres_is_left_out(line: str) -> None:
    assert found(line, {}) == []


def test_a_port_that_the_pooler_publishes_is_the_pooler_s() -> None:
    (address,) = host_addresses(read("U=postgres://u:p@localhost:5432/x"), {"5432": "db"})
    assert (address.variable.service, address.pooled) == (HOST, True)


def test_nothing_is_told_of_a_file_outside_of_the_root() -> None:
    known = read("U=postgres://u:p@localhost:5432/x")
    path = frozenset({f"{FOLDER}/.env"})
    hidden = replace(known, sources=replace(known.sources, outside=path, closed=path))
    assert list(host_addresses(hidden, {})) == []


COMPOSE_HOST = "services: {db: {image: 'postgres:17', ports: ['54321:5432']}}"


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
    found = project({"compose.yml": COMPOSE_HOST, ".env": lines})
    assert [a.variable.name for a in host_addresses(found, {})] == variables
