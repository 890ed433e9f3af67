"""Paths as written in the project's files, and the absolute paths that they mean."""

from __future__ import annotations

import posixpath
from functools import lru_cache


def resolve_path(directory: str, written: str) -> str:
    """The absolute path that a path written in a file of a directory means."""
    return posixpath.normpath(posixpath.join(directory, written))


def written_path(directory: str, path: str) -> str:
    """How a file of a directory writes an absolute path: the inverse of `resolve_path`."""
    name = relative(path, directory)
    return name if name.startswith("../") else f"./{name}"


@lru_cache(maxsize=1024)
def relative(path: str, directory: str) -> str:
    """An absolute path as it is shown and recorded: relative to the project directory.

    It is kept: thousands of edits may name the same few files.
    """
    return posixpath.relpath(path, directory)
