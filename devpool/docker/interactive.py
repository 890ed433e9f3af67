"""Runs a docker command with the terminal, streams and signals of this process."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from threading import Thread
from typing import IO
from uuid import uuid4

from devpool.docker.container_values import Container
from devpool.docker.engine import Call, run, starting
from devpool.docker.program import docker_program
from devpool.errors import DevpoolError

GRACE = 5.0  # seconds that a container has to end after SIGINT
_LABEL = "devpool.once"
_STDERR = 2
_KEPT = 4096  # bytes of the end of stderr
NOT_FOUND = 127  # as a shell and `docker run` have it; `docker compose run` ends with 1
NOT_STARTED = re.compile(rb"Error response from daemon:[^\n]*unable to start container process")


def has_terminal() -> bool:
    """Whether a person is using it: docker gives a container a terminal only if both ends are one."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))


def run_once(
    call: Call,
    service: str,
    command: list[str],
    environ: Mapping[str, str],
    *,
    entrypoint: list[str] | None = None,
    apart: bool = False,
) -> int:
    """A one-off container of a service, without its dependencies; its exit code, 127 if it could not start.

    Variables are passed by name: their values stand in this process's environment, not on a command line.

    Args:
        call: how to call Compose for the project.
        service: the service.
        command: the words of the command; none for the service's own.
        environ: variables that the container gets, over its own.
        entrypoint: a program in place of the service's entrypoint.
        apart: whether what it says on stdout goes to stderr, so that stdout is free for an answer.

    Raises:
        DevpoolError: `no-docker-cli`.
        KeyboardInterrupt: it was interrupted; its container has ended and is removed.
    """
    mark = f"{_LABEL}={uuid4().hex}"
    names = [word for name in environ for word in ("--env", name)]
    first = ["--entrypoint", *entrypoint] if entrypoint else []
    plain = [] if has_terminal() and not apart else ["-T"]
    options = ["--rm", "--no-deps", *plain, "--label", mark, *names, *first]
    words = call.command("run", *options, service, *command)
    child = _start(call, words, {**call.environ, **environ}, apart, subprocess.PIPE)
    assert child.stderr, "it is a pipe"
    with child.stderr:
        copier = Copier(child.stderr)
        copier.start()
        code = exit_code(child, lambda: _end(call, mark))
        copier.join(GRACE)
    return NOT_FOUND if code and NOT_STARTED.search(copier.end) else code


def execute(call: Call, container: Container, command: list[str], *, apart: bool = False) -> int:
    """A command in a running container; its exit code. `apart` as in `run_once`.

    Raises:
        DevpoolError: `no-docker-cli`.
        KeyboardInterrupt: it was interrupted.
    """
    options = ["--interactive", *(["--tty"] if has_terminal() and not apart else [])]
    child = _start(call, ["docker", "exec", *options, container.id, *command], call.environ, apart)
    return exit_code(child, lambda: None)


def _start(
    call: Call, words: list[str], environ: Mapping[str, str], apart: bool, stderr: int | None = None
) -> subprocess.Popen[bytes]:
    stdout = _STDERR if apart else None
    program, cwd = docker_program(environ), call.cwd
    with starting(cwd):
        return subprocess.Popen(words, executable=program, cwd=cwd, env=dict(environ), stdout=stdout, stderr=stderr)


def exit_code(child: subprocess.Popen[bytes], stop: Callable[[], None]) -> int:
    """The exit code of a child; waits for it.

    Args:
        child: a docker command.
        stop: what ends its container when this process is interrupted.

    Raises:
        KeyboardInterrupt: it was interrupted, and the child has ended.
    """
    try:
        return child.wait()
    except KeyboardInterrupt:
        # `docker compose run` without a terminal exits at once and leaves its container running.
        stop()
        with suppress(subprocess.TimeoutExpired):
            child.wait(GRACE)
        child.kill()
        child.wait()
        raise


class Copier(Thread):
    """Passes on what docker and the command say as it comes, and keeps the end of it.

    Args:
        stream: where they say it.
        shown: whether it goes to stderr.
        kept: the file that gets it too, up to so many bytes; a disk that is full keeps less, and stops nothing.
    """

    def __init__(self, stream: IO[bytes], *, shown: bool = True, kept: IO[bytes] | None = None, most: int = 0) -> None:
        super().__init__(daemon=True)
        self.stream, self.shown, self.kept, self.left = stream, shown, kept, most
        self.end = b""
        self.problem: OSError | None = None

    def run(self) -> None:
        """Until the stream is closed."""
        while said := os.read(self.stream.fileno(), 65536):
            self.end = (self.end + said)[-_KEPT:]
            self._keep(said[: self.left])
            with suppress(OSError):  # whoever read it has gone: the command goes on
                if self.shown:
                    os.write(_STDERR, said)

    def _keep(self, said: bytes) -> None:
        if self.kept is None or self.problem or not said:
            return
        try:
            self.kept.write(said)
            self.left -= len(said)
        except OSError as error:
            self.problem = error


def _end(call: Call, mark: str) -> None:
    """End the marked container as ctrl-C on its own terminal would, and remove it. Whoever insists need not wait."""
    found = ask(call, "ps", "--all", "--quiet", "--filter", f"label={mark}").split()
    try:
        for container in found:
            ask(call, "kill", "--signal", "INT", container)
        deadline = time.monotonic() + GRACE
        while found and time.monotonic() < deadline and ask(call, "ps", "--quiet", "--filter", f"label={mark}"):
            time.sleep(0.1)
    finally:
        for container in found:
            ask(call, "rm", "--force", "--volumes", container)


def ask(call: Call, *words: str) -> str:
    """Docker's answer; "" if it refuses, because the container is already gone."""
    try:
        return run(["docker", *words], cwd=call.cwd, environ=call.environ)
    except DevpoolError:
        return ""
