"""Commands whose output goes into a file, or into another command. The docker is a fake one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from devpool.docker.engine import Call
from devpool.docker.kept_run import pour, run_kept
from devpool.errors import DevpoolError

_DOCKER = '#!/bin/sh\nprintf "%s\\n" "$@" >"$NOTES/words"; eval "${SCRIPT:-}"\n'


@pytest.fixture
def call(tmp_path: Path) -> Call:
    (tmp_path / "docker").write_text(_DOCKER)
    (tmp_path / "docker").chmod(0o755)
    environ = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "NOTES": str(tmp_path)}
    return Call(arguments=(), cwd=str(tmp_path), environ=environ)


def kept(call: Call, script: str, *, most: int = 1000, shown: bool = False) -> tuple[int, bytes]:
    path = Path(call.cwd, "kept")
    with path.open("wb", buffering=0) as file:
        code = run_kept(call, "app", ["pytest"], {"SCRIPT": script}, labels=("a=b",), kept=file, most=most, shown=shown)
    return code, path.read_bytes()


def test_both_streams_are_kept_and_the_code_is_the_commands(call: Call) -> None:
    assert kept(call, "echo one; echo two >&2; exit 3") == (3, b"one\ntwo\n")


def test_the_container_is_marked_and_stays(call: Call) -> None:
    kept(call, "")
    words = Path(call.cwd, "words").read_text().splitlines()
    assert words[words.index("--label") + 1] == "a=b"
    assert "--rm" not in words
    assert words[-2:] == ["app", "pytest"]


def test_more_than_the_most_is_not_kept(call: Call) -> None:
    assert kept(call, "echo 123456", most=4) == (0, b"1234")


def test_it_is_shown_as_it_comes(call: Call, capfd: pytest.CaptureFixture[str]) -> None:
    kept(call, "echo one", shown=True)
    assert capfd.readouterr().err == "one\n"


def test_a_full_disk_is_an_error_once_the_command_has_ended(call: Call) -> None:
    with open("/dev/full", "wb", buffering=0) as full, pytest.raises(DevpoolError) as raised:
        run_kept(call, "app", [], {"SCRIPT": "echo x"}, labels=(), kept=full, most=9, shown=False)
    assert raised.value.code == "disk-full"


def test_a_program_that_is_not_there_is_127(call: Call) -> None:
    said = "echo 'Error response from daemon: x: unable to start container process' >&2; exit 1"
    assert kept(call, said)[0] == 127


def test_what_one_command_writes_another_gets(call: Call) -> None:
    call = Call(arguments=(), cwd=call.cwd, environ={**call.environ, "SCRIPT": 'eval "$1"'})
    said = pour(call, ["docker", "echo data; echo odd >&2"], ["docker", f"cat >'{call.cwd}/got'; echo more >&2"])
    assert Path(call.cwd, "got").read_text() == "data\n"
    assert sorted(said.split()) == ["more", "odd"]


def test_a_source_that_fails_is_an_error(call: Call) -> None:
    call = Call(arguments=(), cwd=call.cwd, environ={**call.environ, "SCRIPT": 'eval "$1"'})
    with pytest.raises(DevpoolError, match="no dump"):
        pour(call, ["docker", "echo no dump >&2; exit 1"], ["docker", "cat >/dev/null"])
