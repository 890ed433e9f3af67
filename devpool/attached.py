"""A docker command with the terminal, the streams and the signals of this process."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from uuid import uuid4

from devpool.containers import Running, Stack
from devpool.engine import no_docker, run
from devpool.errors import DevpoolError

_GRACE = 5.0  # seconds that a container has to end after SIGINT
_LABEL = "devpool.once"


def has_terminal() -> bool:
    """Whether a person sits in front of it: docker gives a container a terminal only where both ends are one."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))


def run_once(
    stack: Stack,
    service: str,
    command: list[str],
    environ: Mapping[str, str],
    *,
    entrypoint: list[str] | None = None,
    apart: bool = False,
) -> int:
    """A one-off container of a service, with nothing that it depends on; its exit code.

    Variables are passed by name: their values stand in this process's environment, not on a command line.

    Args:
        stack: the project's containers.
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
    words = stack.call.command(
        *("run", "--rm", "--no-deps", *plain, "--label", mark, *names, *first, service, *command)
    )
    return _attached(
        words, stack, {**stack.call.environ, **environ}, stop=lambda: _end(stack, mark), stdout=2 if apart else None
    )


def execute(stack: Stack, container: Running, command: list[str], *, apart: bool = False) -> int:
    """A command in a running container; its exit code. `apart` as in `run_once`.

    Raises:
        DevpoolError: `no-docker-cli`.
        KeyboardInterrupt: it was interrupted.
    """
    options = ["--interactive", *(["--tty"] if has_terminal() and not apart else [])]
    words = ["docker", "exec", *options, container.id, *command]
    return _attached(words, stack, stack.call.environ, stop=lambda: None, stdout=2 if apart else None)


def _attached(
    words: list[str], stack: Stack, environ: Mapping[str, str], *, stop: Callable[[], None], stdout: int | None = None
) -> int:
    try:
        child = subprocess.Popen(words, cwd=stack.call.cwd, env=dict(environ), stdout=stdout)
    except FileNotFoundError:
        raise no_docker() from None
    with _hanging_up_interrupts():
        try:
            return child.wait()
        except KeyboardInterrupt:
            # `docker compose run` without a terminal ends at once and leaves its container running.
            stop()
            with suppress(subprocess.TimeoutExpired):
                child.wait(_GRACE)
            child.kill()
            child.wait()
            raise


@contextmanager
def _hanging_up_interrupts() -> Iterator[None]:
    """A terminal that is closed stops the container too."""
    before = signal.signal(signal.SIGHUP, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)


def _end(stack: Stack, mark: str) -> None:
    """End the marked container as ctrl-C on its own terminal would, and remove it. Whoever insists need not wait."""
    found = _ask(stack, "ps", "--all", "--quiet", "--filter", f"label={mark}").split()
    try:
        for container in found:
            _ask(stack, "kill", "--signal", "INT", container)
        deadline = time.monotonic() + _GRACE
        while found and time.monotonic() < deadline and _ask(stack, "ps", "--quiet", "--filter", f"label={mark}"):
            time.sleep(0.1)
    finally:
        for container in found:
            _ask(stack, "rm", "--force", "--volumes", container)


def _ask(stack: Stack, *words: str) -> str:
    """What docker answers; "" where it refuses, which is that the container is gone already."""
    try:
        return run(["docker", *words], cwd=stack.call.cwd, environ=stack.call.environ)
    except DevpoolError:
        return ""
