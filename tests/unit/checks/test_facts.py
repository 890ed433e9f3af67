"""The input of the checks, as plain values."""

from __future__ import annotations

from dataclasses import replace

import pytest

from devpool.checks.facts import Facts, Port, version
from devpool.measurements.show_tables import PoolerStatus


def test_a_version_is_numbers() -> None:
    assert [version(t) for t in ("17.12 (Debian)", "1.26.1", "", "v1")] == [(17, 12), (1, 26, 1), (), ()]


@pytest.mark.parametrize(
    ("host", "is_open"),
    [("", True), ("0.0.0.0", True), ("::", True), ("127.0.0.1", False), ("127.1.2.3", False), ("::1", False)],
)
def test_a_port_is_open_unless_it_is_bound_to_the_loopback(host: str, is_open: bool) -> None:
    assert Port(host=host, published="6432").is_open is is_open


@pytest.mark.parametrize(
    ("problem", "running", "said"),
    [
        ("", {"web"}, ""),
        ("", (), "the project is not running"),
        ("no engine", {"web"}, "no engine"),
        ("no engine", (), "no engine"),
    ],
)
def test_what_cannot_be_checked_has_the_deepest_reason(problem: str, running: set[str], said: str) -> None:
    assert Facts(enabled=True, engine_problem=problem, running=frozenset(running)).asleep() == said


def test_only_a_running_pooler_without_a_problem_answers() -> None:
    up = PoolerStatus(name="up", database="db", running=True)
    others = (PoolerStatus(name="away", database="db"), replace(up, name="broken", problem="no such socket"))
    assert Facts(enabled=True, poolers=(up, *others)).answering() == [up]
