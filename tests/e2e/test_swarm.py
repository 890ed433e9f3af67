"""The demo as a stack on three nodes, with four tasks of a pooler: canceled, updated, killed, and taken out under load.

The tests follow each other on one stack, and each leaves it healthy.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree

import pytest
from demo_rig import DEMO, REPO
from pooler_rig import build_image, docker, eventually, tell
from swarm_rig import Node, Swarm, new_swarm

RECIPE = Path(__file__).parent / "swarm"
APPS = "devpool-swarm-demo:test"
REPLICAS, POOL = 4, 5
_PSQL = ("psql", "-XqAt", "-U", "notes", "-d", "notes")
_HELD = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
_FROM = "SELECT DISTINCT host(client_addr) FROM pg_stat_activity WHERE client_addr IS NOT NULL"


@dataclass(frozen=True)
class Stack:
    """The deployed demo, and the folder of its files."""

    swarm: Swarm
    folder: Path
    shell: dict[str, str]
    name: str = "shop"

    def call(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "devpool", "-p", self.name, "-c", "stack.yml", *words]
        done = subprocess.run(command, cwd=self.folder, env=self.shell, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    def devpool(self, *words: str) -> str:
        """What devpool says, on either stream."""
        done = self.call(*words)
        return done.stdout + done.stderr

    def type(self, said: str, begin: str) -> None:
        """Run the command that devpool has printed and that begins so, against the manager.

        The images are on every node, and no registry knows them.
        """
        command = next(line for line in said.splitlines() if line.strip().startswith(f"docker {begin}"))
        words = command.strip().split("  ")[0].split()[1:]
        extra = ["--detach=true", "--resolve-image=never"] if begin == "stack deploy" else []
        words[2:2] = extra
        client, host = self.swarm.manager.client, self.swarm.manager.host
        done = subprocess.run(
            [client, "--host", host, *words], cwd=self.folder, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr

    def running(self, service: str) -> dict[str, tuple[Node, str]]:
        return self.swarm.running(f"{self.name}_{service}")

    def is_healthy(self) -> bool:
        return self.swarm.healthy(f"{self.name}_pgbouncer") == REPLICAS == len(self.running("pgbouncer"))

    def sql(self, text: str) -> str:
        """What the database's own socket says; "" while it does not."""
        for node, container in self.running("db").values():
            return node.docker("exec", container, *_PSQL, "-c", text, check=False).strip()
        return ""

    def load(self) -> tuple[Node, str]:
        """The task in which clients run: one beside no other node's."""
        return next((node, container) for node, container in self.running("load").values() if node.name == "n3")

    def work(self, clients: int) -> Work:
        return Work(*self.load(), clients)


class Work:
    """Clients that work until the block ends; then `found` is what they met."""

    def __init__(self, node: Node, container: str, clients: int) -> None:
        node.docker("exec", "--interactive", container, "sh", "-c", "cat >/tmp/clients.py", given=program())
        self.words = [node.client, "--host", node.host, "exec", "--interactive", container, "python3"]
        self.words += ["/tmp/clients.py", "work", str(clients), "120"]
        self.found: dict[str, object] = {}

    def __enter__(self) -> Work:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(self.words, stdin=pipe, stdout=pipe, text=True)
        assert self.process.stdout
        assert self.process.stdout.readline() == "working\n"
        time.sleep(1)  # until all are at work
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        said, _rest = self.process.communicate("", timeout=60)
        self.found = json.loads(said) if said else {}


def program() -> str:
    return (RECIPE / "clients.py").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def began() -> float:
    return time.monotonic()


@pytest.fixture(scope="module")
def stack(
    began: float, stack_client: Path, tmp_path_factory: pytest.TempPathFactory, plain_shell: dict[str, str]
) -> Iterator[Stack]:
    folder = copytree(RECIPE, tmp_path_factory.mktemp("swarm") / "shop")
    image = build_image()
    docker("build", "--quiet", "--tag", APPS, str(DEMO))
    archive = folder.parent / "images.tar"
    docker("save", "--output", str(archive), APPS, image, "postgres:17")
    path = f"{stack_client.parent}:{os.environ['PATH']}"
    with new_swarm(stack_client) as swarm:
        swarm.load(archive)
        archive.unlink()
        shell = plain_shell | {"PYTHONPATH": str(REPO), "PATH": path, "DOCKER_HOST": swarm.manager.host}
        found = Stack(swarm, folder, shell)
        said = found.devpool("enable", "--swarm", "--image", image, f"--replicas={REPLICAS}", f"--pool-size={POOL}")
        found.type(said, "stack deploy")
        eventually(found.is_healthy, "all tasks of the pooler are healthy", seconds=90)
        eventually(lambda: len(found.running("load")) == len(swarm.nodes), "the clients' tasks run", seconds=30)
        yield found
    docker("rmi", APPS, check=False)


def test_the_apps_reach_postgres_through_tasks_on_all_nodes(stack: Stack) -> None:
    assert {node.name for node, _ in stack.running("pgbouncer").values()} == {"n1", "n2", "n3"}
    with stack.work(8) as work:
        others = set(stack.sql(_FROM).split()) - set(stack.swarm.addresses("shop_pgbouncer", "shop_default"))
    assert others == set(), "every connection at Postgres is a pooler's"
    assert (work.found["inside"], work.found["between"], work.found["stuck"]) == (0, 0, 0)


def test_status_check_and_psql_tell_of_all_tasks_and_of_what_they_do_not_see(stack: Stack) -> None:
    said = stack.devpool("status")
    assert f"pgbouncer: {REPLICAS} of {REPLICAS} tasks run: " in said
    assert "does not see the connections of tasks on other nodes" in said
    results = json.loads(stack.call("check", "--json").stdout)["checks"]
    levels = {(r["check"], r["subject"]): r["level"] for r in results}
    seen = [levels[key] for key in (("stack", ""), ("pooler", "pgbouncer"), ("tasks", "pgbouncer"), ("route", "web"))]
    assert seen == ["ok", "ok", "ok", "skipped"]
    assert "peer_id" in stack.devpool("psql", "--admin", "--", "-c", "SHOW CONFIG")
    assert stack.devpool("psql", "--direct", "--", "-Atc", "SELECT 6 * 7").split() == ["42"]


def test_a_migration_runs_in_a_task_and_past_the_pooler(stack: Stack) -> None:
    said = stack.devpool(
        "migrate", "load", "--", "sh", "-c", "python3 manage.py migrate --check; echo to $DATABASE_URL"
    )
    assert "to postgres://notes:" in said
    assert "@db:5432/notes" in said
    assert "docker service update --force shop_pgbouncer" in said


def test_a_cancel_request_reaches_its_query_by_every_task(stack: Stack) -> None:
    node, container = stack.load()
    addresses = stack.swarm.addresses("shop_pgbouncer", "shop_default")
    assert len(addresses) == REPLICAS
    node.docker("exec", "--interactive", container, "sh", "-c", "cat >/tmp/clients.py", given=program())
    said = node.docker("exec", container, "python3", "/tmp/clients.py", "cancel", *addresses)
    assert json.loads(said) == {"canceled": 20, "of": 20}


def test_an_update_of_all_tasks_ends_no_transaction_and_keeps_to_the_size(stack: Stack) -> None:
    before, most = set(stack.running("pgbouncer")), 0
    state = "{{if .UpdateStatus}}{{.UpdateStatus.State}}{{end}}"
    with stack.work(40) as work:
        stack.swarm.manager.docker("service", "update", "--detach=true", "--force", "shop_pgbouncer")
        began = time.monotonic()
        while stack.swarm.manager.docker("service", "inspect", "--format", state, "shop_pgbouncer").strip() in (
            "",
            "updating",
        ):
            most = max(most, int(stack.sql(_HELD) or 0))
            assert time.monotonic() - began < 120
        took = time.monotonic() - began
        eventually(lambda: not before & set(stack.running("pgbouncer")), "the old tasks are gone", seconds=60)
    tell(f"update of {REPLICAS} under 40 clients: {took:.1f} s, at most {most} connections, {work.found}")
    assert (work.found["inside"], work.found["stuck"]) == (0, 0)
    assert work.found["said"] in ([], ["server shutting down"])
    assert most <= (REPLICAS + 1) * (POOL + 1), "what `size` and `check` count with"


def clients_of(task: tuple[Node, str]) -> int:
    node, container = task
    return node.docker("exec", container, "pooler-admin", "SHOW CLIENTS").count("notes,notes")


def test_a_task_that_is_killed_costs_its_own_clients_alone(stack: Stack) -> None:
    eventually(stack.is_healthy, "all tasks are healthy", seconds=60)
    with stack.work(8) as work:
        node, container = max(stack.running("pgbouncer").values(), key=clients_of)
        node.docker("kill", container)
        eventually(lambda: container not in dict(stack.running("pgbouncer").values()).values(), "it is gone")
        eventually(stack.is_healthy, "there is another", seconds=60)
    tell(f"one of {REPLICAS} killed: {work.found}")
    assert 0 < int(str(work.found["noticed"])) < 8
    assert float(str(work.found["longest"])) < 3
    assert work.found["stuck"] == 0


def test_a_replaced_database_is_found_again(stack: Stack) -> None:
    old = stack.running("db")
    with stack.work(8) as work:
        stack.swarm.manager.docker("service", "update", "--detach=true", "--force", "shop_db")
        eventually(lambda: stack.running("db").keys() - old.keys() and stack.sql("SELECT 1") == "1", "a new database")
        accepts = time.monotonic()
        node, container = stack.load()
        code = "import os, psycopg; psycopg.connect(os.environ['DATABASE_URL'], connect_timeout=2)"
        query = ["exec", container, "sh", "-c", f'python3 -c "{code}" && echo yes']
        eventually(lambda: node.docker(*query, check=False), "a query passes", seconds=30)
        took = time.monotonic() - accepts
    tell(f"the database's task replaced: {took:.1f} s after it accepts connections, {work.found}")
    assert took < 5
    assert work.found["stuck"] == 0


def test_disable_under_load_is_exact_and_leaves_nothing(stack: Stack, began: float) -> None:
    eventually(stack.is_healthy, "all tasks are healthy", seconds=60)
    old = stack.running("load").keys()
    with stack.work(8):
        said = stack.devpool("disable")
        files = {path.name: path.read_bytes() for path in stack.folder.rglob("*") if path.is_file()}
        assert files == {path.name: path.read_bytes() for path in RECIPE.rglob("*") if path.is_file()}
        stack.type(said, "stack deploy")
        eventually(
            lambda: len(stack.running("load").keys() - old) == len(stack.swarm.nodes), "every app is new", seconds=60
        )
    stack.type(said, "service rm")
    eventually(lambda: not stack.running("pgbouncer"), "the pooler is gone", seconds=90)
    assert "pgbouncer" not in stack.swarm.manager.docker("service", "ls", "--format", "{{.Name}} {{.Image}}")
    with stack.work(8) as work:
        apps = {a for name in ("load", "web") for a in stack.swarm.addresses(f"shop_{name}", "shop_default")}
        assert set(stack.sql(_FROM).split()) <= apps
    assert (work.found["inside"], work.found["between"], work.found["stuck"]) == (0, 0, 0)
    tell(f"all of this: {time.monotonic() - began:.0f} s")
