"""A command with the user's terminal: how it is called, and its exit code. The docker is a fake one."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest

from devpool.docker.engine import Call
from devpool.docker.interactive import NOT_FOUND, execute, has_terminal, run_once
from unit.docker.stand_ins import inspected

# Notes down how it was called, and does what the variable SCRIPT says.
_DOCKER = '#!/bin/sh\nprintf "%s\\n" "$@" >"$NOTES/words"; printf %s "${URL:-}" >"$NOTES/url"; eval "${SCRIPT:-}"\n'


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def call(tmp_path: Path) -> Call:
    (tmp_path / "docker").write_text(_DOCKER)
    (tmp_path / "docker").chmod(0o755)
    environ = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "NOTES": str(tmp_path)}
    return Call(arguments=("-f", "compose.yml"), cwd=str(tmp_path), environ=environ)


def words(call: Call) -> list[str]:
    return Path(call.cwd, "words").read_text().splitlines()


@pytest.mark.parametrize(
    ("stdin", "stdout", "terminal"),
    [
        (Terminal(), Terminal(), True),
        (Terminal(), io.StringIO(), False),
        (io.StringIO(), Terminal(), False),
        (None, Terminal(), False),
    ],
)
def test_a_person_is_there_where_both_ends_are_a_terminal(
    stdin: io.StringIO | None, stdout: io.StringIO, terminal: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", stdin)
    monkeypatch.setattr(sys, "stdout", stdout)
    assert has_terminal() is terminal


def test_a_value_reaches_the_container_and_no_command_line(call: Call) -> None:
    assert run_once(call, "job", ["migrate", "up"], {"URL": "postgres://u:sesame@db/x"}) == 0
    given = words(call)
    assert given[:4] == ["compose", "-f", "compose.yml", "run"]
    assert given[given.index("--env") + 1] == "URL"
    assert given[-3:] == ["job", "migrate", "up"]
    assert "sesame" not in " ".join(given)
    assert Path(call.cwd, "url").read_text() == "postgres://u:sesame@db/x"


def test_without_a_terminal_the_container_gets_none(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    run_once(call, "job", [], {})
    assert "-T" in words(call)
    execute(call, inspected("db"), ["psql"])
    assert words(call) == ["exec", "--interactive", "db", "psql"]
    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(sys, "stdout", Terminal())
    run_once(call, "job", [], {})
    assert "-T" not in words(call)
    execute(call, inspected("db"), ["psql"])
    assert "--tty" in words(call)
    execute(call, inspected("db"), ["psql"], kept=bytearray())
    assert "--tty" not in words(call)


def test_a_program_in_place_of_the_entrypoint_stands_before_the_service(call: Call) -> None:
    run_once(call, "job", ["up"], {}, entrypoint=["atlas"])
    given = words(call)
    assert given[given.index("--entrypoint") :] == ["--entrypoint", "atlas", "job", "up"]


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("exit 0", 0),
        ("exit 3", 3),
        ("echo 'Error response from daemon: failed: unable to start container process: exec: no' >&2; exit 1", 127),
        ("echo 'Error response from daemon: something else' >&2; exit 1", 1),
        ("echo 'Error response from daemon: x: unable to start container process' >&2; exit 0", 0),
    ],
)
def test_the_exit_code_is_the_commands_or_that_of_a_shell_that_finds_no_program(
    call: Call, script: str, code: int
) -> None:
    assert NOT_FOUND == 127
    assert run_once(call, "job", [], {"SCRIPT": script}) == code
