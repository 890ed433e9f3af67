"""Which server connections are inspected, and what is said of those that are not."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import pytest

from devpool.checks.leaks import ProbedPool
from devpool.errors import DevpoolError
from devpool.observe.leak_probe import LeakReport, find_leaks
from unit.checks.healthy_project import ROUTE, SIGHT
from unit.docker.stand_ins import END, KnownStack
from unit.observe.enabled_shop import seen, shown

POOL = {"database": "app", "user": "web", "pool_mode": "transaction", "sv_idle": "1", "sv_active": "1"}
LOCK = {"classid": 0, "objid": 42, "two": False, "shared": False}
CLEAN = {"pid": 7, "advisory": None}
DIRTY = {"pid": 7, "listen": ["jobs"]}
SESSIONS = "pid,query,advisory\n"
SHOWN = ("POOLS", "SERVERS", "CLIENTS")


def probed(
    *kept: dict[str, object], pool: dict[str, str] = POOL, sessions: str = SESSIONS, source: str = ""
) -> tuple[LeakReport, KnownStack]:
    """What is found where the idle connections of a pool keep this."""

    def says(*words: str) -> str:
        if "perl" in words:
            return "".join(f"{json.dumps(one, ensure_ascii=False)}\n" for one in kept)  # as Postgres writes it
        if "psql" in words:
            return sessions + END
        if words[1] == "web":
            return source
        return shown("POOLS", "SERVERS", "CLIENTS", POOLS=[pool])

    stack = KnownStack(says=says)
    return find_leaks(seen(stack=stack)), stack


def inspected(stack: KnownStack) -> list[str]:
    """The commands that take server connections of a pool."""
    return [line for line in stack.told if line.startswith("exec pgbouncer perl ")]


def test_what_an_idle_connection_keeps_is_found_with_the_app_that_left_it() -> None:
    found, _ = probed(DIRTY)
    ((leak,), (pool,)) = found.leaks, found.looked
    assert (leak.pooler, leak.pool, leak.pid, leak.kind, leak.apps) == ("pgbouncer", "web@app", 7, "LISTEN", ("web",))
    assert pool == ProbedPool(pooler="pgbouncer", pool="web@app", servers=2, seen=1)


def test_a_statement_may_have_any_characters_in_it() -> None:
    found, _ = probed({"pid": 7, "prepared": [{"name": "p", "statement": "SELECT\u2028\x85 1"}]})
    assert [(leak.kind, leak.statement) for leak in found.leaks] == [("PREPARE", "SELECT 1")]


def test_where_no_client_is_there_any_more_it_is_an_app_that_is_pooled_at_this_database() -> None:
    def says(*words: str) -> str:
        if "perl" in words:
            return json.dumps(DIRTY) + "\n"
        return SESSIONS + END if "psql" in words else shown("POOLS", "SERVERS", "CLIENTS", POOLS=[POOL], CLIENTS=[])

    direct, other = replace(ROUTE, service="job", pooled=False), replace(ROUTE, service="far", database="other")
    found = find_leaks(seen(stack=KnownStack(says=says), routes=(ROUTE, direct, other)))
    assert found.leaks[0].apps == ("web",)


def test_a_clean_connection_is_seen_and_no_source_is_searched() -> None:
    found, stack = probed(CLEAN)
    assert (found.leaks, found.looked[0].seen) == ([], 1)
    assert not any(line.startswith("exec web ") for line in stack.told)


def test_where_the_source_has_what_was_found_its_place_is_the_evidence() -> None:
    found, _ = probed(DIRTY, source="./worker.py:12:cursor.execute('LISTEN jobs')\n")
    assert "worker.py:12" in found.leaks[0].evidence


def test_sessions_are_read_before_a_connection_is_inspected() -> None:
    _, stack = probed(CLEAN)
    assert [" ".join(line.split()[1:3]) for line in stack.told] == ["db sh", "pgbouncer sh", "pgbouncer perl"]


def test_a_pool_whose_connections_are_all_busy_is_not_entered() -> None:
    found, stack = probed(pool=POOL | {"sv_idle": "0"})
    assert not inspected(stack)
    assert found.looked == [ProbedPool(pooler="pgbouncer", pool="web@app", servers=1, seen=0)]


def test_a_lock_of_a_busy_pool_is_seen_from_outside() -> None:
    sessions = SESSIONS + '7,SELECT 1,"' + json.dumps([LOCK]).replace('"', '""') + '"\n'
    found, _ = probed(pool=POOL | {"sv_idle": "0"}, sessions=sessions)
    assert [(leak.kind, leak.pid) for leak in found.leaks] == [("advisory lock", 7)]
    session, _ = probed(pool=POOL | {"pool_mode": "session"}, sessions=sessions)
    assert session.leaks == []


def test_pools_in_which_a_connection_has_one_client_are_left_alone_and_said_why() -> None:
    for mode, said in (("session", "each client has its own"), ("statement", "no transaction")):
        found, stack = probed(DIRTY, pool=POOL | {"pool_mode": mode})
        assert not inspected(stack)
        assert said in found.looked[0].problem


def test_never_more_connections_are_taken_than_are_idle_or_fifty() -> None:
    for idle, count in (("3", " app 3 "), ("80", " app 50 ")):
        _, stack = probed(CLEAN, pool=POOL | {"sv_idle": idle})
        assert [count in line for line in inspected(stack)] == [True]


def test_a_pooler_that_fails_is_said_and_the_others_go_on() -> None:
    def says(*_: str) -> str:
        raise DevpoolError("docker-failed", "no such socket")

    found = find_leaks(seen(stack=KnownStack(says=says)))
    assert [(pool.pool, pool.problem) for pool in found.looked] == [("all pools", "no such socket")]


def test_a_pooler_that_does_not_answer_is_not_asked() -> None:
    stack = KnownStack()
    away = (replace(SIGHT, problem="no such socket"), replace(SIGHT, running=False))
    assert find_leaks(seen(stack=stack, poolers=away)) == LeakReport()
    assert stack.told == []
    assert find_leaks(seen()) == LeakReport()


@pytest.mark.parametrize(
    ("usual", "told"),
    [
        ("1", ["SET server_idle_timeout = 30", "SET server_idle_timeout = 1"]),
        ("0", []),
        ("600", []),
    ],
)
def test_connections_that_would_be_closed_at_once_stay_until_they_are_inspected(
    monkeypatch: pytest.MonkeyPatch, usual: str, told: list[str]
) -> None:
    waited: list[float] = []
    monkeypatch.setattr(time, "sleep", waited.append)
    stack = KnownStack(
        says=lambda *words: SESSIONS + END if "psql" in words else shown(*SHOWN, POOLS=[POOL | {"sv_idle": "0"}])
    )
    project = seen(stack=stack)
    pooler = replace(project.poolers[0], config={"server_idle_timeout": usual})
    find_leaks(replace(project, poolers=(pooler,)))
    settings = [line.partition("pooler-admin ")[2] for line in stack.told if "pooler-admin SET" in line]
    assert settings == told
    assert len(waited) == len(told) / 2
    # The last one comes after the look.
    assert not told or "SET" in stack.told[-1]
