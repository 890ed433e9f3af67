"""What the disk has of an earlier enable: its record, and the other files below `.devpool/`."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from devpool.commit import devpool_files, machine_key
from devpool.commit.unverified import DIGESTS_PURPOSE
from devpool.devpool_folder import DIGESTS, HOME, STATE
from devpool.lifecycle.folder_contents import IMAGES
from devpool.load.root import find_root, is_inside

if TYPE_CHECKING:
    from devpool.undo.digests import Digests
    from devpool.undo.state import State


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
        DevpoolError: `state-unreadable`, `state-in-conflict`, `state-version`, `state-not-ours`; what stands there and
            is no plain file is refused by name, as it is no sign that there is no record.
    """
    data = devpool_files.read(directory, directory / STATE)
    if data is None:
        return None
    # What reads a record need not be loaded where there is none.
    from devpool.undo.state import load, not_ours

    state = load(data, str(directory))
    found = next(_foreign(state, directory, allow_outside=allow_outside), None)
    if found:
        raise not_ours(*found, str(directory / STATE))
    return state


def _foreign(state: State, directory: Path, *, allow_outside: bool) -> Iterator[tuple[str, str]]:
    from devpool import resources
    from devpool.undo.state_check import foreign, foreign_settings

    yield from _wrong_places(state, directory, allow_outside=allow_outside)
    yield from foreign(state)
    yield from foreign_settings(state, resources.setting_types())


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
    """What tells copies that are as they were; empty in a fresh checkout, and where the file does not fit, or was not
    written here by this machine.
    """
    directory = Path(state.directory)
    data = devpool_files.read(directory, directory / DIGESTS)
    body = machine_key.verified(directory, DIGESTS_PURPOSE, data) if data else None
    try:
        pairs = zip(state.edits, json.loads(body or b""), strict=True)
        return {edit: str(value) for edit, value in pairs if value}
    except (ValueError, TypeError):
        return {}


def ours_on_disk(directory: Path) -> dict[str, bytes]:
    """What is devpool's below `.devpool/`, but for the lock and the journal, which their own modules look after: the
    record, the build contexts, and the private env files. What else lies there is the user's, and is not looked at.

    Raises:
        DevpoolError: what cannot be read, or is no plain file.
    """
    env = directory / HOME / "env"
    named = [directory / name for name in (STATE, DIGESTS, f"{HOME}/.gitignore", f"{HOME}/.gitattributes")]
    found = {path: devpool_files.read(directory, path) for path in named}
    found |= _contents(directory, env, [env / n for n in devpool_files.names(directory, env) or () if _is_private(n)])
    # All that lies in a build context is devpool's: who builds there runs what it says.
    for folder in (directory / name for name in IMAGES):
        found |= _contents(directory, folder, devpool_files.below(directory, folder)[1])
    return {str(path): data for path, data in sorted(found.items()) if data is not None}


def _contents(directory: Path, folder: Path, paths: Iterable[Path]) -> dict[Path, bytes | None]:
    """The bytes of files below a folder of devpool's, which are few.

    Raises:
        DevpoolError: `devpool-folder-too-large`, and those of `devpool_files.read`.
    """
    found: dict[Path, bytes | None] = {}
    left = devpool_files.LARGEST
    for path in paths:
        found[path] = data = devpool_files.read(directory, path)
        left -= len(data or b"")
        if left < 0:
            raise devpool_files.too_large(folder, f"holds more than {devpool_files.LARGEST >> 20} MiB")
    return found


def _is_private(name: str) -> bool:
    """Whether a file of `env/` has the name of one that devpool writes for a service."""
    return name.endswith(".env") and not name.startswith(".")


def of_devpool(present: Mapping[str, bytes], state: State | None, directory: Path) -> dict[str, bytes]:
    """What of these files devpool wrote: where there is a record, it says which of `env/` are."""
    private = f"{directory / HOME}/env/"
    wrote = {str(directory / name) for name in state.private} if state else present.keys()
    return {path: data for path, data in present.items() if not path.startswith(private) or path in wrote}


def left_in_home(directory: Path) -> list[str]:
    """The names in `.devpool/` that are there once devpool is gone: the user's own."""
    return [name for name in devpool_files.names(directory, directory / HOME) or () if name not in ("lock", "journal")]
