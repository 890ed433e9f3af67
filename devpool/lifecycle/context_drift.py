"""Compares the build contexts below `.devpool/` with this devpool's: a build runs whatever they contain."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from devpool import __version__
from devpool.commit import devpool_files
from devpool.devpool_folder import STATE
from devpool.edit.pooler_service import BUILD_CONTEXT, EXPORTER_CONTEXT
from devpool.errors import DevpoolError
from devpool.lifecycle.folder_contents import context_files
from devpool.resources import BuildContext
from devpool.undo.state import State

_ANEW = "`devpool enable` rewrites it"


def digest(context: BuildContext) -> str:
    """A digest that shows whether the files of build contexts are still those that were written."""
    return _digest({name: data for name, (data, _) in context.items()})


def _digest(files: Mapping[str, bytes]) -> str:
    parts = (part for name in sorted(files) for part in (name.encode(), hashlib.sha256(files[name]).digest()))
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def differences(state: State, directory: Path) -> Iterator[tuple[str, str]]:
    """Where the record and the build contexts differ from what this devpool writes: (the file, the problem).

    `enabled_project.missing` reports missing files.

    Args:
        state: the record, which has the version that wrote them.
        directory: the project directory.
    """
    if state.devpool != __version__:
        yield STATE, f"was written by {_version(state)}, this is {__version__}: `devpool enable` updates it"
    wanted = context_files(exporter=any(pooler.exporter for pooler in state.poolers))
    found = dict(_on_disk(directory))
    told = {name: data for name, data in found.items() if data is not None}
    untouched = len(told) == len(found) and _digest(told) == state.context
    cause = f"is from {_version(state)}" if untouched else "was changed since enable" if state.context else "differs"
    for name in sorted(found):
        if name not in wanted:
            yield name, "is not one of devpool's files: `devpool enable` removes it"
        elif found[name] is None:
            yield name, f"is not a regular file: remove it, and {_ANEW}"
        elif found[name] != wanted[name][0]:
            yield name, f"{cause}: {_ANEW}"


def _version(state: State) -> str:
    return f"devpool {state.devpool}" if state.devpool else "an older devpool"


def _on_disk(directory: Path) -> Iterator[tuple[str, bytes | None]]:
    """The files in the build contexts, without following links; None for one that is not a readable file, and for a
    context that is not a folder or holds far more than devpool writes.
    """
    left = devpool_files.LARGEST
    for context in (BUILD_CONTEXT, EXPORTER_CONTEXT):
        try:
            paths = devpool_files.below(directory, directory / context)[1]
        except DevpoolError:
            yield context, None
            continue
        for path in paths:
            try:
                data = devpool_files.read(directory, path, left)
            except DevpoolError:
                data = None
            left -= len(data or b"")
            yield path.relative_to(directory).as_posix(), data
