"""One file of a commit, through the module that writes the user's files or the one that writes devpool's."""

from __future__ import annotations

import os
from pathlib import Path

from devpool import file_modes
from devpool.commit import disk, real_folders, write_devpool_files, write_user_files
from devpool.commit.disk import RenameError, reporting
from devpool.commit.intent import IntentEntry, Journal, digest, folder_of
from devpool.devpool_folder import FOLDER


def read(directory: Path, path: str) -> bytes | None:
    """All bytes of a file; None where there is none.

    Raises:
        DevpoolError: what that module raises.
    """
    if real_folders.is_own(directory, path):
        return write_devpool_files.read(directory, Path(path), write_devpool_files.LARGEST_COPY)
    return write_user_files.read(path)


def expect(directory: Path, path: str, data: bytes | None) -> None:
    """Make sure that a file holds these bytes, or with None that there is none.

    Raises:
        DevpoolError: `changed-meanwhile`, and what that module raises.
    """
    if real_folders.is_own(directory, path):
        write_devpool_files.expect(directory, Path(path), data)
    else:
        write_user_files.expect(path, data)


def status(directory: Path, path: Path) -> os.stat_result | None:
    """Mode and owner of a file; of the user's own, of the file behind a link.

    Raises:
        DevpoolError: what that module raises.
    """
    if real_folders.is_own(directory, path):
        return real_folders.status(directory, path)
    with reporting(path):
        return path.stat()


def change(
    directory: Path,
    path: str,
    current: bytes | None,
    target: bytes | None,
    *,
    mode: int | None,
    owner: tuple[int, int] | None,
    token: str,
) -> None:
    """Change a file from its present bytes to its new ones; folders are created only below `.devpool`.

    Args:
        mode: permission bits of a new file. One of devpool's own gets them also where it exists, so that no secret
            gets into a file that others can read.

    Raises:
        RenameError: only writing in place is possible; for a file of the user's own.
        DevpoolError: what that module raises.
    """
    own = real_folders.is_own(directory, path)
    if target is None:
        assert current is not None, "something changes"
        _remove(directory, path, current, own=own)
        return
    if own:
        for folder in below_devpool_folder(directory, Path(path).parent):
            real_folders.make_folder(directory, folder)
        write_devpool_files.write(directory, Path(path), current, target, mode=mode, owner=owner, token=token)
    elif current is None:
        write_user_files.write_new(path, target, mode=mode, owner=owner, token=token)
    else:
        write_user_files.replace_file(path, current, target, token=token)


def change_entry(
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
        change(journal.directory, path, current, target, mode=mode, owner=owner, token=journal.token)
    except RenameError:
        assert current is not None and target is not None, "only a file that is there is replaced"
        _keep_new_bytes(journal, entry, current, target)
        write_user_files.write_in_place(path, current, target)


def _keep_new_bytes(journal: Journal, entry: IntentEntry, *texts: bytes) -> None:
    """Keep the bytes that the commit intends. Missing from `texts`, the file is a mixture: they are kept."""
    new = next((text for text in texts if digest(text) == entry.after), None)
    kept = journal.new_bytes(entry)
    if new is not None and write_devpool_files.read(journal.directory, kept, write_devpool_files.LARGEST_COPY) is None:
        write_devpool_files.write(journal.directory, kept, None, new, mode=file_modes.PRIVATE_FILE)
        disk.sync_folders([folder_of(journal.directory)])


def _remove(directory: Path, path: str, current: bytes, *, own: bool) -> None:
    if own:
        write_devpool_files.remove(directory, Path(path), current)
    else:
        write_user_files.remove_file(path, current)


def discard_temp(directory: Path, path: str, token: str) -> None:
    """Remove the temporary file next to a file that was being written.

    Raises:
        DevpoolError: what that module raises.
    """
    if real_folders.is_own(directory, path):
        write_devpool_files.discard(directory, Path(path).with_name(f".devpool-{token}"))
    else:
        write_user_files.discard(write_user_files.temp_of(path, token))


def below_devpool_folder(directory: Path, folder: Path) -> list[Path]:
    """`.devpool` and the folders in it that lead to one, which is the last."""
    return [one for one in (*reversed(folder.parents), folder) if one.is_relative_to(directory / FOLDER)]
