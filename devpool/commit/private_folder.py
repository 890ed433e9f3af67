"""Folders for copies of files with passwords: nobody else can read them, and none outlives its devpool for long.

They are in a place that belongs to the user, `$XDG_RUNTIME_DIR/devpool` (XDG Base Directory Specification: private, in
memory), or else `devpool-UID` in the folder for temporary files. A process holds an flock on its folder as long as it
lives; a folder that nobody holds was left by a killed process, and the next devpool removes it. A place that is a
link, belongs to someone else or is open to others is not used, and nothing in it is touched.
"""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from devpool import file_modes

_NAME = "devpool"
_PREFIX = "copy-"
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_TRIES = 3  # another devpool that ends just now removes the place when it is empty


@contextmanager
def private_folder() -> Iterator[Path]:
    """A new folder for this process alone, with a path without links. It is removed at the end.

    Raises:
        OSError: there is no place for it.
    """
    import shutil
    import tempfile

    sweep()
    held = _held()
    if held is None:  # somebody else has what is to be our place
        with tempfile.TemporaryDirectory(prefix=f"{_NAME}-") as folder:
            yield Path(folder).resolve()
        return
    path, fd = held
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(fd)
        with suppress(OSError):
            path.parent.rmdir()


def sweep() -> None:
    """Remove the folders of killed processes. What cannot be removed stays for the next time."""
    for place in _places():
        with suppress(OSError), closing(_Opened(place)) as opened:
            if opened.is_ours():
                with os.scandir(opened.fd) as entries:
                    left = [entry.name for entry in entries if entry.name.startswith(_PREFIX)]
                for name in left:
                    _remove_left(opened.fd, name)
                place.rmdir()  # fails while another devpool has a folder in it


class _Opened:
    """A folder that is looked at through its descriptor, so that it cannot become another one meanwhile."""

    def __init__(self, path: str | Path, within: int | None = None) -> None:
        self.fd = os.open(path, _FOLDER, dir_fd=within)

    def is_ours(self) -> bool:
        """Whether it is this user's, and nobody else can look into it."""
        status = os.fstat(self.fd)
        return status.st_uid == os.geteuid() and not stat.S_IMODE(status.st_mode) & file_modes.FOR_OTHERS

    def lock(self) -> bool:
        """Whether no process held it; from now on this one does."""
        try:
            fcntl.flock(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def close(self) -> None:
        os.close(self.fd)


def _places() -> list[Path]:
    """Where the folders may be, the best first."""
    given = os.environ.get("XDG_RUNTIME_DIR", "")
    runtime = [Path(given, _NAME)] if given.startswith("/") else []
    temporary = os.environ.get("TMPDIR") or "/tmp"  # noqa: S108 - only a folder in it that is ours is used
    return [*runtime, Path(temporary, f"{_NAME}-{os.geteuid()}")]


def _held() -> tuple[Path, int] | None:
    """A new folder and the descriptor by which it is held; None where no place is fit for it."""
    for place in [p for p in _places() for _ in range(_TRIES)]:
        with suppress(OSError):
            with suppress(FileExistsError):
                place.mkdir(file_modes.PRIVATE_FOLDER)
            with closing(_Opened(place)) as opened:
                if opened.is_ours():
                    return _new(place.resolve())
    return None


def _new(place: Path) -> tuple[Path, int]:
    import tempfile

    while True:
        path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=place))
        with suppress(FileNotFoundError):  # another devpool has taken it for one that was left
            opened = _Opened(path)
            if opened.lock() and path.exists():
                return path, opened.fd
            opened.close()


def _remove_left(place: int, name: str) -> None:
    """Remove a folder that nobody holds. No link is followed: those in it lead to the user's own files."""
    with suppress(OSError), closing(_Opened(name, place)) as opened:
        if opened.is_ours() and opened.lock():
            import shutil

            shutil.rmtree(name, dir_fd=place)
