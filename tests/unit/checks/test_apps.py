"""Where the connections of each app arrive, and what its session loses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from devpool.checks.facts import Facts
from devpool.checks.result import Level
from devpool.measurements.routes import Replica
from unit.checks.healthy_project import HELD, ROUTE, WELL, the, with_replicas


@pytest.mark.parametrize(
    ("replica", "level"),
    [
        (HELD, "ok"),
        (Replica(container="w", at_pooler=0, at_database=0), "idle"),
        (Replica(container="w", at_pooler=0, at_database=2), "critical"),
        (Replica(container="w", at_pooler=9, at_database=1), "critical"),
        (Replica(container="w", at_pooler=2, at_database=None), "ok"),
        (Replica(container="w", at_pooler=0, at_database=0, addressed=False), "skipped"),
    ],
)
def test_a_route_is_proved_by_connections(replica: Replica, level: Level) -> None:
    assert the(with_replicas(replica), "route").level == level


def test_one_container_that_goes_past_the_pooler_is_named() -> None:
    found = the(with_replicas(HELD, Replica(container="web-2", at_pooler=0, at_database=1)), "route")
    assert found.level == "critical"
    assert "web-2" in found.message
    assert "web-1" not in found.message


def test_a_container_that_rests_does_not_hide_the_proof_of_another() -> None:
    found = the(with_replicas(HELD, Replica(container="web-2", at_pooler=0, at_database=0)), "route")
    assert (found.level, "1 of 2 containers" in found.message) == ("ok", True)


def test_what_a_session_loses_is_a_warning_with_the_way_out() -> None:
    said = "web.URL sets search_path, which a pooler does not pass on: set it in Postgres (ALTER ROLE ... SET ...)"
    found = the(replace(WELL, unkept={"web": (said,)}), "session")
    assert (found.level, found.hint) == ("warning", "set it in Postgres (ALTER ROLE ... SET ...)")


def test_an_app_whose_variables_set_nothing_for_its_session_is_well() -> None:
    assert the(replace(WELL, unkept={"web": ()}), "session").level == "ok"


def test_what_could_not_be_read_is_not_called_well() -> None:
    assert the(replace(WELL, unkept=None), "session").level == "skipped"


def test_a_direct_app_that_is_at_the_pooler_is_found_and_one_that_is_not_says_its_reason() -> None:
    direct = replace(ROUTE, pooled=False, reason="it migrates")
    assert the(replace(WELL, routes=(direct,)), "route").level == "critical"
    there = Replica(container="web-1", at_pooler=0, at_database=2)
    found = the(replace(with_replicas(there), routes=(direct,)), "route")
    assert (found.level, found.message) == ("ok", "direct (it migrates): none at the pooler, 2 at db")


@pytest.mark.parametrize(
    ("facts", "level", "said"),
    [
        (replace(WELL, running=frozenset({"db"})), "idle", "it is not running"),
        (
            *(replace(WELL, running=frozenset({"db"}), failed=frozenset({"web"})), "skipped"),
            "it is not running: its program ended with an error",
        ),
        (replace(WELL, connections=None), "skipped", "its connections cannot be counted"),
    ],
)
def test_a_route_that_nothing_shows_has_the_reason(facts: Facts, level: Level, said: str) -> None:
    found = the(facts, "route")
    assert (found.level, found.message) == (level, said)
