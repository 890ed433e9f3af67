"""What the text of an edit looks like now: its words, and whatever an editor did to the white space around them.

The search is strict at first, then more and more loose; a match is valid only at the place of the edit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from devpool.text.edits import Edit, joined
from devpool.text.layout import line_end, line_start
from devpool.text.patterns import regex

Span = tuple[int, int]
Look = Callable[[str, Edit, Span], Iterator[re.Match[str]]]

_AROUND = 400  # characters before and after an entry in which the text that added it may begin and end
_NAME = regex(r"\A[\w.:-]+\Z")
_IN_NAME = regex(r"\w[.-]?\Z")
_DEFAULT = regex(r"\$\{\w+-\Z")
_INDENTATION = regex(r"[ \t]*")
_NEWLINE = regex(r"\r\n|\n|\r")


def fitting(look: Look, text: str, edit: Edit, place: Span) -> list[re.Match[str]]:
    """Where an edit's new text stands at a place, as one look sees it; the groups are what it had copied."""
    return [match for match in look(text, edit, place) if _fits(match, place, edit)]


def _touches(span: Span, place: Span, edit: Edit) -> bool:
    covers = span[0] <= place[0] and place[1] <= span[1]
    return (edit.inserts and covers) or (place[0] <= span[0] and span[1] <= place[1])


def _fits(match: re.Match[str], place: Span, edit: Edit) -> bool:
    """Whether a match is at its place, and no part of a longer name: `pgbouncer` does not stand in `pgbouncer2`.

    What was added within a name, as `_session` is, has no old text, and is a part of one.
    """
    if edit.inserts and any(match.end(n + 1) > place[1] for n in range(len(match.groups()))):
        return False  # under other line ends a copy is shorter, and what stands below it is none of it
    if edit.inserts or not edit.old or not _NAME.search(match[0]):
        return _touches(match.span(), place, edit)
    before = match.string[line_start(match.string, match.start()) : match.start()]
    longer = _IN_NAME.search(before) and not _DEFAULT.search(before)
    further = re.compile(r"[\w-]|\.\w").match(match.string, match.end())
    return not longer and not further and _touches(match.span(), place, edit)


def _near(pattern: re.Pattern[str], text: str, edit: Edit, place: Span) -> Iterator[re.Match[str]]:
    """The matches about a place: to look through a whole file for each edit of it would take too long."""
    return pattern.finditer(text, _begin(text, edit, place), line_end(text, min(len(text), place[1] + _AROUND)))


def _begin(text: str, edit: Edit, place: Span) -> int:
    """Where the text of an edit may begin: where an alias became its entries, the last of them is the place."""
    if edit.inserts and edit.old:
        return _siblings(text, place[0])
    return max(0, place[0] - _AROUND) if edit.inserts else place[0]


def _lengths_kept(text: str, edit: Edit, place: Span) -> Iterator[re.Match[str]]:
    """As it was written, except for the line ends."""
    return _near(_pattern(edit, r"\r?\n", "([^\\r\\n]{{{}}})"), text, edit, place)


def _copies_changed(text: str, edit: Edit, place: Span) -> Iterator[re.Match[str]]:
    """With copied text whose length has changed."""
    return _near(_pattern(edit, r"\r?\n", "([^\\r\\n]*)"), text, edit, place)


def _several_lines(text: str, edit: Edit, place: Span) -> Iterator[re.Match[str]]:
    """With copied text on several lines, none of which has another line end by now."""
    return _near(_pattern(edit, r"\r?\n", "([\\s\\S]{{{}}})(?<![\\r\\n])"), text, edit, place)


def _trailing(text: str, edit: Edit, place: Span) -> Iterator[re.Match[str]]:
    """With spaces at the ends of its lines that were not there, or without those that were."""
    return _near(_pattern(edit, r"[ \t]*\r?\n", "([^\\r\\n]*)", "[ \t]*"), text, edit, place)


def _reformatted(text: str, edit: Edit, place: Span) -> Iterator[re.Match[str]]:
    """Indented anew, or with blank lines between its lines. An insertion has to end where its place ends."""
    if not edit.inserts:
        return iter(list(_free(edit).finditer(text, *place))[:1])
    pattern, end = _free(edit, r"\s*\Z"), line_end(text, place[1])
    begin = 0 if edit.old else place[0]
    found = pattern.search(text, _begin(text, edit, place), end)
    while found and not (_touches(found.span(), place, edit) and _copies_within(found, begin)):
        found = pattern.search(text, found.start() + 1, end) if found.start() < place[0] else None
    return iter([found] if found else [])


def _copies_within(match: re.Match[str], begin: int) -> bool:
    """Whether each copied text is within its own value: it does not run on into another entry that looks alike."""
    text, lead = match.string, 0
    for number in range(1, len(match.groups()) + 1):
        start, end = match.span(number)
        if number == 1 or "\n" in text[match.end(number - 1) : start]:
            line_begin = line_start(text, start)
            # Text that has its line to itself is an entry, which may have neighbors; otherwise it is a value.
            lead = _indentation(text, line_begin) - (not text[line_begin:start].strip())
        further = text[start:end].split("\n")[1:]
        if start < begin or any(line.strip() and _indentation(line) <= lead for line in further):
            return False
    return True


def _siblings(text: str, position: int) -> int:
    """Where the line begins that the entries beside this one stand below."""
    start = line_start(text, position)
    depth = _indentation(text, start)
    while start:
        end, start = start, line_start(text, start - 1)
        if text[start:end].strip() and _indentation(text, start) < depth:
            break
    return start


def _indentation(text: str, line: int = 0) -> int:
    """How deep the line stands that begins there."""
    found = _INDENTATION.match(text, line)
    return found.end() - line if found else 0


def _free(edit: Edit, end: str = "") -> re.Pattern[str]:
    """The text of an edit with any white space at the ends and beginnings of its lines, and between them."""
    return _pattern(edit, r"(?:[ \t]*\r?\n)+[ \t]*", "([\\s\\S]*?)", "[ \t]*", end)


def _pattern(edit: Edit, newline: str, copied: str, line_tail: str = "", end: str = "") -> re.Pattern[str]:
    """What the text of an edit looks like.

    Args:
        newline: what stands for a line end and the indentation of the next line, where that is free.
        copied: what stands for copied text, its length to be filled in.
        line_tail: what may follow each line.
        end: what follows it all.
    """
    free = newline.endswith("*") and line_tail != ""
    new = joined(edit.new)
    parts = [_literal(p, newline, free) if isinstance(p, str) else copied.format(p.end - p.start) for p in new]
    if edit.inserts and new and isinstance(new[0], str):
        # A blank line before the insertion may have been removed since.
        rest = new[0].lstrip("\r\n")
        blank = len(_NEWLINE.findall(new[0][: len(new[0]) - len(rest)]))
        lead = rf"\r?\n(?:{line_tail}\r?\n){{0,{blank - 1}}}" + ("[ \t]*" if free else "") if blank else ""
        parts[0] = lead + _literal(rest.lstrip(" \t") if free and blank else rest, newline, free)
        # Text that begins with a line break was added at the end of a line: what follows it there now is the user's.
        end = end or (r"(?=[\r\n]|\Z)" if blank else "")
    return re.compile("".join(parts) + line_tail + end)


def _literal(text: str, newline: str, free: bool) -> str:
    lines = _NEWLINE.split(text)
    if free:
        lines = [line.strip(" \t") if 0 < n < len(lines) - 1 else line for n, line in enumerate(lines)]
        lines = [lines[0].rstrip(" \t"), *(line.lstrip(" \t") for line in lines[1:])] if len(lines) > 1 else lines
    elif "[ \t]" in newline:
        lines = [line.rstrip(" \t") if n < len(lines) - 1 else line for n, line in enumerate(lines)]
    return newline.join(re.escape(line) for line in lines)


LOOKS: tuple[Look, ...] = (
    _lengths_kept,
    _copies_changed,
    _several_lines,
    _trailing,
    _reformatted,
)
