"""Postgres behind the poolers: whether it answers, and has room for all pools."""

from __future__ import annotations

from dataclasses import replace

import pytest

from devpool.checks.database import most_servers
from devpool.checks.facts import DatabaseServer
from devpool.checks.result import Level
from devpool.measurements.routes import Connections, Replica
from devpool.measurements.show_tables import Limits
from devpool.sizing.replicas import Crowd
from devpool.undo.state import AppRoute
from unit.checks.healthy_project import POOL, ROUTE, SERVER, SIGHT, WELL, the, with_pooler


def test_a_database_that_does_not_answer_is_critical() -> None:
    servers = {"db": DatabaseServer(database="db", problem="connection refused")}
    assert the(replace(WELL, servers=servers), "database").level == "critical"


@pytest.mark.parametrize(("used", "level"), [(77, "ok"), (78, "warning"), (87, "warning"), (88, "critical")])
def test_the_servers_connections_are_held_against_the_thresholds(used: int, level: Level) -> None:
    servers = {"db": replace(SERVER, connections=used)}
    assert the(replace(WELL, servers=servers), "connections").level == level


@pytest.mark.parametrize(("room", "level"), [(52, "ok"), (51, "warning")])
def test_the_tasks_of_a_stack_are_held_against_its_room(room: int, level: Level) -> None:
    crowd = Crowd(pooler="pgbouncer", database="db", replicas=4, most=50, direct=2, room=room, source="known")
    found = the(replace(WELL, stack=True, crowds=(crowd,)), "tasks")
    assert (found.level, "--replicas" in found.hint) == (level, level == "warning")


def test_pools_that_may_take_more_than_postgres_has_are_found() -> None:
    pools = tuple(replace(POOL, user=f"u{n}") for n in range(5))
    found = the(with_pooler(pools=pools), "max_connections")
    assert found.level == "warning"
    assert "100" in found.message
    assert "97" in found.message
    limits = (Limits(database="app", pool_size=20, reserve=0, most=50),)
    assert the(with_pooler(pools=pools, limits=limits), "max_connections").level == "ok"


def test_who_is_direct_takes_room_from_the_pools() -> None:
    held = Replica(container="job-1", at_pooler=0, at_database=80)
    job = AppRoute(service="job", database="db", pooled=False, reason="migrates")
    connections = (*(WELL.connections or ()), Connections.of("job", "db", (held,)))
    facts = replace(WELL, routes=(ROUTE, job), connections=connections)
    assert the(facts, "max_connections").level == "warning"


@pytest.mark.parametrize(
    ("limits", "config", "most"),
    [
        ((), {}, 40),
        ((), {"reserve_pool_size": "5"}, 50),
        ((Limits(database="app", pool_size=8, reserve=2, most=0),), {}, 20),
        ((Limits(database="app", pool_size=8, reserve=2, most=15),), {}, 15),
        ((Limits(database="other", pool_size=8, reserve=2, most=1),), {}, 40),
    ],
)
def test_a_pool_for_each_user_adds_up_to_the_limit_of_its_database(
    limits: tuple[Limits, ...], config: dict[str, str], most: int
) -> None:
    pools = (POOL, replace(POOL, user="job"))
    assert most_servers(replace(SIGHT, pools=pools, limits=limits, config={**SIGHT.config, **config})) == most


def test_the_way_out_leaves_room_for_direct_connections() -> None:
    pools = tuple(replace(POOL, user=f"u{number}") for number in range(5))
    held = Replica(container="job-1", at_pooler=0, at_database=17)
    facts = replace(with_pooler(pools=pools), connections=(Connections.of("job", "db", (held,)),))
    assert the(facts, "max_connections").hint.startswith("devpool set max_db_connections=80,")


def test_what_a_database_outside_of_the_project_has_is_not_called_wrong() -> None:
    found = the(replace(WELL, servers={}), "database")
    assert (found.level, found.message) == ("skipped", "it cannot be queried from here")


def test_a_server_whose_connections_are_all_reserved_is_full() -> None:
    full = replace(SERVER, most=3, reserved=3, connections=1)
    assert the(replace(WELL, servers={"db": full}), "connections").level == "critical"
