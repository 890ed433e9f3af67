"""Allows one devpool at a time in a project, with an flock on `.devpool/lock`."""

from __future__ import annotations

import fcntl
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from devpool.commit import devpool_files, disk, real_folders
from devpool.commit.disk import reporting
from devpool.devpool_folder import HOME
from devpool.errors import DevpoolError

_OPEN = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_LONGEST = 100  # bytes of a lock file that are looked at
_held: set[str] = set()


@contextmanager
def locked(directory: Path, wait: float = 5.0) -> Iterator[None]:
    """Allow one devpool at a time in a project. A process that already holds the lock continues.

    The kernel drops the lock of a process that dies. The lock file, and `.devpool` when it is empty, are
    removed at the end.

    Args:
        wait: seconds to wait for another process.

    Raises:
        DevpoolError: `locked`, `not-writable`, `disk-full`, `disk-error`.
    """
    lock = Path(os.path.abspath(directory), HOME, "lock")  # noqa: PTH100 - Path.absolute() keeps `..`
    if str(lock) in _held:
        yield
        return
    fd = _acquire(lock, time.monotonic() + wait)
    try:
        _sign(fd, lock)
        _held.add(str(lock))
        yield
    finally:
        _held.discard(str(lock))
        _release(fd, lock)


def tidy_lock(directory: Path) -> None:
    """Remove a killed process's lock file, if that is possible at once."""
    with suppress(DevpoolError, OSError):
        names = real_folders.names(directory, directory / HOME)
        if names is not None and ("lock" in names or not names):
            with locked(directory, wait=0):
                pass


def _acquire(lock: Path, deadline: float) -> int:
    while True:
        try:
            fd = _try_lock(lock)
        except BaseException:
            _remove_home(lock)
            raise
        if fd is not None:
            return fd
        if time.monotonic() >= deadline:
            raise _is_locked(lock)
        time.sleep(0.02)


def _try_lock(lock: Path) -> int | None:
    """The open lock file; None if another process has it or has just removed it."""
    directory = lock.parent.parent
    real_folders.make_folder(directory, lock.parent)
    with reporting(lock):
        disk.step("create", str(lock))
        try:
            with real_folders.opened(directory, lock.parent) as folder:
                _refuse_other(lock, real_folders.status(directory, lock))
                fd = os.open(lock.name, _OPEN, disk.NEW_FILE, dir_fd=folder)
        except FileNotFoundError:
            return None
        try:
            _refuse_other(lock, os.fstat(fd))
            if _is_ours(fd, lock):
                return fd
        except BaseException:
            os.close(fd)
            raise
    os.close(fd)
    return None


def _refuse_other(lock: Path, found: os.stat_result | None) -> None:
    """Never write to anything but a plain file with a single hard link: it may be anybody's."""
    if found and (not stat.S_ISREG(found.st_mode) or found.st_nlink > 1):
        raise real_folders.not_real(lock, found, "file")


def _is_ours(fd: int, lock: Path) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    # The last holder may have removed the file between the open and the lock: then this is a lock on
    # nothing, while a third process may hold the one on a new file of the same name.
    found = real_folders.status(lock.parent.parent, lock)
    return found is not None and os.path.samestat(os.fstat(fd), found)


def _sign(fd: int, lock: Path) -> None:
    with reporting(lock):
        disk.step("write", str(lock))
        os.ftruncate(fd, 0)
        os.pwrite(fd, f"{os.getpid()}\n".encode(), 0)


def _release(fd: int, lock: Path) -> None:
    try:
        with suppress(DevpoolError, OSError):
            devpool_files.discard(lock.parent.parent, lock)  # while it is still locked, so that it is ours
    finally:
        os.close(fd)
    _remove_home(lock)


def _remove_home(lock: Path) -> None:
    with suppress(DevpoolError):
        real_folders.remove_folder(lock.parent.parent, lock.parent)


def _is_locked(lock: Path) -> DevpoolError:
    who = "another process"
    with suppress(DevpoolError, ValueError):  # it may be gone by now, or have written no number yet
        who = f"process {int(devpool_files.read(lock.parent.parent, lock, _LONGEST) or b'')}"
    return DevpoolError(
        "locked",
        f"devpool is already running in this project ({who})",
        where=str(lock),
        hint="wait until it is done and run the command again",
    )
