"""Finds where each character of a scalar's value is in the file, whatever the scalar's style.

Quotes, escapes, folded lines and block scalars change white space and spell characters differently, but keep the
order of everything else (YAML 1.2, chapters 7.3 and 8.1). So value and text are aligned by
those other characters; what is between two of them is white space.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from devpool.text.interpolation import Piece
from devpool.text.nodes import ScalarNode
from devpool.text.patterns import regex

Span = tuple[int, int]
Token = tuple[str, Span]

_ESCAPE = regex(r"\\(x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|\r\n|.)", re.S)
_NAMED = {"0": "\0", "a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "v": "\v"}
_HEADER = regex(r"[|>][^\r\n]*(\r\n|\n|\r|$)")


def spans(text: str, scalar: ScalarNode) -> list[Span] | None:
    """The span in `text` of each character of a scalar's value; None where the two cannot be laid side by side."""
    start, end = scalar.start, scalar.end
    if scalar.style in ("'", '"'):
        start, end = start + 1, end - 1
    if text[start:end] == scalar.value:
        return [(i, i + 1) for i in range(start, end)]
    tokens = [t for t in _tokens(text, start, end, scalar.style) if not t[0].isspace()]
    if [char for char, _ in tokens] != [char for char in scalar.value if not char.isspace()]:
        return None
    return list(_laid_out(text, scalar.value, [span for _, span in tokens], (start, end)))


def _tokens(text: str, start: int, end: int, style: str) -> Iterator[Token]:
    """The characters that a raw text spells, each with the text that spells it."""
    header = _HEADER.match(text, start) if style in ("|", ">") else None
    position = header.end() if header else start
    while position < end:
        escape = _ESCAPE.match(text, position, end) if style == '"' else None
        doubled = style == "'" and text.startswith("''", position)
        stop = escape.end() if escape else position + (2 if doubled else 1)
        yield (_unescaped(escape[1]) if escape else text[position]), (position, stop)
        position = stop


def _unescaped(code: str) -> str:
    if len(code) > 1 and code[0] in "xuU":
        return chr(int(code[1:], 16))
    return " " if code in ("n", "t", "r", "N", "_", "L", "P") or code.isspace() else _NAMED.get(code, code)


def _laid_out(text: str, value: str, spans: Sequence[Span], whole: Span) -> Iterator[Span]:
    """The span of each character of a value, whose visible ones have the spans `found`."""
    index, last = 0, whole[0]
    for blank, run in groupby(value, str.isspace):
        count = len(list(run))
        if not blank:
            yield from spans[index : index + count]
            index += count
            last = spans[index - 1][1]
            continue
        stop = spans[index][0] if index < len(spans) else whole[1]
        if stop - last == count:
            yield from ((i, i + 1) for i in range(last, stop))
        else:
            # A fold: its first character stands for the whole gap.
            yield from [(last, stop), *[(stop, stop)] * (count - 1)]


def placed(pieces: Sequence[Piece], spans: Sequence[Span]) -> Iterator[Piece]:
    """Pieces that count characters of a value as pieces that count characters of the file.

    A literal is cut where its characters do not follow each other, so that each run of it can be replaced.
    """
    for piece in pieces:
        mine = spans[piece.start : piece.end]
        if piece.variable is None and len(piece.text) == len(mine):
            yield from _runs(piece, mine)
        elif mine:
            yield Piece(
                text=piece.text, start=mine[0][0], end=mine[-1][1], variable=piece.variable, source=piece.source
            )


def _runs(piece: Piece, spans: Sequence[Span]) -> Iterator[Piece]:
    start = 0
    for stop in range(1, len(spans) + 1):
        whole = stop == len(spans)
        if whole or spans[stop - 1][1] != spans[stop][0] or not _single(spans[stop]) or not _single(spans[stop - 1]):
            yield Piece(text=piece.text[start:stop], start=spans[start][0], end=spans[stop - 1][1])
            start = stop


def _single(span: Span) -> bool:
    return span[1] - span[0] == 1
