"""The root of a project, the repository that contains it. Files outside it are not edited without permission.

The root is found by looking at folders, never by running git: a clone could make git run something.
"""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path


def find_root(directory: Path) -> Path:
    """The root of a project, all symlinks followed.

    It is the nearest folder, from the project directory up, that has a `.git` (a folder, or the file of a worktree or a
    submodule). It must belong to the user, and must not be the home directory or one above it, where a repository of
    dotfiles would open everything; else, and where there is no repository, it is the project directory itself.

    Args:
        directory: the project directory.
    """
    real = Path(os.path.realpath(directory))
    homes = list(_homes())
    for folder in (real, *real.parents):
        if any(home.is_relative_to(folder) for home in homes):
            break
        mark = folder / ".git"
        if _is_repository(mark):
            return folder if _belongs_to_user(folder) and _belongs_to_user(mark) else real
    return real


def is_inside(path: str, root: Path) -> bool:
    """Whether a file, with all symlinks followed, is below a root. It need not exist; an invalid path is nowhere."""
    with suppress(OSError, ValueError):
        return Path(os.path.realpath(path)).is_relative_to(root)
    return False


def _homes() -> Iterator[Path]:
    """The home directory according to the shell and to the system."""
    yield Path(os.path.realpath(os.path.expanduser("~")))  # noqa: PTH111 - Path.home() raises where there is none
    with suppress(KeyError):
        yield Path(os.path.realpath(pwd.getpwuid(os.geteuid()).pw_dir))


def _is_repository(mark: Path) -> bool:
    with suppress(OSError):
        return mark.is_dir() or mark.is_file()
    return False


def _belongs_to_user(path: Path) -> bool:
    with suppress(OSError):
        return path.lstat().st_uid == os.geteuid()
    return False


def outside_of(directory: str, paths: Iterable[str]) -> frozenset[str]:
    """Those of a project's files that lie outside its root, with all symlinks followed.

    Args:
        directory: the project directory.
        paths: absolute paths of its files.
    """
    root = find_root(Path(directory))
    return frozenset(path for path in paths if not is_inside(path, root))
