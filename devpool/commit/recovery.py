"""Recovery from an interrupted commit: it puts the files back that the commit has changed, and sweeps what is left."""

from __future__ import annotations

import re
import stat
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from devpool.commit import commit_file, disk, real_folders, write_devpool_files, write_user_files
from devpool.commit.disk import reporting
from devpool.commit.intent import (
    IntentEntry,
    Journal,
    absolute,
    damaged,
    digest,
    folder_of,
    intent_of,
    is_foreign,
    read_intent,
)
from devpool.commit.lock import locked, tidy_lock
from devpool.devpool_folder import FOLDER, FOLDERS
from devpool.errors import DevpoolError

# The files of a journal: its .gitignore, the intent, the copies, and temporary files of a killed process.
_OURS = re.compile(r"\.gitignore|intent|\d+-.+|\.devpool-[0-9a-f]+", re.S)


def recover(directory: Path) -> bool:
    """Undo what a killed or failed `commit` left; whether a file had to be put back.

    Without a journal this takes no lock and leaves the disk alone, but for the lock of a killed process. So it does
    with one that this machine has not written for this folder, of which `unverified.py` tells.

    Raises:
        DevpoolError: `changed-meanwhile`, `journal-damaged`, `journal-unknown`, `locked`, `not-writable`,
            `disk-full`, `disk-error`, `devpool-folder-not-real`, `devpool-folder-not-yours`: the journal is kept.
    """
    directory = absolute(directory)
    with reporting(folder_of(directory)):
        if is_foreign(directory) and real_folders.status(directory, directory / FOLDER / "lock"):
            with locked(directory):  # it may be that of one that is at work, and has no key
                pass
        if real_folders.names(directory, folder_of(directory)) is None or is_foreign(directory):
            tidy_lock(directory)
            return False
        with locked(directory):
            return undo_interrupted(directory)


def undo_interrupted(directory: Path) -> bool:
    """Whether a file had to be restored. The lock is held. An untrusted journal stays as it is."""
    if real_folders.names(directory, folder_of(directory)) is None:
        return False
    there, journal = read_intent(directory)
    if there and journal is None:
        return False
    undone = journal is not None and put_back(journal, journal.entries)
    sweep(directory)
    return undone


def put_back(journal: Journal, entries: Sequence[IntentEntry]) -> bool:
    """Give these files their old bytes; whether any had changed. Everything is read before anything is written.

    Raises:
        DevpoolError: `changed-meanwhile`, `journal-damaged`, and what reading and writing raise.
    """
    contents = [(entry, commit_file.read(journal.directory, journal.path(entry))) for entry in entries]
    changed = [(entry, current) for entry, current in contents if digest(current) != entry.before]
    work = [(entry, current, _old_bytes(journal, entry)) for entry, current in changed]
    for entry, current, old in work:
        if digest(current) != entry.after and not _is_mixture(journal, entry, current, old):
            raise _edited(journal, entry)
    for entry in journal.entries:
        commit_file.discard_temp(journal.directory, journal.path(entry), journal.token)
    # In reverse order, so that even on a full disk each step has the space that the original step had.
    for entry, current, old in reversed(work):
        commit_file.change_entry(journal, entry, current, old, entry.mode, (entry.uid, entry.gid))
    sync_names(journal, entries)
    return bool(work)


def sync_names(journal: Journal, entries: Sequence[IntentEntry]) -> None:
    """Flush the folders of these files, and those that `commit_file.change` may have made for them: whoever made one
    that is there may have been killed before it was on the disk.
    """
    paths = [Path(journal.path(entry)) for entry in entries]
    made = [
        parent.parent for path in paths for parent in commit_file.below_devpool_folder(journal.directory, path.parent)
    ]
    folders = [*(Path(write_user_files.real(str(path))).parent for path in paths), *made]
    disk.sync_folders(folder for folder in folders if folder.is_dir())


def _old_bytes(journal: Journal, entry: IntentEntry) -> bytes | None:
    if entry.before is None:
        return None
    data = write_devpool_files.read(
        journal.directory, folder_of(journal.directory) / entry.copy, write_devpool_files.LARGEST_COPY
    )
    if digest(data) != entry.before:
        raise damaged(journal.directory, f"the copy `{entry.copy}` has changed")
    return data


def _is_mixture(journal: Journal, entry: IntentEntry, current: bytes | None, old: bytes | None) -> bool:
    new = write_devpool_files.read(journal.directory, journal.new_bytes(entry), write_devpool_files.LARGEST_COPY)
    if current is None or old is None or new is None or digest(new) != entry.after:
        return False
    short, long = sorted((len(old), len(new)))
    return short <= len(current) <= long and all(
        byte in (*old[place : place + 1], *new[place : place + 1]) for place, byte in enumerate(current)
    )


def _edited(journal: Journal, entry: IntentEntry) -> DevpoolError:
    folder = folder_of(journal.directory)
    old = f"copy `{folder / entry.copy}` over it" if entry.before else "remove it"
    return DevpoolError(
        "changed-meanwhile",
        "an interrupted change cannot be undone, because this file has been edited since",
        where=journal.path(entry),
        hint=f"to go back, {old} and run the command again; "
        f"to keep all files of the project as they are now, remove `{folder}`",
    )


# --- what is left of a commit ---


def sweep(directory: Path, paths: Sequence[Path] = ()) -> None:
    """Remove the journal, and the folders of ours below `.devpool` that are empty; the intent first, as long as it
    is there recovery needs the copies, and the journal's own folder last, so that a killed sweep is seen. What else
    lies there is not ours and stays.

    Args:
        paths: files that a commit may have removed: the folders that lead to them go too.
    """
    folder = folder_of(directory)
    with reporting(folder):
        write_devpool_files.discard(directory, intent_of(directory))
        disk.sync_folders([folder])  # before a copy goes: an intent that comes back needs them all
        for name in sorted(real_folders.names(directory, folder) or (), reverse=True):  # .gitignore comes last
            if _OURS.fullmatch(name) and _is_file(directory, folder / name):
                write_devpool_files.discard(directory, folder / name)
        # If a file cannot be removed, the journal's folder stays: the next command tries again.
        gone = [real_folders.remove_folder(directory, one) for one in _emptied(directory, paths)]
        if all(gone):
            real_folders.remove_folder(directory, folder)


def _emptied(directory: Path, paths: Sequence[Path]) -> list[Path]:
    """The folders of ours below `.devpool` that may be empty, the deepest first."""
    ours = directory / FOLDER
    made = [folder for name in FOLDERS for folder in real_folders.below(directory, ours / name)[0]]
    led = [parent for path in paths for parent in reversed(commit_file.below_devpool_folder(directory, path.parent))]
    return [one for one in dict.fromkeys([*made, *led]) if one not in (ours, folder_of(directory))]


def _is_file(directory: Path, path: Path) -> bool:
    status = real_folders.status(directory, path)
    return status is not None and stat.S_ISREG(status.st_mode)


def sweep_after(directory: Path, paths: Sequence[Path]) -> list[DevpoolError]:
    """Clean up after a change that is done, and report a failure: the copies may contain passwords."""
    try:
        sweep(directory, paths)
    except DevpoolError as error:
        return [
            DevpoolError(
                "copies-left",
                f"the change is done, but the copies of the original files are still there: {error.message}",
                where=str(folder_of(directory)),
                hint="fix the cause; the next devpool command removes them",
            )
        ]
    return []


def sweep_quietly(directory: Path) -> None:
    """What stays behind does no harm: without an intent the next command sweeps, with one it goes back."""
    with suppress(DevpoolError):
        sweep(directory)
