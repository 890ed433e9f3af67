"""PgBouncer's SHOW answers: columns by name, whatever their order and number."""

from __future__ import annotations

import pytest

from devpool.measurements.routes import Connections, Proof, Replica, as_json, proof
from devpool.measurements.show_tables import PoolerStatus, limits, links, number, pools, totals

POOL = {
    "database": "app",
    "user": "web",
    "cl_active": "7",
    "cl_waiting": "2",
    "sv_active": "3",
    "sv_active_cancel": "1",
    "sv_being_canceled": "1",
    "sv_idle": "4",
    "sv_used": "2",
    "sv_tested": "1",
    "sv_login": "1",
    "maxwait": "5",
    "maxwait_us": "250000",
    "pool_mode": "transaction",
}


def test_a_pool_counts_busy_and_resting_connections_and_the_longest_wait() -> None:
    (pool,) = pools([POOL])
    assert (pool.clients_active, pool.clients_waiting) == (7, 2)
    assert (pool.servers_active, pool.servers_idle, pool.servers) == (6, 7, 13)
    assert pool.longest_wait == 5.25


def test_the_order_of_columns_and_unknown_ones_do_not_matter() -> None:
    other = {"new_in_1_27": "x"} | dict(reversed(POOL.items()))
    assert pools([other]) == pools([POOL])


def test_a_column_that_an_older_pgbouncer_lacks_is_zero() -> None:
    older = {k: v for k, v in POOL.items() if k not in ("sv_active_cancel", "maxwait_us")}
    (pool,) = pools([older])
    assert (pool.servers_active, pool.longest_wait) == (5, 5.0)


@pytest.mark.parametrize("name", ["pgbouncer", "devpool_health"])
def test_the_console_and_the_healthcheck_are_nobodys_pool(name: str) -> None:
    assert pools([POOL | {"database": name}]) == ()
    assert limits([{"name": name}]) == ()
    assert links([{"database": name}]) == ()
    assert totals([{"database": name}]) == ()


def test_the_reserve_has_its_old_and_its_new_name() -> None:
    (new,) = limits([{"name": "app", "pool_size": "20", "reserve_pool_size": "3", "max_connections": "50"}])
    (old,) = limits([{"name": "app", "pool_size": "20", "reserve_pool": "3", "max_connections": "50"}])
    assert new == old
    assert (new.pool_size, new.reserve, new.most) == (20, 3, 50)


def test_what_is_no_number_counts_as_none() -> None:
    assert [number({"a": text}, "a") for text in ("12", "-1", "", "x")] == [12, -1, 0, 0]


def test_a_setting_that_is_no_number_has_the_value_given_for_that_case() -> None:
    sight = PoolerStatus(
        name="p", database="db", config={"max_client_conn": "1000", "query_wait_timeout": "0.5", "x": "on"}
    )
    assert sight.setting("max_client_conn") == 1000
    assert (sight.setting("query_wait_timeout", 9), sight.setting("x", 9), sight.setting("none", 9)) == (0, 9, 9)


@pytest.mark.parametrize(
    ("pooled", "at_pooler", "at_database", "word"),
    [
        (True, 3, 0, "proved"),
        (True, 0, 0, "idle"),
        (True, 3, 1, "not proved"),
        (True, 0, 1, "not proved"),
        (True, 3, None, "pooler only"),
        (True, 0, None, "idle"),
        (False, 0, 2, "direct"),
        (False, 0, 0, "idle"),
        (False, 1, 2, "not proved"),
    ],
)
def test_connections_prove_a_route_or_do_not(
    pooled: bool, at_pooler: int, at_database: int | None, word: Proof
) -> None:
    replica = Replica(container="web-1", at_pooler=at_pooler, at_database=at_database)
    assert proof(replica, pooled=pooled) == word


def test_a_container_without_an_address_of_its_own_proves_nothing() -> None:
    assert proof(Replica(container="x", at_pooler=0, at_database=0, addressed=False), pooled=True) == "unseen"


def test_the_counts_of_a_service_are_those_of_its_containers() -> None:
    replicas = (
        Replica(container="web-1", at_pooler=3, at_database=0),
        Replica(container="web-2", at_pooler=0, at_database=2),
    )
    found = Connections.of("web", "db", replicas)
    assert (found.at_pooler, found.at_database) == (3, 2)
    body = as_json(found, pooled=True)
    assert (body["at_pooler"], body["at_database"]) == (3, 2)
    assert [c["proof"] for c in body["containers"]] == ["proved", "not proved"]  # type: ignore[attr-defined]


def test_what_cannot_be_seen_at_one_database_is_unknown_for_the_service() -> None:
    replicas = (Replica(container="web-1", at_pooler=3, at_database=None),)
    assert Connections.of("web", "db", replicas).at_database is None
