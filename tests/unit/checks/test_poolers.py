"""Each pooler: whether it answers, who can reach it, how full its pools are, and who waits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from devpool.checks.facts import Port
from devpool.checks.families import evaluate
from devpool.checks.result import Level
from devpool.measurements.show_tables import Limits
from unit.checks.healthy_project import POOL, WELL, the, with_config, with_pool, with_pooler


@pytest.mark.parametrize(("running", "problem"), [(False, ""), (True, "no such socket")])
def test_a_pooler_that_does_not_answer_is_critical_and_the_rest_is_judged(running: bool, problem: str) -> None:
    facts = with_pooler(running=running, problem=problem)
    assert the(facts, "pooler").level == "critical"
    assert the(facts, "database").level == "ok"
    assert [r for r in evaluate(facts) if r.check in ("query", "version", "pool")] == []


def test_a_query_that_the_pool_does_not_answer_is_critical() -> None:
    found = the(replace(WELL, queries={"pgbouncer": "pooler up, database not answering: no"}), "query")
    assert (found.level, found.message) == ("critical", "pooler up, database not answering: no")


@pytest.mark.parametrize(
    ("text", "level"),
    [("1.26.1", "ok"), ("1.27", "ok"), ("1.26.0", "critical"), ("1.9.9", "critical"), ("", "skipped")],
)
def test_the_version_has_a_floor(text: str, level: Level) -> None:
    assert the(with_pooler(version=text), "version").level == level


@pytest.mark.parametrize(
    ("kind", "level"),
    [("scram-sha-256", "ok"), ("md5", "warning"), ("plain", "warning"), ("trust", "critical"), ("any", "critical")],
)
def test_authentication_weaker_than_scram_is_found(kind: str, level: Level) -> None:
    assert the(with_config(auth_type=kind), "auth").level == level


def test_where_the_pooler_trusts_it_is_the_database_that_has_to_change() -> None:
    assert "POSTGRES_HOST_AUTH_METHOD" in the(with_config(auth_type="trust"), "auth").hint


@pytest.mark.parametrize(
    ("host", "level"),
    [("127.0.0.1", "ok"), ("::1", "ok"), ("", "warning"), ("0.0.0.0", "warning"), ("192.168.1.5", "warning")],
)
def test_a_pooler_open_to_other_machines_is_found(host: str, level: Level) -> None:
    ports = {"pgbouncer": (Port(host=host, published="6432"),)}
    assert the(replace(WELL, ports=ports), "ports").level == level


def test_ports_that_compose_does_not_tell_are_not_called_closed() -> None:
    assert the(replace(WELL, ports=None), "ports").level == "skipped"


def test_a_database_that_is_published_is_said_and_is_the_projects_own_choice() -> None:
    ports = {"db": (Port(host="", published="5432"),)}
    found = [r for r in evaluate(replace(WELL, ports=ports)) if r.check == "ports" and r.subject == "db"]
    assert [(r.level, "127.0.0.1:5432" in r.hint) for r in found] == [("ok", True)]


@pytest.mark.parametrize(("busy", "level"), [(2, "ok"), (15, "ok"), (16, "warning"), (17, "warning"), (18, "critical")])
def test_busy_server_connections_are_held_against_the_thresholds(busy: int, level: Level) -> None:
    assert the(with_pool(servers_active=busy), "pool").level == level


def test_the_thresholds_are_the_users() -> None:
    full = with_pool(servers_active=10)
    assert the(replace(full, warn=50, crit=60), "pool").level == "warning"
    assert the(replace(full, warn=40, crit=50), "pool").level == "critical"


def test_clients_are_held_against_max_client_conn() -> None:
    assert the(with_config(max_client_conn="3"), "clients").level == "critical"


@pytest.mark.parametrize(("wait", "level"), [(0.1, "warning"), (100.0, "warning"), (109.0, "critical")])
def test_waiting_clients_are_found(wait: float, level: Level) -> None:
    assert the(with_pool(clients_waiting=4, longest_wait=wait), "waiting").level == level


def test_a_pool_is_held_against_its_own_size_before_the_usual_one() -> None:
    limits = (Limits(database="app", pool_size=4, reserve=0, most=0),)
    assert the(with_pooler(limits=limits), "pool").message.startswith("web@app: 2 of 4 server connections busy")
    assert "2 of 20" in the(with_pooler(limits=()), "pool").message


def test_the_way_out_of_a_limit_is_twice_the_limit() -> None:
    assert the(with_config(max_client_conn="3"), "clients").hint == "devpool set max_client_conn=6"
    assert "default_pool_size=40" in the(with_pool(servers_active=20), "pool").hint


def test_clients_that_may_wait_without_end_are_never_called_late() -> None:
    waiting = replace(POOL, clients_waiting=1, longest_wait=900.0)
    found = the(with_pooler(with_config(query_wait_timeout="0"), pools=(waiting,)), "waiting")
    assert (found.level, "disconnected" in found.message) == ("warning", False)


def test_fewer_iterations_are_said_and_are_the_users_choice() -> None:
    found = the(with_config(scram_iterations="256"), "auth")
    assert (found.level, found.message) == ("ok", "scram-sha-256 with 256 iterations, fewer than the usual 4096")
