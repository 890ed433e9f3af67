"""The `docker` program: where it is, and its output within limits of time and size, for it may never end.

It is never taken from the current folder, which may be a clone from a stranger.
"""

from __future__ import annotations

import os
import selectors
import stat
import subprocess
import time
from collections.abc import Mapping

from devpool.errors import DevpoolError

_BLOCK = 1 << 16


def docker_program(environ: Mapping[str, str] | None = None) -> str:
    """The absolute path of the first `docker` on PATH.

    An entry of PATH that is empty or relative is passed over: it means the current folder, or one below it, so that a
    clone could bring the program. Docker's own CLI does the same for the programs that it starts (Go's os/exec since
    1.19, `exec.ErrDot`).

    Args:
        environ: the variables that hold PATH; None for those of this process.

    Raises:
        DevpoolError: `no-docker-cli`.
    """
    path = (os.environ if environ is None else environ).get("PATH", os.defpath)
    folders = [folder for folder in path.split(os.pathsep) if folder.startswith(os.sep)]
    found = next((f"{folder}/docker" for folder in folders if _is_program(f"{folder}/docker")), None)
    if found is None:
        raise no_docker()
    return found


def _is_program(path: str) -> bool:
    try:
        return stat.S_ISREG(os.stat(path).st_mode) and os.access(path, os.X_OK)  # noqa: PTH116
    except (OSError, ValueError):
        return False


def no_docker() -> DevpoolError:
    """The error for a PATH without docker."""
    return DevpoolError(
        "no-docker-cli",
        "there is no `docker` command on PATH (relative entries of PATH are not searched)",
        hint="install the Docker CLI with its compose plugin; "
        "`devpool enable --no-verify --no-up` edits without it but proves less",
    )


class TooLateError(Exception):
    """The program did not end in time."""


class TooMuchError(Exception):
    """The program wrote more than the limit."""


def read_both(child: subprocess.Popen[bytes], deadline: float, most: int) -> tuple[bytes, bytes]:
    """A child process's output on stdout and stderr, until both are closed and it has ended.

    Args:
        child: started with pipes for both.
        deadline: the `time.monotonic()` value until which it may run.
        most: the most bytes that it may write on both together.

    Raises:
        TooLateError: the deadline has passed.
        TooMuchError: it wrote more.
    """
    assert child.stdout and child.stderr, "they are pipes"
    said: dict[int, list[bytes]] = {child.stdout.fileno(): [], child.stderr.fileno(): []}
    size = 0
    with selectors.DefaultSelector() as selector:
        for stream in (child.stdout, child.stderr):
            selector.register(stream, selectors.EVENT_READ)
        while selector.get_map():
            ready = selector.select(max(0.0, deadline - time.monotonic()))
            if not ready:
                raise TooLateError
            for key, _ in ready:
                block = os.read(key.fd, _BLOCK)
                said[key.fd].append(block)
                size += len(block)
                if not block:
                    selector.unregister(key.fileobj)
            if size > most:
                raise TooMuchError
    try:
        child.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        raise TooLateError from None
    stdout, stderr = (b"".join(blocks) for blocks in said.values())
    return stdout, stderr
