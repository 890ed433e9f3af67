"""All checks together: facts as values in, results out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from devpool.checks.facts import Facts
from devpool.checks.families import FAMILIES, evaluate
from devpool.checks.result import worst
from devpool.measurements.show_tables import PoolerStatus
from unit.checks.healthy_project import WELL


def test_where_all_is_well_every_check_is_ok() -> None:
    assert {r.check for r in evaluate(WELL) if r.level != "ok"} == set()
    names = "files compose pooler query version auth ports database connections max_connections route clients pool"
    assert {r.check for r in evaluate(WELL)} == {*names.split(), "waiting", "framework", "log"}


def test_a_project_that_is_not_enabled_is_no_trouble() -> None:
    results = evaluate(Facts(enabled=False, engine_problem="the Docker engine is not running"))
    assert {r.check: r.level for r in results} == {"files": "skipped", "compose": "ok"}


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (replace(WELL, engine_problem="the Docker engine is not running"), "the Docker engine is not running"),
        (replace(WELL, running=frozenset()), "the project is not running"),
    ],
)
def test_without_engine_or_containers_what_runs_is_skipped_and_said_why(facts: Facts, said: str) -> None:
    asleep = replace(
        facts,
        poolers=(PoolerStatus(name="pgbouncer", database="db"),),
        servers={},
        connections=None,
        installed=(),
        logged={},
        queries={},
    )
    results = {r.check: r for r in evaluate(asleep)}
    assert {c for c, r in results.items() if r.level == "skipped"} == {"pooler", "database", "route"}
    assert {results[c].message for c in ("pooler", "database", "route")} == {said}
    assert worst(results.values()) == "ok"


def test_every_family_takes_facts_without_anything() -> None:
    assert [list(family(Facts(enabled=False))) for family in FAMILIES]
