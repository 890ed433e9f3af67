"""What the disk has of an earlier enable: its record, and the other files below `.devpool/`."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from devpool.commit.names import DIGESTS, HOME, STATE
from devpool.errors import DevpoolError
from devpool.read import readable

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


def read_state(directory: Path) -> State | None:
    """The record of the last enable; None where there is none.

    Raises:
        DevpoolError: `state-unreadable`, `state-version`.
    """
    path = directory / STATE
    if readable.is_file(path):
        data = readable.read(path)
    elif os.path.lexists(path):
        data = b""  # a folder, or a link that leads nowhere, is a damaged record, and no sign that there is none
    else:
        return None
    from devpool.commit.state import load  # what reads a record need not be loaded where there is none

    return load(data, str(directory))


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
