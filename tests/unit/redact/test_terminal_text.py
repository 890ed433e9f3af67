"""What a terminal is given: nothing in it that acts, reorders or hides; JSON says the same without loss."""

from __future__ import annotations

import io
import json
import re

import pytest
from rich.console import Console

from devpool.catalog.log_messages import translate, translate_all
from devpool.errors import DevpoolError
from devpool.measurements.pooler_metrics import Family, Sample, exposition
from devpool.measurements.rates import History
from devpool.observe.overview import Overview
from devpool.observe.screen import picture
from devpool.output import Output, table, words
from devpool.redact.terminal_text import LONGEST_LINE, LONGEST_NAME, json_text, shortened, visible

# C0, DEL, C1, zero-width, marks and overrides of direction, isolates, separators of lines, BOM, tags, fillers.
ACTING = [
    *map(chr, (*range(0x20), *range(0x7F, 0xA0), 0xAD, 0x61C, 0x180E, *range(0x200B, 0x2010), 0x2028, 0x2029)),
    *map(chr, (*range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF, 0xFFF9, 0x1D173, 0xE0001, 0xE0041)),
    *map(chr, (0x34F, 0x115F, 0x3164, 0xFFA0, 0xFE0F, 0x2800, 0xDC80, 0xE000)),
]
UNSAFE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe0f\ufeff"
    "\uffa0\ufff9\U000e0001-\U000e0fff\ud800-\udfff\ue000-\uf8ff]"
)
FORGED = "web\x1b[2K\r\nok  pooler  fine\u202e"


@pytest.mark.parametrize("char", ACTING, ids=lambda char: f"{ord(char):04x}")
def test_what_acts_on_a_terminal_is_spelled_out(char: str) -> None:
    shown = visible(f"a{char}b")
    assert shown.isascii()
    assert shown.isprintable()
    assert shown.startswith("a\\")
    assert visible(shown) == shown


@pytest.mark.parametrize("text", ["", "a b", "Größe", "日本語", "👋", "C:\\x", "`web`", "a/b=c"])
def test_what_is_seen_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


def test_the_usual_ones_have_their_usual_names() -> None:
    assert visible("\x1b[2J\u202e\n\t\x9b") == "\\x1b[2J\\u202e\\n\\t\\x9b"


@pytest.mark.parametrize("char", ACTING, ids=lambda char: f"{ord(char):04x}")
def test_json_loses_nothing_and_does_nothing(char: str) -> None:
    body = {f"k{char}": [f"v{char}", "Größe"]}
    text = json_text(body)
    assert json.loads(text) == body
    assert not UNSAFE.search(text)
    assert "Größe" in text


@pytest.mark.parametrize(
    "say",
    [
        lambda out: out.lines(FORGED),
        lambda out: out.progress(FORGED),
        lambda out: out.diff(FORGED.replace("\n", "")),
        lambda out: out.warning(DevpoolError("x", FORGED, where=FORGED)),
        lambda out: out.error(DevpoolError("x", FORGED, where=FORGED, hint=FORGED, details=(FORGED,))),
        lambda out: out.lines(*table([(FORGED, "a"), ("b", FORGED)])),
    ],
)
def test_every_way_to_the_screen_spells_it_out(say: object, capsys: pytest.CaptureFixture[str]) -> None:
    assert callable(say)
    say(Output())
    done = capsys.readouterr()
    assert not UNSAFE.search(done.out + done.err)
    assert not any(line.startswith("ok") for line in (done.out + done.err).split("\n"))
    assert "\\x1b[2K" in done.out + done.err


def test_json_of_an_error_spells_it_out(capsys: pytest.CaptureFixture[str]) -> None:
    Output(as_json=True).error(DevpoolError("x", FORGED, where=FORGED, details=(FORGED,)))
    text = capsys.readouterr().out
    assert not UNSAFE.search(text)
    assert json.loads(text)["error"]["message"] == FORGED


def test_a_name_without_end_is_cut_in_its_middle() -> None:
    for name in ("x" * 60_000, "`" + "a b" * 20_000 + "`", "x " * 30_000):
        shown = words(f"service {name} is not there")
        assert "..." in shown
        assert len(shown) <= LONGEST_LINE
    assert len(words(f"service {'x' * 60_000} is not there")) == LONGEST_NAME + len("service  is not there")
    assert shortened("abcdefghij", 9) == "abc...hij"
    assert words("y" * LONGEST_NAME) == "y" * LONGEST_NAME


def test_a_cell_is_as_wide_as_what_is_shown_of_it() -> None:
    lines = table([("a\x1b", "?"), ("b" * 900, "!")])
    assert lines[0].index("?") == lines[1].index("!") < 80


def test_the_live_view_takes_no_markup_and_no_escape() -> None:
    name = "[red]web[/red]\x1b[2J"
    seen = Overview(directory=None, state=None, routes=(), drift=(), running={}, note=name)  # type: ignore[arg-type]
    console = Console(file=io.StringIO(), width=200)
    console.print(picture(seen, History(), "n", utf8=True))
    assert isinstance(console.file, io.StringIO)
    assert "[red]web[/red]\\x1b[2J" in console.file.getvalue()
    assert "\x1b" not in console.file.getvalue()


def test_a_label_of_a_metric_is_spelled_out_in_the_form_that_prometheus_reads() -> None:
    sample = Sample(value=1, labels={"application_name": 'a\x1b"\n\\'})
    text = exposition([Family(name="x", kind="gauge", help="h", samples=(sample,))])
    assert text.endswith('x{application_name="a\\\\x1b\\"\\n\\\\"} 1\n')


@pytest.mark.parametrize(
    "line",
    [
        'FATAL: database "x\x1b[2J\u202e" does not exist',
        'prepared statement "\x1b]0;t\x07" does not exist',
        "no such database: \x9b2J",
    ],
)
def test_what_a_log_says_is_spelled_out_with_its_translation(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = translate(line)
    assert found
    assert translate_all([line]) == [found]
    Output().lines(found.line, found.cause, found.fix)
    Output().error(DevpoolError("x", found.cause, hint=found.fix, details=(found.line,)))
    done = capsys.readouterr()
    assert not UNSAFE.search(done.out + done.err)
