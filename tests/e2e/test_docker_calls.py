"""How often each verb starts docker: a number that does not grow with the containers, and that only ever goes down."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from demo_rig import DemoProject, demo_project

pytestmark = pytest.mark.slow

# Notes down the words and goes on as the real one.
_DOCKER = """#!/bin/sh
printf '%s' "$*" | tr '\\n' ' ' | cut -c 1-300 >>"$DOCKER_CALLS"
exec "$REAL_DOCKER" "$@"
"""
APPS = 2  # web and worker, into each of which `check` looks
MOST = {
    "enable": 15 + APPS,  # 4 prove the result, 2 + APPS ask what the running apps need, 1 what would be recreated
    "status": 4,
    "status of more containers": 4,
    "check": 7 + APPS,
    "psql": 2,
    "psql --direct": 2,
    "psql --admin": 2,
    "direct": 3,
    "migrate": 5,
    "top": 4,
    "metrics": 2,
    "size": 6,
    "disable": 6,
}


class Counted:
    """A project whose devpool finds a docker that counts."""

    def __init__(self, project: DemoProject, folder: Path) -> None:
        self.project, self.log = project, folder / "calls"
        program = folder / "docker"
        program.write_text(_DOCKER)
        program.chmod(0o755)
        self.environ = {
            "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
            "REAL_DOCKER": str(shutil.which("docker")),
            "DOCKER_CALLS": str(self.log),
        }
        self.calls: dict[str, list[str]] = {}

    def run(self, verb: str, *words: str, code: int = 0) -> None:
        """Run a verb, and keep what it started."""
        self.log.write_text("")
        self.project.devpool(*words, code=code, **self.environ)
        self.calls[verb] = self.log.read_text().splitlines()


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory, plain_shell: dict[str, str]) -> Iterator[dict[str, list[str]]]:
    with demo_project(tmp_path_factory.mktemp("calls"), plain_shell, "docker-calls") as project:
        project.up()
        yield tell(project, tmp_path_factory.mktemp("bin"))


def tell(project: DemoProject, folder: Path) -> dict[str, list[str]]:
    counted = Counted(project, folder)
    counted.run("enable", "enable")
    for verb in ("status", "check", "top", "metrics", "size"):
        counted.run(verb, verb)
    for way in ("", " --direct", " --admin"):
        counted.run(
            f"psql{way}",
            *f"psql{way}".split(),
            "--",
            "-c",
            "SHOW server_version" if "admin" not in way else "SHOW POOLS",
        )
    counted.run("direct", "direct", "web", "--", "true")
    counted.run("migrate", "migrate")
    project.compose("up", "--detach", "--wait", "--no-recreate", "--no-build", "--scale=web=4", "web")
    counted.run("status of more containers", "status")
    counted.run("disable", "disable")
    return counted.calls


@pytest.mark.parametrize("verb", MOST)
def test_a_verb_starts_docker_seldom(calls: dict[str, list[str]], verb: str) -> None:
    assert len(calls[verb]) <= MOST[verb], "\n".join(calls[verb])


def test_an_app_is_entered_once(calls: dict[str, list[str]]) -> None:
    entered = [line for line in calls["check"] if line.startswith("exec") and "installed in an app" in line]
    assert len(entered) == APPS
