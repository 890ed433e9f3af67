"""The live view at one moment."""

from __future__ import annotations

import io
import sys
from dataclasses import replace

import pytest
from rich.console import Console, Group

from devpool.errors import DevpoolError
from devpool.measurements.rates import BARS, PLAIN_BARS, History
from devpool.measurements.routes import Connections, Replica
from devpool.measurements.show_tables import Totals
from devpool.observe.overview import Overview
from devpool.observe.screen import SORTS, _again, _Screen, on_terminal, picture
from unit.checks.healthy_project import POOL, SIGHT
from unit.docker.stand_ins import KnownStack
from unit.observe.enabled_shop import seen

BUSY = replace(POOL, user="job", clients_active=1, clients_waiting=5, servers_active=9, servers_idle=0)
BEFORE = (Totals(database="app", transactions=0, queries=0, query_us=0, wait_us=0),)
AFTER = (Totals(database="app", transactions=20, queries=40, query_us=80_000, wait_us=0),)


def drawn(found: Overview, sort: str = "n", history: History | None = None, *, utf8: bool = True) -> list[str]:
    console = Console(file=io.StringIO(), width=160)
    console.print(picture(found, history or History(), sort, utf8=utf8))
    assert isinstance(console.file, io.StringIO)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def order(lines: list[str], *names: str) -> list[str]:
    return [word for line in lines for word in names if line.startswith(f"{word} ")]


@pytest.mark.parametrize(
    ("sort", "first"), [("n", "job@app"), ("c", "web@app"), ("w", "job@app"), ("b", "job@app"), ("t", "job@app")]
)
def test_pools_are_sorted_by_the_key_with_the_largest_first(sort: str, first: str) -> None:
    found = seen(poolers=(replace(SIGHT, pools=(POOL, BUSY)),))
    assert order(drawn(found, sort), "web@app", "job@app")[0] == first


def test_containers_are_sorted_by_their_clients_only_where_that_is_asked() -> None:
    replicas = [Replica(container=f"web-{n}", at_pooler=n, at_database=0) for n in (1, 3, 2)]
    found = seen(connections=(Connections.of("web", "db", replicas),))
    names = ("web-1", "web-2", "web-3")
    assert order(drawn(found, "n"), *names) == list(names)
    assert order(drawn(found, "c"), *names) == list(reversed(names))


def test_what_is_not_known_of_a_database_is_not_drawn_as_none() -> None:
    replicas = [Replica(container=f"web-{n}", at_pooler=2, at_database=at) for n, at in ((1, None), (2, 1))]
    lines = drawn(seen(connections=(Connections.of("web", "db", replicas),)))
    rows = [line.split()[:3] for line in lines if line.startswith("web-")]
    assert rows == [["web-1", "2", "-"], ["web-2", "2", "1"]]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stdin", "stdout", "kind", "live"),
    [
        (Terminal(), Terminal(), "xterm", True),
        (Terminal(), Terminal(), "dumb", False),
        (io.StringIO(), Terminal(), "xterm", False),
        (Terminal(), io.StringIO(), "xterm", False),
    ],
)
def test_the_view_is_live_where_a_person_can_see_it_and_press_keys(
    stdin: io.StringIO, stdout: io.StringIO, kind: str, live: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", stdin)
    monkeypatch.setattr(sys, "stdout", stdout)
    monkeypatch.setenv("TERM", kind)
    assert on_terminal() is live


def test_a_rate_is_that_of_the_last_interval() -> None:
    history = History()
    history.add(0.0, [replace(SIGHT, totals=BEFORE)])
    history.add(2.0, [replace(SIGHT, totals=AFTER)])
    (row,) = [
        line for line in drawn(seen(poolers=(replace(SIGHT, totals=AFTER),)), history=history) if line[:4] == "app "
    ]
    assert row.split()[:5] == ["app", "10.0", "20.0", "2.0", "0.0"]


def test_a_terminal_without_utf_8_gets_plain_bars() -> None:
    history = History()
    history.add(0.0, [SIGHT])
    drawing = "".join(drawn(seen(), history=history, utf8=False))
    assert not set(BARS) & set(drawing)
    assert drawing.isascii()
    assert PLAIN_BARS[-1] in drawing
    assert set(BARS) & set("".join(drawn(seen(), history=history)))


def test_what_docker_cannot_tell_is_shown_in_place_of_the_apps() -> None:
    lines = drawn(seen(connections=None, note="the project is not running", poolers=(replace(SIGHT, running=False),)))
    assert "connections unknown: the project is not running" in lines
    assert "pgbouncer does not answer: it is not running" in lines
    assert not any(line.startswith(("CONTAINER", "POOL ")) for line in lines)


def test_the_keys_are_named_with_the_one_that_sorts_now() -> None:
    last = drawn(seen(), "w")[-1]
    assert last.startswith("sorted by waiting")
    assert all(f"{key} {word}" in last for key, word in SORTS.items())


def test_while_docker_does_not_answer_the_last_picture_stays_with_the_reason() -> None:
    def says(*_: str) -> str:
        raise DevpoolError("engine-not-running", "the Docker engine is not running")

    class Away(KnownStack):
        def everything(self) -> list[object]:  # type: ignore[override]
            return [says()]

    found = _again(None, seen(stack=Away()))  # type: ignore[arg-type]
    assert (found.note, found.connections, found.poolers) == ("the Docker engine is not running", None, (SIGHT,))


def test_before_the_first_look_there_is_something_to_see() -> None:
    screen = _Screen(utf8=True)
    assert "looking at the project" in str(screen.picture())
    screen.show(seen())
    assert isinstance(screen.picture(), Group)
    assert screen.seen == seen()
