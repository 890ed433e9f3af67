"""A Swarm of three nodes on this machine: each is a dockerd in a network namespace of its own.

The namespaces meet at a bridge in a fourth one. Their addresses are those for documentation (RFC 5737), and nothing
leads out of them. Everything is made below one folder and under one name, and is ended and removed by that.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from pooler_rig import eventually

_NEEDS = ("dockerd", "ip", "nsenter", "unshare")
_WHAT_TO_DO = (
    "needs root, network namespaces and Docker's daemon: `apt-get install docker.io iproute2 iptables`, and where the "
    "tests run in a container, give it `--privileged`"
)
_SIZE = "5g"


def run(*words: str, seconds: float = 120, check: bool = True, given: str | None = None) -> str:
    """What a command says on stdout."""
    done = subprocess.run(list(words), input=given, capture_output=True, text=True, timeout=seconds)
    if check and done.returncode:
        pytest.fail(f"{' '.join(words)}:\n{done.stdout}{done.stderr}", pytrace=False)
    return done.stdout


class Node:
    """One machine of the Swarm."""

    def __init__(self, swarm: str, number: int, folder: Path, client: Path, programs: Path | None) -> None:
        self.name = f"n{number}"
        self.space = f"{swarm}-{number}"
        self.address = f"198.51.100.{number}"
        self.folder = folder / self.name
        self.folder.mkdir()
        self.host = f"unix://{self.folder}/docker.sock"
        self.client = str(client)
        self.environ = os.environ | ({"PATH": f"{programs}:{os.environ['PATH']}"} if programs else {})
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start its daemon, whose containers have this node's network and no other."""
        options = [f"--{key}={self.folder}/{name}" for key, name in (("data-root", "data"), ("exec-root", "run"))]
        options += [f"--host={self.host}", f"--pidfile={self.folder}/dockerd.pid"]
        script = f'hostname {self.name} && exec dockerd "$@"'
        words = ["nsenter", f"--net=/run/netns/{self.space}", "unshare", "--uts", "sh", "-c", script, "sh", *options]
        with (self.folder / "dockerd.log").open("wb") as log:
            self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environ)

    def docker(self, *words: str, seconds: float = 120, check: bool = True, given: str | None = None) -> str:
        """What docker says of this node's engine."""
        return run(self.client, "--host", self.host, *words, seconds=seconds, check=check, given=given)

    def answers(self) -> bool:
        assert self.process
        if self.process.poll() is not None:
            log = (self.folder / "dockerd.log").read_text(errors="replace")
            pytest.fail(f"dockerd of {self.name} ended:\n{log[-3000:]}\n{_WHAT_TO_DO}", pytrace=False)
        return bool(self.docker("info", "--format", "{{.ServerVersion}}", check=False).strip())

    def containers(self, service: str) -> list[str]:
        """The ids of the running tasks of a service on this node."""
        label = f"--filter=label=com.docker.swarm.service.name={service}"
        return self.docker("ps", "--quiet", "--no-trunc", label, "--filter=status=running").split()

    def end(self) -> None:
        """End the daemon and all that it has started. Nothing of it is kept, so nothing is asked to end by itself."""
        if self.process is None:
            return
        self.process.kill()
        self.process.wait(10)
        for pid in _using(self.folder):
            for each in (*_children(pid), pid):
                with suppress(ProcessLookupError):
                    os.kill(each, signal.SIGKILL)


class Swarm:
    """Nodes, of which the first is the manager once they have joined."""

    def __init__(self, folder: Path, client: Path, count: int, programs: Path | None) -> None:
        self.id = f"dp{uuid.uuid4().hex[:5]}"
        self.nodes = [Node(self.id, number, folder, client, programs) for number in range(1, count + 1)]
        self.manager = self.nodes[0]

    def connect(self) -> None:
        """The namespaces, and what joins them."""
        run("ip", "netns", "add", self.id)
        _inside(self.id, "link", "add", "hub", "type", "bridge")
        _inside(self.id, "link", "set", "hub", "up")
        for node in self.nodes:
            far = f"{node.space}h"
            run("ip", "netns", "add", node.space)
            run("ip", "-n", node.space, "link", "add", "eth0", "type", "veth", "peer", "name", far, "netns", self.id)
            _inside(self.id, "link", "set", far, "master", "hub", "up")
            _inside(node.space, "addr", "add", f"{node.address}/24", "dev", "eth0")
            for link in ("lo", "eth0"):
                _inside(node.space, "link", "set", link, "up")

    def start(self) -> None:
        """Start the engines, and wait until they answer."""
        for node in self.nodes:
            node.start()
        for node in self.nodes:
            eventually(node.answers, f"the engine of {node.name} answers", seconds=60)

    def join(self) -> None:
        """Make one Swarm of the nodes."""
        self.manager.docker("swarm", "init", "--advertise-addr", self.manager.address)
        token = self.manager.docker("swarm", "join-token", "--quiet", "worker").strip()
        for node in self.nodes[1:]:
            node.docker("swarm", "join", "--advertise-addr", node.address, "--token", token, self.manager.address)

    def load(self, archive: Path) -> None:
        """Give every node these images."""
        words = [[node.client, "--host", node.host, "load", "--quiet", "--input", str(archive)] for node in self.nodes]
        loads = [subprocess.Popen(each, stdout=subprocess.DEVNULL) for each in words]
        assert [each.wait(180) for each in loads] == [0] * len(self.nodes)

    def running(self, service: str) -> dict[str, tuple[Node, str]]:
        """The running tasks of a service: the node and the container, by the name of the task."""
        found = {}
        for node in self.nodes:
            for container in node.containers(service):
                task = '{{index .Config.Labels "com.docker.swarm.task.name"}}'
                found[node.docker("inspect", "--format", task, container).strip()] = (node, container)
        return found

    def healthy(self, service: str) -> int:
        """How many of its tasks are healthy, or run where they say nothing of their health."""
        states = [
            node.docker("inspect", "--format", "{{if .State.Health}}{{.State.Health.Status}}{{end}}", container).strip()
            for node, container in self.running(service).values()
        ]
        return sum(state in ("", "healthy") for state in states)

    def addresses(self, service: str, network: str, at: Node | None = None) -> list[str]:
        """The tasks' addresses in a network of the stack, on one node or on all."""
        found = []
        for node, container in (pair for pair in self.running(service).values() if at in (None, pair[0])):
            networks = json.loads(node.docker("inspect", "--format", "{{json .NetworkSettings.Networks}}", container))
            found.append(str(networks[network]["IPAddress"]))
        return sorted(found)

    def cut_off(self, node: Node) -> None:
        """Take a node's network away, as by a pulled cable."""
        _inside(node.space, "link", "set", "eth0", "down")

    def end(self) -> None:
        for node in self.nodes:
            node.end()
        for name in [self.id, *(node.space for node in self.nodes)]:
            run("ip", "netns", "delete", name, check=False)


def _inside(space: str, *words: str) -> None:
    run("ip", "-n", space, *words)


def _using(folder: Path) -> Iterator[int]:
    """The processes that name a folder on their command line: containerd and its shims."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                if f"{folder}/".encode() in (entry / "cmdline").read_bytes():
                    yield int(entry.name)


def _children(pid: int) -> list[int]:
    """The first processes of a shim's container; what else is in it ends with them."""
    with suppress(OSError):
        return list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))
    return []


def _unmount(folder: Path) -> None:
    mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    for mount in sorted((m for m in mounts if f"{m}/".startswith(f"{folder}/")), reverse=True):
        run("umount", "--lazy", mount, check=False)


@contextmanager
def new_swarm(client: Path) -> Iterator[Swarm]:
    """A Swarm of three nodes, which is ended whatever happens.

    Args:
        client: a docker client that has `docker stack config`.
    """
    with new_nodes(client, 3) as swarm:
        swarm.join()
        yield swarm


@contextmanager
def new_nodes(client: Path, count: int, programs: Path | None = None) -> Iterator[Swarm]:
    """Nodes that are not joined, which are ended whatever happens.

    Args:
        client: the docker client to ask them with.
        count: how many.
        programs: a folder with the programs of another Docker than the machine's.
    """
    lacking = [name for name in _NEEDS if not shutil.which(name)]
    if lacking or os.geteuid():
        pytest.fail(f"a further engine on one machine {_WHAT_TO_DO}", pytrace=False)
    folder = Path(tempfile.mkdtemp(prefix="dp-swarm-"))  # a short path: a socket's has 108 characters
    # In memory: three copies of the images take minutes to write to a busy disk, and as long to remove.
    run("mount", "-t", "tmpfs", "-o", f"mode=700,size={_SIZE}", "tmpfs", str(folder))
    swarm = Swarm(folder, client, count, programs)
    try:
        swarm.connect()
        swarm.start()
        yield swarm
    finally:
        swarm.end()
        _unmount(folder)
        folder.rmdir()
