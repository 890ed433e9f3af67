"""Reads a program's output within limits of time and size: it may never end."""

from __future__ import annotations

import os
import selectors
import subprocess
import time

_BLOCK = 1 << 16


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
