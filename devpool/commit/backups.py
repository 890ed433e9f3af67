"""What outlives `.devpool/`: copies of files that lost some of the user's text, and the settings of former poolers.

Both lie in the user's own state folder (`$XDG_STATE_HOME`, by the XDG Base Directory Specification `~/.local/state`
if that is not set), readable only by the user: a copy contains all that the file did, including passwords.
"""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from devpool import file_modes
from devpool.commit import disk, write_user_files
from devpool.commit.intent import digest
from devpool.commit.machine_key import state_home
from devpool.decide.options import Options, remembered
from devpool.errors import DevpoolError

_TUNED = "tuned.json"
_TEMP = "tuned"  # of its temp: a killed process leaves one at most


def folder_of(directory: Path, shell: Mapping[str, str]) -> Path:
    """The folder for one project, by its own folder's name and path."""
    name = re.sub(r"[^\w.-]", "-", directory.name)
    return state_home(shell) / "devpool" / f"{name}-{(digest(os.fsencode(directory)) or '')[:8]}"


def _write(path: Path, data: bytes, token: str = "") -> None:
    missing = disk.make_folders(path.parent, file_modes.PRIVATE_FOLDER)
    write_user_files.write_new(str(path), data, mode=file_modes.PRIVATE_FILE, token=token)
    disk.sync_folders([*(folder.parent for folder in missing), path.parent])


def keep_copies(directory: Path, shell: Mapping[str, str], originals: Mapping[str, bytes]) -> Path:
    """Copy files as they are now; the folder of the copies, in which they have their paths below the project.

    Raises:
        DevpoolError: `no-copy`, with the cause: then nothing else should be written either.
    """
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    folder = folder_of(directory, shell) / "copies" / stamp
    try:
        for path, data in originals.items():
            inside = Path(path).relative_to(directory) if Path(path).is_relative_to(directory) else Path(path[1:])
            _write(folder / inside, data)
    except DevpoolError as error:
        raise DevpoolError(
            "no-copy",
            f"devpool cannot back up the file ({error.message}), so it changes nothing",
            where=error.where,
            hint="set XDG_STATE_HOME to a folder that you can write to",
        ) from None
    return folder


def keep_settings(directory: Path, shell: Mapping[str, str], options: Options) -> bool:
    """Store the settings that the poolers had; whether there were any and they could be stored."""
    path = str(folder_of(directory, shell) / _TUNED)
    had = {"settings": dict(options.settings), "settings_of": {d: dict(s) for d, s in options.settings_of.items()}}
    try:
        for left in (path, write_user_files.temp_of(path, _TEMP)):
            write_user_files.discard(left)
        if not (options.settings or options.settings_of):
            return False
        _write(Path(path), (json.dumps(had, indent=1) + "\n").encode(), _TEMP)
    except DevpoolError:
        return False
    return True


def kept_settings(directory: Path, shell: Mapping[str, str]) -> Options | None:
    """The settings that the poolers of a project had when they were removed; None if there were none."""
    try:
        data = write_user_files.read(str(folder_of(directory, shell) / _TUNED))
        options = remembered(json.loads(data)) if data else None
    except (DevpoolError, ValueError, TypeError, AttributeError):
        return None
    return options if options and (options.settings or options.settings_of) else None


def commands_for(options: Options, poolers: Mapping[str, str] | None = None) -> Iterator[str]:
    """The commands that give these settings to a project.

    Args:
        options: the settings.
        poolers: the pooler of each database, where that is known.
    """
    yield from (f"devpool enable {words}" for words in [_words(options.settings)] if options.settings)
    for database, settings in options.settings_of.items():
        name = (poolers or {}).get(database, f"pgbouncer-{database}")
        yield f"devpool set --pooler {name} {shlex.join(f'{k}={v}' for k, v in settings.items())}"


def _words(settings: Mapping[str, str]) -> str:
    preset = settings.get("preset")
    given = [f"--preset {preset}"] if preset else []
    return " ".join(given + [f"--set {shlex.quote(f'{k}={v}')}" for k, v in settings.items() if k != "preset"])
