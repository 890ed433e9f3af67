"""This machine's key, which proves that a file below `.devpool/` was written here, for this very folder.

32 random bytes in `$XDG_STATE_HOME/devpool/key` (`~/.local/state` by the XDG Base Directory Specification), made at
first use, readable only by the user. Files that come with a repository do not verify with it, nor do files written
for another folder: the project's real path is part of what is signed (HMAC with SHA-256, RFC 2104).

Everything works without a key, but what is written then is not signed, and not trusted later.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from devpool import file_modes
from devpool.commit import disk, write_user_files
from devpool.errors import DevpoolError
from devpool.load.root import find_root

_BYTES = 32
_UNSIGNED = b"-"
_NOWHERE = "/nonexistent"  # the home of users without one, in Debian


def state_home(shell: Mapping[str, str]) -> Path:
    """The folder for what a user's programs keep: `$XDG_STATE_HOME`, or `~/.local/state`; one that is not there where
    neither is known.
    """
    given = shell.get("XDG_STATE_HOME", "")
    return Path(given) if given.startswith("/") else Path(shell.get("HOME") or _NOWHERE, ".local", "state")


def sign(directory: Path, purpose: str, body: bytes) -> bytes:
    """A text with a first line that proves its origin; creates the key if needed.

    Args:
        directory: the project directory.
        purpose: what kind of file it is, so that none can pass for another.
    """
    try:
        code = _code(_made(directory), directory, purpose, body)
    except DevpoolError:
        code = _UNSIGNED
    return code + b"\n" + body


def verified(directory: Path, purpose: str, data: bytes) -> bytes | None:
    """The text of a signed file; None where this machine has not written it for this folder, or it is damaged."""
    import hmac  # loads OpenSSL: not where there is nothing to verify

    code, _, body = data.partition(b"\n")
    try:
        key = _found(_folder(directory))
    except DevpoolError:
        key = None
    return body if key and hmac.compare_digest(code, _code(key, directory, purpose, body)) else None


def is_unsigned(data: bytes) -> bool:
    """Whether a file was written where there was no key."""
    return data.startswith(_UNSIGNED + b"\n")


def problem(directory: Path) -> DevpoolError | None:
    """Why this machine has no key and cannot create one; None if it has one by now.

    Returns:
        `no-machine-key`, as a warning: what it means and what to do.
    """
    try:
        _made(directory)
    except DevpoolError as error:
        return DevpoolError(
            "no-machine-key",
            f"if this run is interrupted, devpool cannot undo it automatically: {error.message}",
            where=error.where,
            hint=f"{error.hint}; otherwise, after an interruption, restore the files yourself from git or from the "
            "copies in .devpool/journal",
        )
    return None


def _code(key: bytes, directory: Path, purpose: str, body: bytes) -> bytes:
    import hmac

    place = os.fsencode(os.path.realpath(directory))
    return hmac.new(key, b"\0".join([b"devpool", purpose.encode(), place, body]), "sha256").hexdigest().encode()


def _folder(directory: Path) -> Path:
    """Where the key is.

    Raises:
        DevpoolError: a clone could contain that place.
    """
    folder = state_home(os.environ) / "devpool"
    if folder.is_relative_to(_NOWHERE):
        raise _unusable("the home directory is unknown (HOME)", folder)
    if Path(os.path.realpath(folder)).is_relative_to(find_root(directory)):
        raise _unusable("the state folder for programs is inside the project", folder)
    return folder


def _made(directory: Path) -> bytes:
    folder = _folder(directory)
    key = _found(folder)
    if key is None:
        _make(folder)
        key = _found(folder)
    if key is None:
        raise _unusable("the key has disappeared", folder / "key")
    return key


def _found(folder: Path) -> bytes | None:
    """The key; None where there is none yet.

    Raises:
        DevpoolError: what is there does not belong to the user alone.
    """
    path = folder / "key"
    try:
        _check(os.lstat(folder), folder, stat.S_IFDIR, file_modes.WRITABLE_BY_OTHERS)
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unusable(f"the key cannot be read ({error.strerror})", path) from None
    with os.fdopen(fd, "rb") as file:
        _check(os.fstat(fd), path, stat.S_IFREG, file_modes.FOR_OTHERS)
        data = file.read(_BYTES + 1)
    if len(data) != _BYTES:
        raise _unusable("the key is damaged", path, f"remove it, and the next run creates a new one: rm {path}")
    return data


def _check(status: os.stat_result, path: Path, kind: int, forbidden: int) -> None:
    if stat.S_IFMT(status.st_mode) != kind:
        raise _unusable("a link or something else is in the key's place", path, f"remove it: rm {path}")
    if status.st_uid != os.geteuid():
        raise _unusable(f"this belongs to another user (UID {status.st_uid})", path)
    if status.st_mode & forbidden:
        hint = (
            f"chmod go-w {path}"
            if kind == stat.S_IFDIR
            else f"remove it, and the next run creates a new one: rm {path}"
        )
        raise _unusable(f"others have access to this (mode {stat.S_IMODE(status.st_mode):o})", path, hint)


def _make(folder: Path) -> None:
    """Create the key under a temporary name, and link it to its real name: of two processes, the first wins."""
    there = next(one for one in (folder, *folder.parents) if one.is_dir())
    if there.stat().st_uid != os.geteuid():
        raise _unusable(f"the folder belongs to another user (UID {there.stat().st_uid})", there)
    missing = [one for one in (*reversed(folder.parents), folder) if not one.is_dir()]
    temp = folder / f".key-{os.urandom(8).hex()}"
    try:
        for one in missing:
            disk.make_folder(one, file_modes.PRIVATE_FOLDER)
        write_user_files.write_new(str(temp), os.urandom(_BYTES), mode=file_modes.PRIVATE_FILE)
        try:
            disk.step("link", str(folder / "key"))
            with suppress(FileExistsError):
                os.link(temp, folder / "key")
        finally:
            write_user_files.discard(str(temp))
        disk.sync_folders([*(one.parent for one in missing), folder])
    except (DevpoolError, OSError) as error:
        raise _unusable(f"devpool cannot store a key ({_reason(error)})", folder) from None


def _reason(error: DevpoolError | OSError) -> str:
    return error.message if isinstance(error, DevpoolError) else error.strerror or "unknown"


def _unusable(reason: str, path: Path, hint: str = "") -> DevpoolError:
    otherwise = "set XDG_STATE_HOME to a folder of your own outside the project"
    return DevpoolError("no-machine-key", reason, where=str(path), hint=hint or otherwise)
