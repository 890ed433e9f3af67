"""Several questions to docker at the same time. The docker is a fake one, which says and does what its words tell."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from devpool.docker.questions import Question, answered, answers, asking
from devpool.errors import DevpoolError

_DOCKER = '#!/bin/sh\nexec sh -c "$1"\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "docker").write_text(_DOCKER)
    (tmp_path / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    return tmp_path


def question(script: str, folder: Path) -> Question[str]:
    return Question(command=["docker", script], cwd=str(folder), read=str.strip, environ=os.environ)


def test_the_answers_come_in_the_order_of_the_questions(folder: Path) -> None:
    scripts = ["sleep 0.2; echo 0", *(f"echo {number}" for number in range(1, 20))]
    assert answers(question(script, folder) for script in scripts) == [str(number) for number in range(20)]


def test_they_are_asked_at_the_same_time(folder: Path) -> None:
    # Each waits for what the other makes.
    scripts = [f"touch {one}; while [ ! -e {other} ]; do sleep 0.01; done" for one, other in ("ab", "ba")]
    assert answers(question(script, folder) for script in scripts) == ["", ""]


def test_an_error_is_an_answer_too(folder: Path) -> None:
    first, second = answers(question(script, folder) for script in ("echo no such thing >&2; exit 1", "echo fine"))
    assert isinstance(first, DevpoolError)
    assert (first.code, first.said, second) == ("docker-failed", "no such thing", "fine")
    with pytest.raises(DevpoolError):
        answered(first)


def test_without_docker_each_answer_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "docker").unlink()
    monkeypatch.setenv("PATH", str(folder))
    (answer,) = answers([question("echo", folder)])
    assert isinstance(answer, DevpoolError)
    assert answer.code == "no-docker-cli"


def test_what_nobody_waits_for_is_ended(folder: Path) -> None:
    began = time.monotonic()
    with asking([question("echo $$ >pid; exec sleep 60", folder)]):
        while not (folder / "pid").exists() or not (folder / "pid").read_text():
            time.sleep(0.01)
    assert time.monotonic() - began < 30
    with pytest.raises(ProcessLookupError):
        os.kill(int((folder / "pid").read_text()), 0)
