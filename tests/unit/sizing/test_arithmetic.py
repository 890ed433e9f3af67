"""The arithmetic of a pool's size: limits, hardware, load and demand, each with its source; and the verdict."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devpool.commands.size import size_data, size_lines
from devpool.sizing.arithmetic import SOURCES, recommend
from devpool.sizing.concurrency import Demand, Fact
from devpool.sizing.size_inputs import Inputs, Load, ServerLimits


def fact(value: int, source: str = "said") -> Fact:
    return Fact(value=value, source=source)


def app(connections: int, name: str = "web", containers: int = 1) -> Demand:
    return Demand(service=name, containers=fact(containers), processes=fact(1), each=fact(connections))


def inputs(
    *pooled: Demand, direct: tuple[Demand, ...] = (), limit: int = 100, cores: int = 2, pools: int = 1
) -> Inputs:
    server = ServerLimits(max_connections=fact(limit), reserved=fact(3), cores=fact(cores))
    return Inputs(database="db", server=server, pooled=pooled, direct=direct, pools=fact(pools), databases=1)


# A stack


@pytest.mark.parametrize(("replicas", "size", "most"), [(0, 5, 77), (1, 5, 37), (2, 3, 24), (4, 2, 14), (20, 1, 2)])
def test_all_tasks_fit_with_one_more_while_one_is_replaced(replicas: int, size: int, most: int) -> None:
    found = recommend(replace(inputs(app(64)), replicas=replicas))
    assert (found.settings["default_pool_size"], found.settings["max_db_connections"]) == (size, most)
    assert (replicas + 1) * (most + 1) <= 78 or not replicas, "room for pools, and a health check in each task"
    assert ("tasks at once" in {step.name for step in found.steps}) == bool(replicas)


# The verdict


def test_a_few_connections_need_no_pooler_and_what_would_change_that_is_said() -> None:
    found = recommend(inputs(app(10)))
    assert (found.verdict, found.sentence[:22]) == ("not-yet", "you don't need it yet:")
    assert found.changes[:2] == ("10 containers of web instead of 1 (10 connections each)", "max_connections below 13")


def test_the_number_of_containers_that_is_named_is_the_first_that_does_not_fit() -> None:
    assert recommend(inputs(app(10, containers=9))).verdict != "needed"
    assert recommend(inputs(app(10, containers=10))).verdict == "needed"
    assert recommend(inputs(app(10), limit=13)).verdict != "needed"
    assert recommend(inputs(app(10), limit=12)).verdict == "needed"


def test_more_than_the_server_takes_needs_a_pooler() -> None:
    found = recommend(inputs(app(64), app(64, "api")))
    assert found.verdict == "needed"
    assert found.changes == (
        "max_connections of 131 or more would hold them all, each with its own process and memory",
    )


def test_what_leaves_little_room_should_be_pooled_soon() -> None:
    assert recommend(inputs(app(77))).verdict == "not-yet"
    assert recommend(inputs(app(78))).verdict == "soon"
    assert recommend(inputs(app(97))).verdict == "soon"
    assert recommend(inputs(app(98))).verdict == "needed"


def test_what_stays_direct_counts_too() -> None:
    assert recommend(inputs(app(60), direct=(app(40, "old"),))).verdict == "needed"


def test_without_an_app_there_is_nothing_to_recommend() -> None:
    found = recommend(inputs(direct=(app(3, "admin"),)))
    assert (found.verdict, found.settings) == ("no-app", {})


def test_an_answer_from_assumptions_says_so() -> None:
    guessed = replace(app(10), each=Fact(value=10, source="a default", assumed=True))
    assert "assumptions" in recommend(inputs(guessed)).sentence
    assert "assumptions" not in recommend(inputs(app(10))).sentence
    assert any("assumed: " in line for line in size_lines([recommend(inputs(guessed))]))


# The numbers


def values(given_: Inputs) -> tuple[int, ...]:
    return tuple(recommend(given_).settings.values())


def test_the_hardware_sizes_the_pool_where_nothing_was_measured() -> None:
    assert values(inputs(app(64), cores=2)) == (5, 2, 1000, 77)
    assert values(inputs(app(64), cores=8)) == (17, 5, 1000, 77)


def test_a_load_larger_than_the_hardware_counts_twice_its_mean() -> None:
    load = Load(source="SHOW STATS", per_second=500, seconds=0.02, busy=10)
    found = recommend(replace(inputs(app(64)), load=load))
    assert found.settings["default_pool_size"] == 20
    assert next(s.how for s in found.steps if s.name == "in use").startswith("2 * (500.0/s * 20.0 ms = 10.00 in use")


def test_a_pool_is_no_larger_than_what_the_apps_ask_for_or_the_server_has_room_for() -> None:
    assert values(inputs(app(3), cores=16))[0] == 3
    assert values(inputs(app(64), cores=16, limit=20))[0] == 13  # 17 usable, 4 of them kept free
    assert values(inputs(app(64), cores=16, pools=11))[0] == 3  # 33 / 11, and 77 / 11 leave room


def test_session_mode_needs_a_pool_for_all_who_hold() -> None:
    assert recommend(replace(inputs(app(30)), held=30)).settings["default_pool_size"] == 30


def test_waiting_clients_are_told() -> None:
    load = Load(source="SHOW STATS", busy=1, waiting=7, longest=2.5)
    assert (
        "7 clients are waiting at the pooler now, the first for 2.5 s"
        in recommend(replace(inputs(app(64)), load=load)).sentence
    )


def test_clients_have_room_for_old_and_new_containers_at_once() -> None:
    assert values(inputs(app(900)))[2] == 1800


numbers = st.integers(1, 400)


@settings(max_examples=300, deadline=None)
@given(numbers, numbers, st.integers(0, 50), st.integers(5, 1000), st.integers(1, 64), st.integers(1, 30))
def test_all_pools_together_fit_into_what_the_server_has(
    first: int, second: int, direct: int, limit: int, cores: int, pools: int
) -> None:
    given_ = inputs(app(first), app(second), direct=(app(direct),), limit=limit, cores=cores, pools=pools)
    size, reserve, clients, most = values(given_)
    room = max(limit - 3 - direct, pools, 1)  # each pool needs one
    assert 1 <= size <= first + second
    assert pools * (size + reserve) <= room
    assert size + reserve <= most
    assert clients >= 2 * (first + second)


# In words


def test_every_step_that_cites_has_its_source_below() -> None:
    found = recommend(inputs(app(64)))
    lines = size_lines([found])
    cited = {key for step in found.steps for key in step.sources}
    assert [line for line in lines if line.startswith("  [")] == [
        f"  [{i}] {SOURCES[key]}" for i, key in enumerate(dict.fromkeys(k for s in found.steps for k in s.sources), 1)
    ]
    assert cited == {"limit", "pgbouncer", "wiki", "hikari", "devpool"}
    assert "recommended: default_pool_size=5 reserve_pool_size=2 max_client_conn=1000 max_db_connections=77" in lines


def test_the_data_have_the_same_steps() -> None:
    (body,) = size_data([recommend(inputs(app(64)))])
    assert {s.name: s.value for s in body.steps}["usable"] == 97
    assert body.verdict == "not-yet"
    assert SOURCES["limit"] in body.steps[0].sources
