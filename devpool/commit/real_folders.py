"""The folders below `.devpool/`, which may come with a clone: only real ones, and no link is followed.

Every folder on the way is opened from the one above it (`openat` with `O_NOFOLLOW`), and all is done from its
descriptor: a folder that becomes a link meanwhile leads nowhere. What stands there as a link, a pipe or a device is
refused by name, and so is a folder of another user or one that everybody may write to. Paths are absolute, below the
project directory, and without `..`.
"""

from __future__ import annotations

import errno
import os
import shlex
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path

from devpool import file_modes
from devpool.commit import disk
from devpool.commit.disk import reporting
from devpool.devpool_folder import FOLDER
from devpool.errors import DevpoolError

_MOST_NAMES = 10_000  # in one folder
_MOST_BELOW = 2_000  # files and folders below one of devpool's, which has some ten
_DEEPEST = 16  # folders in one another; devpool makes two

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_KINDS = {
    stat.S_IFLNK: "a link",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFDIR: "a folder",
    stat.S_IFREG: "a file",
}


def is_own(directory: Path, path: str | Path) -> bool:
    """Whether a path is one below `.devpool/`, by its name."""
    return Path(path).is_relative_to(directory / FOLDER) and ".." not in Path(path).parts


@contextmanager
def opened(directory: Path, folder: Path) -> Iterator[int]:
    """The descriptor of a folder.

    Args:
        directory: the project directory, which may be reached through links.
        folder: it, or a folder below it, which may not.

    Raises:
        FileNotFoundError: there is no such folder.
        DevpoolError: `devpool-folder-not-real`, `devpool-folder-not-yours`.
    """
    fd = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        project, at = os.fstat(fd), directory
        for part in folder.relative_to(directory).parts:
            at = at / part
            inner = _step_into(fd, at)
            os.close(fd)
            fd = inner
            _check_owner(os.fstat(fd), project, at)
        yield fd
    finally:
        os.close(fd)


def _step_into(fd: int, path: Path) -> int:
    status = os.stat(path.name, dir_fd=fd, follow_symlinks=False)
    if not stat.S_ISDIR(status.st_mode):
        raise not_real(path, status, "folder")
    return os.open(path.name, _FOLDER, dir_fd=fd)


def _check_owner(status: os.stat_result, project: os.stat_result, path: Path) -> None:
    """A folder must belong to us, root, or the project's owner, and be no more widely writable than the project."""
    if status.st_uid not in (os.geteuid(), project.st_uid, 0):
        raise DevpoolError(
            "devpool-folder-not-yours",
            f"this folder belongs to another user (UID {status.st_uid})",
            where=str(path),
            hint=f"run the command as that user, or make it yours: sudo chown -R $USER {shlex.quote(str(path))}",
        )
    if status.st_mode & ~project.st_mode & stat.S_IWOTH:
        raise DevpoolError(
            "devpool-folder-not-yours",
            "anyone can write to this folder",
            where=str(path),
            hint=f"chmod o-w {shlex.quote(str(path))}",
        )


def not_real(path: Path, status: os.stat_result, wanted: str) -> DevpoolError:
    """The error for something else in the place of one of devpool's folders or files."""
    kind = _KINDS.get(stat.S_IFMT(status.st_mode), "a device")
    if wanted == "file" and status.st_nlink > 1 and kind == "a file":
        kind = "a file with another hard link"
    remove = "rm -r" if kind == "a folder" else "rm"
    return DevpoolError(
        "devpool-folder-not-real",
        f"this is {kind} where devpool keeps a {wanted} of its own, so it stops here",
        where=str(path),
        hint=f"check what it is and who created it, then remove it: {remove} {shlex.quote(str(path))}",
    )


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn the system's error about reading a path into devpool's; a missing file is not an error yet."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise DevpoolError(
            "cannot-read",
            f"cannot read this: {error.strerror}",
            where=str(path),
            hint=f"give yourself read access (chmod u+rwX {shlex.quote(str(path))}), or run the command as its owner",
        ) from error


def status(directory: Path, path: Path) -> os.stat_result | None:
    """What is there, without following links; None for nothing.

    Raises:
        DevpoolError: `cannot-read`, and those of `opened`.
    """
    try:
        with reading(path), opened(directory, path.parent) as folder:
            return os.stat(path.name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None


def names(directory: Path, folder: Path) -> list[str] | None:
    """The names in a folder; None where there is no such folder.

    Raises:
        DevpoolError: `cannot-read`, `devpool-folder-too-large`, and those of `opened`.
    """
    try:
        with reading(folder), opened(directory, folder) as fd, os.scandir(fd) as entries:
            listed = [entry.name for entry in islice(entries, _MOST_NAMES + 1)]
    except FileNotFoundError:
        return None
    if len(listed) > _MOST_NAMES:
        raise too_large(folder, f"holds more than {_MOST_NAMES} files")
    return sorted(listed)


def make_folder(directory: Path, path: Path, mode: int = file_modes.FOLDER) -> None:
    """Create a folder unless it is there; the one above it must exist. The umask applies.

    Raises:
        DevpoolError: `not-writable`, `disk-full`, `disk-error`, and those of `opened`, also for what is there.
    """
    with reporting(path):
        disk.step("mkdir", str(path))
        with opened(directory, path.parent) as folder, suppress(FileExistsError):
            os.mkdir(path.name, mode, dir_fd=folder)
        with suppress(FileNotFoundError), opened(directory, path):
            pass


def make_private(directory: Path, path: Path) -> None:
    """Create a folder that nobody else can look into, or make an existing one private.

    Raises:
        DevpoolError: as `make_folder`.
    """
    make_folder(directory, path, file_modes.PRIVATE_FOLDER)
    with reporting(path), opened(directory, path) as folder:
        if stat.S_IMODE(os.fstat(folder).st_mode) & file_modes.FOR_OTHERS:
            os.fchmod(folder, file_modes.PRIVATE_FOLDER)


def remove_folder(directory: Path, path: Path) -> bool:
    """Remove a folder if it is empty; False if it is empty but cannot be removed, which does no harm."""
    try:
        disk.step("rmdir", str(path))
        with opened(directory, path.parent) as folder:
            os.rmdir(path.name, dir_fd=folder)
    except OSError as error:
        return error.errno in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT)
    return True


def below(directory: Path, folder: Path) -> tuple[list[Path], list[Path]]:
    """The real folders below a folder and itself, the deepest first, and all else there; links are not followed.

    Raises:
        DevpoolError: `cannot-read`, `devpool-folder-too-large`, and those of `opened`.
    """
    folders, others = [folder], list[Path]()
    for at in folders:  # which grows meanwhile
        if len(at.relative_to(folder).parts) > _DEEPEST:
            raise too_large(folder, f"nests more than {_DEEPEST} folders")
        for name in names(directory, at) or ():
            found = status(directory, at / name)
            is_folder = found is not None and stat.S_ISDIR(found.st_mode)
            (folders if is_folder else others).append(at / name)
            if len(folders) + len(others) > _MOST_BELOW:
                raise too_large(folder, f"holds more than {_MOST_BELOW} files")
    return folders[::-1], others


def too_large(folder: Path, what: str) -> DevpoolError:
    """The error for a folder that holds more than devpool ever writes; `what` says what it has too much of."""
    return DevpoolError(
        "devpool-folder-too-large",
        f"this folder {what}, so devpool did not write it",
        where=str(folder),
        hint=f"see what it holds and who made it, then remove what is not devpool's: ls -lR {shlex.quote(str(folder))}",
    )


def rename(directory: Path, path: Path, name: str) -> Path:
    """Give a file or folder another name in its own folder; its new path. There must be nothing of that name.

    Raises:
        DevpoolError: `not-writable`, `disk-error`, and those of `opened`.
    """
    with reporting(path), opened(directory, path.parent) as folder:
        disk.step("rename", str(path))
        os.rename(path.name, name, src_dir_fd=folder, dst_dir_fd=folder)
    return path.with_name(name)
