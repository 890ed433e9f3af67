"""Reads files that the user names, and refuses those that are not regular files or are too large."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devpool.errors import DevpoolError

MOST_BYTES = 16 << 20
"""Limit for one file. The largest compose file seen so far has 0.5 MB; the record of 5,000 edits has 2 MB."""
# Never blocks: a file below /proc, which a link in a clone can point to, may have no end yet.
_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


def is_there(path: Path) -> bool:
    """Whether there is anything other than a folder, including what cannot be read: `read` says why."""
    with _reporting(path):
        try:
            return not stat.S_ISDIR(path.stat().st_mode)
        except (FileNotFoundError, NotADirectoryError):
            return False


def is_file(path: Path) -> bool:
    """Whether there is a file; a folder is not one.

    Raises:
        DevpoolError: `cannot-read`: what is there cannot be looked at, or is a pipe or a device. Reading one may never
            end, and what was read of a pipe is gone for Compose.
    """
    with _reporting(path):
        try:
            mode = path.stat().st_mode
        except (FileNotFoundError, NotADirectoryError):
            return False
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
        return stat.S_ISREG(mode)
    if os.path.realpath(path) != os.devnull:  # that one is an empty file to all: Compose's way to say "no env file"
        raise DevpoolError(
            "cannot-read", "this is a pipe or a device", where=str(path), hint="save its output to a file"
        )
    return True


def identity(path: str) -> str:
    """The same value for two paths of one file or folder, through links and mounts; "" if nothing can be seen."""
    try:
        status = Path(path).stat()
    except (OSError, ValueError):
        return ""
    return f"{status.st_dev}:{status.st_ino}"


def read(path: Path) -> bytes:
    """All bytes of a file.

    Raises:
        DevpoolError: `no-compose-file`, `cannot-read`, `too-large`.
    """
    is_file(path)
    with _reporting(path), open(path, "rb", opener=lambda name, _: os.open(name, _FLAGS)) as file:
        # The reported size may be too small, for instance below /proc.
        told = os.fstat(file.fileno()).st_size
        data = b"" if told > MOST_BYTES else file.read(MOST_BYTES + 1) or b""
        if max(told, len(data)) <= MOST_BYTES:
            return data
    raise DevpoolError(
        "too-large",
        f"the file is larger than {MOST_BYTES >> 20} MiB",
        where=str(path),
        hint="compose files and env files are small: check what this file is",
    )


@contextmanager
def _reporting(path: Path) -> Iterator[None]:
    """Turn an error of the system, or of Python, about a path into devpool's."""
    try:
        yield
    except (OSError, ValueError) as error:
        raise _cannot_read(error, str(path)) from None


def _cannot_read(error: OSError | ValueError, where: str) -> DevpoolError:
    reason = error.strerror if isinstance(error, OSError) else "its name is not a valid path"
    return DevpoolError(
        "no-compose-file" if isinstance(error, FileNotFoundError) else "cannot-read",
        f"cannot read the file: {reason}",
        where=where,
        hint="check the path and its permissions",
    )
