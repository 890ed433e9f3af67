"""Running containers are judged by what they hold, and a change that fails is undone without interruption."""

from __future__ import annotations

import os
import signal

import pytest

from devpool.docker.containers import RunningContainer
from devpool.lifecycle.rollout import connection_lines, still_at, taken_back, uninterrupted
from devpool.measurements.routes import Connections


def container(**changes: object) -> RunningContainer:
    known: dict[str, object] = {
        "service": "web",
        "id": "1",
        "name": "p-web-1",
        "addresses": frozenset(),
        "health": "",
        "environment": {},
    }
    return RunningContainer(**(known | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"environment": {"URL": "postgres://u:p@pool:6432/x"}}, True),
        ({"environment": {"PGHOST": "pool"}}, True),
        ({"words": ("serve", "postgres://u:p@pool/x")}, True),
        ({"awaited": frozenset({"pool"})}, True),
        ({"environment": {"URL": "postgres://u:p@db/pool", "NAME": "pool-2"}}, False),
        ({}, False),
    ],
)
def test_a_container_still_uses_a_pooler_by_its_variables_words_or_links(
    changes: dict[str, object], found: bool
) -> None:
    running = {"web": [container(), container(**changes)], "pool": [container(environment={"X": "pool"})]}
    assert still_at(running, ["pool"]) == (["web"] if found else [])


@pytest.mark.parametrize(
    ("at_database", "at_pooler", "pooled", "line"),
    [
        (0, 3, True, "web: pooled, 3 at the pooler and none at db"),
        (2, 3, True, "web: NOT PROVED, 3 at the pooler and still 2 at db"),
        (
            *(0, 0, True),
            "web: no connection yet, none at db; it has the pooler's address: use it once, and `devpool status` shows "
            "where it connects",
        ),
        (4, 0, False, "web: direct, 4 at db"),
        (None, 3, True, "web: 3 at the pooler; devpool cannot see which connections reach db"),
        (None, 0, False, "web: direct; devpool cannot see which connections reach db"),
    ],
)
def test_a_sentence_says_where_the_connections_are(
    at_database: int | None, at_pooler: int, pooled: bool, line: str
) -> None:
    found = Connections(service="web", database="db", at_pooler=at_pooler, at_database=at_database, containers=())
    assert connection_lines([found], {("web", "db")} if pooled else set()) == [line]


def test_what_fails_is_taken_back_and_the_failure_stays() -> None:
    done: list[str] = []
    with taken_back(lambda: done.append("back")):
        done.append("fine")
    assert done == ["fine"]
    with pytest.raises(KeyboardInterrupt), taken_back(lambda: done.append("back")):
        raise KeyboardInterrupt
    assert done == ["fine", "back"]


def test_nothing_interrupts_taking_back() -> None:
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    with uninterrupted():
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            os.kill(os.getpid(), number)
    assert [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)] == handlers
