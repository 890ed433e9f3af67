"""What sessions hold is the app's whose container has the address."""

from __future__ import annotations

from pathlib import Path

import pytest

from devpool.docker.live_sessions import held_by_sessions
from unit.docker.stand_ins import END, KnownStack, docker_that_says, inspected

RUNNING = {
    "db": [inspected("db")],
    "web": [inspected("web", "10.0.0.2"), inspected("web", "10.0.0.3", "fd00::3")],
    "job": [inspected("job", "10.0.0.4")],
}


def held(folder: Path, monkeypatch: pytest.MonkeyPatch, *rows: str) -> dict[str, list[str]]:
    answer = "".join(f"{line}\n" for line in ("addr,held", *rows))
    stack = docker_that_says(folder, monkeypatch, answer + END)
    return held_by_sessions(stack, RUNNING, "db", ["web", "job", "gone"])


def test_what_is_held_is_said_once_for_all_containers_of_an_app(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = ["10.0.0.2,LISTEN", "10.0.0.2,session advisory locks", "fd00::3,LISTEN"]
    assert held(tmp_path, monkeypatch, *rows) == {"web": ["LISTEN", "session advisory locks"]}


def test_a_session_from_elsewhere_is_no_apps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert held(tmp_path, monkeypatch, "192.168.1.7,LISTEN", "10.0.0.4,LISTEN") == {"job": ["LISTEN"]}


def test_a_database_that_does_not_run_here_is_not_asked() -> None:
    assert held_by_sessions(KnownStack(), RUNNING, "outside.example", ["web"]) == {}
