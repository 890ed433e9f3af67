"""A project on Debian's newest Docker, which runs beside the machine's own in a network namespace."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from demo_rig import REPO
from pooler_rig import build_image, docker, eventually, tell
from swarm_rig import Node, new_nodes

pytestmark = pytest.mark.slow
OLDEST = (28, 0)
APP = "devpool-newest-app:test"
PROJECT = """\
services:
  db:
    image: postgres:17
    environment: {POSTGRES_USER: notes, POSTGRES_PASSWORD: sesame, POSTGRES_DB: notes}
    healthcheck: {test: pg_isready -h 127.0.0.1 -U notes, interval: 1s, retries: 60}
  app:
    image: devpool-newest-app:test
    init: true
    command: sh -c 'while :; do $$CLIENT "$$DATABASE_URL" -Atc "SELECT pg_sleep(60)"; sleep 0.2; done'
    environment:
      CLIENT: psql
      DATABASE_URL: postgres://notes:sesame@db:5432/notes
    depends_on:
      db: {condition: service_healthy}
    stop_signal: SIGKILL
"""


@dataclass(frozen=True)
class Project:
    """A project and the engine that it runs on."""

    node: Node
    folder: Path
    shell: dict[str, str]

    def run(self, *words: str) -> str:
        done = subprocess.run(
            list(words), cwd=self.folder, env=self.shell, capture_output=True, text=True, timeout=240, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def devpool(self, *words: str) -> str:
        return self.run(sys.executable, "-m", "devpool", *words)

    def connections(self) -> dict[str, tuple[int, int]]:
        """Of each app: at the pooler, and at Postgres."""
        found = json.loads(self.devpool("status", "--json"))["connections"] or []
        return {c["service"]: (c["at_pooler"], c["at_database"]) for c in found}


@pytest.fixture
def project(stack_client: Path, tmp_path: Path, plain_shell: dict[str, str]) -> Iterator[Project]:
    said = subprocess.run([REPO / "ci" / "engine", "daemons"], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    archive = tmp_path / "images.tar"
    docker("tag", "postgres:17", APP)  # under its own name it would be taken for a database
    docker("save", "--output", str(archive), build_image(), "postgres:17", APP)
    docker("rmi", APP)
    folder = tmp_path / "newest"
    folder.mkdir()
    (folder / "compose.yaml").write_text(PROJECT)
    with new_nodes(stack_client, 1, Path(said.stdout.strip())) as nodes:
        nodes.load(archive)
        node = nodes.manager
        path = f"{stack_client.parent}:{plain_shell['PATH']}"
        yield Project(
            node, folder, plain_shell | {"PYTHONPATH": str(REPO), "PATH": path, "DOCKER_HOST": node.host, "CI": "1"}
        )


def test_enable_see_migrate_and_disable_on_the_newest_engine(project: Project) -> None:
    version = project.node.docker("version", "--format", "{{.Server.Version}}").strip()
    assert tuple(map(int, version.split(".")[:2])) >= OLDEST
    before = (project.folder / "compose.yaml").read_bytes()
    project.run("docker", "compose", "up", "--detach", "--wait")
    eventually(lambda: project.connections().get("app") == (0, 1), "the app is connected", seconds=60)
    project.devpool("enable", "--image", build_image())
    eventually(lambda: project.connections().get("app") == (1, 0), "the app is pooled", seconds=60)
    levels = {r["check"]: r["level"] for r in json.loads(project.devpool("check", "--no-strict", "--json"))["checks"]}
    assert [levels[name] for name in ("pooler", "query", "database", "route")] == ["ok"] * 4
    assert project.devpool("migrate", "app", "--", "psql", "postgres://notes:sesame@db/notes", "-Atc", "SELECT 6 * 7")
    project.devpool("disable")
    eventually(lambda: project.connections().get("app") == (0, 1), "the app is direct", seconds=60)
    assert (project.folder / "compose.yaml").read_bytes() == before
    tell(f"Docker {version}: enable, status, check, migrate, disable")
