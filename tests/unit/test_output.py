"""What is printed: JSON that can be read, every warning, and never a password."""

from __future__ import annotations

import io
import json
import sys
import time

import pytest

from devpool import live_line
from devpool.errors import DevpoolError
from devpool.output import JSON_VERSION, Output, printed, table


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("-Dstore.password=moss fern -Dstore.url=jdbc:postgresql://db/x", "-Dstore.password=***"),
        ("host=db password=moss", "host=db password=***"),
        ('password="mo', "password=***"),
        ("postgres://u:moss@db/x", "postgres://u:***@db/x"),
        ("plain", "plain"),
    ],
)
def test_json_stays_json_where_a_password_is_left_out(
    value: str, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Output(as_json=True).data({"settings": [{"value": value, "next": "kept"}], "pair": (value, 1, None)})
    body = json.loads(capsys.readouterr().out)
    assert body["settings"][0]["next"] == "kept"
    assert body["settings"][0]["value"].startswith(shown)
    assert body["pair"][1:] == [1, None]
    assert "moss" not in json.dumps(body)


def test_quiet_hides_progress_and_hints_and_no_warning(capsys: pytest.CaptureFixture[str]) -> None:
    output = Output(quiet=True)
    output.progress("building web")
    output.warn("the Docker engine is not running; nothing is restarted")
    output.warnings([DevpoolError("journal-not-verified", "a journal is not yours", hint="remove it")])
    output.unproved()
    assert capsys.readouterr().err.splitlines() == [
        "warning: the Docker engine is not running; nothing is restarted",
        "warning: a journal is not yours [journal-not-verified]",
        "warning: --no-verify: devpool did NOT verify the result with Compose",
    ]


def test_with_json_stdout_has_one_object_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    output = Output(as_json=True)
    output.lines("enabled")
    output.text("diff\n")
    output.error(DevpoolError("no-setting", "there is none", where="compose.yml:3", details=("a", "b")))
    body = json.loads(capsys.readouterr().out)
    assert body == {
        "version": JSON_VERSION,
        "verb": None,
        "error": {
            "code": "no-setting",
            "message": "there is none",
            "where": "compose.yml:3",
            "hint": "",
            "details": ["a", "b"],
            "exit_code": 1,
        },
        "warnings": [],
    }


def test_an_answer_has_the_warnings_before_it_and_only_those(capsys: pytest.CaptureFixture[str]) -> None:
    output = Output(as_json=True)
    output.verb = "status"
    output.warning(DevpoolError("link-kept", "a link is kept", where="compose.yml:3", hint="remove it"))
    output.warn("the engine is away, password=moss")
    for _ in range(2):
        output.data({"enabled": True}, one_line=True)
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first["warnings"] == [
        {"code": "link-kept", "message": "a link is kept", "where": "compose.yml:3", "hint": "remove it"},
        {"code": "", "message": "the engine is away, password=***", "where": "", "hint": ""},
    ]
    assert (first["verb"], second["enabled"], second["warnings"]) == ("status", True, [])


def test_what_a_program_printed_stays_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    kept = Output(as_json=True).kept()
    assert kept is not None
    kept.extend(b"password=moss \xff")
    Output(as_json=True).data({}, verbatim=printed(kept))
    assert json.loads(capsys.readouterr().out)["output"] == "password=moss \ufffd"
    assert Output().kept() is None


def test_an_error_has_its_place_its_code_its_details_and_last_what_to_type(capsys: pytest.CaptureFixture[str]) -> None:
    Output().error(DevpoolError("no-setting", "there is none", where="a.yml:3", details=("a",), hint="devpool set"))
    assert capsys.readouterr().err == "error: there is none (a.yml:3) [no-setting]\n  a\n\nhint: devpool set\n"


def test_columns_are_as_wide_as_their_widest_cell_and_only_the_last_may_be_long() -> None:
    assert table([("APP", "REASON"), ("worker", "it listens")]) == ["APP     REASON", "worker  it listens"]
    ((first, last),) = [row.split("  ") for row in table([("x" * 900, "y" * 900)])]
    assert (len(first) < 100, last) == (True, "y" * 900)
    assert table([]) == []


class Terminal(io.StringIO):
    """A terminal of 40 columns."""

    def isatty(self) -> bool:
        return True


def on_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Both streams are a terminal from now on: pytest puts its own in their place before each test."""
    found = Terminal()
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, found)
    for name in ("NO_COLOR", "CI"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "40")
    return found


def test_a_terminal_has_its_width_and_colors(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = on_terminal(monkeypatch)
    Output().error(DevpoolError("no-setting", "there is none of that name in this project", hint="devpool explain"))
    Output().diff("--- a\n+new\x1b[2J\n same\n")
    assert terminal.getvalue().splitlines() == [
        "\x1b[31merror:\x1b[0m there is none of that name in",
        "  this project [no-setting]",
        "",
        "\x1b[36mhint:\x1b[0m devpool explain",
        "\x1b[1m--- a\x1b[0m",
        "\x1b[32m+new\\x1b[2J\x1b[0m",
        " same",
    ]


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_who_wants_no_color_gets_none(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = on_terminal(monkeypatch)
    monkeypatch.setenv(name, value)
    Output().warn("it is old")
    Output().diff("+new\n")
    assert terminal.getvalue() == "warning: it is old\n+new\n"


def test_elsewhere_a_line_stays_one_line_and_has_no_color(capsys: pytest.CaptureFixture[str]) -> None:
    Output().lines(f"critical  route  {'word ' * 60}end")
    assert capsys.readouterr().out == f"critical  route  {'word ' * 60}end\n"


@pytest.mark.parametrize(("ci", "drawn"), [(False, "building  0 s"), (True, "building\n")])
def test_what_takes_long_is_said_with_its_seconds_or_once(
    ci: bool, drawn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = on_terminal(monkeypatch)
    monkeypatch.setattr(live_line, "_FIRST", 0.02)
    if ci:
        monkeypatch.setenv("CI", "true")
    output = Output()
    with output.doing("looking"), output.doing("building"):
        time.sleep(0.3)
        output.progress("built")
    said = terminal.getvalue()
    assert drawn in said
    assert said.endswith(("built\n", "\r\x1b[K"))
    quiet = Output(quiet=True)
    before = terminal.getvalue()
    with quiet.doing("building"):
        time.sleep(0.1)
    assert terminal.getvalue() == before
