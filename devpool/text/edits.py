"""Replaces spans of a file with other text, and reverses that. Knows nothing about YAML.

New text is made of literal parts and of copies of other spans of the same file: a password that an edit
repeats is never held by the edit itself, so that edits can be kept in a file that is committed.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from devpool.errors import ProofError


@dataclass(frozen=True, slots=True, order=True)
class Copy:
    """The text that stands between `start` and `end` of the file before the edits."""

    start: int
    end: int


Part = str | Copy


def joined(parts: Iterable[Part]) -> tuple[Part, ...]:
    """The same parts, literal ones that follow each other made one."""
    merged_parts: list[Part] = []
    for part in parts:
        last = merged_parts[-1] if merged_parts else None
        if isinstance(part, str) and isinstance(last, str):
            merged_parts[-1] = last + part
        elif part != "":
            merged_parts.append(part)
    return tuple(merged_parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One change of one file.

    Attributes:
        path: absolute path of the file.
        start, end: the span that is replaced, in characters of the text before all edits of the file.
        old: the text of that span; never a secret. None where the edit puts text around the span and so holds a
            copy of it: the old text is then read from the copy.
        new: what stands there afterwards.
        at: where that is in the file's own terms, such as ("services", "web", "environment", "DATABASE_URL");
            for an env file the variable's name. Finds the edit again after the user has edited the file.
        inserts: whether the edit adds the whole of what `at` names (and removes nothing but its own alias).
    """

    path: str
    start: int
    end: int
    old: str | None
    new: tuple[Part, ...]
    at: tuple[str, ...]
    inserts: bool = False


def insertion(path: str, position: int, new: Iterable[Part], at: tuple[str, ...]) -> Edit:
    """An edit that adds the whole of what `at` names and removes nothing."""
    return Edit(path=path, start=position, end=position, old="", new=tuple(new), at=at, inserts=True)


def around(path: str, span: Copy, before: str, after: Iterable[Part], at: tuple[str, ...]) -> Edit:
    """An edit that puts text around a span, which may hold a secret and is not repeated in the edit."""
    return Edit(path=path, start=span.start, end=span.end, old=None, new=(before, span, *after), at=at)


@dataclass(frozen=True, slots=True)
class Placed:
    """An edit, the span that its new text takes in the text after all edits, and what stood there before."""

    edit: Edit
    start: int
    end: int
    old: str


def ordered(edits: Iterable[Edit]) -> list[Edit]:
    """The edits of one file in the order of the text, each once; at one place the innermost comes first.

    Raises:
        ProofError: `edits-overlap`.
    """
    sorted_edits = sorted(dict.fromkeys(edits), key=lambda e: (e.start, e.end, -len(e.at)))
    for before, after in itertools.pairwise(sorted_edits):
        if before.end > after.start or (before.start == after.start and before.at == after.at):
            raise ProofError(
                "edits-overlap",
                f"two edits overlap (`{'.'.join(before.at)}` and `{'.'.join(after.at)}`)",
                where=before.path,
            )
    return sorted_edits


def render(edit: Edit, text: str) -> str:
    """The new text of an edit, its copies taken from the text before the edits."""
    return "".join(p if isinstance(p, str) else text[p.start : p.end] for p in edit.new)


def apply(text: str, edits: Iterable[Edit]) -> str:
    """The text after the edits.

    Raises:
        ProofError: `edits-overlap`, `edit-not-there`: the span does not hold what the edit expects.
    """
    pieces: list[str] = []
    position = 0
    for edit in ordered(edits):
        if edit.old is not None and text[edit.start : edit.end] != edit.old:
            raise ProofError(
                "edit-not-there", f"`{'.'.join(edit.at)}` has changed since devpool read it", where=edit.path
            )
        pieces += [text[position : edit.start], render(edit, text)]
        position = edit.end
    return "".join([*pieces, text[position:]])


def length(edit: Edit) -> int:
    """How many characters the new text of an edit has."""
    return sum(len(p) if isinstance(p, str) else p.end - p.start for p in edit.new)


def placed(after: str, edits: Iterable[Edit]) -> list[Placed]:
    """Where the new text of each edit stands in the text after all edits of the file."""
    placed: list[Placed] = []
    shift = 0
    for edit in ordered(edits):
        start = edit.start + shift
        end = start + length(edit)
        placed.append(Placed(edit, start, end, _old(edit, after, start)))
        shift += length(edit) - (edit.end - edit.start)
    return placed


def _old(edit: Edit, after: str, start: int) -> str:
    """What an edit replaced, where its new text begins at `start`."""
    if edit.old is not None:
        return edit.old
    for part in edit.new:
        if part == Copy(edit.start, edit.end):
            return after[start : start + edit.end - edit.start]
        start += len(part) if isinstance(part, str) else part.end - part.start
    raise ProofError("not-reversible", f"`{'.'.join(edit.at)}` cannot be undone", where=edit.path)


def revert(text: str, spans: Iterable[Placed]) -> str:
    """The text with each placed edit taken back; the spans count characters of this text."""
    pieces: list[str] = []
    position = 0
    for item in sorted(spans, key=lambda p: (p.start, p.end)):
        pieces += [text[position : item.start], item.old]
        position = item.end
    return "".join([*pieces, text[position:]])
