"""What is removed of a service is devpool's own: a record, which may name any service, is not enough."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from devpool.docker.containers import Stack
from devpool.docker.engine import Call

PROJECT, ROLE = "victim", "devpool.role"
SERVICE = "com.docker.compose.service"
# Answers from a file that holds images and containers, and notes down what it was asked to do.
DOCKER = f"""#!{sys.executable} -IS
import json, pathlib, sys
here = pathlib.Path(__file__).parent
words = sys.argv[1:]
with (here / "log").open("a") as log:
    print(*words, file=log)
known = json.loads((here / "known.json").read_text())
if words[:2] == ["container", "list"]:
    wanted = [words[i + 1][6:] for i, w in enumerate(words) if w == "--filter" and words[i + 1].startswith("label=")]
    has = lambda labels, text: labels.get(text.partition("=")[0]) in ([text.partition("=")[2]] if "=" in text else
        labels.values())
    print(*(c["Id"] for c in known["containers"] if all(has(c["Config"]["Labels"], w) for w in wanted)), sep="\\n")
elif words[1:2] == ["inspect"]:
    found = [one for kind in known.values() for one in kind if words[-1] in (one["Id"], *one.get("RepoTags", ()))]
    found or sys.exit("Error: No such image: " + words[-1])
    print(json.dumps(found))
elif words[:2] == ["image", "rm"] and known["images"][0]["Id"] == "sha256:used":
    sys.exit("Error response from daemon: conflict: unable to remove repository reference")
"""


class Engine:
    """A fake docker on the path."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.known: dict[str, list[dict[str, Any]]] = {"images": [], "containers": []}

    def image(self, name: str, labels: dict[str, str], identity: str = "sha256:1") -> None:
        self.known["images"].append({"Id": identity, "RepoTags": [name], "Config": {"Labels": labels}})

    def container(self, service: str, labels: dict[str, str]) -> None:
        own = {"com.docker.compose.project": PROJECT, SERVICE: service, **labels}
        config = {"Labels": own, "Image": f"{PROJECT}-{service}"}
        self.known["containers"].append({"Id": f"id-{service}", "Config": config, "Mounts": []})

    def removed(self, service: str) -> list[str]:
        """Let the stack remove a service; the commands that remove something."""
        (self.folder / "known.json").write_text(json.dumps(self.known))
        call = Call(arguments=(), cwd=str(self.folder), environ={})
        Stack(call, PROJECT, {}, None).remove(service)
        lines = (self.folder / "log").read_text().splitlines()
        return [line for line in lines if line.split()[1] in ("remove", "rm", "stop", "kill")]


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
    engine.known["images"].append({"Id": "sha256:1", "RepoTags": ["victim-web"], "Config": {}})
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
