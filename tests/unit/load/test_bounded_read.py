"""What is read of a path that the user names, and what is refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from devpool.errors import DevpoolError
from devpool.load.bounded_read import MOST_BYTES, identity, is_file, is_there, read


def test_a_file_is_read_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\xef\xbb\xbfx\r\n")
    (tmp_path / "b").symlink_to("a")
    assert read(tmp_path / "b") == b"\xef\xbb\xbfx\r\n"
    assert identity(str(tmp_path / "a")) == identity(str(tmp_path / "b")) != ""


def test_a_folder_or_nothing_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    (tmp_path / "gone").symlink_to("nowhere")
    for path in (tmp_path, tmp_path / "none", tmp_path / "a" / "b", tmp_path / "gone"):
        assert (is_file(path), is_there(path)) == (False, False)
    assert identity(str(tmp_path / "gone")) == ""


def test_the_empty_device_is_an_empty_file() -> None:
    assert (is_file(Path(os.devnull)), read(Path(os.devnull))) == (True, b"")


def test_a_pipe_is_there_and_is_never_read(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert is_there(pipe)
    for look in (is_file, read):
        with pytest.raises(DevpoolError, match="pipe or a device") as caught:
            look(pipe)
        assert (caught.value.code, caught.value.where) == ("cannot-read", str(pipe))


@pytest.mark.parametrize(("name", "code"), [("none", "no-compose-file"), ("a\0b", "cannot-read")])
def test_what_cannot_be_read_is_refused_with_the_reason(tmp_path: Path, name: str, code: str) -> None:
    with pytest.raises(DevpoolError) as caught:
        read(tmp_path / name)
    assert (caught.value.code, bool(caught.value.hint)) == (code, True)


@pytest.mark.parametrize("more", [0, 1])
def test_a_file_of_the_largest_size_is_read_and_no_larger_one(tmp_path: Path, more: int) -> None:
    with (tmp_path / "a").open("wb") as file:
        file.truncate(MOST_BYTES + more)
    if not more:
        assert len(read(tmp_path / "a")) == MOST_BYTES
        return
    with pytest.raises(DevpoolError) as caught:
        read(tmp_path / "a")
    assert caught.value.code == "too-large"


def test_a_file_that_has_no_end_is_not_read_to_it() -> None:
    """Its reported size is zero."""
    with pytest.raises(DevpoolError) as caught:
        read(Path("/dev/zero"))
    assert caught.value.code == "cannot-read"
