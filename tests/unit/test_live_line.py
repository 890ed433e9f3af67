"""A line with seconds: drawn from the first second on, and removed in the end."""

from __future__ import annotations

import io
import time

import pytest

from devpool import live_line
from devpool.live_line import LiveLine


def drawn(text: str, seconds: float, width: int = 80) -> str:
    stream = io.StringIO()
    line = LiveLine(text, width, stream)
    time.sleep(seconds)
    line.stop()
    return stream.getvalue()


def test_what_takes_less_than_a_second_has_no_line() -> None:
    assert drawn("building", 0) == ""


def test_a_line_tells_the_seconds_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_line, "_FIRST", 0.01)
    frames = drawn("building", 0.2).split("\r\x1b[K")
    assert frames[0] == frames[-1] == ""
    assert frames[1] == "building  0 s"


def test_it_never_fills_the_line_which_would_scroll(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_line, "_FIRST", 0.01)
    assert {len(frame) for frame in drawn("x" * 200, 0.1, width=50).split("\r\x1b[K")} <= {0, 49}


def test_without_a_terminal_it_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_line, "_FIRST", 0.01)
    assert drawn("building", 0.2, width=0) == "building\n"


def test_another_line_has_room_and_this_one_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_line, "_FIRST", 0.05)
    stream = io.StringIO()
    line = LiveLine("building", 80, stream)
    time.sleep(0.2)
    line.clear()
    stream.write("warning\n")
    time.sleep(0.2)
    line.stop()
    before, after = stream.getvalue().split("warning\n")
    assert before.endswith("\r\x1b[K")
    assert "building  0 s" in after
