"""Reading what the user names: refused by name where it is no file that has an end."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devpool.errors import DevpoolError


def is_file(path: Path) -> bool:
    """Whether there is a file; a folder is none.

    Raises:
        DevpoolError: `cannot-read`: what is there cannot be looked at, or is a pipe or a device. Reading one may never
            end, and what was read of a pipe is gone for Compose.
    """
    with _reporting(path):
        try:
            mode = path.stat().st_mode
        except (FileNotFoundError, NotADirectoryError):
            return False
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise DevpoolError(
            "cannot-read", "this is a pipe or a device", where=str(path), hint="put what it gives into a file"
        )
    return stat.S_ISREG(mode)


def identity(path: str) -> str:
    """What is the same for two paths of one file or folder, through links and mounts; "" where nothing can be seen."""
    try:
        found = Path(path).stat()
    except (OSError, ValueError):
        return ""
    return f"{found.st_dev}:{found.st_ino}"


def read(path: Path) -> bytes:
    """All bytes of a file.

    Raises:
        DevpoolError: `no-compose-file`, `cannot-read`.
    """
    is_file(path)
    with _reporting(path):
        return path.read_bytes()


@contextmanager
def _reporting(path: Path) -> Iterator[None]:
    """Turn what the system, or Python before it, says about a path into a refusal."""
    try:
        yield
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "its name is no path"
        raise DevpoolError(
            "no-compose-file" if isinstance(error, FileNotFoundError) else "cannot-read",
            f"cannot read the file: {reason}",
            where=str(path),
            hint="check the path and its permissions",
        ) from None
