"""Seconds from `devpool enable`, and from `devpool disable`, to the first query on the new route (compose/demo)."""

from __future__ import annotations

import json
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from urllib.request import urlopen

from _measure import REPO, Failed, environ
from _rig import docker, docker_try

PATIENCE = 120  # seconds
DEVPOOL = [sys.executable, "-m", "devpool"]
# What Compose itself takes to replace the two apps, which any change of a variable costs.
RECREATE = ["docker", "compose", "up", "--detach", "--force-recreate", "--no-deps", "web", "worker"]


class Demo:
    """A copy of the demo that runs. Its app is asked on a loopback port which route its own connection takes."""

    def __init__(self) -> None:
        name = f"devpool-bench-{secrets.token_hex(4)}"
        self.name, self.folder = name, Path(tempfile.gettempdir(), name)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.environ = environ() | {"WEB_PORT": str(self.port)}

    def up(self) -> None:
        """Starts it, direct, and pools it once unmeasured, so that the pooler's image is built."""
        shutil.copytree(REPO / "compose" / "demo", self.folder)
        self._run(["docker", "compose", "up", "--detach", "--build", "--wait"])
        self._run([*DEVPOOL, "enable", "--up"])
        self._run([*DEVPOOL, "disable"])

    def enable(self) -> float:
        """Seconds until the app's own connection is pooled."""
        return self._timed([*DEVPOOL, "enable", "--up"], lambda: self._pooled() is True)

    def disable(self) -> float:
        """Seconds until it is direct again."""
        return self._timed([*DEVPOOL, "disable"], lambda: self._pooled() is False)

    def recreate(self) -> float:
        """Seconds from Compose's own replacing of the apps to the first answer after the silence."""
        silent = False

        def back() -> bool:
            nonlocal silent
            answer = self._pooled()
            silent = silent or answer is None
            return silent and answer is not None

        return self._timed(RECREATE, back)

    def remove(self) -> None:
        """Containers, volumes, images and the folder."""
        label = f"label=com.docker.compose.project={self.name}"
        docker_try("compose", "--project-name", self.name, "down", "--volumes", "--remove-orphans", "--timeout=5")
        images = docker("image", "ls", "--format={{.Repository}}", "--filter", f"reference={self.name}-*").split()
        for kind, found in (("image", images), ("volume", docker("volume", "ls", "-q", "--filter", label).split())):
            if found:
                docker_try(kind, "rm", "--force", *found)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _timed(self, command: list[str], there: Callable[[], bool]) -> float:
        """Seconds from the start of a command until it is so; the command has to end well, too."""
        start = time.monotonic()
        with self._start(command) as process:
            while not there():
                if time.monotonic() - start > PATIENCE:
                    process.kill()
                    raise Failed(f"no query on the new route after: {' '.join(command)}")
                time.sleep(0.02)
            taken = time.monotonic() - start
            _end(process)
        return taken

    def _run(self, command: list[str]) -> None:
        with self._start(command) as process:
            _end(process)

    def _start(self, command: list[str]) -> subprocess.Popen[str]:
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.environ,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def _pooled(self) -> bool | None:
        """What the app says of its connection, which it uses to answer; None where it does not answer."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/connection/", timeout=2) as answer:
                return bool(json.loads(answer.read())["pooled"])
        except (OSError, HTTPException, ValueError):
            return None


def _end(process: subprocess.Popen[str]) -> None:
    """Waits for a command.

    Raises:
        Failed: its exit code is not 0.
    """
    said, _ = process.communicate()
    if process.returncode:
        raise Failed(f"{' '.join(map(str, process.args))} failed: {said.strip()[-300:]}")  # type: ignore[arg-type]


@contextmanager
def running_demo() -> Iterator[Demo]:
    """The demo, up and direct; gone at the end."""
    demo = Demo()
    try:
        demo.up()
        yield demo
    finally:
        demo.remove()
