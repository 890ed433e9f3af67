"""The folder in which the output of a comparison's runs is kept, in the user's own state folder or one that is named.

It is readable by the user alone: what an app writes may hold passwords.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from devpool import file_modes
from devpool.commit import disk
from devpool.commit.backups import folder_of

MOST = 256 << 20
"""Bytes of one run's output that are kept."""
_END = 1 << 16  # bytes
_LAST = 5  # lines that an error shows
_KEPT = 5  # comparisons of a project


def new_folder(directory: Path, shell: Mapping[str, str], named: str | None) -> Path:
    """A new folder for a comparison. Of those in the state folder the last few are kept.

    Args:
        directory: the project directory.
        shell: the shell's variables.
        named: the folder that the user named, if any.

    Raises:
        DevpoolError: `not-writable`, `disk-full`, `disk-error`.
    """
    if named:
        folder = Path(named).absolute()
    else:
        place = folder_of(directory, shell) / "compare"
        _forget(place)
        folder = place / datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    disk.make_folders(folder, file_modes.PRIVATE_FOLDER)
    return folder


@contextmanager
def new_file(path: Path) -> Iterator[IO[bytes]]:
    """A new file, unbuffered, in place of one that is there.

    Raises:
        DevpoolError: `not-writable`, `disk-full`, `disk-error`.
    """
    with disk.reporting(path):
        fd = os.open(
            path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, file_modes.PRIVATE_FILE
        )
    with os.fdopen(fd, "wb", buffering=0) as file:
        yield file


def end_of(path: Path) -> str:
    """The last of what a run printed, as far as it was kept.

    Raises:
        DevpoolError: `not-readable`, `disk-error`.
    """
    with disk.reporting(path), path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _END))
        return file.read().decode("utf-8", "replace")


def last_lines(said: str) -> tuple[str, ...]:
    """The last few lines of what a run printed, for an error."""
    return tuple([line for line in said.splitlines() if line.strip()][-_LAST:])


def refuse_unwritable(path: Path) -> None:
    """Refuse a report that could not be written in the end.

    Raises:
        DevpoolError: `not-writable`.
    """
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        why = "it is a folder" if path.is_dir() else "its folder is not there, or you may not write in it"
        raise disk.not_writable(str(path), why, "name a file in a folder that you can write in: --report PATH")


def write(path: Path, text: str, *, append: bool = False) -> None:
    """Write a report to where the user asked for it.

    Raises:
        DevpoolError: `not-writable`, `disk-full`, `disk-error`.
    """
    with disk.reporting(path), path.open("a" if append else "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(text)


def _forget(place: Path) -> None:
    with suppress(OSError):
        for old in sorted(place.iterdir())[: 1 - _KEPT]:
            shutil.rmtree(old, ignore_errors=True)
