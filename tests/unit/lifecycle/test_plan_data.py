"""The plan as data: all of it is JSON, and no secret is in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from devpool.lifecycle.plan_data import connections_data, plan_data
from devpool.measurements.routes import Connections, Replica
from devpool.output import Output
from unit.lifecycle.disk_project import planned_change, written


def test_the_data_is_json_without_a_password(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Output(as_json=True).data(plan_data(planned_change(written(tmp_path)), written=False))
    text = capsys.readouterr().out
    body = json.loads(text)
    assert body["files"] == [f"{tmp_path}/compose.yml"]
    (setting,) = body["settings"]
    assert (setting["value"], setting["where"], setting["pooler"]) == (
        "postgres://postgres:***@db:5432/shop",
        "origin",
        "pgbouncer",
    )
    assert "sesame" not in text


def test_connections_have_the_proof_of_each_container(tmp_path: Path) -> None:
    replicas = [Replica(container=f"web-{n}", at_pooler=n, at_database=0) for n in (0, 1)]
    (found,) = connections_data(planned_change(written(tmp_path)), [Connections.of("web", "db", replicas)])
    assert [replica["proof"] for replica in found["containers"]] == ["idle", "proved"]
