"""The root of a project, the repository that contains it, and the files of the project that must not be edited.

The root is found by looking at folders, never by running git: a clone could make git run something. Files outside it
are not edited without permission, nor are those that other projects also read. Others are further compose files of the
repository. They are looked for by their names and their text, in a bounded search; it is made only where a file of the
project lies outside of the project directory.
"""

from __future__ import annotations

import os
import pwd
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from devpool.model.paths import resolve_path
from devpool.text.patterns import regex

_COMPOSE = regex(r"(docker-)?compose[\w.-]*\.ya?ml", re.I)
_SKIPPED = frozenset({".git", ".devpool", "node_modules", "vendor", "venv", ".venv", "__pycache__", "dist", "target"})
_DEEPEST = 6  # folders below the root
_MOST_FOLDERS = 5_000
_MOST_FILES = 300
_LONGEST = 500_000  # bytes of a compose file that are searched


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """Files of a project that must not be edited, by absolute path.

    Attributes:
        outside: those outside the project's root, with all symlinks followed.
        elsewhere: those outside the project directory that another compose file reads, with that file.
    """

    outside: frozenset[str] = frozenset()
    elsewhere: dict[str, str] = field(default_factory=dict)


def find_closed(directory: str, loaded: Iterable[str], env_files: Iterable[str]) -> Closed:
    """The protected ones among the files of a project.

    Args:
        directory: the project directory.
        loaded: its compose files.
        env_files: its env files.
    """
    root, mine = find_root(Path(directory)), [*loaded]
    paths = dict.fromkeys((*mine, *env_files))
    outside = frozenset(path for path in paths if not is_inside(path, root))
    above = [path for path in paths if path not in outside and not Path(path).is_relative_to(directory)]
    others = list(_others(root, mine)) if above else []
    elsewhere = {path: other for path in above if (other := next((o for o, t in others if _reads(o, t, path)), ""))}
    return Closed(outside=outside, elsewhere=elsewhere)


def _others(root: Path, mine: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The other compose files below a root, with their texts."""
    known = {os.path.realpath(path) for path in mine}
    found = 0
    for visited, (folder, folders, names) in enumerate(os.walk(root)):
        depth = len(Path(folder).relative_to(root).parts)
        folders[:] = [] if depth >= _DEEPEST else sorted(f for f in folders if f not in _SKIPPED)
        for name in sorted(filter(_COMPOSE.fullmatch, names)):
            path = os.path.join(folder, name)  # noqa: PTH118 - as `os.walk` gives it
            if os.path.realpath(path) not in known and is_inside(path, root):
                found += 1
                yield path, _text(path)
        if visited >= _MOST_FOLDERS or found >= _MOST_FILES:
            return


def _text(path: str) -> str:
    """The beginning of a file; one that cannot be read reveals nothing."""
    try:
        if not Path(path).is_file():
            return ""
        with Path(path).open("rb") as file:
            return file.read(_LONGEST).decode("utf-8", "replace")
    except OSError:
        return ""


def _reads(other: str, text: str, path: str) -> bool:
    """Whether a compose file names a file; one in the folder of an `.env` reads that without naming it."""
    folder, name = os.path.split(path)
    if name == ".env" and os.path.dirname(other) == folder:  # noqa: PTH120 - as `os.walk` gives it
        return True
    written = re.findall(rf"[^\s'\",\[\]:=]*{re.escape(name)}(?![\w.-])", text)
    start = os.path.dirname(other)  # noqa: PTH120
    # If the name contains a variable, it may be this file.
    return any("}" in each or "$" in each or resolve_path(start, each.lstrip("{")) == path for each in written)
