"""What poolers and databases are asked, and their answers together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from devpool.docker.console import Told
from devpool.docker.questions import Question
from devpool.errors import DevpoolError
from devpool.observe import ask_containers
from devpool.observe.ask_containers import LIMITS, Answers, _about, ask_all
from unit.docker.stand_ins import KnownStack, listed
from unit.observe.enabled_shop import ACTIVITY, CLIENTS, TOLD

AWAY = DevpoolError("docker-failed", "no such socket")
POOLER = listed("pgbouncer", health="healthy")


def test_the_connections_at_a_pooler_are_those_of_all_its_containers() -> None:
    second = Told(shown={"CLIENTS": [*CLIENTS[:1], {"database": "devpool_health", "addr": "unix"}]})
    found = Answers(poolers={"pgbouncer": [TOLD, second]}, servers={"db": [[ACTIVITY], [ACTIVITY]]})
    assert found.at_pooler("pgbouncer") == {"10.0.0.3": 4}
    assert found.at_database("db") == {"10.0.0.8": 4}


def test_what_one_container_does_not_answer_is_unknown_of_all() -> None:
    found = Answers(poolers={"pgbouncer": [TOLD, AWAY]}, servers={"db": [AWAY]})
    for ask in (lambda: found.at_pooler("pgbouncer"), lambda: found.at_database("db"), lambda: found.limits("db")):
        with pytest.raises(DevpoolError, match="no such socket"):
            ask()


def test_the_limits_of_a_server_are_its_second_answer() -> None:
    limits = [{"name": "max_connections", "setting": "100"}]
    assert Answers(poolers={}, servers={"db": [[ACTIVITY, limits]]}).limits("db") == limits


@pytest.mark.parametrize(
    ("health", "first", "known", "deep", "reports", "queries", "tables"),
    [
        ("healthy", True, False, True, True, True, 7),
        ("healthy", True, False, False, True, False, 7),
        ("healthy", True, True, False, False, False, 7),
        ("unhealthy", True, False, True, False, True, 7),
        ("healthy", False, False, True, False, False, 1),
    ],
)
def test_a_pooler_is_asked_for_what_is_not_known_and_its_further_containers_for_their_clients(
    health: str, first: bool, known: bool, deep: bool, reports: bool, queries: bool, tables: int
) -> None:
    pooler = replace(POOLER, health=health)
    words = _about(KnownStack(), pooler, first=first, known=known, deep=deep).command
    assert (bool(words[7]), words[8] == "query") == (reports, queries)
    assert len([word for word in words if word.startswith("SHOW ")]) == tables


def test_each_answer_goes_to_the_container_that_was_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def echo(questions: list[Question[object]]) -> Iterator[Callable[[], list[str]]]:
        yield lambda: [" ".join(question.command) for question in questions]

    monkeypatch.setattr(ask_containers, "asking", echo)
    running = {"a": [listed("a"), listed("a", id="a2")], "b": [listed("b")], "db": [listed("db")]}
    found = ask_all(KnownStack(), running, ["a", "b"], ["db"], ["b"], deep=True)
    asked = {name: [str(one).split()[2] for one in each] for name, each in found.poolers.items()}
    assert asked == {"a": ["a-1", "a2"], "b": ["b-1"]}
    assert ["SHOW POOLS" in str(one) for each in found.poolers.values() for one in each] == [True, False, True]
    assert [LIMITS in str(one) for one in found.servers["db"]] == [True]


def test_a_database_that_does_not_run_here_is_not_asked() -> None:
    found = ask_all(KnownStack(), {}, ["pgbouncer"], ["outside.example"], [], deep=True)
    assert (found.poolers, found.servers) == ({"pgbouncer": []}, {})


def test_the_limits_name_all_that_is_reserved() -> None:
    assert all(name in LIMITS for name in ("superuser_reserved_connections", "'reserved_connections'"))
