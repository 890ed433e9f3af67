"""A project that is not running: files are edited, nothing is started, unless that is asked for."""

from __future__ import annotations

import json
import os
from pathlib import Path

from demo_rig import REPO, DemoProject


def test_enable_and_disable_only_edit_files(project: DemoProject) -> None:
    before = project.tree()
    stdout, stderr = project.devpool("enable")
    assert "changed compose.yaml" in stdout
    assert stderr == ""
    enabled = project.tree()
    assert enabled.keys() > before.keys()
    assert "already enabled: no file to change" in project.devpool("enable")[0]
    assert project.tree() == enabled
    project.devpool("disable")
    assert project.tree() == before
    assert project.things() == set()


def test_status_gives_the_routes_without_connections(project: DemoProject) -> None:
    project.devpool("enable")
    assert "connections unknown: the project is not running" in project.devpool("status")[0]
    status = project.ask("status")
    assert {r["service"]: r["pooled"] for r in status["routes"]} == {"web": True, "worker": True}
    assert status["connections"] is None


def test_up_in_ci_starts_everything_and_answers_with_one_json_object(project: DemoProject) -> None:
    stdout, stderr = project.devpool("enable", "--up", "--json", CI="true")
    answer = json.loads(stdout)
    assert project.health() == {
        "db": {"healthy"},
        "pgbouncer": {"healthy"},
        "web": {"healthy"},
        "worker": {"not checked"},
    }
    assert {c["service"]: c["at_database"] for c in answer["connections"]} == {"web": 0, "worker": 0}
    assert "\x1b" not in stdout + stderr


def test_the_toggle_enables_and_then_disables(project: DemoProject, programs: Path) -> None:
    toggle = [str(REPO / "bin" / "toggle-pgbouncer.sh"), "--no-up"]
    path = f"{programs}{os.pathsep}{project.environ['PATH']}"
    before = project.tree()
    for enabled in (True, False):
        done = project.call(toggle, PATH=path)
        assert done.returncode == 0
        assert "changed compose.yaml" in done.stdout.splitlines()
        assert project.ask("status")["enabled"] is enabled
    assert project.tree() == before
