"""Finds an edit in a file that has been edited since: it is still there, gone, or changed.

An edit is found by its YAML path (`at`) and by its text, whatever an editor did to the white space around it. Line
numbers and offsets do not matter here. Of a text that the edit had copied, a checksum tells whether it is unchanged.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from textwrap import dedent
from typing import Literal

from devpool.catalog.variable_names import SERVER_HOST
from devpool.decide.plan import DIRECT_SUFFIX
from devpool.text.document import Document
from devpool.text.edits import Copy, Edit
from devpool.text.envfile import EnvFile
from devpool.text.layout import line_start
from devpool.text.nodes import MappingNode, SequenceNode, lookup, path_to, place_of, resolved
from devpool.text.patterns import regex
from devpool.undo.match import LOOKS, Span, fitting

File = Document | EnvFile
Verdict = Literal["stands", "gone", "changed"]
Digests = Mapping[Edit, str]
# A block value, or a quoted one that ends on another line.
_ON_LINES = regex(r"[|>][-+\d]*(?:[ \t]+#.*)?$|:[ \t]+(?:'[^'\n]*|\"[^\"\n]*)$", re.MULTILINE)
_BEFORE_VALUE = regex(r"[:=]\s*['\"]?\Z")
_AT_PORT = regex(r"PORT$", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One edit as it is found now.

    Attributes:
        edit: the edit.
        verdict: `stands`; `gone`, where the user took it out or put back what was there; `changed` otherwise.
        span: where its new text stands; None unless it does.
        copies: the texts that it had copied, as they are now.
        place: where what `edit.at` names stands now; None where there is none.
    """

    edit: Edit
    verdict: Verdict
    span: Span | None = None
    copies: tuple[str, ...] = ()
    place: Span | None = None


def trace(file: File, edits: Sequence[Edit], poolers: Collection[str] = ()) -> list[Trace]:
    """The state of each edit of a file, in the order of the edits.

    Args:
        file: the file as it is now.
        edits: our edits of it.
        poolers: the names of the poolers: an insertion that named one is not gone while something else does.
    """
    traces: dict[int, Trace] = {}
    for number, (edit, rank) in enumerate(_ranked(edits)):
        traces[number] = _at_its_place(file, edit, rank)
    for number, edit in enumerate(edits):
        if traces[number].span is None:
            taken = [t.span for t in traces.values() if t.span]
            traces[number] = _elsewhere(file, edit, taken) or _lost(file, traces[number], taken, poolers)
    return _together([traces[number] for number in range(len(edits))])


def _ranked(edits: Sequence[Edit]) -> Iterator[tuple[Edit, tuple[int, int]]]:
    """Each edit, and of those that look as it does: which it is in the order of the text, and how many there are."""
    alike: dict[object, list[int]] = {}
    for edit in edits:
        alike.setdefault((edit.at, edit.new, edit.inserts), []).append(edit.start)
    for edit in edits:
        starts = sorted(alike[edit.at, edit.new, edit.inserts])
        yield edit, (starts.index(edit.start), len(starts))


def _at_its_place(file: File, edit: Edit, rank: tuple[int, int]) -> Trace:
    place = place_now(file, edit.at)
    missing = Trace(edit=edit, verdict="changed", place=place)
    if place is None:
        return missing
    number, total = rank
    for look in LOOKS:
        matches = fitting(look, file.text, edit, place)
        if len(matches) == total:
            return _standing(missing, matches[number])
    return missing


def _standing(trace: Trace, match: re.Match[str]) -> Trace:
    copies = tuple(text for text in match.groups() if text is not None)
    return replace(trace, verdict="stands", span=match.span(), copies=copies)


def place_now(file: File, at: tuple[str, ...]) -> Span | None:
    """Where what a path names stands in a file; None where there is no such thing."""
    if isinstance(file, Document):
        return place_of(file.root, at)
    binding = file.last(at[0])
    return (binding.line_start, binding.line_end) if binding else None


def _elsewhere(file: File, edit: Edit, taken: Sequence[Span]) -> Trace | None:
    """The edit where the user has renamed what it was in: the service, or the variable."""
    if isinstance(file, EnvFile) or edit.at[:1] != ("services",) or len(edit.at) < 3:
        return None
    around = [] if _is_named_by(edit) else _around(file, edit.at)
    places = [*_renamed(file, edit.at), *around]
    for look in LOOKS:
        matches = {m.span(): (m, p) for p in places for m in fitting(look, file.text, edit, p)}
        free = [where for span, where in matches.items() if not _overlaps(span, taken) and _may_be(file, edit, span)]
        if len(free) == 1:
            return _standing(Trace(edit=edit, verdict="stands", place=free[0][1]), free[0][0])
    return None


def _may_be(file: Document, edit: Edit, span: Span) -> bool:
    """Whether what an edit wrote may stand in another variable because the user has renamed that: where it is a host or
    a port alone, the name must say that it is the database's.
    """
    at = path_to(file.root, span[0])
    if edit.inserts or edit.at[2] != "environment" or at[3:] == edit.at[3:]:
        return True
    start, end = place_of(file.root, at) or span
    alone = _BEFORE_VALUE.search(file.text[start : span[0]]) and not file.text[span[1] : end].strip("'\"")
    return not alone or SERVER_HOST.search(_AT_PORT.sub("HOST", at[-1])) is not None


def _is_named_by(edit: Edit) -> bool:
    """Whether an edit wrote the name of its place, as in `depends_on`: the same word elsewhere is the user's."""
    return edit.new == (edit.at[-1],)


def _overlaps(span: Span, taken: Sequence[Span]) -> bool:
    return any(t[0] < span[1] and span[0] < t[1] for t in taken)


def service_names(file: File) -> list[str]:
    """The services that a compose file states."""
    if isinstance(file, EnvFile):
        return []
    entry = next((e for e in file.root.entries if e.key.value == "services"), None)
    return [e.key.value for e in entry.value.entries] if entry and isinstance(entry.value, MappingNode) else []


def _renamed(file: Document, at: tuple[str, ...]) -> list[Span]:
    """The same place in the other services, where the service itself is not there any more."""
    names = service_names(file)
    places = [place_of(file.root, ("services", name, *at[2:])) for name in names] if at[1] not in names else []
    return [place for place in places if place]


def _around(file: Document, at: tuple[str, ...]) -> list[Span]:
    """What the place itself is in, from the inside out: up to its key of the service, such as `environment`, and up to
    the service only for such a key itself. The same words below another key are the user's.
    """
    if place_of(file.root, at) is not None:
        return []
    outermost = min(3, len(at) - 1)
    places = [place_of(file.root, at[:depth]) for depth in range(len(at) - 1, outermost - 1, -1)]
    return [place for place in places if place]


def _lost(file: File, trace: Trace, taken: Sequence[Span], poolers: Collection[str]) -> Trace:
    """An edit that is not found: gone or changed."""
    edit = trace.edit
    gone = _is_taken_out(file, edit, taken, poolers) if trace.place is None else _is_put_back(file, trace)
    return replace(trace, verdict="gone" if gone else "changed")


def _is_taken_out(file: File, edit: Edit, taken: Sequence[Span], poolers: Collection[str]) -> bool:
    """Whether what is missing was removed: not, where a renamed pooler is still built, or an entry is another now."""
    if len(edit.at) == 2 and edit.inserts:
        built = re.search(r"(?:build|image): (\S+)", "".join(p for p in edit.new if isinstance(p, str)))
        spans = [m.span() for m in re.finditer(re.escape(built[1]), file.text)] if built else []
        return all(_is_within(span, taken) for span in spans)
    if edit.inserts:
        text = "".join(part for part in edit.new if isinstance(part, str))
        named = [p for p in poolers if next(_words(text, p), None)]
        return all(_is_within(span, taken) for p in named for span in _words(file.text, p))
    if isinstance(file, EnvFile) or not _is_named_by(edit):
        return True
    return _is_empty(file, edit.at[:-1]) or place_of(file.root, (*edit.at[:-1], edit.old or "")) is not None


def _is_empty(file: Document, at: tuple[str, ...]) -> bool:
    """Whether there is no list or mapping at a path, or nothing in it."""
    found = lookup(file.root, *at)
    node = resolved(found) if found else None
    return not (node.items if isinstance(node, SequenceNode) else isinstance(node, MappingNode) and node.entries)


def _words(text: str, name: str) -> Iterator[Span]:
    """Where a name stands in a text as a word of its own, and not in a comment."""
    for match in re.finditer(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", text):
        if not re.search(r"(^|\s)#", text[line_start(text, match.start()) : match.start()]):
            yield match.span()


def _is_within(span: Span, taken: Sequence[Span]) -> bool:
    return any(t[0] <= span[0] and span[1] <= t[1] for t in taken)


def _is_put_back(file: File, trace: Trace) -> bool:
    """Whether there is again what an edit had replaced."""
    assert trace.place is not None, "it is looked at where there is one"
    edit, text = trace.edit, file.text[slice(*trace.place)]
    if edit.inserts and not edit.old:
        return False
    if edit.old is None:
        first = edit.new[0]
        return isinstance(first, str) and first not in text
    word = re.compile(rf"(?<![\w.-]){re.escape(edit.old.strip())}(?![\w.-])")
    # The old value tells how often the address was there: a database, a user and a host can share a name.
    kept = place_now(file, beside(edit.at))
    wanted = len(word.findall(file.text[slice(*kept)])) if kept else 1
    return bool(edit.old) and len(word.findall(text)) >= max(1, wanted)


def beside(at: tuple[str, ...]) -> tuple[str, ...]:
    """Where the direct value of a variable is kept."""
    return (*at[:-1], at[-1] + DIRECT_SUFFIX)


def _together(traces: list[Trace]) -> list[Trace]:
    """What was added within a value is gone with what was replaced in it; an anchor that was added stands alone."""
    kept = {t.edit.at for t in traces if t.verdict != "gone" and not _only_adds(t)}
    return [replace(t, verdict="gone") if _only_adds(t) and t.edit.at not in kept else t for t in traces]


def _only_adds(trace: Trace) -> bool:
    return trace.verdict == "changed" and trace.edit.old == "" and not trace.edit.inserts


# --- whether what an edit copied is unchanged ---


def digest(texts: Iterable[str]) -> str:
    """What tells later whether copied texts are still the same: not by their line ends, by the spaces before them, by
    how deep they stand, nor by blank lines, unless these may be part of a value.
    """
    plain = "\0".join(_plain(text) for text in texts)
    return hashlib.sha256(plain.encode()).hexdigest()


def _plain(text: str) -> str:
    first, *further = re.sub(r"[ \t]*(\r\n|\n|\r)", "\n", text).strip().split("\n")
    plain = "\n".join([first, dedent("\n".join(further))])
    return plain if _ON_LINES.search(plain) else re.sub(r"\n+", "\n", plain)


def digests_of(text: str, edits: Sequence[Edit]) -> dict[Edit, str]:
    """The digest of what each edit copies from the text before the edits; nothing for those that copy nothing."""
    copying = (e for e in edits if any(isinstance(p, Copy) for p in e.new))
    return {e: digest(text[p.start : p.end] for p in e.new if isinstance(p, Copy)) for e in copying}
