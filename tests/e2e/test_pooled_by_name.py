"""Apps that are pooled by name, on a real engine: the address stands in a mounted file or in an image alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from demo_rig import DemoProject, demo_project
from migrations_rig import address
from pooler_rig import eventually

PROJECT = Path(__file__).parent / "by_name"
CLIENTS = 40
_BURST = f"for n in $(seq {CLIENTS}); do psql -XqAtc 'SELECT pg_sleep(0.1)' >/dev/null & done; wait"
_WHO = "SELECT host(client_addr) FROM pg_stat_activity WHERE client_addr IS NOT NULL"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, plain_shell: dict[str, str]) -> Iterator[DemoProject]:
    with demo_project(tmp_path_factory.mktemp("by-name"), plain_shell, "by-name", PROJECT) as found:
        found.up()
        yield found


def resolved(project: DemoProject, service: str, name: str) -> str:
    """The address that a name has inside a service."""
    return project.compose("exec", "-T", service, "getent", "hosts", name).split()[0]


def at_database(project: DemoProject) -> set[str]:
    """The addresses that have a connection at Postgres now."""
    words = ["exec", "-T", "db", "psql", "-XqAt", "--username=app", "--dbname=app"]
    return set(project.compose(*words, given=_WHO).split())


def counts(project: DemoProject) -> tuple[int, int]:
    """web's connections at the pooler and at Postgres, as `status` shows them."""
    found = {c["service"]: (c["at_pooler"], c["at_database"]) for c in project.ask("status")["connections"] or []}
    return found.get("web", (0, 0))


def is_pooled(project: DemoProject) -> bool:
    at_pooler, itself = counts(project)
    return at_pooler > 0 and itself == 0


def test_an_app_is_pooled_by_name_and_taken_back(project: DemoProject) -> None:
    before = project.tree()
    eventually(lambda: address(project, "inside") in at_database(project), "inside is connected", seconds=30)
    said = project.devpool("enable", "--direct", "other")[0]
    assert "web     pooled by name  pg_service.conf:2 names db" in said
    assert "inside  pooled by name  its containers were connected to db" in said
    # Another checkout, where nothing runs, plans the same.
    assert "already enabled: no file to change" in project.devpool("enable", "--no-up")[0]
    web = project.containers()["web"]
    assert resolved(project, "web", "db") == address(project, "pgbouncer")
    assert resolved(project, "web", "db-direct") == address(project, "db")
    assert resolved(project, "other", "db") == address(project, "db")
    routes = {r["service"]: (r["pooled"], r["by_name"]) for r in project.ask("status")["routes"]}
    assert routes == {"inside": (True, True), "web": (True, True), "other": (False, False)}
    assert resolved(project, "inside", "db") == address(project, "pgbouncer")
    eventually(lambda: is_pooled(project), "web's connection is at the pooler alone", seconds=30)
    assert address(project, "other") in at_database(project)

    project.compose("exec", "-T", "web", "sh", "-c", _BURST)
    assert address(project, "web") not in at_database(project)

    # A one-off container of the same service reaches the database itself.
    asked = "SELECT host(inet_client_addr())"
    past = project.devpool("migrate", "web", "--", "psql", "-XqAtc", asked)[0].split()[-1]
    assert past != address(project, "pgbouncer")
    through = project.compose("exec", "-T", "web", "psql", "-XqAtc", asked).strip()
    assert through == address(project, "pgbouncer")

    # The name follows, and the app is not restarted.
    for recreated in ("db", "pgbouncer"):
        project.compose("up", "--detach", "--wait", "--force-recreate", "--no-deps", recreated)
        eventually(lambda: is_pooled(project), f"web is pooled after {recreated} was recreated", seconds=60)
        assert resolved(project, "web", "db") == address(project, "pgbouncer")
    assert project.containers()["web"] == web

    project.devpool("disable")
    assert project.tree() == before
    assert resolved(project, "web", "db") == address(project, "db")
    assert "pgbouncer" not in project.containers()
