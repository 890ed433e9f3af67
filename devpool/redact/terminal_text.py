"""Makes text safe for a terminal: what would move its cursor, change the order of what it shows, or not be seen
at all is spelled out, as `\\x1b` or `\\u202e`. Pure.

All text from a project (names, values, paths, labels, log lines) goes through here on its way to the screen. What is
spelled out is what Unicode does not call printable (its categories "Other" and "Separator" but for the space), and the
printable characters that have no picture (UAX #44, Default_Ignorable_Code_Point, and the empty braille pattern).
"""

from __future__ import annotations

import json
import re

LONGEST_NAME = 256
"""How many characters of a word, or of text between backticks, are shown; of a longer one, both ends are."""
LONGEST_LINE = 4000
"""How many characters of a line of words are shown."""

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_NO_PICTURE = frozenset(
    map(
        chr,
        (
            *(0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x2800, 0x3164, 0xFFA0),
            *range(0xFE00, 0xFE10),
            *range(0xE0100, 0xE01F0),
        ),
    )
)


def visible(text: str, keep: str = "") -> str:
    """Spell out everything in a text that would act on a terminal.

    Args:
        text: any text, also one with the surrogates that stand for bytes that are no UTF-8.
        keep: characters that stay what they are, such as the newlines of a text of several lines.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(char if char in keep or _is_seen(char) else _spelled(char) for char in text)


def json_text(body: object, *, one_line: bool = False) -> str:
    """A value as JSON that says all of it and does nothing to a terminal: the same characters as `\\u` escapes.

    Args:
        body: what `json.dumps` takes.
        one_line: whether it stands on one line.
    """
    text = json.dumps(body, indent=None if one_line else 2, ensure_ascii=False)
    if text.isascii() and "\x7f" not in text:
        return text
    return "".join(char if char == "\n" or _is_seen(char) else json.dumps(char)[1:-1] for char in text)


def shortened(text: str, limit: int = LONGEST_NAME) -> str:
    """A text of at most so many characters; `...` replaces those left out of the middle."""
    if len(text) <= limit:
        return text
    head = (limit - 3) // 2
    return f"{text[:head]}...{text[len(text) - (limit - 3 - head) :]}"


def short_names(line: str) -> str:
    """A line of words in which no name is longer than `LONGEST_NAME`, and itself no longer than `LONGEST_LINE`."""
    if len(line) <= LONGEST_NAME:
        return line
    for pattern in (r"(?<=`)[^`]{%d,}(?=`)", r"\S{%d,}"):
        line = re.sub(pattern % (LONGEST_NAME + 1), lambda found: shortened(found[0]), line)
    return shortened(line, LONGEST_LINE)


def _is_seen(char: str) -> bool:
    return char.isprintable() and char not in _NO_PICTURE


def _spelled(char: str) -> str:
    if char in _SHORT:
        return _SHORT[char]
    number = ord(char)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
