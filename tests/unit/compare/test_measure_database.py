"""What a database has counted for a command, without what devpool asks of it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from devpool.compare import measure_database
from devpool.compare.measure_database import DatabaseWatch
from devpool.docker.engine import Call
from unit.docker.stand_ins import KnownStack, inspected


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> DatabaseWatch:
    """It holds two connections of the pooler's, then one, and five of an app that does not count."""
    held, counts = iter((2, 1)), iter(("10,3", "40,8"))

    class Known:
        def __init__(self, call: Call, container: str, command: Sequence[str]) -> None:
            """Nothing runs."""

        def ask(self, sql: str) -> str:
            if "pg_database" in sql:
                return "datname\nshop\n"
            return f"addr,connections\n10.0.0.8,{next(held)}\n10.0.0.3,5\n127.0.0.1,1\n"

        def close(self) -> None:
            """Nothing runs."""

    monkeypatch.setattr(measure_database, "Conversation", Known)
    monkeypatch.setattr(measure_database, "_SETTLED", 0)
    stack = KnownStack(says=lambda *_: f"transactions,sessions\n{next(counts)}\n")
    return DatabaseWatch(stack, inspected("db", "10.0.0.9"), {"10.0.0.3"})


def test_the_most_connections_that_it_held(database: DatabaseWatch) -> None:
    assert (database.databases, database.held) == (["shop"], None)
    for _ in range(2):
        database.look()
    assert database.held == 2


def test_what_devpool_asks_does_not_count(database: DatabaseWatch) -> None:
    database.look()
    assert database.counted() == (30 - 2 - 2, 5 - 2)
