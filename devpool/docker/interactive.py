"""Runs a docker command with the terminal, streams and signals of this process."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
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
    plain = [] if has_terminal() and kept is None else ["-T"]
    options = ["--rm", "--no-deps", *plain, *run_options([mark], environ, entrypoint)]
    words = call.command("run", *options, service, *command)
    stdout = None if kept is None else subprocess.PIPE
    child = _start(call, words, {**call.environ, **environ}, stdout, subprocess.PIPE)
    with copying(child.stdout, _into(kept)), copying(child.stderr) as complaints:
        code = exit_code(child, lambda: _end(call, mark))
    return NOT_FOUND if code and NOT_STARTED.search(complaints.end) else code


def run_options(labels: Iterable[str], environ: Iterable[str], entrypoint: list[str] | None) -> list[str]:
    """The options of `docker compose run` for labels, variables that are passed by name, and an entrypoint."""
    each = [("--label", label) for label in labels] + [("--env", name) for name in environ]
    return [word for pair in each for word in pair] + (["--entrypoint", *entrypoint] if entrypoint else [])


def execute(
    call: Call,
    container: Container,
    command: list[str],
    *,
    environ: Mapping[str, str] | None = None,
    kept: bytearray | None = None,
) -> int:
    """A command in a running container; its exit code.

    Args:
        call: how to call Compose for the project.
        container: the container.
        command: the words of the command.
        environ: variables that it gets, over those of the container; passed by name, as `run_once` does.
        kept: what gets what it says on stdout; None where that goes to stdout.

    Raises:
        DevpoolError: `no-docker-cli`.
        KeyboardInterrupt: it was interrupted.
    """
    given = environ or {}
    options = ["--interactive", *(["--tty"] if has_terminal() and kept is None else [])]
    options += [word for name in given for word in ("--env", name)]
    stdout = None if kept is None else subprocess.PIPE
    words = ["docker", "exec", *options, container.id, *command]
    child = _start(call, words, {**call.environ, **given}, stdout)
    with copying(child.stdout, _into(kept), shown=False):
        return exit_code(child, lambda: None)


def _into(kept: bytearray | None) -> Callable[[bytes], object] | None:
    return None if kept is None else kept.extend


def _start(
    call: Call, words: list[str], environ: Mapping[str, str], stdout: int | None, stderr: int | None = None
) -> subprocess.Popen[bytes]:
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
        keep: what gets the first `most` bytes. It may meet a full disk, which stops nothing else.
        most: bytes.
        shown: whether it goes to stderr.

    Attributes:
        end: the last bytes of it.
        problem: what the disk met.
    """

    def __init__(self, stream: IO[bytes], keep: Callable[[bytes], object] | None, most: int, *, shown: bool) -> None:
        super().__init__(daemon=True)
        self.end = b""
        self.problem: OSError | None = None
        self._stream, self._keep, self._left, self._shown = stream, keep, most, shown

    def run(self) -> None:
        """Until the stream is closed."""
        while said := os.read(self._stream.fileno(), 65536):
            self.end = (self.end + said)[-_KEPT:]
            self._pass_to_keep(said[: self._left])
            with suppress(OSError):  # whoever read it has gone: the command goes on
                if self._shown:
                    os.write(_STDERR, said)

    def _pass_to_keep(self, said: bytes) -> None:
        if self._keep is None or self.problem or not said:
            return
        try:
            self._keep(said)
            self._left -= len(said)
        except OSError as error:
            self.problem = error


@contextmanager
def copying(
    stream: IO[bytes] | None,
    keep: Callable[[bytes], object] | None = None,
    most: int = sys.maxsize,
    *,
    shown: bool = True,
) -> Iterator[Copier]:
    """Copies a pipe of docker and the command while the block runs, and closes it; without a pipe, nothing is copied.
    The arguments are those of `Copier`.
    """
    with stream or open(os.devnull, "rb") as source:  # noqa: PTH123 - no file of anybody's
        copier = Copier(source, keep, most, shown=shown)
        copier.start()
        yield copier
        copier.join(GRACE)


def _end(call: Call, mark: str) -> None:
    """End the marked container as ctrl-C on its own terminal would, and remove it. Whoever insists need not wait."""
    ids = ask(call, "ps", "--all", "--quiet", "--filter", f"label={mark}").split()
    try:
        for container in ids:
            ask(call, "kill", "--signal", "INT", container)
        deadline = time.monotonic() + GRACE
        while ids and time.monotonic() < deadline and ask(call, "ps", "--quiet", "--filter", f"label={mark}"):
            time.sleep(0.1)
    finally:
        for container in ids:
            ask(call, "rm", "--force", "--volumes", container)


def ask(call: Call, *words: str) -> str:
    """Docker's answer; "" if it refuses, because the container is already gone."""
    try:
        return run(["docker", *words], cwd=call.cwd, environ=call.environ)
    except DevpoolError:
        return ""
