"""What `write_user_files` promises for one file; that several change as one is in tests/crash."""

from __future__ import annotations

import errno
import os
import stat
import struct
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from devpool.commit import disk, journal, write_user_files
from devpool.commit.disk import RenameError
from devpool.commit.write_user_files import FileChange
from devpool.errors import DevpoolError
from unit.commit.disk_rig import NEW, NOBODY, OLD, as_nobody, failing, names

# --- nothing changes --------------------------------------------------------------------------------------


@pytest.mark.parametrize("write", [write_user_files.replace_file, write_user_files.write_in_place])
def test_a_file_that_holds_something_else_is_left_alone(file: Path, write: Callable[..., None]) -> None:
    with pytest.raises(DevpoolError) as error:
        write(str(file), b"what it was", NEW)
    assert (error.value.code, error.value.where) == ("changed-meanwhile", str(file))
    assert file.read_bytes() == OLD
    assert names(file.parent) == [file.name]


def test_an_editor_that_saves_while_we_write_loses_nothing(
    file: Path, on_step: Callable[[str, Callable[[], object]], None]
) -> None:
    on_step("write", lambda: file.write_bytes(b"mine"))
    with pytest.raises(DevpoolError) as error:
        write_user_files.replace_file(str(file), OLD, NEW)
    assert error.value.code == "changed-meanwhile"
    assert file.read_bytes() == b"mine"
    assert names(file.parent) == [file.name], "no temp is left"


def test_a_new_file_that_somebody_else_creates_meanwhile_is_not_overwritten(
    tmp_path: Path, on_step: Callable[[str, Callable[[], object]], None]
) -> None:
    path = tmp_path / "new"
    on_step("write", lambda: path.write_bytes(b"mine"))
    with pytest.raises(DevpoolError, match="another program changed the file"):
        write_user_files.write_new(str(path), NEW)
    assert path.read_bytes() == b"mine"
    assert names(tmp_path) == ["new"]


def test_a_file_that_holds_something_else_is_not_removed(file: Path) -> None:
    with pytest.raises(DevpoolError, match="another program changed the file"):
        write_user_files.remove_file(str(file), NEW)
    assert file.read_bytes() == OLD


def test_a_folder_or_a_pipe_is_not_taken_for_a_file(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for name in ("folder", "pipe"):
        with pytest.raises(DevpoolError) as error:
            write_user_files.read(str(tmp_path / name))
        assert error.value.code == "not-a-file"


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (errno.ENOSPC, "disk-full"),
        (errno.EDQUOT, "disk-full"),
        (errno.EROFS, "not-writable"),
        (errno.EACCES, "not-writable"),
        (errno.EIO, "disk-error"),
    ],
)
@pytest.mark.parametrize("step", ["create", "write", "mode", "sync", "replace"])
def test_a_failure_is_a_refusal_with_path_and_hint(
    file: Path, on_step: Callable[[str, Callable[[], object]], None], code: int, name: str, step: str
) -> None:
    on_step(step, failing(code))
    with pytest.raises(DevpoolError) as error:
        write_user_files.replace_file(str(file), OLD, NEW)
    assert (error.value.code, error.value.where) == (name, str(file))
    assert error.value.hint
    assert file.read_bytes() == OLD
    assert names(file.parent) == [file.name]


def test_bytes_do_not_show_in_the_text_of_a_change() -> None:
    assert "secret" not in repr(FileChange(path="/x", before=b"secret", after=b"secret2"))


# --- what a change keeps ----------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o600, 0o755, 0o666, 0o4711])
def test_the_mode_is_kept(file: Path, mode: int) -> None:
    file.chmod(mode)
    write_user_files.replace_file(str(file), OLD, NEW)
    assert file.read_bytes() == NEW
    assert stat.S_IMODE(file.stat().st_mode) == mode


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_the_owner_is_kept(file: Path) -> None:
    os.chown(file, NOBODY, 1)
    file.chmod(0o6750)
    write_user_files.replace_file(str(file), OLD, NEW)
    found = file.stat()
    assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (NOBODY, 1, 0o6750)


@pytest.fixture
def default_acl(tmp_path: Path) -> bytes:
    """Make the folder give every new file an ACL that lets a stranger in; that ACL."""
    if sys.platform != "linux":
        pytest.skip("POSIX ACLs are Linux's")
    nobody_may = _acl((0x01, 6), (0x02, 6, NOBODY), (0x04, 6), (0x10, 6), (0x20, 0))
    os.setxattr(tmp_path, "system.posix_acl_default", nobody_may)
    return nobody_may


def _acl(*entries: tuple[int, ...]) -> bytes:
    """An ACL as Linux keeps it: version 2, then tag, permissions and id (or none) of each entry."""
    parts = [struct.pack("<HHI", tag, permissions, *(rest or [0xFFFFFFFF])) for tag, permissions, *rest in entries]
    return struct.pack("<I", 2) + b"".join(parts)


@pytest.mark.parametrize("mode", [0o640, 0o660, 0o600])
def test_a_folders_default_acl_lets_nobody_into_a_file_that_had_none(file: Path, default_acl: bytes, mode: int) -> None:
    file.chmod(mode)
    write_user_files.replace_file(str(file), OLD, NEW)
    assert "system.posix_acl_access" not in os.listxattr(file)
    assert stat.S_IMODE(file.stat().st_mode) == mode


def test_a_files_own_acl_is_kept(file: Path, default_acl: bytes) -> None:
    mine = _acl((0x01, 6), (0x02, 4, 1), (0x04, 4), (0x10, 4), (0x20, 0))
    os.setxattr(file, "system.posix_acl_access", mine)
    write_user_files.replace_file(str(file), OLD, NEW)
    assert os.getxattr(file, "system.posix_acl_access") == mine


def test_a_new_private_file_gets_no_acl_from_its_folder(tmp_path: Path, default_acl: bytes) -> None:
    write_user_files.write_new(str(tmp_path / "web.env"), NEW, mode=0o600)
    assert "system.posix_acl_access" not in os.listxattr(tmp_path / "web.env")


def test_extended_attributes_are_kept(file: Path) -> None:
    try:
        os.setxattr(file, "user.note", b"mine")
    except (OSError, AttributeError):
        pytest.skip("no extended attributes here")
    write_user_files.replace_file(str(file), OLD, NEW)
    assert os.getxattr(file, "user.note") == b"mine"


def test_a_symlink_stays_and_the_file_behind_it_changes(tmp_path: Path, file: Path) -> None:
    (tmp_path / "deep").mkdir()
    first, second = tmp_path / "deep" / "first", tmp_path / "second"
    second.symlink_to(file)
    first.symlink_to("../second")
    write_user_files.replace_file(str(first), OLD, NEW)
    assert first.is_symlink() and second.is_symlink()
    assert not file.is_symlink() and file.read_bytes() == NEW
    assert names(tmp_path / "deep") == ["first"], "the temp stands beside the real file"


@pytest.mark.parametrize(("mode", "found"), [(None, 0o644), (0o600, 0o600), (0o666, 0o666)])
def test_a_new_file_has_its_mode_whatever_the_umask(tmp_path: Path, mode: int | None, found: int) -> None:
    mask = os.umask(0o077)
    try:
        write_user_files.write_new(str(tmp_path / "new"), b"", mode=mode)
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == found


def test_a_long_text_is_written_in_pieces(file: Path) -> None:
    data = os.urandom(3 * disk.CHUNK + 1)
    write_user_files.replace_file(str(file), OLD, data)
    assert file.read_bytes() == data


# --- files that nothing can be renamed over ---------------------------------------------------------------


@pytest.mark.parametrize("code", [errno.EBUSY, errno.EXDEV, errno.EPERM])
@pytest.mark.parametrize("after", [b"", b"a", OLD + b"more\n"])
def test_a_bind_mounted_file_is_written_in_place(
    file: Path, monkeypatch: pytest.MonkeyPatch, code: int, after: bytes
) -> None:
    def step(name: str, path: str) -> None:
        if (name, path) == ("replace", str(file)):
            failing(code)()

    monkeypatch.setattr(disk, "step", step)
    before = file.stat()
    journal.commit(file.parent, [FileChange(path=str(file), before=OLD, after=after)])
    assert file.read_bytes() == after
    assert (file.stat().st_ino, file.stat().st_mode) == (before.st_ino, before.st_mode)
    assert names(file.parent) == [file.name]


def test_without_the_journal_such_a_file_is_refused(
    file: Path, on_step: Callable[[str, Callable[[], object]], None]
) -> None:
    on_step("replace", failing(errno.EBUSY))
    with pytest.raises(RenameError) as error:
        write_user_files.replace_file(str(file), OLD, NEW)
    assert error.value.code == "not-writable"
    assert file.read_bytes() == OLD


@pytest.mark.skipif(os.geteuid() != 0, reason="needs a file of another user")
def test_a_file_whose_owner_could_not_be_kept_is_written_in_place(open_path: Path) -> None:
    open_path.chmod(0o777)
    file = open_path / "of-root.yml"
    file.write_bytes(OLD)
    file.chmod(0o666)
    change = FileChange(path=str(file), before=OLD, after=NEW)
    assert as_nobody(lambda: journal.commit(open_path, [change])) is None
    assert file.read_bytes() == NEW
    assert (file.stat().st_uid, stat.S_IMODE(file.stat().st_mode)) == (0, 0o666)
    assert names(open_path) == [file.name]


# --- refused before anything starts -----------------------------------------------------------------------


def test_what_can_be_written_passes_the_check_without_a_trace(file: Path) -> None:
    before = file.parent.stat()
    write_user_files.check_writable([str(file), str(file.parent / "new"), str(file.parent / ".devpool" / "env" / "x")])
    assert file.parent.stat() == before


def test_a_folder_that_cannot_be_written_is_refused(open_path: Path) -> None:
    file = open_path / "docker-compose.yml"
    file.write_bytes(OLD)
    file.chmod(0o666)
    open_path.chmod(0o555)
    for path in (file, open_path / "new", open_path / ".devpool" / "env" / "x"):
        error = as_nobody(lambda path=path: write_user_files.check_writable([str(path)]))
        assert error is not None
        assert (error.code, error.where) == ("not-writable", str(path))
        assert str(open_path) in error.hint
    open_path.chmod(0o755)
