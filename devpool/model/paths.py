"""Paths as written in the project's files, and the absolute paths that they mean."""

from __future__ import annotations

import posixpath


def resolve_path(directory: str, written: str) -> str:
    """The absolute path that a path written in a file of a directory means."""
    return posixpath.normpath(posixpath.join(directory, written))


def written_path(directory: str, path: str) -> str:
    """How a file of a directory writes an absolute path: the inverse of `resolve_path`."""
    relative = posixpath.relpath(path, directory)
    return relative if relative.startswith("../") else f"./{relative}"
