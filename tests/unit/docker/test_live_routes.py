"""Connections are counted by the addresses of containers."""

from __future__ import annotations

from collections import Counter

from devpool.docker.live_routes import at_database, at_pooler, connections, from_outside
from unit.docker.stand_ins import inspected

RUNNING = {
    "web": [inspected("web", "10.0.0.2"), inspected("web", "10.0.0.3", "fd00::3")],
    "cron": [inspected("cron")],
    "db": [inspected("db", "10.0.0.9")],
}
POOLED = {"db": Counter({"10.0.0.2": 2, "fd00::3": 1, "unix": 1, "192.168.1.7": 4})}
DIRECT = {"db": Counter({"10.0.0.3": 5, "127.0.0.1": 1, "192.168.1.7": 6})}


def test_a_connection_belongs_to_the_container_with_its_address() -> None:
    web, cron = connections(RUNNING, [("web", "db"), ("gone", "db"), ("cron", "db")], POOLED, DIRECT)
    assert [(r.at_pooler, r.at_database) for r in web.containers] == [(2, 0), (1, 5)]
    assert (web.at_pooler, web.at_database) == (3, 5)
    assert [r.addressed for r in cron.containers] == [False]


def test_what_cannot_be_seen_of_a_database_is_unknown() -> None:
    (web,) = connections(RUNNING, [("web", "outside.example")], {}, DIRECT)
    assert (web.at_pooler, web.at_database) == (0, None)


def test_what_no_container_holds_comes_from_outside() -> None:
    assert from_outside(RUNNING, ["db", "outside.example"], POOLED, DIRECT) == {"db": (4, 6)}


def test_rows_are_counted_by_address_and_the_healthcheck_is_no_client() -> None:
    clients = [{"addr": "10.0.0.2", "database": "x"}, {"addr": "10.0.0.2", "database": "y"}]
    assert at_pooler([*clients, {"addr": "unix", "database": "devpool_health"}]) == {"10.0.0.2": 2}
    assert at_database([{"addr": "a", "connections": "2"}, {"addr": "a", "connections": "1"}]) == {"a": 3}
