"""The journal's list of what a commit intends to do, as values and as a file with proof of its origin."""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from devpool.commit import machine_key, write_devpool_files
from devpool.devpool_folder import JOURNAL
from devpool.errors import DevpoolError

_VERSION = 1
_PURPOSE = "journal"


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentEntry:
    """One file of the intent.

    Attributes:
        path: relative to the project's folder when below it; else absolute.
        before, after: SHA-256 in hex; None where there is no file.
        copy: name in the journal of the copy of the old bytes; ends in the file's own name, for people.
        mode, uid, gid: of the old file, for one that is removed.
    """

    path: str
    before: str | None
    after: str | None
    copy: str
    mode: int | None
    uid: int
    gid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """The intent of one commit; `token` names its temp files."""

    directory: Path
    token: str
    entries: tuple[IntentEntry, ...]

    def path(self, entry: IntentEntry) -> str:
        return str(self.directory / entry.path)

    def new_bytes(self, entry: IntentEntry) -> Path:
        """Where the new bytes are kept of a file that is written in place."""
        return folder_of(self.directory) / f"{entry.copy}.new"


def damaged(directory: Path, reason: str) -> DevpoolError:
    """The error for a journal that cannot be trusted."""
    return DevpoolError(
        "journal-damaged",
        f"an interrupted change cannot be undone, because its journal is damaged: {reason}",
        where=str(folder_of(directory)),
        hint="this folder holds a copy of each original file: restore by hand what you need, "
        "then remove the folder and run the command again",
    )


def render(journal: Journal) -> bytes:
    """The intent as it is written: what proves where it comes from, and JSON."""
    listed = [asdict(entry) for entry in journal.entries]
    body = json.dumps({"version": _VERSION, "token": journal.token, "entries": listed}, indent=1).encode()
    return machine_key.sign(journal.directory, _PURPOSE, body)


def parse(directory: Path, data: bytes) -> Journal | None:
    """Read an intent; None where this machine has not written it for this folder.

    Raises:
        DevpoolError: `journal-damaged`, `journal-unknown`.
    """
    body = machine_key.verified(directory, _PURPOSE, data)
    if body is None:
        return None
    intent = json.loads(body)
    if intent["version"] != _VERSION:
        raise DevpoolError(
            "journal-unknown",
            "an interrupted change was started by another version of devpool",
            where=str(folder_of(directory)),
            hint="run any command of that version once to undo the change",
        )
    entries = tuple(IntentEntry(**entry) for entry in intent["entries"])
    if not _is_token(intent["token"]) or not all(map(_is_sound, entries)):
        raise damaged(directory, "the list of files is not as devpool writes it")
    return Journal(directory=directory, token=intent["token"], entries=entries)


def read_intent(directory: Path) -> tuple[bool, Journal | None]:
    """Whether there is an intent, and what it says; None where this machine has not written it for this folder."""
    data = write_devpool_files.read(directory, intent_of(directory))
    return data is not None, None if data is None else parse(directory, data)


def is_foreign(directory: Path) -> bool:
    """Whether there is a journal that this machine has not written for this folder, or a damaged one."""
    there, journal = read_intent(directory)
    return there and journal is None


def _is_token(token: Any) -> bool:
    return isinstance(token, str) and re.fullmatch(r"[0-9a-f]{16}", token) is not None


def _is_sound(entry: IntentEntry) -> bool:
    """Whether an entry has the shape of one: what it names can be nothing else than a file and its copy."""
    path = isinstance(entry.path, str) and entry.path and "\0" not in entry.path and ".." not in Path(entry.path).parts
    copy = isinstance(entry.copy, str) and re.fullmatch(r"\d+-[^/\0]+", entry.copy)
    digests = all(d is None or is_digest(d) for d in (entry.before, entry.after))
    numbers = all(isinstance(n, int) for n in (entry.uid, entry.gid, *([] if entry.mode is None else [entry.mode])))
    return bool(path and copy and digests and numbers)


def is_digest(value: Any) -> bool:
    """Whether a value is a SHA-256 in hex."""
    return isinstance(value, str) and re.fullmatch(r"[0-9a-f]{64}", value) is not None


def folder_of(directory: Path) -> Path:
    """The folder of a project's journal."""
    return directory / JOURNAL


def intent_of(directory: Path) -> Path:
    """The file that holds the intent."""
    return folder_of(directory) / "intent"


def absolute(directory: Path) -> Path:
    """A folder by its absolute path, symlinks kept."""
    return Path(os.path.abspath(directory))  # noqa: PTH100 - Path.absolute() keeps `..`


def digest(data: bytes | None) -> str | None:
    """SHA-256 in hex; None for no file."""
    import hashlib  # loads OpenSSL: there is time for that while Compose reads

    return None if data is None else hashlib.sha256(data).hexdigest()
