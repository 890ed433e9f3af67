"""Writes to the user's own files, one at a time; nothing else does.

What a caller can rely on, and what can go wrong:

- A file changes by renaming a finished temporary file over it: whoever reads it, and whoever kills
  devpool, finds the old bytes or the new. After a kill before the rename, the temporary file stays; `temp_of` names it.
- Mode, owner, ACL and extended attributes stay, and the folder's default ACL adds nothing; for a symlink,
  the file behind it changes and the link stays. Other hard links of a file keep its old bytes.
- The bytes are compared right before the rename, so that an editor that saved in the meantime loses nothing. The
  instant between the two remains: POSIX has no rename that compares.
- When a function returns, the bytes of a file are on the disk, as far as the filesystem tells the truth. Names (a
  file that is there, is another or is gone) are once `disk.sync_folders` was called, for all that belongs together.
- If nothing can be renamed over a file (a bind mount of that single file), `RenameError` is raised, and
  `write_in_place` remains. It is not atomic: only the journal calls it, which can repair the result.

`journal.py` handles several files as one, `lock.py` allows one devpool at a time.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from devpool import file_modes
from devpool.commit import disk
from devpool.commit.disk import not_writable, rename_errors, reporting
from devpool.errors import DevpoolError

_CREATE = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """What one file holds before and after.

    Attributes:
        path: absolute path; a symlink means the file behind it.
        before: what the file must contain now; None: the file must not exist.
        after: what it will contain; None: it is removed.
        mode: permission bits of a file that is new, `file_modes.FILE` by default; an existing file keeps its own, but
            for one below `.devpool/`, which is replaced by one of these.
    """

    path: str
    before: bytes | None = field(repr=False)
    after: bytes | None = field(repr=False)
    mode: int | None = None


def inverse(change: FileChange) -> FileChange:
    """The reverse of a change that is still to be made: a file that it removes gets back its present mode."""
    status = _status(change.path)
    mode = stat.S_IMODE(status.st_mode) if status else None
    return replace(change, before=change.after, after=change.before, mode=mode)


def check_writable(paths: Iterable[str]) -> None:
    """Refuse, before anything starts, what would fail in the middle. Leaves no trace on the disk.

    Raises:
        DevpoolError: `not-writable`, `not-a-file`, `disk-error`.
    """
    for path in paths:
        target = Path(real(path))
        with reporting(path):
            if _status(path) and not os.access(target, os.R_OK | os.W_OK):
                raise not_writable(path, "the file is read-only for you", f"chmod u+rw {target}")
            folder = next(parent for parent in target.parents if parent.exists())
            if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
                hint = f"give yourself write access to {folder}, or run the command as its owner"
                raise not_writable(path, f"no file can be created in {folder}", hint)


def real(path: str) -> str:
    """The path of the file itself, all symlinks followed; it need not exist."""
    return os.path.realpath(path)


def hard_links(path: str) -> int:
    """How many names a file has, other hard links among them; 0 where there is no file."""
    status = _status(path)
    return status.st_nlink if status else 0


def temp_of(path: str, token: str) -> str:
    """The temporary file next to the real file while it is written."""
    return str(Path(real(path)).parent / f".devpool-{token}")


def read(path: str) -> bytes | None:
    """All bytes of a file; None where there is none.

    Raises:
        DevpoolError: `not-a-file` (a folder, a pipe), `not-writable`, `disk-error`.
    """
    with reporting(path):
        return Path(path).read_bytes() if _status(path) else None


def expect(path: str, data: bytes | None) -> None:
    """Make sure that a file holds these bytes, or with None that there is none.

    Raises:
        DevpoolError: `changed-meanwhile`, and those of `read`.
    """
    if read(path) != data:
        raise changed_meanwhile(path)


def changed_meanwhile(path: str) -> DevpoolError:
    """The error for a file that has changed since it was read."""
    return DevpoolError(
        "changed-meanwhile",
        "another program changed the file while devpool was working",
        where=path,
        hint="devpool left the file as it is now; run the command again",
    )


def _status(path: str) -> os.stat_result | None:
    try:
        status = Path(path).stat()
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(status.st_mode):
        raise DevpoolError("not-a-file", "this is not a regular file", where=path, hint="name a file instead")
    return status


def replace_file(path: str, before: bytes, after: bytes, *, token: str = "") -> None:
    """Give an existing file new bytes and keep everything else about it.

    Args:
        token: hex digits for the name of the temp, for a caller that must find it again; random by default.

    Raises:
        RenameError: only `write_in_place` is possible.
        DevpoolError: `changed-meanwhile`, `not-writable`, `disk-full`, `disk-error`, `not-a-file`.
    """
    _place(path, before, after, token, lambda fd: disk.be_like(fd, Path(path)))


def write_new(
    path: str, data: bytes, *, mode: int | None = None, owner: tuple[int, int] | None = None, token: str = ""
) -> None:
    """Create a file; its folder must exist.

    Args:
        mode: permission bits, whatever the umask; `file_modes.FILE` by default.
        owner: numeric user and group, given where we are allowed to.

    Raises:
        DevpoolError: `changed-meanwhile` (it exists), `not-writable`, `disk-full`, `disk-error`.
    """
    _place(path, None, data, token, lambda fd: disk.give(fd, file_modes.FILE if mode is None else mode, owner))


def _place(path: str, before: bytes | None, after: bytes, token: str, prepare: Callable[[int], None]) -> None:
    with reporting(path):
        expect(path, before)
        target = Path(real(path))
        with _temp(path, after, token, prepare) as temp:
            expect(path, before)
            with rename_errors(path):
                disk.step("replace", str(target))
                temp.replace(target)


def write_in_place(path: str, before: bytes, after: bytes) -> None:
    """Overwrite a file from its first byte to its last, then cut it.

    Killed in between, the file has at each place the byte of `before` or that of `after`, and is no shorter
    than the shorter and no longer than the longer of them.

    Raises:
        DevpoolError: as `replace_file`.
    """
    with reporting(path):
        expect(path, before)
        fd = os.open(real(path), os.O_WRONLY | os.O_CLOEXEC)
        try:
            disk.write_all(fd, path, after)
            disk.step("truncate", path)
            os.ftruncate(fd, len(after))
            disk.flush(fd, path)
        finally:
            os.close(fd)


def remove_file(path: str, before: bytes) -> None:
    """Remove a file that holds these bytes.

    Raises:
        DevpoolError: `changed-meanwhile`, `not-writable`, `disk-error`, `not-a-file`.
    """
    with reporting(path):
        expect(path, before)
        discard(real(path))


def discard(path: str) -> bool:
    """Remove a file of our own; whether there was one.

    Raises:
        DevpoolError: `not-writable`, `disk-error`.
    """
    with reporting(path):
        if not os.path.lexists(path):
            return False
        disk.step("unlink", path)
        Path(path).unlink()
        return True


@contextmanager
def _temp(path: str, data: bytes, token: str, prepare: Callable[[int], None]) -> Iterator[Path]:
    """A finished and flushed file next to the target; removed again if its use fails."""
    temp = Path(temp_of(path, token or os.urandom(8).hex()))
    disk.step("create", str(temp))
    fd = os.open(temp, _CREATE, file_modes.PRIVATE_FILE)
    try:
        try:
            disk.write_all(fd, str(temp), data)
            disk.step("mode", str(temp))
            prepare(fd)
            disk.flush(fd, str(temp))
        finally:
            os.close(fd)
        yield temp
    except BaseException:
        with suppress(DevpoolError, OSError):
            discard(str(temp))
        raise
