"""Copies of compose/demo for the tests, each a project of its own, and the eyes to see what devpool did to it.

Everything of a project is removed in the end, found by the label that Compose gives it, whatever its files say by
then. DEVPOOL_E2E_KEEP=1 keeps it, to look at.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from answers import assert_answers
from pooler_rig import docker, eventually, require_engine

REPO = Path(__file__).resolve().parents[2]
DEMO = REPO / "compose" / "demo"
DEVPOOL = [sys.executable, "-m", "devpool"]
PASSWORD = "open sesame"
PASSWORD_IN_URL = "open%20sesame"
_HELD = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"

Tree = dict[str, tuple[int, bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """What the clients got, and the most connections that Postgres held meanwhile."""

    held: int
    errors: int


class DemoProject:
    """A copy of the demo, or of another project, in a folder whose name is the project's name."""

    patience = 240  # seconds for a command

    def __init__(self, folder: Path, shell: Mapping[str, str], source: Path = DEMO) -> None:
        self.folder = copytree(source, folder)
        self.name = folder.name
        # Port 0: each container of web gets a free one.
        self.environ = {**shell, "PYTHONPATH": str(REPO), "WEB_PORT": "0"}
        self.environ.pop("CI", None)

    # --- commands ---

    def call(self, words: list[str], *, given: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            words,
            cwd=self.folder,
            env=self.environ | environ,
            input=given,
            capture_output=True,
            text=True,
            timeout=self.patience,
        )

    def devpool(self, *arguments: str, code: int = 0, given: str = "", **environ: str) -> tuple[str, str]:
        """Runs devpool, which has to end with that code; its stdout and stderr."""
        done = self.call([*DEVPOOL, *arguments], given=given, **environ)
        if done.returncode != code:
            said = f"{done.stdout}{done.stderr}"
            pytest.fail(f"devpool {shlex.join(arguments)}: exit code {done.returncode}\n{said}", pytrace=False)
        assert_answers(arguments, done.stdout)
        return done.stdout, done.stderr

    def ask(self, *arguments: str, **environ: str) -> dict[str, Any]:
        """The answer of devpool in JSON."""
        return dict(json.loads(self.devpool(*arguments, "--json", **environ)[0]))

    def compose(self, *arguments: str, given: str = "") -> str:
        done = self.call(["docker", "compose", *arguments], given=given)
        if done.returncode:
            pytest.fail(f"docker compose {shlex.join(arguments)}:\n{done.stdout}{done.stderr}", pytrace=False)
        return done.stdout

    def up(self, *options: str) -> None:
        self.compose("up", "--detach", "--build", "--wait", "--quiet-pull", *options)

    def sql(self, text: str) -> str:
        return self.compose("exec", "-T", "db", "psql", "-XqAt", "-U", "notes", "-d", "notes", given=text).strip()

    def burst(self, *, clients: int = 60, seconds: int = 2) -> Burst:
        """Sends a burst to one container of web, and asks Postgres meanwhile for its connections.

        It answers by then: what enable has recreated may still be starting, and in part.
        """
        eventually(lambda: self.health()["web"] == {"healthy"}, "web is healthy", seconds=60)
        words = ["docker", "compose", "exec", "-T", "web", "python3", "burst.py"]
        burst = subprocess.Popen(
            [*words, f"--clients={clients}", f"--seconds={seconds}"],
            cwd=self.folder,
            env=self.environ,
            stdout=subprocess.PIPE,
            text=True,
        )
        counts: list[str] = []
        while burst.poll() is None:  # it begins late where the machine is busy
            counts += self.sql(f"{_HELD} \\watch i=0.1 c=10\n").split()
        report = json.loads(burst.communicate()[0])
        return Burst(held=max(map(int, counts)), errors=report["errors"])

    def web_says(self) -> dict[str, Any]:
        """What web answers of its own connection; nothing while it does not answer."""
        code = "from urllib.request import urlopen as u; print(u('http://127.0.0.1:8000/connection/').read().decode())"
        done = self.call(["docker", "compose", "exec", "-T", "web", "python3", "-c", code])
        return dict(json.loads(done.stdout)) if done.returncode == 0 else {}

    # --- what is there ---

    def tree(self) -> Tree:
        """Every file's mode and bytes, and every folder's mode."""
        return {
            str(path.relative_to(self.folder)): (path.stat().st_mode, path.read_bytes() if path.is_file() else b"")
            for path in self.folder.rglob("*")
        }

    def containers(self) -> dict[str, list[str]]:
        """The ids of the project's running containers by service, as Docker tells."""
        label = '{{.Label "com.docker.compose.service"}}'
        filters = [f"--filter=label=com.docker.compose.project={self.name}", "--no-trunc"]
        found: dict[str, list[str]] = {}
        for line in sorted(docker("ps", *filters, "--format", f"{label} {{{{.ID}}}}").stdout.splitlines()):
            service, container = line.split()
            found.setdefault(service, []).append(container)
        return found

    def things(self) -> set[str]:
        """What Docker has of the project, by kind and name, with * for the project's name."""
        return {thing.replace(self.name, "*") for thing in things_of(self.name)}

    def health(self) -> dict[str, set[str]]:
        """What the running containers of each service are: `healthy`, `not checked` and the like."""
        template = "{{if .State.Health}}{{.State.Health.Status}}{{else}}not checked{{end}}"
        return {
            service: set(docker("inspect", "--format", template, *containers, check=False).stdout.splitlines())
            for service, containers in self.containers().items()
        }

    def connections(self) -> dict[str, tuple[int, int]]:
        """The connections of each app, as devpool counts them: at the pooler, at Postgres."""
        found = self.ask("status")["connections"] or []
        return {c["service"]: (c["at_pooler"], c["at_database"]) for c in found}


@dataclass(kw_only=True)
class Moment:
    """The project at one moment."""

    tree: Tree
    containers: dict[str, list[str]]
    things: set[str]

    @classmethod
    def now(cls, project: DemoProject) -> Moment:
        return cls(tree=project.tree(), containers=project.containers(), things=project.things())

    def count(self) -> dict[str, int]:
        return {service: len(ids) for service, ids in self.containers.items()}


# --- what Docker has of a project, found by the label that Compose puts on it ---

_LIST = {
    "container": ["--all", "--format={{.Names}}"],
    "network": ["--format={{.Name}}"],
    "volume": ["--format={{.Name}}"],
}


def names_of(project: str, kind: str) -> list[str]:
    if kind == "image":
        # Compose names what it builds; before BuildKit took over it put no label on it.
        listed = docker("image", "ls", f"--filter=reference={project}-*", "--format={{.Repository}}")
    else:
        listed = docker(kind, "ls", f"--filter=label=com.docker.compose.project={project}", *_LIST[kind])
    return listed.stdout.split()


def things_of(project: str) -> set[str]:
    """Containers (stopped ones too), networks, volumes and images, by kind and name."""
    return {f"{kind} {name}" for kind in (*_LIST, "image") for name in names_of(project, kind)}


def remove_things(project: str) -> None:
    for kind in (*_LIST, "image"):
        options = [] if kind == "network" else ["--force"]
        if names := names_of(project, kind):
            docker(kind, "rm", *options, *names, check=False)


@contextmanager
def demo_project(folder: Path, shell: Mapping[str, str], test: str, source: Path = DEMO) -> Iterator[DemoProject]:
    """A project named after a test, or a module of tests."""
    require_engine()
    slug = re.sub("[^a-z0-9]+", "-", test.lower()).strip("-")[:40]
    project = DemoProject(folder / f"{slug}-{uuid.uuid4().hex[:6]}", shell, source)
    try:
        yield project
    finally:
        if os.environ.get("DEVPOOL_E2E_KEEP") != "1":
            remove_things(project.name)
