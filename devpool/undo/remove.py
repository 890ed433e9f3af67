"""Removes what devpool wrote as a whole, by its place: for text that was changed and may still be removed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from devpool.errors import DevpoolError
from devpool.text import nodes
from devpool.text.document import Document
from devpool.text.edits import Edit, Placed, joined
from devpool.text.layout import block_end, line_end, line_start
from devpool.text.patterns import regex
from devpool.undo.locate_edit import File, Trace, beside, place_now
from devpool.undo.match import Span

_BARE = regex(r"[\w.-]*(:\d+)?")


def cut(file: File, place: Span, edit: Edit | None = None, *, blank: bool = False) -> Placed:
    """The removal of a whole entry, item or line.

    Args:
        file: the file it stands in.
        place: the span from its key, or its first character, to the end of its value.
        edit: the edit that had added it, if there is one: as many line ends before it go as were added.
        blank: whether a blank line before it goes too.
    """
    lines = _line_ends(edit) if edit else 1 + blank
    start, end = _lines(file, lines, place) if _alone(file, place) else _between_commas(file.text, place)
    return Placed(edit or Edit(path=file.path, start=start, end=end, old=None, new=(), at=("",)), start, end, "")


def _line_ends(edit: Edit) -> int:
    """How many line ends the text of an edit begins with."""
    first = next(iter(joined(edit.new)), "")
    first = first if isinstance(first, str) else ""
    return max(1, len(re.findall(r"\r\n|\n|\r", first[: len(first) - len(first.lstrip("\r\n"))])))


def _alone(file: File, place: Span) -> bool:
    """Whether an entry has its lines to itself."""
    return not file.text[line_start(file.text, place[0]) : place[0]].strip(" \t-")


def _lines(file: File, wanted: int, place: Span) -> Span:
    start = line_start(file.text, place[0])
    lead = file.text[start : place[0]]
    end = block_end(file.text, place[1], lead) if isinstance(file, Document) else line_end(file.text, place[1])
    before = re.search(rf"(?:[ \t]*(?:\r\n|\n|\r)){{1,{wanted}}}\Z", file.text[:start])
    if before and before.start():
        return before.start(), end
    after = re.compile(r"\r\n|\n|\r").match(file.text, end)
    return start, after.end() if after else end


def _between_commas(text: str, place: Span) -> Span:
    before = re.search(r",\s*\Z", text[: place[0]])
    if before:
        return before.start(), place[1]
    after = re.compile(r"\s*,\s*").match(text, place[1])
    return place[0], after.end() if after else place[1]


def forced(file: File, trace: Trace, traces: Sequence[Trace]) -> Placed | None:
    """How force resolves a conflict: the entry is removed or gets its old value; None if that is unknown.

    A value that was kept beside the variable is known whole; a host or a port is known where it is all of the value.
    """
    if trace.place is None:
        return None
    if trace.edit.inserts:
        whole = _begun(file, trace.edit, trace.place) if trace.edit.old else trace.place
        return replace(cut(file, whole, trace.edit), old=alias_back(file, trace.edit, trace.place))
    value = _value(file, trace.edit.at)
    if value is None or trace.edit.old is None:
        return None
    kept = _kept_beside(trace, traces)
    if kept is not None:
        return Placed(trace.edit, *value, kept)
    now, old = file.text[slice(*value)], trace.edit.old
    quotes = now[:1] in ("'", '"')
    span = (value[0] + quotes, value[1] - quotes)
    alone = _BARE.fullmatch(file.text[slice(*span)]) and _BARE.fullmatch(old)
    return Placed(trace.edit, *span, old) if old and alone else None


def alias_back(file: File, edit: Edit, place: Span) -> str:
    """The alias that a copy stands for, on a line of its own, as deep as the copy stands now."""
    alias = (edit.old or "").strip()
    start = line_start(file.text, place[0])
    return file.newline + file.text[start : place[0]] + alias if alias else ""


def check_anchor(file: File, trace: Trace) -> None:
    """An alias can be restored only if its anchor is still above it: YAML cannot refer to a later anchor.

    Raises:
        DevpoolError: `anchor-below`.
    """
    edit, place = trace.edit, trace.place
    if not (edit.inserts and edit.old and place):
        return
    name = edit.old.rpartition("*")[2].strip()
    if not re.search(rf"&{re.escape(name)}(?!\S)", file.text[: place[0]]):
        raise DevpoolError(
            "anchor-below",
            f"`{'.'.join(edit.at)}` is a copy that devpool put in place of `*{name}`, but `&{name}` now comes after it",
            where=f"{file.path}:{file.line_of(place[0])}",
            hint=f"move the service with `&{name}` back above `{edit.at[1]}` and run the command again",
        )


def _begun(file: File, edit: Edit, place: Span) -> Span:
    """The place of a copy that stands where an alias was, from its first line on: `edit.at` may name the last of its
    entries.
    """
    first = next(iter(joined(edit.new)), "")
    line = first.strip().split("\n")[0] if isinstance(first, str) else ""
    around = place_now(file, edit.at[:-1]) or place
    begun = file.text.rfind(line, around[0], place[0] + len(line)) if line else -1
    return (begun, place[1]) if begun >= 0 else place


def _value(file: File, at: tuple[str, ...]) -> Span | None:
    """The span of a value with its quotes; in a list of `NAME=value` of what follows the sign."""
    if not isinstance(file, Document):
        binding = file.last(at[0])
        return (binding.start, binding.end) if binding else None
    place = nodes.place_of(file.root, at)
    found = nodes.lookup(file.root, *at)
    if found is not None:
        return found.start, found.end
    item = re.compile(r"['\"]?[\w.-]+=").match(file.text, place[0]) if place else None
    return (item.end(), place[1] - (file.text[place[0]] in "'\"")) if place and item else None


def _kept_beside(trace: Trace, traces: Sequence[Trace]) -> str | None:
    """The old value that stands under the variable's direct name."""
    twin = beside(trace.edit.at)
    return next((t.copies[0] for t in traces if t.edit.at == twin and t.verdict == "stands" and t.copies), None)
