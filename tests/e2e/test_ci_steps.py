"""The examples of compose/ci do what they say: their very lines are run on the demo."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from demo_rig import REPO, DemoProject

from devpool import __version__

STEPS = [
    "devpool enable --up",
    "devpool migrate",
    "docker compose run --rm web python3 manage.py test",
    "devpool check",
    "devpool disable",
]
INSTALL = ("pip install", "apk add")  # the tests bring their own devpool


def read(name: str) -> dict[str, Any]:
    return dict(yaml.safe_load((REPO / "compose" / "ci" / name).read_text()))


def github() -> list[str]:
    return [step["run"] for step in read("github-actions.yml")["jobs"]["tests"]["steps"] if "run" in step]


def gitlab() -> list[str]:
    job = read("gitlab-ci.yml")["tests"]
    return [*job["before_script"], *job["script"], *job["after_script"]]


@pytest.mark.parametrize("lines", [github, gitlab])
def test_every_example_has_the_same_steps(lines: Callable[[], list[str]]) -> None:
    assert [line for line in lines() if not line.startswith(INSTALL)] == STEPS


@pytest.mark.parametrize("lines", [github, gitlab])
def test_every_example_installs_this_very_version(lines: Callable[[], list[str]]) -> None:
    assert [line.split()[-1] for line in lines() if line.startswith("pip install")] == [f"devpool=={__version__}"]


@pytest.mark.slow
def test_the_steps_of_the_examples_work_on_the_demo(project: DemoProject, programs: Path) -> None:
    before = project.tree()
    path = f"{programs}{os.pathsep}{project.environ['PATH']}"
    said, stats = {}, ""
    for step in STEPS:
        if step == "devpool disable":
            stats = project.compose("exec", "-T", "pgbouncer", "pooler-admin", "SHOW STATS")
        done = project.call(["sh", "-e", "-c", step], PATH=path, CI="true")
        said[step] = done.stdout + done.stderr
        assert done.returncode == 0, f"{step}\n{said[step]}"
        assert "\x1b" not in said[step]
    assert "Applying notes.0002_note_written_at... OK" in said["devpool migrate"]
    assert "\nOK\n" in said["docker compose run --rm web python3 manage.py test"]
    assert "\ntest_notes," in stats  # the tests' own database was reached through the pooler
    assert project.tree() == before
    assert "container *-pgbouncer-1" not in project.things()
