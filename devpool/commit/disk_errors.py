"""Turns the system's errors about a path into devpool's, with a way out."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devpool.errors import DevpoolError

_FULL = (errno.ENOSPC, errno.EDQUOT)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY, errno.ETXTBSY)
_NO_RENAME = (errno.EBUSY, errno.EXDEV, errno.EPERM)


class RenameError(DevpoolError):
    """`not-writable`, as nothing can be renamed over the file, and nothing has changed yet."""


@contextmanager
def reporting(path: str | Path) -> Iterator[None]:
    """Turn the system's error about a path into devpool's.

    Raises:
        DevpoolError: `not-writable`, `disk-full`, `disk-error`.
    """
    try:
        yield
    except OSError as error:
        raise _refusal(str(path), error) from error


def _refusal(path: str, error: OSError) -> DevpoolError:
    reason = error.strerror or str(error)
    if error.errno in _FULL:
        hint = "free some space on this disk and run the command again"
        return DevpoolError("disk-full", f"the disk is full: {reason}", where=path, hint=hint)
    if error.errno in _FORBIDDEN:
        return not_writable(path, reason, "run the command as the owner of the file and its folder")
    hint = "check the disk and the path, then run the command again"
    return DevpoolError("disk-error", f"reading or writing failed: {reason}", where=path, hint=hint)


def not_writable(path: str, reason: str, hint: str) -> DevpoolError:
    """The error for a path that cannot be written."""
    return DevpoolError("not-writable", f"cannot write this: {reason}", where=path, hint=hint)


@contextmanager
def rename_errors(path: str) -> Iterator[None]:
    """Turn the system's error about a rename over a file into `RenameError` if writing in place is still possible."""
    try:
        yield
    except OSError as error:
        if error.errno not in _NO_RENAME:
            raise
        hint = "run the command where this file is not a mount of its own, or as its owner"
        raise RenameError("not-writable", f"cannot replace this: {error.strerror}", where=path, hint=hint) from error
