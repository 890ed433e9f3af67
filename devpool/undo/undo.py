"""Undoes edits in a text, even after the user has edited it further.

If nothing else changed, the spans are enough, and applying the edits again proves it. Otherwise each edit is found by
its content (locate_edit.py). What is still there is undone; what the user has removed is left alone; if the user
changed the text of an edit, there is a conflict, and the caller decides: refuse, keep the user's text, or force.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from devpool.errors import ProofError
from devpool.text.document import Document, parse
from devpool.text.edits import Copy, Edit, Placed, apply, placed, revert
from devpool.text.envfile import parse_env
from devpool.undo.locate_edit import Digests, File, Trace, digest, trace
from devpool.undo.remove import alias_back, check_anchor, cut, forced
from devpool.undo.user_changes import Conflict, conflict, tuned


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """A file without devpool's edits.

    Attributes:
        text: the file's text; where there is a conflict, the user's text stands in it unless it was forced.
        conflicts: the edits whose own text the user has changed.
        gone: the edits that the user has removed.
        settings: by a pooler's name, the settings of PgBouncer that the user has changed in its service.
    """

    text: str = field(repr=False)
    conflicts: tuple[Conflict, ...] = ()
    gone: tuple[Edit, ...] = ()
    settings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def read_edited(path: str, data: bytes, edits: Sequence[Edit]) -> File:
    """The file that edits were made in, as it is now: a compose file, or an env file, whose variables have no path.

    Raises:
        DevpoolError: what parsing raises.
    """
    is_yaml = path.endswith((".yml", ".yaml")) or any(len(e.at) > 1 for e in edits)
    return parse(path, data) if is_yaml else parse_env(path, data)


def undo_exactly(text: str, edits: Sequence[Edit]) -> str | None:
    """The old text, if the new one holds every edit at its place: proved by applying them again."""
    try:
        spans = placed(text, edits)
        old = revert(text, spans)
        return old if apply(old, edits) == text and not any(_tailed(text, s) for s in spans) else None
    except ProofError:
        return None


def _tailed(text: str, span: Placed) -> bool:
    """Whether lines that were added are followed by more on the last of them, such as spaces: they would stay."""
    new = span.edit.new
    added = span.edit.inserts and new and isinstance(new[0], str) and new[0][:1] in ("\r", "\n")
    return bool(added) and text[span.end : span.end + 1] not in ("", "\r", "\n")


def stands(
    file: File, edits: Sequence[Edit], known: Digests | None = None, poolers: Collection[str] = ()
) -> list[Edit]:
    """The edits that no longer stand in a file as they were written."""
    if undo_exactly(file.text, edits) is not None:
        return []
    traces = trace(file, edits, poolers)
    old = revert(file.text, [_back(file, t) for t in traces if t.verdict == "stands"])
    return [t.edit for t in traces if t.verdict != "stands" or not _copies_kept(t, old, known or {})]


def undo(
    file: File,
    edits: Sequence[Edit],
    known: Digests | None = None,
    poolers: Collection[str] = (),
    *,
    force: bool = False,
) -> Undone:
    """A file without devpool's edits.

    Args:
        file: the file as it is now.
        edits: all our edits of it.
        known: what `digests_of` gave at the time of the edits; empty where that is not known here.
        poolers: the names of the poolers' services.
        force: in a conflict, put back what was there before enable.

    Raises:
        DevpoolError: `anchor-below`.
    """
    exact = undo_exactly(file.text, edits)
    if exact is not None:
        return Undone(text=exact)
    return _found_again(file, trace(file, edits, poolers), known or {}, force)


def _found_again(file: File, traces: list[Trace], known: Digests, force: bool) -> Undone:
    for one in traces:
        check_anchor(file, one)
    spans = [_back(file, t) for t in traces if t.verdict == "stands"]
    settings: dict[str, Mapping[str, str]] = {}
    changed = [t for t in traces if t.verdict == "changed"]
    for one in list(changed):
        said = _settings_if_nothing_else(file, one)
        if said is not None and one.place:
            settings[one.edit.at[1]] = said
            spans.append(cut(file, one.place, one.edit))
            changed.remove(one)
    old = revert(file.text, spans)
    lost = {t.edit for t in traces if t.verdict == "stands" and not _copies_kept(t, old, known)}
    instead = {t.edit: s for t in changed if force and (s := forced(file, t, traces))}
    spans = [s for s in spans if force or s.edit not in lost]
    conflicts = [
        conflict(file, t, forced=force and (t.edit in lost or t.edit in instead))
        for t in traces
        if t in changed or t.edit in lost
    ]
    return Undone(
        text=revert(file.text, [*spans, *instead.values()]),
        conflicts=tuple(conflicts),
        gone=tuple(t.edit for t in traces if t.verdict == "gone"),
        settings=settings,
    )


def _settings_if_nothing_else(file: File, trace: Trace) -> Mapping[str, str] | None:
    """The settings that the user changed in a pooler's service; None if more was changed, or it is not a pooler's."""
    if not isinstance(file, Document) or len(trace.edit.at) != 2 or not trace.edit.inserts:
        return None
    said = tuned(trace.edit, file)
    return said.settings if said and not said.other else None


def _back(file: File, trace: Trace) -> Placed:
    """An edit at the place where it was found, with what is to stand there again."""
    assert trace.span is not None, "it stands"
    old = trace.edit.old
    if old is None:
        copied = [part for part in trace.edit.new if isinstance(part, Copy)]
        old = trace.copies[copied.index(Copy(trace.edit.start, trace.edit.end))]
    elif trace.edit.inserts and old and trace.place:
        old = alias_back(file, trace.edit, trace.place)
    elif "\n" in old or "\r" in old:
        old = re.sub(r"\r\n|\n|\r", lambda _: file.newline, old)
    return Placed(trace.edit, *trace.span, old)


def _copies_kept(trace: Trace, old: str, known: Digests) -> bool:
    """Whether what an edit had copied is still what it copied: else the user has changed that copy, and loses it.

    Where no digest tells, the copy must be what its source says now: if they differ, one of the two was changed.
    """
    if trace.edit.old is None or not trace.copies:
        return True
    told = known.get(trace.edit)
    if told is not None and told == digest(trace.copies):
        return True
    return all(text.rstrip() in old for text in trace.copies)
