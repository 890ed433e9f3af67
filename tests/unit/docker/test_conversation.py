"""A program in a container that is asked again and again. The docker is a fake one, which runs it here."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from devpool.docker.conversation import Conversation
from devpool.docker.engine import Call
from devpool.errors import DevpoolError


@pytest.fixture
def call(tmp_path: Path) -> Call:
    (tmp_path / "docker").write_text('#!/bin/sh\nshift 3\nexec "$@"\n')
    (tmp_path / "docker").chmod(0o755)
    return Call(arguments=(), cwd=str(tmp_path), environ={"PATH": f"{tmp_path}:{os.environ['PATH']}"})


@pytest.fixture
def shell(call: Call) -> Iterator[Conversation]:
    with closing(Conversation(call, "c", ["sh"])) as found:
        yield found


def test_a_shell_answers_each_question_by_itself(shell: Conversation) -> None:
    assert shell.execute(["printf", "%s\\n", "a 'b'", "$HOME"]) == "a 'b'\n$HOME\n"
    assert shell.execute(["sh", "-c", "cat; echo no >&2; exit 3"]) == ""
    assert shell.execute(["echo", "-- end"]) == "-- end\n"


def test_psql_is_asked_in_its_own_words(call: Call) -> None:
    program = 'while read -r line; do case $line in *echo*) echo "${line#*echo }" ;; *) echo "<$line>" ;; esac; done'
    with closing(Conversation(call, "c", ["sh", "-c", program])) as psql:
        assert psql.ask("SHOW STATS") == "<SHOW STATS;>\n"
        assert psql.ask("SHOW POOLS") == "<SHOW POOLS;>\n"


def test_a_program_that_has_ended_is_an_error(call: Call) -> None:
    with closing(Conversation(call, "c", ["true"])) as ended:
        with pytest.raises(DevpoolError, match="it has ended") as raised:
            ended.execute(["echo"])
        assert raised.value.code == "docker-failed"


def test_a_program_that_says_nothing_is_not_waited_for(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("devpool.docker.conversation._SECONDS", 0.2)
    with closing(Conversation(call, "c", ["sleep", "60"])) as silent, pytest.raises(DevpoolError, match="within"):
        silent.execute(["echo"])
