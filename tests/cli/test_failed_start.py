"""A start that fails leaves nothing: no container and no network that it created. The engine is a fake one."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from devpool.cli import run
from devpool.output import Output

COMPOSE = """\
name: shop
services:
  db:
    image: postgres:17
    environment:
      POSTGRES_PASSWORD: hunter2
  web:
    image: app
    environment:
      DB_HOST: db
    depends_on: [db]
"""
LABEL = "com.docker.compose"
# Keeps containers and networks in a file. What only reads the project is asked of the real Compose.
DOCKER = f"""#!{sys.executable} -IS
import json, os, pathlib, re, sys
here = pathlib.Path(__file__).parent
words, store = sys.argv[1:], here / "engine.json"
known = json.loads(store.read_text())
containers, networks = known["containers"], known["networks"]

def make(service, status):
    labels = {{"{LABEL}.project": "shop", "{LABEL}.service": service}}
    if service == "pgbouncer":
        labels["devpool.role"] = "pooler"
    state = {{"Status": status, "ExitCode": 0}}
    config = {{"Labels": labels, "Image": "shop-" + service}}
    containers.setdefault("id-" + service, {{"Id": "id-" + service, "Name": service, "Config": config,
        "NetworkSettings": {{"Networks": {{}}}}}})["State"] = state

def row(one):
    known = {{"id": one["Id"], "names": one["Name"], "state": one["State"]["Status"], "image": one["Config"]["Image"]}}
    keys = re.findall(r'"([^"]+)":{{{{', words[words.index("--format") + 1])
    return json.dumps({{key: known.get(key, one["Config"]["Labels"].get(key, "")) for key in keys}})

if words[0] == "compose":
    if "ps" in words:
        print(*map(row, containers.values()), sep="\\n")
    if "config" in words or "version" in words:
        os.execv({shutil.which("docker")!r}, ["docker", *words])
    if "build" in words and known["fails"] == "build":
        sys.exit("failed to solve: no route to host")
    if "up" in words and "--dry-run" not in words:
        networks["net-default"] = "shop_default"
        make("db", "running")
        make("pgbouncer", "created")
        known["upped"] = True
        store.write_text(json.dumps(known))
        sys.exit("dependency failed to start: container shop-pgbouncer-1 is unhealthy")
elif words[0] == "ps":
    print(*map(row, containers.values()), sep="\\n")
elif words[:2] == ["network", "ls"]:
    print(*networks, sep="\\n")
elif words[:2] == ["network", "rm"]:
    del networks[words[2]]
elif words[1:2] == ["inspect"]:
    found = [c for c in containers.values() if c["Id"] in words]
    found or sys.exit("Error: No such image or container: " + words[-1])
    print(json.dumps(found))
elif words[:2] == ["container", "stop"]:
    containers[words[-1]]["State"]["Status"] = "exited"
elif words[:2] == ["container", "rm"]:
    del containers[words[-1]]
store.write_text(json.dumps(known))
"""
pytestmark = pytest.mark.usefixtures("compose_plugin")


class Engine:
    """A fake docker on PATH, with what is in it."""

    def __init__(self, folder: Path) -> None:
        self.store = folder / "engine.json"
        self.write(containers={}, networks={}, fails="")
        (folder / "docker").write_text(DOCKER)
        (folder / "docker").chmod(0o755)

    def write(self, **known: Any) -> None:
        self.store.write_text(json.dumps(self.known() | known if self.store.exists() else known))

    def known(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.store.read_text())
        return found

    def holds(self) -> tuple[dict[str, str], list[str]]:
        """The state of each container, and the networks."""
        known = self.known()
        return {name: one["State"]["Status"] for name, one in known["containers"].items()}, [*known["networks"]]


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plain_shell: dict[str, str]) -> Engine:
    for name in os.environ.keys() - plain_shell.keys():
        monkeypatch.delenv(name)
    fake, project = tmp_path / "bin", tmp_path / "shop"
    fake.mkdir()
    project.mkdir()
    (project / "compose.yml").write_text(COMPOSE)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    made = Engine(fake)
    monkeypatch.setenv("PATH", str(fake), prepend=":")
    monkeypatch.chdir(project)
    return made


def failing(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What a command says that has to fail, and leaves the project's files as they were."""
    assert run(["enable", *words], Output()) == 1
    assert Path("compose.yml").read_text() == COMPOSE
    assert [path.name for path in Path().iterdir()] == ["compose.yml"]
    return capsys.readouterr().err


def container(service: str, status: str) -> dict[str, Any]:
    labels = {f"{LABEL}.project": "shop", f"{LABEL}.service": service}
    return {
        "Id": f"id-{service}",
        "Name": service,
        "Config": {"Labels": labels, "Image": service},
        "NetworkSettings": {"Networks": {}},
        "State": {"Status": status, "ExitCode": 0},
    }


def test_what_a_failed_start_created_is_gone(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    assert "the pooler did not become healthy" in failing(capsys, "--up")
    assert engine.known()["upped"]
    assert engine.holds() == ({}, [])


def test_a_failed_build_leaves_nothing_either(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    engine.write(fails="build")
    assert "could not be built" in failing(capsys, "--up")
    assert engine.holds() == ({}, [])


def test_what_was_there_before_stays_as_it_was(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    stood = {"id-db": container("db", "exited"), "id-cache": container("cache", "exited")}
    engine.write(containers=stood, networks={"net-of-mine": "shop_mine"})
    failing(capsys, "--up")
    assert engine.holds() == ({"id-db": "exited", "id-cache": "exited"}, ["net-of-mine"])


def test_a_service_that_ran_runs_on(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    engine.write(containers={"id-db": container("db", "running")}, networks={"net-default": "shop_default"})
    failing(capsys)
    assert engine.holds() == ({"id-db": "running"}, ["net-default"])
