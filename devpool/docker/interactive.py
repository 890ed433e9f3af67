"""Runs a docker command with the terminal, streams and signals of this process."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from threading import Thread
from typing import IO
from uuid import uuid4

from devpool.docker.container_values import Container
from devpool.docker.engine import Call, run, starting
from devpool.docker.program import docker_program
from devpool.errors import DevpoolError

_GRACE = 5.0  # seconds that a container has to end after SIGINT
_LABEL = "devpool.once"
_STDERR = 2
_KEPT = 4096  # bytes of the end of stderr
NOT_FOUND = 127  # as a shell and `docker run` have it; `docker compose run` ends with 1
_NOT_STARTED = re.compile(rb"Error response from daemon:[^\n]*unable to start container process")


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
    kept: bytearray | None = None,
) -> int:
    """A one-off container of a service, without its dependencies; its exit code, 127 if it could not start.

    Variables are passed by name: their values stand in this process's environment, not on a command line.

    Args:
        call: how to call Compose for the project.
        service: the service.
        command: the words of the command; none for the service's own.
        environ: variables that the container gets, over its own.
        entrypoint: a program in place of the service's entrypoint.
        kept: what gets what it says on stdout, which then goes to stderr; None where that goes to stdout.

    Raises:
        DevpoolError: `no-docker-cli`.
        KeyboardInterrupt: it was interrupted; its container has ended and is removed.
    """
    mark = f"{_LABEL}={uuid4().hex}"
    names = [word for name in environ for word in ("--env", name)]
    first = ["--entrypoint", *entrypoint] if entrypoint else []
    plain = [] if has_terminal() and kept is None else ["-T"]
    options = ["--rm", "--no-deps", *plain, "--label", mark, *names, *first]
    words = call.command("run", *options, service, *command)
    stdout = None if kept is None else subprocess.PIPE
    child = _start(call, words, {**call.environ, **environ}, stdout, subprocess.PIPE)
    complaints = bytearray()
    with _copied(child.stderr, complaints, most=_KEPT), _copied(child.stdout, kept):
        code = _code(child, lambda: _end(call, mark))
    return NOT_FOUND if code and _NOT_STARTED.search(complaints) else code


def execute(call: Call, container: Container, command: list[str], *, kept: bytearray | None = None) -> int:
    """A command in a running container; its exit code.

    Args:
        call: how to call Compose for the project.
        container: the container.
        command: the words of the command.
        kept: what gets what it says on stdout; None where that goes to stdout.

    Raises:
        DevpoolError: `no-docker-cli`.
        KeyboardInterrupt: it was interrupted.
    """
    options = ["--interactive", *(["--tty"] if has_terminal() and kept is None else [])]
    stdout = None if kept is None else subprocess.PIPE
    child = _start(call, ["docker", "exec", *options, container.id, *command], call.environ, stdout)
    with _copied(child.stdout, kept, passed_on=False):
        return _code(child, lambda: None)


def _start(
    call: Call, words: list[str], environ: Mapping[str, str], stdout: int | None, stderr: int | None = None
) -> subprocess.Popen[bytes]:
    program, cwd = docker_program(environ), call.cwd
    with starting(cwd):
        return subprocess.Popen(words, executable=program, cwd=cwd, env=dict(environ), stdout=stdout, stderr=stderr)


def _code(child: subprocess.Popen[bytes], stop: Callable[[], None]) -> int:
    try:
        return child.wait()
    except KeyboardInterrupt:
        # `docker compose run` without a terminal exits at once and leaves its container running.
        stop()
        with suppress(subprocess.TimeoutExpired):
            child.wait(_GRACE)
        child.kill()
        child.wait()
        raise


@contextmanager
def _copied(
    stream: IO[bytes] | None, kept: bytearray | None, *, most: int = sys.maxsize, passed_on: bool = True
) -> Iterator[None]:
    """Keeps what comes through a pipe of docker and the command, as it comes.

    Args:
        stream: the pipe; with None, nothing is done.
        kept: what gets it.
        most: how many bytes of its end are kept.
        passed_on: whether it goes to stderr, too.
    """
    if stream is None or kept is None:
        yield
        return

    def copy() -> None:
        while said := os.read(stream.fileno(), 65536):
            kept.extend(said)
            del kept[:-most]
            if passed_on:
                with suppress(OSError):  # whoever read it has gone: the command goes on
                    os.write(_STDERR, said)

    copier = Thread(target=copy, daemon=True)
    with stream:
        copier.start()
        yield
        copier.join(_GRACE)


def _end(call: Call, mark: str) -> None:
    """End the marked container as ctrl-C on its own terminal would, and remove it. Whoever insists need not wait."""
    found = _ask(call, "ps", "--all", "--quiet", "--filter", f"label={mark}").split()
    try:
        for container in found:
            _ask(call, "kill", "--signal", "INT", container)
        deadline = time.monotonic() + _GRACE
        while found and time.monotonic() < deadline and _ask(call, "ps", "--quiet", "--filter", f"label={mark}"):
            time.sleep(0.1)
    finally:
        for container in found:
            _ask(call, "rm", "--force", "--volumes", container)


def _ask(call: Call, *words: str) -> str:
    """Docker's answer; "" if it refuses, because the container is already gone."""
    try:
        return run(["docker", *words], cwd=call.cwd, environ=call.environ)
    except DevpoolError:
        return ""
