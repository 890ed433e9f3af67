"""The examples of compose/ci do what they say: their very lines are run on the demo."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from demo_rig import REPO, DemoProject
from gitlab_component import filled

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


@pytest.mark.slow
def test_the_jobs_of_the_component_work_on_the_demo(project: DemoProject, programs: Path) -> None:
    before = project.tree()
    path = f"{programs}{os.pathsep}{project.environ['PATH']}"
    (job,) = filled(service="web", command="python3 manage.py test").values()
    done = project.call(["sh", "-e", "-c", "\n".join(job["script"])], PATH=path, CI="true", **job["variables"])
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Applying notes.0002_note_written_at... OK" in done.stdout + done.stderr
    assert "\nOK\n" in done.stdout + done.stderr
    done = project.call(["sh", "-e", "-c", "\n".join(job["after_script"])], PATH=path, CI="true")
    assert done.returncode == 0, done.stdout + done.stderr
    assert project.tree() == before


@pytest.mark.slow
def test_the_steps_of_the_action_work_on_the_demo(project: DemoProject, programs: Path) -> None:
    action = yaml.safe_load((REPO / "action.yml").read_text(encoding="utf-8"))
    folder = project.folder.parent
    shell = {
        "GITHUB_STEP_SUMMARY": f"{folder}/summary",
        "GITHUB_OUTPUT": f"{folder}/output",
        "RUNNER_TEMP": str(folder),
    }
    given = {
        "ARGUMENTS": action["inputs"]["arguments"]["default"],
        "IMAGE": "",
        "COMPARE": "web -- python3 manage.py showmigrations",
    }
    path = f"{programs}{os.pathsep}{project.environ['PATH']}"
    for step in action["runs"]["steps"][1:]:  # the tests bring their own devpool
        words = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]]
        done = project.call(words, PATH=path, CI="true", **shell, **given)
        assert done.returncode == 0, f"{step['name']}\n{done.stdout}{done.stderr}"
    summary = Path(shell["GITHUB_STEP_SUMMARY"]).read_text(encoding="utf-8")
    assert "python3 manage.py showmigrations" in summary
    assert "web     db        pooled" in summary
    assert '"verb": "status"' in Path(shell["GITHUB_OUTPUT"]).read_text(encoding="utf-8")
