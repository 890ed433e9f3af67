"""Several files as one: all of them change, or none.

The failure model: devpool may be killed, or the machine may stop, at any instant; writes may fail; an editor may
save one of the files at any time. Then the next command calls `recovery.recover`, and this holds:

- `<project>/.devpool/journal/` holds a copy of every file as it was, and then `intent`: the list of the
  files, with the hash of the bytes before and after. Both are on the disk before the first file changes.
- Removing `intent` is the commit. While it is there, recovery goes back; once it is gone, all files are new
  and only the copies are left to remove.
- Recovery looks at every file before it writes to any. One that is as before is left, one that is as
  intended gets its old bytes back. If one is neither, somebody has edited it since: recovery refuses,
  overwrites nothing and keeps the journal.
- `intent` appears by a rename and proves that this machine wrote it for this very folder (`machine_key.py`). One
  that does not, from a clone or a project that was moved, is not trusted at all and stays as it is;
  `unverified.py` reports it, and the next commit renames its folder.
- A file that had to be written in place may be a mixture of both texts. Its new bytes are in the journal
  before that starts, and only a file whose every byte matches one of the two is treated as such a mixture.
- Recovery may itself be killed and run again: every step of it leaves a state that it accepts.

Only folders below `.devpool` are created, and they are removed when they are empty. `recovery.py` puts files back and
sweeps what is left.
"""

from __future__ import annotations

import itertools
import os
import shlex
import stat
from collections.abc import Sequence
from pathlib import Path

from devpool import file_modes
from devpool.commit import commit_file, disk, real_folders, write_devpool_files, write_user_files
from devpool.commit.intent import (
    IntentEntry,
    Journal,
    absolute,
    digest,
    folder_of,
    intent_of,
    read_intent,
    render,
)
from devpool.commit.lock import locked
from devpool.commit.recovery import put_back, sweep_after, sweep_quietly, sync_names, undo_interrupted
from devpool.commit.write_user_files import FileChange
from devpool.devpool_folder import FOLDER, SET_ASIDE, STATE
from devpool.errors import DevpoolError


def commit(directory: Path, changes: Sequence[FileChange]) -> list[DevpoolError]:
    """Carry out all changes or none; when it returns, they are on the disk.

    Args:
        directory: the project's folder. New folders are made only below its `.devpool`.

    Returns:
        Warnings about a change that is done: `journal-set-aside`, `copies-left`.

    Raises:
        DevpoolError: `changed-meanwhile`, `not-writable`, `disk-full`, `disk-error`, `not-a-file`, `locked`,
            `same-file-twice`, `devpool-folder-not-real`, `devpool-folder-not-yours`: all files are as before.
            `not-undone`: the next command must go back.
    """
    directory = absolute(directory)
    wanted = [change for change in changes if change.before != change.after]
    if not wanted:
        return []
    _check(directory, wanted)
    with locked(directory):
        undo_interrupted(directory)
        told = _set_aside(directory)
        for change in wanted:
            commit_file.expect(directory, change.path, change.before)
        journal = _prepare(directory, wanted)
        _carry_out(journal, wanted)
        return told + sweep_after(directory, [Path(change.path) for change in wanted])


def refuse_interrupted(directory: Path) -> None:
    """What a killed or failed `commit` left is not undone by a command that writes nothing, and is in its way.

    Raises:
        DevpoolError: `interrupted`, which names the command; what `parse` raises.
    """
    directory = absolute(directory)
    _, journal = read_intent(directory)
    if journal is None:
        return
    record = next((entry for entry in journal.entries if entry.path == STATE), None)
    verb = "enable" if record and not record.before else "disable" if record and not record.after else "set"
    name = "devpool enable` or `devpool set" if verb == "set" else f"devpool {verb}"
    raise DevpoolError(
        "interrupted",
        f"`{name}` was interrupted, or is still running, and the project's files are half-changed",
        where=str(folder_of(directory)),
        hint="run `devpool status`, which puts the files back as they were, then run this command again",
    )


def _check(directory: Path, changes: Sequence[FileChange]) -> None:
    for change in changes:
        if real_folders.is_own(directory, change.path):
            real_folders.status(directory, Path(change.path))  # refused by name before anything is written
    write_user_files.check_writable(change.path for change in changes)
    seen: dict[str, str] = {}
    for change in changes:
        target = write_user_files.real(change.path)
        if target in seen:
            raise DevpoolError(
                "same-file-twice",
                f"`{seen[target]}` is the same file",
                where=change.path,
                hint="name the file only once, by one of its names",
            )
        seen[target] = change.path


def _carry_out(journal: Journal, changes: Sequence[FileChange]) -> None:
    begun = 0
    try:
        for entry, change in zip(journal.entries, changes, strict=True):
            begun += 1
            commit_file.change_entry(journal, entry, change.before, change.after, change.mode)
        sync_names(journal, journal.entries)
        write_devpool_files.discard(journal.directory, intent_of(journal.directory))
    except BaseException as error:
        # devpool did not start on a file that another program has changed, so its new bytes stay.
        refused = isinstance(error, DevpoolError) and error.code == "changed-meanwhile"
        _roll_back(journal, journal.entries[: begun - refused], error)
        raise


def _roll_back(journal: Journal, begun: Sequence[IntentEntry], error: BaseException) -> None:
    try:
        put_back(journal, begun)
    except DevpoolError as second:
        raise DevpoolError(
            "not-undone",
            f"the change failed ({error}) and could not be undone yet ({second})",
            where=second.where,
            hint=f"{second.hint or 'fix the cause'}; every devpool command tries again to undo it",
        ) from error
    sweep_quietly(journal.directory)


def _prepare(directory: Path, changes: Sequence[FileChange]) -> Journal:
    """Bring copies and intent to the disk. If that fails, nothing has begun."""
    try:
        folder = folder_of(directory)
        real_folders.make_private(directory, folder)
        # The copies may hold passwords, and `git add -A` must not find them if devpool is killed.
        write_devpool_files.write(directory, folder / ".gitignore", None, b"*\n", mode=file_modes.PRIVATE_FILE)
        disk.sync_folders([directory, directory / FOLDER, folder])
        entries = [_entry(directory, number, change) for number, change in enumerate(changes)]
        for entry, change in zip(entries, changes, strict=True):
            if change.before is not None:
                write_devpool_files.write(
                    directory, folder / entry.copy, None, change.before, mode=file_modes.PRIVATE_FILE
                )
        disk.sync_folders([folder])
        journal = Journal(directory=directory, token=os.urandom(8).hex(), entries=tuple(entries))
        write_devpool_files.write(directory, intent_of(directory), None, render(journal), mode=file_modes.PRIVATE_FILE)
        disk.sync_folders([folder])
    except BaseException:
        sweep_quietly(directory)
        raise
    return journal


def _entry(directory: Path, number: int, change: FileChange) -> IntentEntry:
    path = Path(change.path)
    status = None if change.before is None else commit_file.status(directory, path)
    return IntentEntry(
        path=str(path.relative_to(directory) if path.is_relative_to(directory) else path),
        before=digest(change.before),
        after=digest(change.after),
        copy=f"{number}-{path.name[-50:]}",  # a name has 255 bytes at most, a character up to four
        mode=stat.S_IMODE(status.st_mode) if status else None,
        uid=status.st_uid if status else -1,
        gid=status.st_gid if status else -1,
    )


def _set_aside(directory: Path) -> list[DevpoolError]:
    """Rename an untrusted journal, or a folder of its name that holds something else."""
    folder = folder_of(directory)
    if not real_folders.names(directory, folder):
        return []
    taken = real_folders.names(directory, folder.parent) or []
    numbered = (f"{SET_ASIDE}-{number}" for number in itertools.count(2))
    name = next(name for name in itertools.chain([SET_ASIDE], numbered) if name not in taken)
    aside = real_folders.rename(directory, folder, name)
    return [
        DevpoolError(
            "journal-set-aside",
            "the contents of `.devpool/journal` were not written here by this machine, so devpool moved them aside",
            where=str(aside),
            hint=f"check what it is, then remove it: rm -r {shlex.quote(str(aside))}",
        )
    ]
