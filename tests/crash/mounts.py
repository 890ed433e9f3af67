"""Real filesystems for a test: a process with mounts of its own, which end with it."""

from __future__ import annotations

import ctypes
import os
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from crash_rig import end, start

# <linux/sched.h> and <linux/mount.h>
_NEW_MOUNTS, _NEW_USERS = 0x00020000, 0x10000000
_READ_ONLY, _REMOUNT, _BIND, _ALL_BELOW, _PRIVATE = 1, 32, 4096, 16384, 1 << 18
_NO_MOUNTS = 97
_libc = ctypes.CDLL(None, use_errno=True)


def with_own_mounts(work: Callable[[], object]) -> None:
    """Do this in a process with mounts of its own, as root or as the root of a user namespace of its own."""

    def inside() -> None:
        try:
            _enter()
        except OSError:
            traceback.print_exc()
            os._exit(_NO_MOUNTS)
        work()

    code = end(start(inside))
    if code == _NO_MOUNTS:
        pytest.fail("no filesystem can be mounted: run it as root, or `sysctl user.max_user_namespaces=1000`", False)
    assert code == 0, "see the traceback on stderr"


def mount_memory(folder: Path, options: str) -> None:
    """Mount a tmpfs."""
    folder.mkdir(exist_ok=True)
    _mount("none", folder, "tmpfs", 0, options)


def remount(folder: Path, *, read_only: bool) -> None:
    """Change a mounted filesystem."""
    _mount("none", folder, "", _REMOUNT | (_READ_ONLY if read_only else 0), "")


def bind(source: Path, target: Path) -> None:
    """Mount a file or folder over another one."""
    _mount(str(source), target, "", _BIND, "")


def cover_read_only(folder: Path) -> None:
    """Whoever names this folder from now on finds it read-only, until it is uncovered; open files stay as they are.

    A filesystem with open files cannot be remounted read-only; the kernel does that to one with I/O errors.
    """
    bind(folder, folder)
    _mount("none", folder, "", _REMOUNT | _BIND | _READ_ONLY, "")


def unmount(folder: Path) -> None:
    """Take away what was mounted last."""
    _check(_libc.umount2(bytes(folder), 2), folder)  # MNT_DETACH: a process may still stand in it


def _enter() -> None:
    users = os.geteuid() != 0
    uid, gid = os.geteuid(), os.getegid()
    _check(_libc.unshare(_NEW_MOUNTS | (_NEW_USERS if users else 0)), Path("/"))
    if users:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {uid} 1")
        Path("/proc/self/gid_map").write_text(f"0 {gid} 1")
    _mount("none", Path("/"), "", _ALL_BELOW | _PRIVATE, "")


def _mount(source: str, target: Path, kind: str, flags: int, options: str) -> None:
    words = (source.encode(), bytes(target), kind.encode() or None, ctypes.c_ulong(flags), options.encode() or None)
    _check(_libc.mount(*words), target)


def _check(result: int, path: Path) -> None:
    if result:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(path))
