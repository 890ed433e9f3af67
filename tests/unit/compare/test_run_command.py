"""One run: what is made of the container that has ended."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from devpool.compare import run_command
from devpool.compare.run_command import Command, run_watched
from devpool.compare.stand import Standing
from devpool.errors import DevpoolError
from unit.docker.stand_ins import KnownStack

COMMAND = Command(
    service="app", words=("make", "check"), arguments=("make", "check"), entrypoint=None, environment={}, junit=()
)
STATE = {"StartedAt": "2026-01-01T00:00:01Z", "FinishedAt": "2026-01-01T00:00:03.5Z"}


def ran(monkeypatch: pytest.MonkeyPatch, log: Path, code: int, *, made: bool = True) -> Any:
    """A run that ends with a code; its output is one line."""

    def runs(*_: object, kept: Any, **__: object) -> int:
        kept.write(b"no such program\n")
        return code

    def says(*words: str) -> str:
        if words[0] == "ps":
            return "c\n" if made else ""
        return json.dumps([{"Id": "c", "Config": {}, "State": STATE}]) if words[1] == "inspect" else ""

    monkeypatch.setattr(run_command, "run_kept", runs)
    standing = Standing(stack=KnownStack(says=says), databases=(), poolers=(), known=frozenset())
    return run_watched(COMMAND, standing, "/private", log, shown=False)


def test_a_run_lasts_as_long_as_its_container(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    run, problems = ran(monkeypatch, tmp_path / "1.log", 3)
    assert (run.exit_code, run.figures.seconds, run.report, problems) == (3, 2.5, None, [])
    assert Path(run.output).read_text() == "no such program\n"


@pytest.mark.parametrize(("code", "made"), [(127, True), (126, True), (1, False)])
def test_a_command_that_could_not_run_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: int, made: bool
) -> None:
    with pytest.raises(DevpoolError) as raised:
        ran(monkeypatch, tmp_path / "1.log", code, made=made)
    assert (raised.value.code, raised.value.details) == ("command-not-found", ("no such program",))
