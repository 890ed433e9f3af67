"""Reads what an earlier enable left on disk: its record, and the other files below `.devpool/`."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from devpool.commit import machine_key, real_folders, write_devpool_files
from devpool.commit.unverified import DIGESTS_PURPOSE
from devpool.devpool_folder import DIGESTS, FOLDER, PRIVATE_ENV, STATE
from devpool.edit.override_file import is_emptied
from devpool.lifecycle.generated_files import IMAGES
from devpool.load.root import find_root, is_inside

if TYPE_CHECKING:
    from devpool.undo.locate_edit import Digests
    from devpool.undo.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """What an earlier enable has left.

    Attributes:
        present: the files below `.devpool/`.
        files: the bytes without devpool of the user's own files that were edited.
        read: the bytes that these are made from.
        made: the bytes of an override file that devpool has made, with what it made of it but for the services.
        enabled: whether there is a record.
    """

    present: Mapping[str, bytes] = field(repr=False)
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    read: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    made: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    enabled: bool = False

    @property
    def removed(self) -> list[str]:
        """The files among them of which nothing is left without devpool, which made them."""
        return [path for path, data in self.files.items() if is_emptied(self.read[path], data)]


def read_state(directory: Path, *, allow_outside: bool = False) -> State | None:
    """The record of the last enable; None if there is none.

    devpool does not trust the record: its files must be below the project's root, and its edits must be ones that
    devpool can make.

    Args:
        directory: the project directory.
        allow_outside: whether the user lets devpool edit files outside the root.

    Raises:
        DevpoolError: `state-unreadable`, `state-in-conflict`, `state-version`, `state-not-ours`. Anything there that is
            not a regular file is refused by name; it does not mean that there is no record.
    """
    data = write_devpool_files.read(directory, directory / STATE)
    if data is None:
        return None
    # Without a record, the modules that read it are not loaded.
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
    """The files in a record that cannot belong to the project: (the file, why)."""
    root = find_root(directory)
    for path in state.paths():
        name = os.path.relpath(path, directory)
        places = (name, os.path.relpath(os.path.realpath(path), root))
        folders = {part.lower() for place in places for part in Path(place).parts}
        if folders & {".git", FOLDER}:
            yield name, "devpool never edits files in that folder"
        elif not (allow_outside or is_inside(path, root)):
            yield name, f"it is outside {root} (--allow-outside, if it is yours and you let devpool edit it)"


def read_digests(state: State) -> Digests:
    """The digests that show whether a copy is unchanged; empty in a fresh checkout, and if the file does not match the
    record or was not written here by this machine.
    """
    directory = Path(state.directory)
    data = write_devpool_files.read(directory, directory / DIGESTS)
    body = machine_key.verified(directory, DIGESTS_PURPOSE, data) if data else None
    try:
        pairs = zip(state.edits, json.loads(body or b""), strict=True)
        return {edit: str(value) for edit, value in pairs if value}
    except (ValueError, TypeError):
        return {}


def ours_on_disk(directory: Path) -> dict[str, bytes]:
    """devpool's files below `.devpool/`, except the lock and the journal, which have their own modules: the record, the
    build contexts, and the private env files. Everything else there is the user's and is ignored.

    Raises:
        DevpoolError: for a file that cannot be read or is not a regular file.
    """
    env = directory / PRIVATE_ENV
    named = [directory / name for name in (STATE, DIGESTS, f"{FOLDER}/.gitignore", f"{FOLDER}/.gitattributes")]
    contents = {path: write_devpool_files.read(directory, path) for path in named}
    contents |= _contents(directory, env, [env / n for n in real_folders.names(directory, env) or () if _is_private(n)])
    # Everything in a build context is devpool's, because a build runs whatever it contains.
    for folder in (directory / name for name in IMAGES):
        contents |= _contents(directory, folder, real_folders.below(directory, folder)[1])
    return {str(path): data for path, data in sorted(contents.items()) if data is not None}


def _contents(directory: Path, folder: Path, paths: Iterable[Path]) -> dict[Path, bytes | None]:
    """The bytes of files below one of devpool's folders, which are few.

    Raises:
        DevpoolError: `devpool-folder-too-large`, and those of `write_devpool_files.read`.
    """
    contents: dict[Path, bytes | None] = {}
    left = write_devpool_files.LARGEST
    for path in paths:
        contents[path] = data = write_devpool_files.read(directory, path)
        left -= len(data or b"")
        if left < 0:
            raise real_folders.too_large(folder, f"holds more than {write_devpool_files.LARGEST >> 20} MiB")
    return contents


def _is_private(name: str) -> bool:
    """Whether a file in `env/` has a name that devpool gives to a service's file."""
    return name.endswith(".env") and not name.startswith(".")


def of_devpool(present: Mapping[str, bytes], state: State | None, directory: Path) -> dict[str, bytes]:
    """Those of these files that devpool wrote; if there is a record, it lists those in `env/`."""
    private = f"{directory / PRIVATE_ENV}/"
    wrote = {str(directory / name) for name in state.private} if state else present.keys()
    return {path: data for path, data in present.items() if not path.startswith(private) or path in wrote}


def left_in_folder(directory: Path) -> list[str]:
    """The names that are still in `.devpool/` after disable: the user's own files."""
    return [name for name in real_folders.names(directory, directory / FOLDER) or () if name not in ("lock", "journal")]
