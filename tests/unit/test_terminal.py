"""A line on a terminal: broken at words, below its last column; labels, levels and diffs in color."""

from __future__ import annotations

import re

import pytest

from devpool.terminal import painted, painted_diff, wrapped

LONG = "nine lives and more of them than anyone could count"


@pytest.mark.parametrize(
    ("line", "lines"),
    [
        ("short", ["short"]),
        ("", [""]),
        (LONG, ["nine lives and more of them than anyone", "  could count"]),
        (f"  {LONG}", ["  nine lives and more of them than", "  anyone could count"]),
        (f"ok  web  {LONG}", ["ok  web  nine lives and more of them", "         than anyone could count"]),
        (f"{' ' * 9}hint: {LONG}", ["         hint: nine lives and more of", "         them than anyone could count"]),
        (f"{' ' * 30}hint: {LONG}", ["  hint: nine lives and more of them than", "  anyone could count"]),
        ("x" * 60, ["x" * 60]),
    ],
)
def test_a_line_is_broken_at_words_and_goes_on_where_it_belongs(line: str, lines: list[str]) -> None:
    assert wrapped(line, 40) == lines
    assert wrapped(line, 10) == lines, "as if it were 40 columns wide"


def test_a_last_column_that_begins_far_to_the_right_is_not_wrapped_within() -> None:
    row = f"{'a' * 30}  {LONG}"
    assert wrapped(row, 40)[1].startswith("  nine") or wrapped(row, 40)[1].startswith("  lives")


def test_no_word_is_lost_at_any_width() -> None:
    for width in range(40, 90):
        assert " ".join(wrapped(f"critical  route  web  {LONG}", width)).split() == [
            "critical",
            "route",
            "web",
            *LONG.split(),
        ]


@pytest.mark.parametrize(
    ("line", "in_color"),
    [
        ("error: it is gone", "error:"),
        ("warning: it is old", "warning:"),
        ("hint: devpool enable", "hint:"),
        ("         hint: devpool enable", "hint:"),
        ("critical  route  web  it is direct", "critical"),
        ("warning   files      changed", "warning"),
        ("ok        files", "ok"),
        ("okay then", None),
        ("1 critical, 2 ok", None),
        ("an error: in the middle", None),
    ],
)
def test_a_label_or_a_level_is_in_color_and_the_words_stay(line: str, in_color: str | None) -> None:
    shown = painted(line)
    assert re.sub(r"\x1b\[\d+m", "", shown) == line
    assert re.findall(r"\x1b\[\d+m(.*?)\x1b\[0m", shown) == ([in_color] if in_color else [])


@pytest.mark.parametrize(
    ("line", "color"), [("+++ a", 1), ("--- a", 1), ("@@ -1 +1 @@", 36), ("+new", 32), ("-old", 31), (" same", None)]
)
def test_each_line_of_a_diff_has_its_color(line: str, color: int | None) -> None:
    assert painted_diff(line) == (f"\x1b[{color}m{line}\x1b[0m" if color else line)
