"""Allows one devpool at a time in a project, by an flock on `.devpool/lock`; detects another that writes meanwhile.

Who only reads takes no lock, and may read a mixture of two states. The commit compares the bytes and refuses to write
such a mixture. But before that, the mixture may make no sense, and an error about it would mislead the user.
"""

from __future__ import annotations

import fcntl
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from devpool import file_modes
from devpool.commit import disk, real_folders, write_devpool_files
from devpool.commit.disk import reporting
from devpool.commit.intent import is_foreign
from devpool.devpool_folder import FOLDER, JOURNAL, STATE
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
    lock = Path(os.path.abspath(directory), FOLDER, "lock")  # noqa: PTH100 - Path.absolute() keeps `..`
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
        names = real_folders.names(directory, directory / FOLDER)
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
                fd = os.open(lock.name, _OPEN, file_modes.FILE, dir_fd=folder)
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


def _refuse_other(lock: Path, status: os.stat_result | None) -> None:
    """Never write to anything but a plain file with a single hard link: it may be anybody's."""
    if status and (not stat.S_ISREG(status.st_mode) or status.st_nlink > 1):
        raise real_folders.not_real(lock, status, "file")


def _is_ours(fd: int, lock: Path) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    # The last holder may have removed the file between the open and the lock: then this is a lock on
    # nothing, while a third process may hold the one on a new file of the same name.
    status = real_folders.status(lock.parent.parent, lock)
    return status is not None and os.path.samestat(os.fstat(fd), status)


def _sign(fd: int, lock: Path) -> None:
    with reporting(lock):
        disk.step("write", str(lock))
        os.ftruncate(fd, 0)
        os.pwrite(fd, f"{os.getpid()}\n".encode(), 0)


def _release(fd: int, lock: Path) -> None:
    try:
        with suppress(DevpoolError, OSError):
            write_devpool_files.discard(lock.parent.parent, lock)  # while it is still locked, so that it is ours
    finally:
        os.close(fd)
    _remove_home(lock)


def _remove_home(lock: Path) -> None:
    with suppress(DevpoolError):
        real_folders.remove_folder(lock.parent.parent, lock.parent)


def _is_locked(lock: Path) -> DevpoolError:
    who = "another process"
    with suppress(DevpoolError, ValueError):  # it may be gone by now, or have written no number yet
        who = f"process {int(write_devpool_files.read(lock.parent.parent, lock, _LONGEST) or b'')}"
    return DevpoolError(
        "locked",
        f"devpool is already running in this project ({who})",
        where=str(lock),
        hint="wait until it is done and run the command again",
    )


# --- another devpool that writes while this one reads ---


@contextmanager
def reading(directory: Path) -> Iterator[None]:
    """Around all reading of a project that is to be changed.

    Args:
        directory: the project directory.

    Raises:
        DevpoolError: `changed-meanwhile` in place of any other refusal, where another devpool was at work, and also
            where nothing else was wrong: what was read before it and after it is no project that ever was.
    """
    before = _record(directory)
    try:
        yield
    except (DevpoolError, FileNotFoundError) as error:
        if _is_at_work(directory) or _record(directory) != before:
            raise changed_while_read(directory) from error
        raise
    if _record(directory) != before:
        raise changed_while_read(directory)


def changed_while_read(directory: Path) -> DevpoolError:
    """The error for a project that another devpool has changed."""
    return DevpoolError(
        "changed-meanwhile",
        "another devpool process changed the project while this one was reading it",
        where=str(directory),
        hint="nothing was written; run the command again",
    )


def _is_at_work(directory: Path) -> bool:
    """Whether there is a journal of another devpool's; one that is not believed lies there without one."""
    try:
        return (directory / JOURNAL).is_dir() and not is_foreign(directory)
    except DevpoolError:
        return False


def _record(directory: Path) -> bytes | None:
    """The record's bytes: every devpool that changes something changes it."""
    try:
        return write_devpool_files.read(directory, directory / STATE)
    except DevpoolError:
        return None
