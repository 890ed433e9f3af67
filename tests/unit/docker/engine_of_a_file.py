"""A docker on the path that answers from a file, and notes down what it is told."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from devpool.docker.containers import Stack
from devpool.docker.engine import Call
from devpool.docker.removal import remove

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
        remove(self.stack(), [service])
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
