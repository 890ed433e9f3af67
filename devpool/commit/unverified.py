"""Files below `.devpool/` that this machine did not write there: devpool names them and does not act on them.

They may come from a clone, a CI cache, or a project that was copied or moved after an interrupted run. In the
last case, the files may be half changed, and only the user can tell it from the others: the files that the list names
are compared with it, and reading them is all that the list can make devpool do.
"""

from __future__ import annotations

import json
import posixpath
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from devpool.commit import machine_key, write_devpool_files
from devpool.commit.intent import absolute, digest, folder_of, intent_of, is_digest, parse
from devpool.devpool_folder import DIGESTS, FOLDER, STATE
from devpool.errors import DevpoolError
from devpool.redact.terminal_text import shortened, visible

DIGESTS_PURPOSE = "digests"
_LONGEST_LIST = 1 << 20  # bytes of a list that is looked into: some two thousand files
_LONGEST_FILE = 4 << 20  # bytes of a file that is compared with it
_SHOWN = 8  # names that are shown
_LONGEST_NAME = 80  # characters of a name that are shown
_COMPARED = 100  # files that are compared


def warnings(directory: Path) -> list[DevpoolError]:
    """A warning for each untrusted file: `journal-not-verified`, `digests-not-verified`.

    Args:
        directory: the project directory.

    Raises:
        DevpoolError: `cannot-read`, `devpool-folder-not-real`, `devpool-folder-not-yours`, `devpool-file-too-large`,
            and those of `intent.parse`.
    """
    directory = absolute(directory)
    journal = _journal(directory)
    digests = write_devpool_files.read(directory, directory / DIGESTS)
    told = [] if journal is None else [_journal_warning(directory, journal)]
    if digests and not machine_key.is_unsigned(digests):
        verified = machine_key.verified(directory, DIGESTS_PURPOSE, digests)
        told += [] if verified is not None else [_digests_warning(directory)]
    return told


def refuse_half_changed(directory: Path) -> None:
    """Refuse to change a project whose files may be half changed.

    Raises:
        DevpoolError: `half-changed`: a journal that is not believed names files that hold just what it says they would
            get, and others that hold just what it says they had. And those of `warnings`.
    """
    directory = absolute(directory)
    journal = _journal(directory)
    after, before = _compared(directory, journal) if journal is not None else ([], [])
    if after and before:
        raise DevpoolError(
            "half-changed",
            f"the project may be half changed: by `.devpool/journal`, these files changed: {_names(after)}, and "
            f"these did not: {_names(before)}; but that journal was not written here by this machine",
            where=str(folder_of(directory)),
            hint=_way_out(directory),
        )


def _journal(directory: Path) -> bytes | None:
    """The bytes of an intent that is not believed; None where there is none, or it is."""
    data = write_devpool_files.read(directory, intent_of(directory))
    return None if data is None or parse(directory, data) is not None else data


def _journal_warning(directory: Path, data: bytes) -> DevpoolError:
    named = [entry["path"] for entry in _entries(data) if isinstance(entry.get("path"), str)]
    named.sort(key=lambda path: path.startswith(f"{FOLDER}/"))  # the user's own first
    what = f"it lists {_names(named)}" if named else "its list cannot be read"
    return DevpoolError(
        "journal-not-verified",
        "devpool ignores the journal of an interrupted change, because it was not written here by this machine, or is "
        f"damaged; {what}",
        where=str(folder_of(directory)),
        hint=_way_out(directory),
    )


def _way_out(directory: Path) -> str:
    return (
        "if the project was moved or copied after an interrupted run, run `devpool status` where it was before, or "
        "compare these files with their copies in .devpool/journal; then, or in any other case, remove the journal: "
        f"rm -r {shlex.quote(str(folder_of(directory)))}"
    )


def _digests_warning(directory: Path) -> DevpoolError:
    return DevpoolError(
        "digests-not-verified",
        "devpool cannot tell which copies of your text you have changed: the checksums for this were not written "
        "here by this machine, or are damaged",
        where=str(directory / DIGESTS),
        hint="`devpool enable` writes them again",
    )


def _entries(data: bytes) -> list[dict[str, Any]]:
    """The entries of an unverified list; none if it cannot be read."""
    if len(data) > _LONGEST_LIST:
        return []
    try:
        body = json.loads(data.partition(b"\n")[2])
    except (ValueError, RecursionError):
        return []
    listed = body.get("entries") if isinstance(body, dict) else None
    return [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []


def _compared(directory: Path, data: bytes) -> tuple[list[str], list[str]]:
    """The user's files, and the record, that are as a list says they are afterwards, and as it says they were."""
    after: list[str] = []
    before: list[str] = []
    for path, old, new in list(_comparable(data))[:_COMPARED]:
        try:
            current = digest(write_devpool_files.read(directory, directory / path, _LONGEST_FILE))
        except (DevpoolError, OSError, ValueError):
            continue
        if current == new:
            after.append(path)
        elif current == old:
            before.append(path)
    return after, before


def _comparable(data: bytes) -> Iterator[tuple[str, str | None, str | None]]:
    seen: set[str] = set()
    for entry in _entries(data):
        path, old, new = (entry.get(name) for name in ("path", "before", "after"))
        if not isinstance(path, str) or path in seen or not _is_inside(path) or old == new:
            continue
        seen.add(path)
        if all(value is None or is_digest(value) for value in (old, new)):
            yield path, old, new


def _is_inside(path: str) -> bool:
    """Whether a path is one in the project, of a file that a clone would have too."""
    parts = path.split("/")
    plain = path == posixpath.normpath(path) and not path.startswith("/") and ".." not in parts and "\0" not in path
    return plain and (parts[0] != FOLDER or path == STATE)


def _names(names: list[str]) -> str:
    shown = [visible(shortened(name, _LONGEST_NAME)) for name in names[:_SHOWN]]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")
