"""An app outside Compose, on a real engine: it gets a published pooler, .env stays, and its connections are seen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from demo_rig import DemoProject, demo_project
from pooler_rig import docker, eventually

PROJECT = Path(__file__).parent / "on_the_host"
DIRECT, POOLED = 54329, 54328


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, plain_shell: dict[str, str]) -> Iterator[DemoProject]:
    with demo_project(tmp_path_factory.mktemp("host"), plain_shell, "on-the-host", PROJECT) as found:
        found.up()
        yield found


@contextmanager
def from_the_host(project: DemoProject, port: int) -> Iterator[None]:
    """A connection from the host's own network to a port of its loopback."""
    url = f"postgres://app:open%20sesame@127.0.0.1:{port}/app"
    words = ["--rm", "--detach", "--network=host", "postgres:17", "psql", url, "-c", "SELECT pg_sleep(300)"]
    client = docker("run", *words).stdout.strip()
    try:
        yield
    finally:
        docker("rm", "--force", client)


def outside(project: DemoProject) -> tuple[int, int]:
    found = project.ask("status")["outside"]["db"]
    return found["at_pooler"], found["at_database"]


def test_an_app_on_the_host_gets_a_pooler_and_is_seen(project: DemoProject) -> None:
    before = project.tree()
    said = project.devpool("enable", "--publish", str(POOLED))[0]
    assert f"set DATABASE_URL=postgres://app:***@localhost:{POOLED}/app with your password; .env:1 stays" in said
    assert (project.folder / ".env").read_bytes() == (PROJECT / ".env").read_bytes()
    assert outside(project) == (0, 0)
    with from_the_host(project, DIRECT):
        eventually(lambda: outside(project)[1] == 1, "a client at the database is seen", seconds=30)
    with from_the_host(project, POOLED):
        eventually(lambda: outside(project)[0] == 1, "a client at the pooler is seen", seconds=30)
    assert f"programs on the host: {outside(project)[0]} at the pooler" in project.devpool("status")[0]
    project.devpool("disable")
    assert project.tree() == before
    assert "pgbouncer" not in project.containers()
