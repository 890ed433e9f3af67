"""Comments in a form that may be shown: what follows a word that tells of a secret is masked. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from devpool.redact.shown_values import LONGEST, is_secret, shown_characters
from devpool.text.patterns import regex

_LETTERS = regex(r"[A-Za-z_.-]+")
_PUNCTUATION = ".,;:!?()'\"`"
# Words of a comment about a secret that cannot be the secret.
_COMMON_TEXT = """
a about admin after all also an and any app apps are as at be before but by can change comes container create database
db default do docker does each environment every file for from generate generated had has have here how if in into is it
its keep may must my need needs never no not note of old on once one only or our postgres pooler role root same see
service set should so that the their them then there these they this those to todo under up use used user users uses
uses was way we what when where which while who will with without you your
"""
_COMMON = frozenset(_COMMON_TEXT.split())
COMMENT = regex(r"(?:^|(?<=\s))#[^\r\n]*")
_COMMENTED = regex(r"#[#\s]*(?:-[ \t]+)?(?:export[ \t]+)?[\"']?(?P<name>[A-Za-z_][\w.-]{0,127})[\"']?[ \t]*[:=][ \t]*")
_PROSE = regex(r"(?:[A-Za-z`(][A-Za-z`'/()-]*+[.,;:!?)]*+\s+){2,}[A-Za-z`(][A-Za-z`'()-]*+[.,;:!?)]*+")
_ASSIGNED = regex(r"\b[A-Za-z_][\w.-]{0,127}=(?P<value>\S+)")
_MIXED = regex(r"(?<!\S)(?=\S*\d)(?=\S*[A-Za-z])\S{12,}")  # from a word's start on: linear in its length
_ADDRESS = regex(r"(?<!\S)\S*(?:://|@)")


def mask_comments(text: str, comments: list[tuple[int, int]], shown: bytearray, known: frozenset[str]) -> None:
    """Mask comments in the order of the text: what follows a word that tells of a secret, to the end of its lines."""
    last, hidden = -1, False
    for start, end in comments:
        between = text[last:start] if last >= 0 else "x"
        hidden = hidden and between.isspace() and between.count("\n") <= 1
        shown[start + 1 : end] = bytes(end - start - 1)
        if not hidden and end - start <= LONGEST:
            for first, stop in _in_comment(text, start, end, known):
                shown[first:stop] = b"\1" * (stop - first)
            hidden = _goes_on(text[start:end])
        last = end


def _goes_on(comment: str) -> bool:
    """Whether the next line of a comment may be the value that this one names."""
    named = _COMMENTED.match(comment)
    rest = comment[named.end() :] if named else "x"
    return not rest or rest[0] in "|>\"'" or any(is_secret(word) for word in re.findall(r"[\w.-]+", comment))


def _in_comment(text: str, start: int, end: int, known: frozenset[str]) -> Iterator[tuple[int, int]]:
    """The parts of a comment that may be shown."""
    named = _COMMENTED.match(text, start, end)
    if named and not _PROSE.fullmatch(text, named.end(), end):
        yield start, named.end()
        yield from _runs(shown_characters(text[named.end() : end], named["name"], known), named.end())
        return
    told = next((w for w in re.compile(r"[\w.-]+").finditer(text, start, end) if is_secret(w[0])), None)
    stop = told.end() if told else end
    if not told and _is_one_odd_word(text[start + 1 : stop]):
        return
    flags = bytearray(b"\1") * (stop - start)
    hidden = _beside_a_secret(text, start, stop) if told else ()
    for span in (*hidden, *_ASSIGNED.finditer(text, start, stop), *_MIXED.finditer(text, start, stop)):
        flags[span.start() - start : span.end() - start] = bytes(span.end() - span.start())
    address = _ADDRESS.search(text, start, end)
    if address:
        at = address.start() - start
        flags[at:] = shown_characters(text[address.start() : end], "", known)[: max(stop - address.start(), 0)]
    yield from _runs(flags, start)


def _is_one_odd_word(comment: str) -> bool:
    """Whether a comment is one word that is none of a language: it may be a value."""
    words = comment.split()
    return len(words) == 1 and not words[0].isalpha() and re.search(r"\w", words[0]) is not None


def _beside_a_secret(text: str, start: int, stop: int) -> Iterator[re.Match[str]]:
    """The words before the one that tells of a secret, and that one, of which none but a common word is shown."""
    for word in re.compile(r"[^\s#]+").finditer(text, start, stop):
        if word[0].strip(_PUNCTUATION).lower() not in _COMMON and not _LETTERS.fullmatch(word[0] * is_secret(word[0])):
            yield word


def _runs(flags: bytearray, base: int) -> Iterator[tuple[int, int]]:
    yield from ((base + run.start(), base + run.end()) for run in re.finditer(b"\1+", flags))
