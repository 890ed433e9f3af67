"""The examples of compose/ci do what they say: their very lines are run on the demo."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from demo_rig import REPO, DemoProject

INSTALL = ("pip install", "apk add")  # what the test has installed already


def read(name: str) -> dict[str, Any]:
    return dict(yaml.safe_load((REPO / "compose" / "ci" / name).read_text()))


def github() -> list[str]:
    return [step["run"] for step in read("github-actions.yml")["jobs"]["tests"]["steps"] if "run" in step]


def gitlab() -> list[str]:
    job = read("gitlab-ci.yml")["tests"]
    return [*job["before_script"], *job["script"], *job["after_script"]]


@pytest.mark.parametrize("lines", [github, gitlab])
def test_the_steps_of_the_example_work_on_the_demo(
    lines: Callable[[], list[str]], project: DemoProject, programs: Path
) -> None:
    before = project.tree()
    path = f"{programs}{os.pathsep}{project.environ['PATH']}"
    said = {}
    for line in lines():
        if line.startswith(INSTALL):
            continue
        if line == "devpool disable":
            stats = project.compose("exec", "-T", "pgbouncer", "pooler-admin", "SHOW STATS")
        done = project.call(["sh", "-e", "-c", line], PATH=path, CI="true")
        said[line] = done.stdout + done.stderr
        assert done.returncode == 0, f"{line}\n{said[line]}"
        assert "\x1b" not in said[line]
    assert list(said) == [
        "devpool enable --up",
        "devpool migrate",
        "docker compose run --rm web python3 manage.py test",
        "devpool disable",
    ]
    assert "Applying notes.0002_note_written_at... OK" in said["devpool migrate"]
    assert "OK" in said["docker compose run --rm web python3 manage.py test"].splitlines()
    assert "\ntest_notes," in stats  # the test database was used through the pooler
    assert project.tree() == before
    assert "container *-pgbouncer-1" not in project.things()
