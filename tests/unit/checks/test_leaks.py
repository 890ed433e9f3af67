"""Session state on a shared server connection: what it is, and who most likely left it."""

from __future__ import annotations

from typing import Any

import pytest

from devpool.checks.installed import Mention
from devpool.checks.leaks import Kept, Leak, PoolOf, ProbedPool, leak_results, states, tracked, who
from devpool.measurements.show_tables import Link

APART = tracked(["search_path"], "work_mem, lock_timeout")
NOTHING = {
    "pid": 7,
    "advisory": None,
    "listen": None,
    "prepared": None,
    "cursor": None,
    "temporary": None,
    "setting": None,
    "role": "none",
    "own": None,
}


def the(**answer: Any) -> Kept:
    (found,) = states(NOTHING | answer, APART)
    return found


def lock(classid: int, objid: int, *, two: bool = False, shared: bool = False) -> dict[str, Any]:
    return {"classid": classid, "objid": objid, "two": two, "shared": shared}


# What


def test_a_clean_session_keeps_nothing() -> None:
    assert list(states(NOTHING, APART)) == []


@pytest.mark.parametrize(
    "name", ["application_name", "TimeZone", "datestyle", "search_path", "work_mem", "lock_timeout"]
)
def test_a_setting_that_pgbouncer_gives_each_client_back_is_no_leak(name: str) -> None:
    assert list(states(NOTHING | {"setting": [{"name": name, "value": "x"}]}, APART)) == []


@pytest.mark.parametrize(
    ("found", "statement"),
    [
        (lock(0, 42), "pg_advisory_lock(42)"),
        (lock(0xFFFFFFFF, 0xFFFFFFFF), "pg_advisory_lock(-1)"),
        (lock(1, 5), f"pg_advisory_lock({2**32 + 5})"),
        (lock(0x80000000, 0), f"pg_advisory_lock({-(2**63)})"),
        (lock(1, 0xFFFFFFFE, two=True), "pg_advisory_lock(1, -2)"),
        (lock(0, 9, shared=True), "pg_advisory_lock_shared(9)"),
    ],
)
def test_an_advisory_lock_has_the_key_that_the_app_wrote(found: dict[str, Any], statement: str) -> None:
    assert the(advisory=[found]).statement == statement


def test_each_kind_is_named() -> None:
    query = {"name": "totals", "statement": "PREPARE totals AS\n  SELECT 1"}
    assert the(listen=["jobs"]).statement == "LISTEN jobs"
    assert the(temporary=["basket"]).statement == "CREATE TEMPORARY TABLE basket"
    assert (the(prepared=[query]).kind, the(prepared=[query]).statement) == ("PREPARE", "PREPARE totals AS SELECT 1")
    assert the(cursor=[query]).kind == "WITH HOLD cursor"
    assert the(role="admin").statement == "SET ROLE admin"
    assert the(own=["app.tenant"]).statement.startswith("SET app.tenant")
    assert the(setting=[{"name": "statement_timeout", "value": "55000"}]).what == "`statement_timeout` = 55000"


def test_the_value_of_an_apps_own_setting_is_not_shown() -> None:
    assert "hunter2" not in repr(the(setting=[{"name": "app.token", "value": "hunter2"}]))


def test_what_the_pooler_sets_on_every_connection_is_no_leak() -> None:
    apart = tracked([], "", "SET work_mem = '8MB'; set session App.Zone to 'x'")
    assert {"work_mem", "app.zone"} <= apart
    assert "statement_timeout" not in apart


# Who


def client(address: str, asked: str = "10:00:00", application: str = "") -> Link:
    return Link(
        database="app", user="web", address=address, application=application, pid=0, asked=asked, pointer="", linked=""
    )


OWNERS = {"10.0.0.3": "web", "10.0.0.4": "worker"}
LISTEN = the(listen=["jobs"])
SERVER = client("10.0.0.2", asked="10:00:07", application="shop")


def asked(
    *clients: Link, last: str = "", server: Link | None = SERVER, **mentions: tuple[Mention, ...]
) -> tuple[str, ...]:
    pool = PoolOf(clients=clients, owners=OWNERS, routed=("web", "worker"), mentions=mentions)
    apps, evidence = who(pool, LISTEN, server, last)
    assert evidence
    return apps


def test_the_only_app_of_a_pool_did_it() -> None:
    assert asked(client("10.0.0.3"), client("10.0.0.3"), client("10.9.9.9")) == ("web",)


def test_the_one_who_used_the_connection_last_did_it_where_the_last_statement_is_the_one() -> None:
    both = (client("10.0.0.3", "10:00:07", "shop"), client("10.0.0.4", "10:00:01", "shop"))
    assert asked(*both, last="LISTEN jobs") == ("web",)
    assert asked(*both, last="SELECT 1") == ("web", "worker")


def test_the_one_whose_source_has_the_statement_did_it() -> None:
    both = (client("10.0.0.3"), client("10.0.0.4"))
    line = Mention(place="queue.py:4", text='cursor.execute("LISTEN jobs")')
    other = Mention(place="views.py:9", text="print('listen to music')")
    assert asked(*both, web=(other,), worker=(other, line)) == ("worker",)
    assert asked(*both, web=(line,), worker=(line,)) == ("web", "worker")


def test_where_nothing_tells_more_all_apps_of_the_pool_are_named() -> None:
    assert asked(client("10.0.0.3"), client("10.0.0.4")) == ("web", "worker")
    assert asked() == ("web", "worker")
    assert asked(client("10.0.0.3"), client("10.0.0.4"), server=None, last="LISTEN jobs") == ("web", "worker")


# Results


def leak(*apps: str) -> Leak:
    return Leak(
        pooler="p",
        pool="web@app",
        pid=7,
        kind="LISTEN",
        what="listens to `jobs`",
        statement="LISTEN jobs",
        apps=apps,
        evidence="because",
    )


def looked(seen: int, servers: int, problem: str = "") -> ProbedPool:
    return ProbedPool(pooler="p", pool="web@app", servers=servers, seen=seen, problem=problem)


def test_a_leak_is_a_warning_with_backend_app_and_statement() -> None:
    (found,) = leak_results([leak("web")], [looked(2, 2)])
    assert found.level == "warning"
    assert all(word in found.message for word in ("LISTEN", "backend 7", "web@app", "most likely web", "because"))
    assert "LISTEN jobs" in found.hint
    assert "--session web" in found.hint


def test_where_several_apps_may_have_left_it_the_way_out_names_none_of_them_alone() -> None:
    (found,) = leak_results([leak("web", "worker")], [looked(2, 2)])
    assert "most likely web or worker" in found.message
    assert "--session SERVICE` for the one of web, worker that has it" in found.hint


def test_a_leak_without_a_known_app_is_a_warning_all_the_same() -> None:
    (found,) = leak_results([leak()], [looked(2, 2)])
    assert (found.level, "somebody" in found.message) == ("warning", True)


@pytest.mark.parametrize(
    ("pool", "level", "word"),
    [
        (looked(3, 5), "ok", "3 of 5"),
        (looked(0, 0), "skipped", "no idle server connection"),
        (looked(0, 4, "session mode"), "skipped", "session mode"),
    ],
)
def test_a_pool_without_a_leak_says_how_much_of_it_was_seen(pool: ProbedPool, level: str, word: str) -> None:
    (found,) = leak_results([], [pool])
    assert (found.level, word in found.message) == (level, True)


def test_what_was_busy_is_said_beside_a_leak() -> None:
    assert [r.level for r in leak_results([leak("web")], [looked(1, 3)])] == ["warning", "skipped"]
