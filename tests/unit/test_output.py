"""What is printed: JSON that can be read, every warning, and never a password."""

from __future__ import annotations

import json

import pytest

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
