"""The files below `.devpool/`, which may come with a clone: only real files in real folders (real_folders.py).

What stands in the place of one as a link, a pipe or a device is refused by name.
"""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from devpool import file_modes
from devpool.commit import disk, write_user_files
from devpool.commit.disk import reporting
from devpool.commit.real_folders import not_real, opened, reading, status
from devpool.errors import DevpoolError

LARGEST = 16 << 20
"""The most bytes that are read of a file: many times what devpool ever writes itself."""
LARGEST_COPY = 64 << 20
"""The same for a copy of a user's file, which can be as large as that (`bounded_read.MOST_BYTES`) plus the edits."""

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def read(directory: Path, path: Path, largest: int = LARGEST) -> bytes | None:
    """All bytes of a file; None where there is none.

    Raises:
        DevpoolError: `cannot-read`, `devpool-file-too-large`, and those of `opened`.
    """
    try:
        with reading(path), opened(directory, path.parent) as folder:
            return _read(folder, path, largest)
    except FileNotFoundError:
        return None


def _read(folder: int, path: Path, largest: int) -> bytes | None:
    try:
        status = os.stat(path.name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(status.st_mode):
        raise not_real(path, status, "file")
    with os.fdopen(os.open(path.name, _READ, dir_fd=folder), "rb") as file:
        data = file.read(largest + 1) if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else b""
    if len(data) > largest:
        raise DevpoolError(
            "devpool-file-too-large",
            f"this file is larger than {largest >> 20} MiB, so devpool did not write it",
            where=str(path),
            hint=f"check what it is and who created it, then remove it: rm {shlex.quote(str(path))}",
        )
    return data


def expect(directory: Path, path: Path, data: bytes | None) -> None:
    """Make sure that a file holds these bytes, or with None that there is none.

    Raises:
        DevpoolError: `changed-meanwhile`, and those of `read`.
    """
    if read(directory, path, LARGEST_COPY) != data:
        raise write_user_files.changed_meanwhile(str(path))


def write(
    directory: Path,
    path: Path,
    before: bytes | None,
    after: bytes,
    *,
    mode: int | None = None,
    owner: tuple[int, int] | None = None,
    token: str = "",
) -> None:
    """Create a file or replace it with a new one; its folder must exist. A secret is never in a file with a wider mode.

    Args:
        before: what it must hold now; None: it must not exist.
        mode: permission bits; by default those of the file that is replaced, `file_modes.FILE` for a new one.
        owner: numeric user and group, given where we are allowed to; by default those of the file that is replaced,
            unless the new one is private.
        token: hex digits for the name of the temp.

    Raises:
        DevpoolError: `changed-meanwhile`, `not-writable`, `disk-full`, `disk-error`, and those of `opened`.
    """
    with reporting(path), opened(directory, path.parent) as folder:
        _expect(folder, path, before)
        if before is not None:
            old = os.stat(path.name, dir_fd=folder, follow_symlinks=False)
            mode = stat.S_IMODE(old.st_mode) if mode is None else mode
            owner = owner or ((old.st_uid, old.st_gid) if mode & file_modes.FOR_OTHERS else None)
        with _temp(folder, path, after, mode, owner, token) as temp:
            _expect(folder, path, before)
            disk.step("replace", str(path))
            os.replace(temp.name, path.name, src_dir_fd=folder, dst_dir_fd=folder)


def _expect(folder: int, path: Path, data: bytes | None) -> None:
    if _read(folder, path, LARGEST_COPY) != data:
        raise write_user_files.changed_meanwhile(str(path))


@contextmanager
def _temp(
    folder: int, path: Path, data: bytes, mode: int | None, owner: tuple[int, int] | None, token: str
) -> Iterator[Path]:
    """A finished and flushed file next to the target; removed again if its use fails."""
    temp = path.with_name(f".devpool-{token or os.urandom(8).hex()}")
    disk.step("create", str(temp))
    fd = os.open(temp.name, _CREATE, file_modes.PRIVATE_FILE, dir_fd=folder)
    try:
        try:
            disk.write_all(fd, str(temp), data)
            disk.step("mode", str(temp))
            disk.give(fd, file_modes.FILE if mode is None else mode, owner)
            disk.flush(fd, str(temp))
        finally:
            os.close(fd)
        yield temp
    except BaseException:
        with suppress(OSError):
            disk.step("unlink", str(temp))
            os.unlink(temp.name, dir_fd=folder)
        raise


def remove(directory: Path, path: Path, before: bytes) -> None:
    """Remove a file that holds these bytes.

    Raises:
        DevpoolError: `changed-meanwhile`, `not-writable`, `disk-error`, and those of `opened`.
    """
    expect(directory, path, before)
    discard(directory, path)


def discard(directory: Path, path: Path) -> bool:
    """Remove a file, or a link itself; whether there was one.

    Raises:
        DevpoolError: `not-writable`, `disk-error`, and those of `opened`.
    """
    with reporting(path):
        if status(directory, path) is None:
            return False
        disk.step("unlink", str(path))
        with opened(directory, path.parent) as folder:
            os.unlink(path.name, dir_fd=folder)
        return True
