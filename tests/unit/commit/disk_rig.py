"""What the tests of writing share: errors of the system, and a user with no rights."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from devpool.errors import DevpoolError

NOBODY = 65534
OLD, NEW = b"a: 1\r\n", b"a: 2\r\n\xff\x00"


def failing(code: int) -> Callable[[], None]:
    def fail() -> None:
        raise OSError(code, os.strerror(code))

    return fail


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def as_nobody(work: Callable[[], object]) -> DevpoolError | None:
    """Run this as a user with no rights; the refusal it raised. In a process of its own when we are root."""
    if os.geteuid() != 0:
        return refusal(work)
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            error = refusal(work)
            os.write(write, "\n".join((error.code, error.where, error.hint)).encode() if error else b"")
            os._exit(0)
        finally:
            os._exit(1)
    os.close(write)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    code, where, hint = (*os.read(read, 65536).decode().split("\n"), "", "")[:3]
    os.close(read)
    return DevpoolError(code, "", where=where, hint=hint) if code else None


def refusal(work: Callable[[], object]) -> DevpoolError | None:
    try:
        work()
    except DevpoolError as error:
        return error
    return None
