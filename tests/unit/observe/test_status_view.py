"""The answer of `devpool status`, as text and as JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from devpool.context import Context
from devpool.lifecycle.file_drift import Drift
from devpool.measurements.routes import Connections, Replica
from devpool.measurements.show_tables import PoolerStatus
from devpool.model.sources import Selection
from devpool.observe.overview import Overview
from devpool.observe.status_view import pooler_lines, show, status_lines
from devpool.output import Output
from devpool.undo.state import AppRoute
from unit.checks.healthy_project import HELD, POOL, ROUTE, SIGHT
from unit.observe.enabled_shop import seen

IDLE = Replica(container="web-2", at_pooler=0, at_database=0)
PAST = Replica(container="web-3", at_pooler=0, at_database=1)


def cells(found: Overview, row: int = 1) -> list[str]:
    """The cells of a row of the table of apps, the first of which has number 0."""
    table = status_lines(found)[2:]
    starts = [
        table[0].index(name) for name in ("APP", "DATABASE", "ROUTE", "AT POOLER", "AT DATABASE", "PROOF", "REASON")
    ]
    ends = [*starts[1:], len(table[row]) + 1]
    return [table[row][start:end].strip() for start, end in zip(starts, ends, strict=True)]


def with_replicas(*replicas: Replica) -> Overview:
    return seen(connections=(Connections.of("web", "db", replicas),))


def test_an_app_has_its_route_its_connections_and_their_proof() -> None:
    assert status_lines(seen())[0] == "enabled"
    assert cells(seen()) == ["web", "db", "pooled", "3", "0", "proved", ""]


@pytest.mark.parametrize(
    ("replicas", "proof"),
    [
        ((HELD, IDLE), "proved"),
        ((IDLE, IDLE), "no connection now"),
        ((HELD, IDLE, PAST), "NOT PROVED"),
        ((replace(HELD, addressed=False),), "not visible by address"),
    ],
)
def test_one_container_that_goes_past_the_pooler_makes_the_whole_app_unproved(
    replicas: tuple[Replica, ...], proof: str
) -> None:
    assert cells(with_replicas(*replicas))[5] == proof


def test_each_of_several_containers_has_a_line_of_its_own() -> None:
    found = with_replicas(HELD, PAST)
    assert cells(found, 2) == ["web-1", "", "", "3", "0", "proved", ""]
    assert cells(found, 3) == ["web-3", "", "", "0", "1", "NOT PROVED", ""]


def test_where_connections_are_unknown_the_reason_is_said() -> None:
    found = seen(connections=None, note="the project is not running")
    assert cells(found)[3:6] == ["-", "-", "-"]
    assert "connections unknown: the project is not running" in status_lines(found)


def test_what_is_not_known_of_a_database_is_not_shown_as_none() -> None:
    assert cells(with_replicas(replace(HELD, at_database=None)))[4:6] == ["-", "at the pooler"]


def test_without_devpool_nothing_is_said_of_its_files() -> None:
    route = AppRoute(service="web", database="db", pooled=False, reason="not enabled")
    lines = status_lines(seen(state=None, routes=(route,), poolers=(), connections=None))
    assert lines[0] == "not enabled: every app is direct"
    assert not any(line.startswith("files:") for line in lines)
    assert "no app names a database in its environment" in status_lines(seen(routes=(), connections=()))


def test_files_that_are_not_as_written_are_named_with_their_places() -> None:
    drift = (
        Drift(file="compose.yml", place="services.web.environment", problem="changed since enable"),
        Drift(file="app.env", place="", problem="is missing"),
    )
    assert status_lines(seen(drift=drift))[-3:] == [
        "files: not as devpool wrote them:",
        "  compose.yml: services.web.environment changed since enable",
        "  app.env: is missing",
    ]
    assert status_lines(seen())[-1].startswith("files: as devpool wrote them")


def test_programs_on_the_host_and_another_project_have_lines_of_their_own() -> None:
    lines = status_lines(seen(outside={"db": (1, 2)}, another="containers of another", ways_on="-p NAME"))
    assert "programs on the host: 1 at the pooler, 2 at db itself" in lines
    assert lines[lines.index("another project: containers of another") + 1] == "hint: -p NAME"


def test_a_pooler_says_what_it_is_from_where_that_is_known_and_its_pools() -> None:
    head, _, row = pooler_lines(replace(SIGHT, pools=(replace(POOL, clients_waiting=4, longest_wait=1.26),)))
    assert head == "pgbouncer: PgBouncer 1.26.1, transaction mode (as it tells its connections), healthy"
    assert row.split() == ["web@app", "transaction", "3", "4", "2", "18", "1.3", "s"]
    assert pooler_lines(replace(SIGHT, pools=(), health="", learnt="console")) == [
        "pgbouncer: PgBouncer 1.26.1, transaction mode (as its console says)",
        "no pool yet",
    ]
    assert pooler_lines(replace(SIGHT, problem="no such socket")) == ["pgbouncer: does not answer: no such socket"]


def test_a_pooler_of_which_nothing_is_known_has_no_line() -> None:
    def about(pooler: PoolerStatus) -> list[str]:
        return [line for line in status_lines(seen(poolers=(pooler,))) if line.startswith("pgbouncer:")]

    bare = PoolerStatus(name="pgbouncer", database="db")
    assert [len(about(one)) for one in (bare, replace(bare, problem="it is not running"), SIGHT)] == [0, 1, 1]


def printed(found: Overview, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    context = Context(selection=Selection(), cwd=Path("/"), shell={}, output=Output(as_json=True))
    show(context, found)
    body: dict[str, object] = json.loads(capsys.readouterr().out)
    return body


def test_json_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    body = printed(seen(), capsys)
    assert (body["enabled"], body["directory"], body["another_project"]) == (True, "/shop", None)
    ((pooler,), (connections,)) = body["poolers"], body["connections"]  # type: ignore[misc]
    assert (pooler["name"], pooler["port"], pooler["version"], pooler["learnt_from"]) == (
        *("pgbouncer", "6432"),
        *("1.26.1", "connection"),
    )
    assert (connections["service"], connections["containers"][0]["proof"]) == ("web", "proved")


def test_json_of_what_is_unknown_is_null_and_not_an_empty_list(capsys: pytest.CaptureFixture[str]) -> None:
    body = printed(seen(state=None, connections=None, poolers=(), note="no engine"), capsys)
    assert (body["enabled"], body["connections"], body["poolers"], body["note"]) == (False, None, [], "no engine")


def test_a_direct_app_is_judged_as_direct_in_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    found = seen(routes=(replace(ROUTE, pooled=False),), connections=(Connections.of("web", "db", (PAST,)),))
    ((connections,)) = printed(found, capsys)["connections"]  # type: ignore[misc]
    assert connections["containers"][0]["proof"] == "direct"
