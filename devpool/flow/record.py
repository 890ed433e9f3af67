"""What the disk has of an earlier enable: its record, and the other files below `.devpool/`."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from devpool.commit.names import DIGESTS, HOME, STATE
from devpool.errors import DevpoolError
from devpool.read import readable
from devpool.read.root import find_root, is_inside

if TYPE_CHECKING:
    from devpool.commit.state import State
    from devpool.undo.digests import Digests


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """What an earlier enable has left.

    Attributes:
        present: the files below `.devpool/`.
        files: the bytes without devpool of the user's own files that it had edited.
        read: the bytes that they were made of.
        enabled: whether there is a record of it.
    """

    present: Mapping[str, bytes] = field(repr=False)
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    read: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    enabled: bool = False


def read_state(directory: Path, *, allow_outside: bool = False) -> State | None:
    """The record of the last enable; None where there is none.

    It is a colleague's word, not an order: its files lie below the project's root, and its edits are such as devpool
    makes.

    Args:
        directory: the project directory.
        allow_outside: whether the user lets devpool edit files outside of the root.

    Raises:
        DevpoolError: `state-unreadable`, `state-in-conflict`, `state-version`, `state-not-ours`.
    """
    path = directory / STATE
    if readable.is_file(path):
        data = readable.read(path)
    elif os.path.lexists(path):
        data = b""  # a folder, or a link that leads nowhere, is a damaged record, and no sign that there is none
    else:
        return None
    # What reads a record need not be loaded where there is none.
    from devpool.commit.state import load, not_ours

    state = load(data, str(directory))
    found = next(_foreign(state, directory, allow_outside=allow_outside), None)
    if found:
        raise not_ours(*found, str(path))
    return state


def _foreign(state: State, directory: Path, *, allow_outside: bool) -> Iterator[tuple[str, str]]:
    from devpool.undo.recorded import foreign

    yield from _wrong_places(state, directory, allow_outside=allow_outside)
    yield from foreign(state)


def _wrong_places(state: State, directory: Path, *, allow_outside: bool) -> Iterator[tuple[str, str]]:
    """The files that a record names and that are no project's: (the file, why)."""
    root = find_root(directory)
    for path in state.paths():
        name = os.path.relpath(path, directory)
        places = (name, os.path.relpath(os.path.realpath(path), root))
        folders = {part.lower() for place in places for part in Path(place).parts}
        if folders & {".git", HOME}:
            yield name, "it lies in a folder whose files it never edits"
        elif not (allow_outside or is_inside(path, root)):
            yield name, f"it lies outside of {root}; if it is yours and you had it edited, pass --allow-outside again"


def read_digests(state: State) -> Digests:
    """What tells copies that are as they were; empty in a fresh checkout, or where the file does not fit."""
    try:
        told = json.loads(readable.read(Path(state.directory, DIGESTS)))
        pairs = zip(state.edits, told, strict=True)
        return {edit: str(value) for edit, value in pairs if value}
    except (DevpoolError, ValueError, TypeError):
        return {}


def ours_on_disk(directory: Path) -> dict[str, bytes]:
    """What lies below `.devpool/`, but for the lock and the journal, which their own modules look after.

    Raises:
        DevpoolError: `cannot-read`, `too-large`: a folder that cannot be looked into may hold a password.
    """
    return {str(path): readable.read(path) for path in _paths_below(directory / HOME)}


def _paths_below(folder: Path) -> list[Path]:
    found: list[Path] = []
    for place, folders, names in os.walk(folder, onerror=readable.refuse):
        own = Path(place) == folder
        folders[:] = [name for name in folders if not (own and name == "journal")]
        found += [Path(place, name) for name in names if not (own and name in ("lock", "journal"))]
    return sorted(path for path in found if readable.is_file(path))
