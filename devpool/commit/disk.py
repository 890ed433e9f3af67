"""The effects on the disk that every writer uses, and the system's errors as devpool's, with a way out.

Each effect is a step, where a test can kill devpool.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from devpool import file_modes
from devpool.errors import DevpoolError

CHUNK = 65536
"""Bytes written at a time; tests make it small, so that they can kill devpool within a file."""
_ACL = "system.posix_acl_access"
_FULL = (errno.ENOSPC, errno.EDQUOT)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EBUSY, errno.ETXTBSY)
_NO_RENAME = (errno.EBUSY, errno.EXDEV, errno.EPERM)


def step(name: str, path: str) -> None:
    """Runs before every effect on the disk and does nothing. Tests put a function here that counts or dies."""


# --- errors ---


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
    if error.errno == errno.EROFS:
        return not_writable(path, reason, "run the command where this file system is mounted for writing")
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


# --- folders ---


def make_folder(path: Path, mode: int = file_modes.FOLDER) -> None:
    """Create a folder unless it is there; its parent must exist. The umask applies.

    Raises:
        DevpoolError: `not-writable`, `disk-full`, `disk-error`.
    """
    with reporting(path), suppress(FileExistsError):
        step("mkdir", str(path))
        path.mkdir(mode)


def make_folders(path: Path, mode: int) -> list[Path]:
    """Create a folder and those above it that are missing; the ones that were.

    Raises:
        DevpoolError: `not-writable`, `disk-full`, `disk-error`.
    """
    missing = [folder for folder in (*reversed(path.parents), path) if not folder.is_dir()]
    for folder in missing:
        make_folder(folder, mode)
    return missing


def sync_folders(folders: Iterable[Path]) -> None:
    """Flush the names in folders to the disk, each once, where its filesystem can; an I/O error is an error.

    Raises:
        DevpoolError: `disk-error`, `not-writable`.
    """
    for path in dict.fromkeys(folders):
        with reporting(path):
            fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                flush(fd, str(path))
            except OSError as error:
                # Network and FUSE filesystems do not support fsync on a folder; EIO means that data is lost.
                if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP):
                    raise
            finally:
                os.close(fd)


# --- an open file ---


def write_all(fd: int, path: str, data: bytes) -> None:
    """Write bytes into an open file, each piece a step."""
    rest = memoryview(data)
    while rest:
        step("write", path)
        rest = rest[os.write(fd, rest[:CHUNK]) :]


def flush(fd: int, path: str) -> None:
    """Flush an open file to the disk."""
    step("sync", path)
    os.fsync(fd)


def be_like(fd: int, target: Path) -> None:
    """Give an open file the owner, extended attributes and mode of another; in this order, as a new owner
    clears bits of the mode, and an ACL is one of the attributes and changes the mode too."""
    model, own = target.stat(), os.fstat(fd)
    if (model.st_uid, model.st_gid) != (own.st_uid, own.st_gid):
        with rename_errors(str(target)):
            os.fchown(fd, model.st_uid, model.st_gid)
    _copy_attributes(fd, target)
    os.fchmod(fd, stat.S_IMODE(model.st_mode))


def _copy_attributes(fd: int, target: Path) -> None:
    """Give an open file the extended attributes of another, its ACL among them, and no ACL where that one has none."""
    if sys.platform != "linux":
        return
    names: list[str] = []
    with suppress(OSError):
        names = os.listxattr(target)
    for name in names:
        with suppress(OSError):
            os.setxattr(fd, name, os.getxattr(target, name))
    if _ACL not in names:
        _remove_acl(fd)


def _remove_acl(fd: int) -> None:
    """Remove the ACL that an open file has inherited from its folder's default ACL.

    A chmod would let those in that it names: on a file with an ACL, the group bits are the ACL's mask (acl(5)).
    """
    if sys.platform == "linux":
        with suppress(OSError):  # none is there, or the filesystem knows none
            os.removexattr(fd, _ACL)


def give(fd: int, mode: int, owner: tuple[int, int] | None) -> None:
    """Give an open file its permission bits, and its owner where we are allowed to."""
    if owner:
        with suppress(PermissionError):
            os.fchown(fd, *owner)
    if not mode & file_modes.FOR_OTHERS:
        _remove_acl(fd)
    os.fchmod(fd, mode)
