"""How a line is shown on a terminal: wrapped at words to its width, and in color. Pure.

No meaning is in color alone: it marks words that say the same.
"""

from __future__ import annotations

import re

NARROWEST = 40
"""The width in columns for which lines are wrapped at least."""
_HANG = 0.6  # of the width: a last column that begins further right is too narrow to be wrapped within
_RED, _GREEN, _YELLOW, _CYAN, _BOLD, _DIM = 31, 32, 33, 36, 1, 2
_LABELS = {"error:": _RED, "warning:": _YELLOW, "hint:": _CYAN}
_LEVELS = {"critical": _RED, "warning": _YELLOW, "ok": _GREEN, "skipped": _DIM, "idle": _DIM}
_LABEL = r" *(error:|warning:|hint:)(?= )"
_LEVEL = r"(critical|warning|ok|skipped|idle)(?=  )"
_DIFF = (("+++", _BOLD), ("---", _BOLD), ("@@", _CYAN), ("+", _GREEN), ("-", _RED))


def wrapped(line: str, width: int) -> list[str]:
    """A line as lines of at most `width` columns, broken at words. What goes on stands below the last of several
    columns, or is indented a little more than the line. A longer word stays whole.
    """
    width = max(width, NARROWEST)
    if len(line) <= width:
        return [line]
    import textwrap  # most lines fit

    limit = int(_HANG * width)
    bare = line.lstrip(" ")
    if len(line) - len(bare) > limit:
        line = f"  {bare}"
    columns = [gap.end() for gap in re.finditer(r"  +(?=\S)", line)]
    hang = columns[-1] if columns and columns[-1] <= limit else len(line) - len(line.lstrip(" ")) + 2
    return textwrap.wrap(
        line,
        width,
        subsequent_indent=" " * hang,
        expand_tabs=False,
        replace_whitespace=False,
        break_long_words=False,
        break_on_hyphens=False,
    )


def painted(line: str) -> str:
    """A line with its first word in color, if that is a label such as `error:` or the level of a check."""
    for pattern, colors in ((_LABEL, _LABELS), (_LEVEL, _LEVELS)):
        if found := re.match(pattern, line):
            start, end = found.span(1)
            return line[:start] + _in_color(found[1], colors[found[1]]) + line[end:]
    return line


def painted_diff(line: str) -> str:
    """A line of a unified diff in its color."""
    return next((_in_color(line, color) for sign, color in _DIFF if line.startswith(sign)), line)


def _in_color(text: str, color: int) -> str:
    return f"\x1b[{color}m{text}\x1b[0m"
