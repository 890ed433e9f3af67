"""What is seen of Postgres and the poolers while a command runs. What the containers answer is known."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import closing
from typing import Any

import pytest

from devpool.checks.leaks import Kind
from devpool.compare import measure_database, measure_run
from devpool.compare.figures import Figures
from devpool.docker.container_values import RunningContainer
from devpool.docker.engine import Call
from devpool.errors import DevpoolError
from unit.docker.stand_ins import END, KnownStack, inspected

DATABASE, POOLER = inspected("db", "10.0.0.9"), inspected("pool", "10.0.0.8")


class Containers:
    """What the containers answer, and what they were asked."""

    def __init__(self, **changes: Any) -> None:
        self.transactions, self.idle, self.mode = 4, 1, "transaction"
        self.kept: list[dict[str, object]] = [{"pid": 7, "listen": ["jobs"]}]
        self.held = {"10.0.0.8": 2, "10.0.0.3": 5}
        self.counts = iter(("10,3", "40,8"))
        self.broken, self.users, self.there = False, ("web",), "shop"
        self.looks, self.waiting, self.gone = 0, 3, False
        self.asked: list[str] = []
        vars(self).update(changes)

    def says(self, *words: str) -> str:
        text = " ".join(words)
        if "pg_stat_database" in text:
            return f"transactions,sessions\n{next(self.counts)}\n"
        return f"key,value\ntrack_extra_parameters,\n{END}{END}{END}"

    def ask(self, sql: str) -> str:
        self.asked.append(sql)
        if self.broken and "pg_database" not in sql:
            raise DevpoolError("docker-failed", "it has ended")
        if "pg_database" in sql:
            return f"datname\n{self.there}\n"
        if sql == "SHOW STATS":
            return f"database,total_xact_count,total_query_count\nshop,{self.transactions},30\n"
        if sql == "SHOW POOLS":
            columns = "database,user,pool_mode,cl_waiting,sv_idle,maxwait,maxwait_us"
            return f"{columns}\n" + "".join(
                f"shop,{u},{self.mode},{self.waiting},{self.idle},0,250000\n" for u in self.users
            )
        return "addr,connections\n" + "".join(f"{a},{n}\n" for a, n in self.held.items())

    def execute(self, words: Sequence[str]) -> str:
        self.looks += 1
        self.transactions += 1  # the look's own
        if self.gone:
            self.waiting = 0
        return "".join(f"{json.dumps(one)}\n" for one in self.kept)


def watched(
    monkeypatch: pytest.MonkeyPatch,
    found: Containers,
    poolers: Sequence[RunningContainer] = (POOLER,),
    looks: int = 1,
) -> tuple[measure_run.Watch, Figures]:
    """A watch that has looked so many times, and once more in the end."""

    class Known:
        def __init__(self, call: Call, container: str, command: Sequence[str]) -> None:
            self.ask, self.execute = found.ask, found.execute

        def close(self) -> None:
            """Nothing runs."""

    for module in (measure_run, measure_database):
        monkeypatch.setattr(module, "Conversation", Known)
    monkeypatch.setattr(measure_database, "_SETTLED", 0)
    with closing(measure_run.Watch(KnownStack(says=found.says), [DATABASE], poolers, {"10.0.0.3"})) as seen:
        for _ in range(looks - 1):
            seen._look()
        seen.end()
        return seen, seen.figures(2.0)


def test_the_figures_of_a_pooled_run(monkeypatch: pytest.MonkeyPatch) -> None:
    _, figures = watched(monkeypatch, Containers())
    assert (figures.connections, figures.connects, figures.transactions, figures.queries) == (2, 3, 4, 27)
    assert (figures.waiting, figures.longest_wait) == (3, 0.25)


def test_the_figures_of_a_direct_run_come_from_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    _, figures = watched(monkeypatch, Containers(), ())
    assert (figures.transactions, figures.connects, figures.queries, figures.waiting) == (26, 3, None, None)


def test_what_stays_on_a_connection_is_found_once(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Containers()
    seen, _ = watched(monkeypatch, found, looks=3)
    kinds: list[Kind] = [left.kind for left in seen.left]
    assert kinds == ["LISTEN"]
    assert seen.left[0].pool == "web@shop"


def test_a_pool_that_nobody_has_used_since_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Containers()
    watched(monkeypatch, found, looks=5)
    assert found.looks == 1


@pytest.mark.parametrize(
    "changes",
    [{"idle": 0}, {"mode": "session"}, {"mode": "statement"}, {"transactions": 0}, {"there": "postgres", "waiting": 0}],
)
def test_what_is_not_looked_into(monkeypatch: pytest.MonkeyPatch, changes: dict[str, object]) -> None:
    found = Containers(**changes)
    watched(monkeypatch, found)
    assert found.looks == 0


@pytest.mark.parametrize(
    ("there", "gone", "closed"), [("postgres", True, True), ("postgres", False, False), ("shop", True, False)]
)
def test_of_a_database_that_tests_have_made_nothing_stays_open_once_they_have_gone(
    monkeypatch: pytest.MonkeyPatch, there: str, gone: bool, closed: bool
) -> None:
    found = Containers(there=there, gone=gone)
    watched(monkeypatch, found)
    assert found.looks == 1
    assert ('RECONNECT "shop"' in found.asked) is closed


@pytest.mark.parametrize(("there", "looks"), [("postgres", 0), ("shop", 1)])
def test_on_a_busy_machine_what_tests_have_made_is_left_alone_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch, there: str, looks: int
) -> None:
    monkeypatch.setattr(measure_run, "_SLOW", -1.0)
    found = Containers(there=there)
    seen, _ = watched(monkeypatch, found)
    assert found.looks == looks
    assert any("too busy" in problem for problem in seen.problems) is (looks == 0)


def test_after_a_look_that_took_long_what_tests_have_made_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure_run, "_LONG", -1.0)
    found = Containers(there="postgres")
    alone = found.execute

    def beside(words: Sequence[str]) -> str:
        found.transactions += 1
        return alone(words)

    monkeypatch.setattr(found, "execute", beside)
    seen, _ = watched(monkeypatch, found, looks=3)
    assert found.looks == 1
    assert list(seen.problems) == [measure_run._BUSY]


def test_the_pools_of_one_database_are_looked_into_together(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Containers(users=("web", "worker"))
    seen, _ = watched(monkeypatch, found, looks=5)
    assert found.looks == 2
    assert [left.pool for left in seen.left] == ["web@shop", "worker@shop"]


def test_a_pool_rests_after_a_look_that_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Containers(kept=[])
    seen, _ = watched(monkeypatch, found, looks=5)
    assert found.looks == 1
    assert list(seen.problems) == ["web@shop did not answer a look in time"]


def test_what_clients_did_during_a_look_is_looked_into_next(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Containers()
    alone = found.execute

    def beside(words: Sequence[str]) -> str:
        found.transactions += found.looks == 0
        return alone(words)

    monkeypatch.setattr(found, "execute", beside)
    watched(monkeypatch, found, looks=5)
    assert found.looks == 2


def test_what_cannot_be_seen_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    seen, figures = watched(monkeypatch, Containers(broken=True), looks=3)
    assert list(seen.problems) == ["it has ended"]
    assert figures.connections is None
