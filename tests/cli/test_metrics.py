"""`devpool metrics` where nothing runs: down is an answer, and not enabled is none."""

from __future__ import annotations

import json
from pathlib import Path

from cli.test_bad_input import COMPOSE, needs_compose, refuse, run, write
from cli.test_set import ENABLE, done, folder, shell

from devpool import resources

__all__ = ["folder", "shell"]
pytestmark = needs_compose


def test_a_pooler_that_does_not_run_is_down_and_that_is_an_answer(folder: Path, shell: dict[str, str]) -> None:
    done(folder, shell, *ENABLE)
    found = run(folder, shell, "metrics")
    assert found.returncode == 0
    assert found.stdout == (
        "# HELP pgbouncer_up Whether PgBouncer answered\n# TYPE pgbouncer_up gauge\npgbouncer_up 0\n"
    )
    assert "warning: the Docker engine is not running; cannot reach any pooler" in found.stderr
    assert "warning: pgbouncer is not running" in found.stderr


def test_two_poolers_are_told_apart(folder: Path, shell: dict[str, str]) -> None:
    write(folder, compose_yml=COMPOSE + COMPOSE.removeprefix("services:\n").replace("db", "b").replace("web", "shop"))
    done(folder, shell, *ENABLE)
    samples = json.loads(run(folder, shell, "metrics", "--json").stdout)["metrics"][0]["samples"]
    assert samples == [
        {"labels": {"pooler": "pgbouncer-db"}, "value": 0.0},
        {"labels": {"pooler": "pgbouncer-b"}, "value": 0.0},
    ]


def test_metrics_need_a_pooler(folder: Path, shell: dict[str, str]) -> None:
    refuse(folder, shell, "not-enabled", "metrics", words=("devpool enable",))


def test_the_dashboard_is_printed_as_it_is_carried(folder: Path, shell: dict[str, str]) -> None:
    assert run(folder, shell, "metrics", "--dashboard").stdout == resources.dashboard()
