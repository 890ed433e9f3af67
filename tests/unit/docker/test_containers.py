"""What is started and whose a log is; what is removed is devpool's own: a record, which may name any service, is not
enough.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from devpool.docker.containers import Stack, _patience
from devpool.docker.engine import Call
from unit.docker.stand_ins import KnownStack, listed

PROJECT, ROLE, COMPOSE = "victim", "devpool.role", "com.docker.compose"
# Answers from a file that holds images and containers, and notes down what it was asked to do.
DOCKER = f"""#!{sys.executable} -IS
import json, pathlib, re, sys
here = pathlib.Path(__file__).parent
words = sys.argv[1:]
with (here / "log").open("a") as log:
    print(*words, file=log)
known = json.loads((here / "known.json").read_text())
asked = [word.removeprefix("--filter=") for word in words if word.startswith("--filter=")]
if words[0] == "compose":
    sys.exit("no configuration file provided: not found")
if words[0] == "ps":
    keys = re.findall(r'"([^"]+)":{{{{', words[-1])
    print(*(json.dumps({{key: one.get(key, "") for key in keys}}) for one in known["containers"]), sep="\\n")
elif words[:2] == ["image", "ls"]:
    labels = [word[6:] for word in asked if word.startswith("label=")]
    names = [word[10:] for word in asked if word.startswith("reference=")]
    found = [one["name"] for one in known["images"] if all(label in one["labels"] for label in labels)]
    print(*(name for name in found if name in names), sep="\\n")
elif words[:2] == ["container", "inspect"]:
    found = [one for one in known["containers"] if one["id"] in words]
    print(json.dumps([{{"Id": one["id"]}} for one in found]))
    len(found) == len(words) - 2 or sys.exit("Error response from daemon: No such container: " + words[-1])
elif words[:2] == ["image", "rm"] and known["images"][0]["id"] == "sha256:used":
    sys.exit("Error response from daemon: conflict: unable to remove repository reference")
"""


class Engine:
    """A fake docker on the path."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.known: dict[str, list[dict[str, Any]]] = {"images": [], "containers": []}

    def image(self, name: str, labels: dict[str, str], identity: str = "sha256:1") -> None:
        self.known["images"].append({"id": identity, "name": name, "labels": labels})

    def container(self, service: str, labels: dict[str, str]) -> None:
        own = {f"{COMPOSE}.project": PROJECT, f"{COMPOSE}.service": service, **labels}
        facts = {"id": f"id-{service}", "image": f"{PROJECT}-{service}", "state": "running"}
        self.known["containers"].append(facts | own)

    def stack(self) -> Stack:
        (self.folder / "known.json").write_text(json.dumps(self.known))
        call = Call(arguments=(), cwd=str(self.folder), environ=os.environ)
        return Stack(call, None, lambda: {"name": PROJECT, "services": {}})

    def removed(self, service: str) -> list[str]:
        """Let the stack remove a service; the commands that remove something."""
        self.stack().remove([service])
        return [line for line in self.log() if line.split()[1] in ("remove", "rm", "stop", "kill")]

    def log(self) -> list[str]:
        return (self.folder / "log").read_text().splitlines()


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    program = tmp_path / "docker"
    program.write_text(DOCKER)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    return Engine(tmp_path)


def test_an_image_of_the_users_stays(engine: Engine) -> None:
    engine.image("victim-web", {"maintainer": "me"})
    assert engine.removed("web") == []


def test_an_image_without_labels_stays(engine: Engine) -> None:
    engine.image("victim-web", {})
    assert engine.removed("web") == []


def test_the_containers_of_the_user_stay(engine: Engine) -> None:
    engine.container("web", {})
    engine.image("victim-web", {})
    assert engine.removed("web") == []


def test_the_pooler_goes_with_its_image(engine: Engine) -> None:
    engine.container("pgbouncer", {ROLE: "pooler"})
    engine.image("victim-pgbouncer", {ROLE: "pooler"})
    removed = engine.removed("pgbouncer")
    assert "container rm --force --volumes id-pgbouncer" in removed
    assert "image rm victim-pgbouncer" in removed


def test_an_image_that_another_project_uses_stays(engine: Engine) -> None:
    engine.image("victim-pgbouncer", {ROLE: "pooler"}, identity="sha256:used")
    assert engine.removed("pgbouncer") == ["image rm victim-pgbouncer"], "it is asked, and never forced"


def test_containers_and_images_are_removed_in_one_call_each(engine: Engine) -> None:
    for service in ("pgbouncer", "pgbouncer-exporter"):
        engine.container(service, {ROLE: "pooler", "mounts": "a" * 64 + ",/etc/app,data"})
        engine.image(f"victim-{service}", {ROLE: "pooler"})
    engine.stack().remove(["pgbouncer-exporter", "pgbouncer"])
    assert [line.split("--format")[0].split("--filter")[0].strip() for line in engine.log()] == [
        *("compose --profile * ps --all --no-trunc", "ps"),
        "container stop -t 5 id-pgbouncer id-pgbouncer-exporter",
        "container rm --force --volumes id-pgbouncer id-pgbouncer-exporter",
        "volume rm " + "a" * 64,
        "image ls",
        "image rm victim-pgbouncer victim-pgbouncer-exporter",
    ]


def test_many_containers_are_inspected_in_one_call_and_one_that_has_gone_is_left_out(engine: Engine) -> None:
    for service in ("web", "worker"):
        engine.container(service, {})
    stack = engine.stack()
    stack.wait()
    assert [one["Id"] for one in stack.inspect(["id-web", "id-worker"])] == ["id-web", "id-worker"]
    assert engine.log()[-1] == "container inspect id-web id-worker"
    assert [one["Id"] for one in stack.inspect(["id-web", "id-gone"])] == ["id-web"]
    assert stack.inspect(["id-gone"]) == []


def test_running_containers_are_inspected_once_until_they_may_have_changed() -> None:
    shown = json.dumps([{"Id": "id", "Name": "/web", "Config": {}, "State": {}, "NetworkSettings": {}}])
    stack = KnownStack([listed("web")], lambda *_: shown)
    assert stack.inspected() == stack.inspected()
    assert len(stack.told) == 1
    Stack.look_again(stack)
    assert [one.name for found in stack.inspected().values() for one in found] == ["web"]
    assert len(stack.told) == 2


def test_a_line_of_a_log_is_the_containers_that_wrote_it_once_and_without_passwords() -> None:
    stack = KnownStack([listed("web"), listed("web", "2"), listed("db")])
    text = (
        "web-1  | ready\nweb-2  | ready\ndb-1   | 2026-01-01 10:00:00.000 UTC [7] LOG:  postgres://u:sesame@db/x\n"
        "gone-1 | x\nshop-web-1 | in full\nno container\n"
    )
    found = stack.logs_of(["web", "db", "job"], "--tail", "9").read(text)
    assert found == {"web": ("ready", "in full"), "db": ("LOG:  postgres://u:***@db/x",), "job": ()}


def test_no_container_speaks_for_another() -> None:
    stack = KnownStack([listed("web"), listed("db")])
    found = stack.logs_of(["web", "db"]).read("web-1  | a\x85db-1   | FATAL\x0cdb-1   | PANIC\r\n")
    assert found == {"web": ("a", "db-1   | FATAL", "db-1   | PANIC"), "db": ()}


def test_which_containers_are_left_of_devpools_own_is_told_by_their_role() -> None:
    containers = [listed("pgbouncer", role="pooler"), listed("old", role="pooler"), listed("web"), listed("stray")]
    stack = KnownStack(containers)
    stack.declared = {"pgbouncer": {}, "web": {}}  # type: ignore[misc]
    assert stack.left() == {"pooler": ["old"]}


def test_nothing_is_started_where_nothing_is_named() -> None:
    stack = KnownStack()
    stack.up([], wait=True)
    assert stack.told == []
    stack.up(["web"], scale={"web": 2}, deps=True)
    assert stack.told == ["compose up --detach --scale web=2 web"]


@pytest.mark.parametrize(("seconds", "patience"), [(0.0, 1), (0.9, 1), (1.1, 2), (3.0, 6), (100.0, 12)])
def test_a_machine_that_is_slow_to_list_containers_is_given_more_time(seconds: float, patience: int) -> None:
    assert _patience(seconds) == patience


def test_compose_itself_says_which_containers_an_edit_waits_for_and_which_it_made() -> None:
    said = " DRY-RUN MODE -  Container shop-db-1  Recreate\n DRY-RUN MODE -  Container shop-db-1  Recreated\n"
    said += " DRY-RUN MODE -  Container shop-web-1  Running\n Container shop-job-1  Created\n"
    stack = KnownStack(says=lambda *_: said)
    assert stack.pending(["db", "web"]) == ["shop-db-1"]
    assert stack.pending([]) == []
    assert stack.up(["db"]) == ["shop-db-1", "shop-job-1"]
