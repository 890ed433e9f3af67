"""Finds the compose files that a dev container is made of, for folders without a compose file of their own.

The rules are those of the Development Container Specification (https://containers.dev/implementors/json_reference/,
`dockerComposeFile`), and for the project's name those of its command line (devcontainers/cli,
src/spec-node/dockerCompose.ts: `getProjectName`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from devpool.errors import DevpoolError
from devpool.load import bounded_read
from devpool.load.locate import DEFAULT_NAMES
from devpool.load.root import find_root, is_inside
from devpool.model.remote_files import is_remote
from devpool.model.sources import Selection
from devpool.text.jsonc import parse_jsonc
from devpool.text.patterns import regex

_NAMES = ("devcontainer.json", ".devcontainer.json")
_FOLDER = ".devcontainer"
_NO_LETTER = regex(r"[^-_a-z0-9]")


def with_devcontainer(selection: Selection, cwd: Path, shell: Mapping[str, str]) -> Selection:
    """A selection whose files are compose files: `-f devcontainer.json` stands for those that it names, and so does one
    that is there where nothing else names a compose file.

    Args:
        selection: the user's options.
        cwd: the current folder.
        shell: the shell's variables.

    Raises:
        DevpoolError: `bad-devcontainer`, `cannot-read`, `too-large`, `no-compose-file`.
    """
    if selection.files:
        given = [cwd / name for name in selection.files]
        chosen = next((path for path in given if path.name in _NAMES), None)
        if chosen and len(given) > 1:
            raise _bad(chosen, "it cannot be combined with other files", "pass the compose files, each with -f")
    else:
        chosen = None if _names_files(cwd, shell, selection) else _found(cwd)
    if chosen is None:
        return selection
    files = _compose_files(chosen)
    name = selection.project_name or _project_name(_workspace(chosen), files, cwd, shell)
    return replace(selection, files=tuple(os.path.relpath(file, cwd) for file in files), project_name=name)


def _names_files(cwd: Path, shell: Mapping[str, str], selection: Selection) -> bool:
    """Whether Compose finds files by itself, or is told by a variable where they are."""
    env_files = (cwd / name for name in (".env", *selection.env_files))
    if selection.project_directory or shell.get("COMPOSE_FILE") or any(_says(f, b"COMPOSE_FILE") for f in env_files):
        return True
    return any(bounded_read.is_there(folder / name) for folder in (cwd, *cwd.parents) for name in DEFAULT_NAMES)


def _found(cwd: Path) -> Path | None:
    """The nearest devcontainer.json of containers that Compose starts; None where there is none."""
    for folder in (cwd, *cwd.parents):
        found = [path for path in _places(folder) if bounded_read.is_there(path) and "dockerComposeFile" in _read(path)]
        if len(found) > 1:
            said = ", ".join(os.path.relpath(path, cwd) for path in found)
            hint = f"name one: devpool -f {os.path.relpath(found[0], cwd)} ..."
            raise _bad(folder / _FOLDER, f"there are several that name compose files: {said}", hint)
        if found:
            return found[0]
    return None


def _places(folder: Path) -> Iterator[Path]:
    """Where a devcontainer.json may be; the first of the two usual places counts alone."""
    usual = (folder / _FOLDER / "devcontainer.json", folder / ".devcontainer.json")
    first = next(filter(bounded_read.is_there, usual), None)
    if first:
        yield first
    else:
        yield from sorted((folder / _FOLDER).glob("*/devcontainer.json"))[:10]


def _read(path: Path) -> Mapping[str, Any]:
    try:
        if not is_inside(str(path), find_root(_workspace(path))):
            raise ValueError("it is a link out of the repository")
        found = parse_jsonc(bounded_read.read(path).decode("utf-8-sig"))
        if not isinstance(found, dict):
            raise ValueError("it is no JSON object")
    except ValueError as error:
        raise _bad(path, f"it cannot be read: {error}", "mend it, or pass the compose files with -f") from None
    return found


def _compose_files(path: Path) -> list[Path]:
    """The compose files that one names, from its own folder."""
    said = _read(path).get("dockerComposeFile")
    names = [said] if isinstance(said, str) else said
    if not isinstance(names, list) or not names or not all(isinstance(n, str) and n for n in names):
        raise _bad(path, "it names no compose file in `dockerComposeFile`", "pass the compose files with -f")
    root = find_root(_workspace(path))
    for name in names:
        # A clone says which files are read: none outside of it, and none that is fetched.
        if "${" in name or is_remote(name) or not is_inside(str(path.parent / name), root):
            way = f"`dockerComposeFile` names `{name}`, which is no file of this repository"
            raise _bad(path, way, "pass the compose files yourself, with -f")
    return [Path(os.path.normpath(path.parent / name)) for name in names]


def _workspace(path: Path) -> Path:
    """The folder that the editor opens."""
    above = path.parent
    if above.name == _FOLDER:
        return above.parent
    return above.parent.parent if above.parent.name == _FOLDER else above


def _project_name(workspace: Path, files: list[Path], cwd: Path, shell: Mapping[str, str]) -> str | None:
    """The name that the editor gives the project where it is not Compose's own; None where it is."""
    own = files[0].parent != workspace / _FOLDER
    told = shell.get("COMPOSE_PROJECT_NAME") or _says(workspace / ".env", b"COMPOSE_PROJECT_NAME=")
    if own or told or any(re.search(rb"(?m)^name\s*:", bounded_read.read(file)) for file in files):
        return None
    return _NO_LETTER.sub("", f"{workspace.name}_devcontainer".lower())


def _says(path: Path, word: bytes) -> bool:
    return bounded_read.is_there(path) and word in bounded_read.read(path)


def _bad(path: Path, why: str, hint: str) -> DevpoolError:
    return DevpoolError("bad-devcontainer", f"the dev container's file is of no use: {why}", where=str(path), hint=hint)
