"""Several files as one: all of them change, or none.

The failure model. We may be killed, or the machine may stop, at any instant; writes may fail; an editor may
save one of the files at any time. Then the next command calls `recover`, and this holds:

- `<project>/.devpool/journal/` holds a copy of every file as it was, and then `intent`: the list of the
  files, with the hash of the bytes before and after. Both are on the disk before the first file changes.
- Removing `intent` is the commit. While it is there, recovery goes back; once it is gone, all files are new
  and only the copies are left to be swept away.
- Recovery looks at every file before it writes to any. One that is as before is left, one that is as
  intended gets its old bytes back. With one that is neither, somebody has edited it since: recovery refuses,
  overwrites nothing and keeps the journal.
- `intent` appears by a rename and carries a checksum, so it is whole or it is damaged. A damaged one is not
  believed in any part: recovery refuses and names the folder of the copies.
- A file that had to be written in place may be a mixture of both texts. Its new bytes are in the journal
  before that starts, and only a file whose every byte is that of one of the two counts as such a mixture.
- Recovery may itself be killed and run again: every step of it leaves a state that it accepts.

Of the folders, only those below `.devpool` are made, and those are removed when they are empty.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from devpool.commit import files
from devpool.commit.disk_errors import RenameError, reporting
from devpool.commit.files import FileChange
from devpool.commit.intent import Entry, Journal, absolute, damaged, digest, folder_of, intent_of, parse, render
from devpool.commit.lock import locked, tidy_lock
from devpool.commit.names import HOME
from devpool.errors import DevpoolError


def commit(directory: Path, changes: Sequence[FileChange]) -> None:
    """Carry out all changes or none; when it returns, they are on the disk.

    Args:
        directory: the project's folder. New folders are made only below its `.devpool`.

    Raises:
        DevpoolError: `changed-meanwhile`, `not-writable`, `disk-full`, `disk-error`, `not-a-file`, `locked`,
            `same-file-twice`: all files are as before. `not-undone`: the next command must go back.
    """
    directory = absolute(directory)
    wanted = [change for change in changes if change.before != change.after]
    if not wanted:
        return
    _check(wanted)
    with locked(directory):
        _recover(directory)
        for change in wanted:
            files.expect(change.path, change.before)
        journal = _prepare(directory, wanted)
        _carry_out(journal, wanted)
        _sweep_quietly(directory)


def recover(directory: Path) -> bool:
    """Undo what a killed or failed `commit` left; whether a file had to be put back.

    Without a journal this takes no lock and leaves the disk alone, but for the lock of a killed process.

    Raises:
        DevpoolError: `changed-meanwhile`, `journal-damaged`, `journal-unknown`, `locked`, `not-writable`,
            `disk-full`, `disk-error`: the journal is kept.
    """
    directory = absolute(directory)
    with reporting(folder_of(directory)):
        if not folder_of(directory).is_dir():
            tidy_lock(directory)
            return False
        with locked(directory):
            return _recover(directory)


def _check(changes: Sequence[FileChange]) -> None:
    files.check_writable(change.path for change in changes)
    seen: dict[str, str] = {}
    for change in changes:
        target = files.real(change.path)
        if target in seen:
            raise DevpoolError(
                "same-file-twice",
                f"`{seen[target]}` is the same file",
                where=change.path,
                hint="name the file once, by one of its names",
            )
        seen[target] = change.path


def _carry_out(journal: Journal, changes: Sequence[FileChange]) -> None:
    begun = 0
    try:
        for entry, change in zip(journal.entries, changes, strict=True):
            begun += 1
            _change(journal, entry, change.before, change.after, change.mode)
        _sync_names(journal, journal.entries)
        files.discard(str(intent_of(journal.directory)))
    except BaseException as error:
        # A file that someone else has changed was not begun, and his bytes stay.
        refused = isinstance(error, DevpoolError) and error.code == "changed-meanwhile"
        _roll_back(journal, journal.entries[: begun - refused], error)
        raise


def _roll_back(journal: Journal, begun: Sequence[Entry], error: BaseException) -> None:
    try:
        _undo(journal, begun)
    except DevpoolError as second:
        raise DevpoolError(
            "not-undone",
            f"the change failed ({error}) and could not be undone yet ({second})",
            where=second.where,
            hint=f"{second.hint or 'remove the cause'}; every devpool command tries again to undo it",
        ) from error
    _sweep_quietly(journal.directory)


def _change(
    journal: Journal,
    entry: Entry,
    current: bytes | None,
    target: bytes | None,
    mode: int | None,
    owner: tuple[int, int] | None = None,
) -> None:
    """Bring one file from what it holds to what it shall hold, forwards or backwards."""
    path = journal.path(entry)
    if current is None and target is not None:
        _make_folders(journal.directory, Path(path).parent)
        files.write_new(path, target, mode=mode, owner=owner, token=journal.token)
    elif current is not None and target is None:
        files.remove_file(path, current)
    elif current is not None and target is not None:
        try:
            files.replace_file(path, current, target, token=journal.token)
        except RenameError:
            _keep_new_bytes(journal, entry, current, target)
            files.write_in_place(path, current, target)


def _keep_new_bytes(journal: Journal, entry: Entry, *texts: bytes) -> None:
    """Keep the bytes that the commit intends. Missing from `texts`, the file is a mixture: they are kept."""
    new = next((text for text in texts if digest(text) == entry.after), None)
    kept = journal.new_bytes(entry)
    if new is not None and files.read(kept) is None:
        files.write_new(kept, new, mode=0o600)
        files.sync_folders([folder_of(journal.directory)])


def _prepare(directory: Path, changes: Sequence[FileChange]) -> Journal:
    """Bring copies and intent to the disk. If that fails, nothing has begun."""
    try:
        files.make_folder(folder_of(directory), 0o700)
        # The copies may hold passwords, and `git add -A` must not find them should we be killed.
        files.write_new(str(folder_of(directory) / ".gitignore"), b"*\n", mode=0o600)
        files.sync_folders([directory, directory / HOME, folder_of(directory)])
        entries = [_entry(directory, number, change) for number, change in enumerate(changes)]
        for entry, change in zip(entries, changes, strict=True):
            if change.before is not None:
                files.write_new(str(folder_of(directory) / entry.copy), change.before, mode=0o600)
        files.sync_folders([folder_of(directory)])
        journal = Journal(directory=directory, token=os.urandom(8).hex(), entries=tuple(entries))
        files.write_new(str(intent_of(directory)), render(journal), mode=0o600)
        files.sync_folders([folder_of(directory)])
    except BaseException:
        _sweep_quietly(directory)
        raise
    return journal


def _entry(directory: Path, number: int, change: FileChange) -> Entry:
    path = Path(change.path)
    with reporting(path):
        status = None if change.before is None else path.stat()
    return Entry(
        path=str(path.relative_to(directory) if path.is_relative_to(directory) else path),
        before=digest(change.before),
        after=digest(change.after),
        copy=f"{number}-{path.name[-50:]}",  # a name has 255 bytes at most, a character up to four
        mode=stat.S_IMODE(status.st_mode) if status else None,
        uid=status.st_uid if status else -1,
        gid=status.st_gid if status else -1,
    )


def _recover(directory: Path) -> bool:
    if not folder_of(directory).is_dir():
        return False
    data = files.read(str(intent_of(directory)))
    journal = None if data is None else parse(directory, data)
    undone = journal is not None and _undo(journal, journal.entries)
    _sweep(directory)
    return undone


def _undo(journal: Journal, entries: Sequence[Entry]) -> bool:
    """Give these files their old bytes; whether one had others. All is read before anything is written."""
    found = [(entry, files.read(journal.path(entry))) for entry in entries]
    changed = [(entry, current) for entry, current in found if digest(current) != entry.before]
    work = [(entry, current, _old_bytes(journal, entry)) for entry, current in changed]
    for entry, current, old in work:
        if digest(current) != entry.after and not _is_mixture(journal, entry, current, old):
            raise _edited(journal, entry)
    for entry in journal.entries:
        files.discard(files.temp_of(journal.path(entry), journal.token))
    # Backwards, so that a full disk has the room for each step that there was before the one it takes back.
    for entry, current, old in reversed(work):
        _change(journal, entry, current, old, entry.mode, (entry.uid, entry.gid))
    _sync_names(journal, entries)
    return bool(work)


def _sync_names(journal: Journal, entries: Sequence[Entry]) -> None:
    """Flush the folders of these files, and those that `_make_folders` may have made for them: whoever made one that is
    there may have been killed before it was on the disk."""
    paths = [Path(journal.path(entry)) for entry in entries]
    made = [parent.parent for path in paths for parent in _below_home(journal.directory, path.parent)]
    folders = [*(Path(files.real(str(path))).parent for path in paths), *made]
    files.sync_folders(folder for folder in folders if folder.is_dir())


def _old_bytes(journal: Journal, entry: Entry) -> bytes | None:
    if entry.before is None:
        return None
    data = files.read(str(folder_of(journal.directory) / entry.copy))
    if digest(data) != entry.before:
        raise damaged(journal.directory, f"the copy `{entry.copy}` is not what it was")
    return data


def _is_mixture(journal: Journal, entry: Entry, current: bytes | None, old: bytes | None) -> bool:
    new = files.read(journal.new_bytes(entry))
    if current is None or old is None or new is None or digest(new) != entry.after:
        return False
    short, long = sorted((len(old), len(new)))
    return short <= len(current) <= long and all(
        byte in (*old[place : place + 1], *new[place : place + 1]) for place, byte in enumerate(current)
    )


def _edited(journal: Journal, entry: Entry) -> DevpoolError:
    folder = folder_of(journal.directory)
    old = f"copy `{folder / entry.copy}` over it" if entry.before else "remove it"
    return DevpoolError(
        "changed-meanwhile",
        "an interrupted change cannot be undone, because this file was edited since",
        where=journal.path(entry),
        hint=f"to go back, {old} and run the command again; "
        f"to keep all files of the project as they are now, remove `{folder}`",
    )


def _make_folders(directory: Path, folder: Path) -> None:
    for parent in _below_home(directory, folder):
        files.make_folder(parent)


def _below_home(directory: Path, folder: Path) -> list[Path]:
    """`.devpool` and the folders in it that lead to one, which is the last."""
    return [one for one in (*reversed(folder.parents), folder) if one.is_relative_to(directory / HOME)]


def _sweep(directory: Path) -> None:
    """Remove the journal, and the folders below `.devpool` that are empty; the intent first, as long as it
    is there recovery needs the copies, and the journal's own folder last, so that a killed sweep is seen."""
    folder = folder_of(directory)
    with reporting(folder):
        files.discard(str(intent_of(directory)))
        files.sync_folders([folder])  # before a copy goes: an intent that comes back needs them all
        for item in sorted(folder.iterdir(), reverse=True):  # .gitignore comes last
            files.discard(str(item))
        below = [Path(root) for root, _, _ in os.walk(folder.parent, topdown=False)]
        # One that should go and stays keeps the journal's folder: the next command tries again.
        gone = [files.remove_folder(one) for one in below if one not in (folder, folder.parent)]
        if all(gone):
            files.remove_folder(folder)


def _sweep_quietly(directory: Path) -> None:
    """What stays behind does no harm: without an intent the next command sweeps, with one it goes back."""
    with suppress(DevpoolError):
        _sweep(directory)
