"""Several files as one: all of them change, or none.

The failure model: devpool may be killed, or the machine may stop, at any instant; writes may fail; an editor may
save one of the files at any time. Then the next command calls `recover`, and this holds:

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

Only folders below `.devpool` are created, and they are removed when they are empty.
"""

from __future__ import annotations

import itertools
import os
import re
import shlex
import stat
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from devpool.commit import commit_file, devpool_files, disk, files, real_folders
from devpool.commit.disk import RenameError, reporting
from devpool.commit.files import FileChange
from devpool.commit.intent import IntentEntry, Journal, absolute, damaged, digest, folder_of, intent_of, parse, render
from devpool.commit.lock import locked, tidy_lock
from devpool.devpool_folder import FOLDERS, HOME, SET_ASIDE, STATE
from devpool.errors import DevpoolError

# The files of a journal: its .gitignore, the intent, the copies, and temporary files of a killed process.
_OURS = re.compile(r"\.gitignore|intent|\d+-.+|\.devpool-[0-9a-f]+", re.S)


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
        _recover(directory)
        told = _set_aside(directory)
        for change in wanted:
            commit_file.expect(directory, change.path, change.before)
        journal = _prepare(directory, wanted)
        _carry_out(journal, wanted)
        return told + _sweep_after(directory, [Path(change.path) for change in wanted])


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
        if is_foreign(directory) and real_folders.status(directory, directory / HOME / "lock"):
            with locked(directory):  # it may be that of one that is at work, and has no key
                pass
        if real_folders.names(directory, folder_of(directory)) is None or is_foreign(directory):
            tidy_lock(directory)
            return False
        with locked(directory):
            return _recover(directory)


def refuse_interrupted(directory: Path) -> None:
    """What a killed or failed `commit` left is not undone by a command that writes nothing, and is in its way.

    Raises:
        DevpoolError: `interrupted`, which names the command; what `parse` raises.
    """
    directory = absolute(directory)
    _, journal = _intent(directory)
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


def is_foreign(directory: Path) -> bool:
    """Whether there is a journal that this machine has not written for this folder, or a damaged one."""
    there, journal = _intent(directory)
    return there and journal is None


def _intent(directory: Path) -> tuple[bool, Journal | None]:
    """Whether there is an intent, and what it says; None where this machine has not written it for this folder."""
    data = devpool_files.read(directory, intent_of(directory))
    return data is not None, None if data is None else parse(directory, data)


def _check(directory: Path, changes: Sequence[FileChange]) -> None:
    for change in changes:
        if real_folders.is_own(directory, change.path):
            real_folders.status(directory, Path(change.path))  # refused by name before anything is written
    files.check_writable(change.path for change in changes)
    seen: dict[str, str] = {}
    for change in changes:
        target = files.real(change.path)
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
            _change(journal, entry, change.before, change.after, change.mode)
        _sync_names(journal, journal.entries)
        devpool_files.discard(journal.directory, intent_of(journal.directory))
    except BaseException as error:
        # devpool did not start on a file that another program has changed, so its new bytes stay.
        refused = isinstance(error, DevpoolError) and error.code == "changed-meanwhile"
        _roll_back(journal, journal.entries[: begun - refused], error)
        raise


def _roll_back(journal: Journal, begun: Sequence[IntentEntry], error: BaseException) -> None:
    try:
        _undo(journal, begun)
    except DevpoolError as second:
        raise DevpoolError(
            "not-undone",
            f"the change failed ({error}) and could not be undone yet ({second})",
            where=second.where,
            hint=f"{second.hint or 'fix the cause'}; every devpool command tries again to undo it",
        ) from error
    _sweep_quietly(journal.directory)


def _change(
    journal: Journal,
    entry: IntentEntry,
    current: bytes | None,
    target: bytes | None,
    mode: int | None,
    owner: tuple[int, int] | None = None,
) -> None:
    """Change one file from its present bytes to its new ones, forward or backward."""
    path = journal.path(entry)
    try:
        commit_file.change(journal.directory, path, current, target, mode=mode, owner=owner, token=journal.token)
    except RenameError:
        assert current is not None and target is not None, "only a file that is there is replaced"
        _keep_new_bytes(journal, entry, current, target)
        files.write_in_place(path, current, target)


def _keep_new_bytes(journal: Journal, entry: IntentEntry, *texts: bytes) -> None:
    """Keep the bytes that the commit intends. Missing from `texts`, the file is a mixture: they are kept."""
    new = next((text for text in texts if digest(text) == entry.after), None)
    kept = journal.new_bytes(entry)
    if new is not None and devpool_files.read(journal.directory, kept, devpool_files.LARGEST_COPY) is None:
        devpool_files.write(journal.directory, kept, None, new, mode=0o600)
        disk.sync_folders([folder_of(journal.directory)])


def _prepare(directory: Path, changes: Sequence[FileChange]) -> Journal:
    """Bring copies and intent to the disk. If that fails, nothing has begun."""
    try:
        folder = folder_of(directory)
        real_folders.make_private(directory, folder)
        # The copies may hold passwords, and `git add -A` must not find them if devpool is killed.
        devpool_files.write(directory, folder / ".gitignore", None, b"*\n", mode=0o600)
        disk.sync_folders([directory, directory / HOME, folder])
        entries = [_entry(directory, number, change) for number, change in enumerate(changes)]
        for entry, change in zip(entries, changes, strict=True):
            if change.before is not None:
                devpool_files.write(directory, folder / entry.copy, None, change.before, mode=0o600)
        disk.sync_folders([folder])
        journal = Journal(directory=directory, token=os.urandom(8).hex(), entries=tuple(entries))
        devpool_files.write(directory, intent_of(directory), None, render(journal), mode=0o600)
        disk.sync_folders([folder])
    except BaseException:
        _sweep_quietly(directory)
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


def _recover(directory: Path) -> bool:
    """Whether a file had to be restored. An untrusted journal stays as it is."""
    if real_folders.names(directory, folder_of(directory)) is None:
        return False
    there, journal = _intent(directory)
    if there and journal is None:
        return False
    undone = journal is not None and _undo(journal, journal.entries)
    _sweep(directory)
    return undone


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


def _undo(journal: Journal, entries: Sequence[IntentEntry]) -> bool:
    """Give these files their old bytes; whether any had changed. Everything is read before anything is written."""
    found = [(entry, commit_file.read(journal.directory, journal.path(entry))) for entry in entries]
    changed = [(entry, current) for entry, current in found if digest(current) != entry.before]
    work = [(entry, current, _old_bytes(journal, entry)) for entry, current in changed]
    for entry, current, old in work:
        if digest(current) != entry.after and not _is_mixture(journal, entry, current, old):
            raise _edited(journal, entry)
    for entry in journal.entries:
        commit_file.discard_temp(journal.directory, journal.path(entry), journal.token)
    # In reverse order, so that even on a full disk each step has the space that the original step had.
    for entry, current, old in reversed(work):
        _change(journal, entry, current, old, entry.mode, (entry.uid, entry.gid))
    _sync_names(journal, entries)
    return bool(work)


def _sync_names(journal: Journal, entries: Sequence[IntentEntry]) -> None:
    """Flush the folders of these files, and those that `_make_folders` may have made for them: whoever made one that is
    there may have been killed before it was on the disk."""
    paths = [Path(journal.path(entry)) for entry in entries]
    made = [parent.parent for path in paths for parent in commit_file.below_home(journal.directory, path.parent)]
    folders = [*(Path(files.real(str(path))).parent for path in paths), *made]
    disk.sync_folders(folder for folder in folders if folder.is_dir())


def _old_bytes(journal: Journal, entry: IntentEntry) -> bytes | None:
    if entry.before is None:
        return None
    data = devpool_files.read(journal.directory, folder_of(journal.directory) / entry.copy, devpool_files.LARGEST_COPY)
    if digest(data) != entry.before:
        raise damaged(journal.directory, f"the copy `{entry.copy}` has changed")
    return data


def _is_mixture(journal: Journal, entry: IntentEntry, current: bytes | None, old: bytes | None) -> bool:
    new = devpool_files.read(journal.directory, journal.new_bytes(entry), devpool_files.LARGEST_COPY)
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


def _sweep(directory: Path, paths: Sequence[Path] = ()) -> None:
    """Remove the journal, and the folders of ours below `.devpool` that are empty; the intent first, as long as it
    is there recovery needs the copies, and the journal's own folder last, so that a killed sweep is seen. What else
    lies there is not ours and stays.

    Args:
        paths: files that a commit may have removed: the folders that lead to them go too.
    """
    folder = folder_of(directory)
    with reporting(folder):
        devpool_files.discard(directory, intent_of(directory))
        disk.sync_folders([folder])  # before a copy goes: an intent that comes back needs them all
        for name in sorted(real_folders.names(directory, folder) or (), reverse=True):  # .gitignore comes last
            if _OURS.fullmatch(name) and _is_file(directory, folder / name):
                devpool_files.discard(directory, folder / name)
        # If a file cannot be removed, the journal's folder stays: the next command tries again.
        gone = [real_folders.remove_folder(directory, one) for one in _emptied(directory, paths)]
        if all(gone):
            real_folders.remove_folder(directory, folder)


def _emptied(directory: Path, paths: Sequence[Path]) -> list[Path]:
    """The folders of ours below `.devpool` that may be empty, the deepest first."""
    home = directory / HOME
    made = [folder for name in FOLDERS for folder in real_folders.below(directory, home / name)[0]]
    led = [parent for path in paths for parent in reversed(commit_file.below_home(directory, path.parent))]
    return [one for one in dict.fromkeys([*made, *led]) if one not in (home, folder_of(directory))]


def _is_file(directory: Path, path: Path) -> bool:
    found = real_folders.status(directory, path)
    return found is not None and stat.S_ISREG(found.st_mode)


def _sweep_after(directory: Path, paths: Sequence[Path]) -> list[DevpoolError]:
    """Clean up after a change that is done, and report a failure: the copies may contain passwords."""
    try:
        _sweep(directory, paths)
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


def _sweep_quietly(directory: Path) -> None:
    """What stays behind does no harm: without an intent the next command sweeps, with one it goes back."""
    with suppress(DevpoolError):
        _sweep(directory)
