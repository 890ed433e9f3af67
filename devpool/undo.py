"""Takes edits back out of a text, also after the user has gone on editing it.

Where nothing else changed, the spans say all, and applying the edits again proves it. Otherwise each edit is
found by what it is: by its place in the file's own terms and by its text. What cannot be found is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Sequence as Several

from devpool.document import Document, parse
from devpool.edits import Edit, Placed, apply, placed, revert
from devpool.envfile import EnvFile, parse_env
from devpool.errors import DevpoolError, ProofError
from devpool.nodes import place_of

File = Document | EnvFile
Span = tuple[int, int]
Rank = tuple[int, int]


def read_edited(path: str, data: bytes, edits: Several[Edit]) -> File:
    """The file that edits were made in, as it is now: a compose file, or an env file, whose variables have no path.

    Raises:
        DevpoolError: what parsing raises.
    """
    is_yaml = path.endswith((".yml", ".yaml")) or any(len(e.at) > 1 for e in edits)
    return parse(path, data) if is_yaml else parse_env(path, data)


def undo(file: File, edits: Several[Edit]) -> str:
    """The text of a file without our edits.

    Raises:
        DevpoolError: `changed-since-enable`, where the user changed the text of an edit itself.
    """
    exact = undo_exactly(file.text, edits)
    return exact if exact is not None else _found_again(file, edits)


def stands(file: File, edits: Several[Edit]) -> list[Edit]:
    """The edits that no longer stand in a file as they were written."""
    if undo_exactly(file.text, edits) is not None:
        return []
    return [edit for edit, rank in _ranked(edits) if _span(file, edit, rank) is None]


def undo_exactly(text: str, edits: Several[Edit]) -> str | None:
    """The old text, if the new one holds every edit at its place: proved by applying them again."""
    try:
        old = revert(text, placed(text, edits))
        return old if apply(old, edits) == text else None
    except ProofError:
        return None


def _found_again(file: File, edits: Several[Edit]) -> str:
    spans: list[Placed] = []
    copies: list[tuple[Edit, str]] = []
    for edit, rank in _ranked(edits):
        found = _span(file, edit, rank)
        if found is None and _is_gone(file, edit):
            continue
        if found is None:
            raise _changed(file, edit)
        wrapped = found[1] if edit.old is None else edit.old
        spans.append(Placed(edit, found.start(), found.end(), wrapped))
        copies += [(edit, text) for text in found.groups()]
    old = revert(file.text, spans)
    for edit, text in copies:
        # What an edit had copied must still be what it copied: else one of the two was changed since.
        if text not in old:
            raise _changed(file, edit)
    return old


def _is_gone(file: File, edit: Edit) -> bool:
    """Whether the user has removed the whole service that an edit was in, with the text of the edit."""
    if (
        isinstance(file, EnvFile)
        or edit.at[:1] != ("services",)
        or len(edit.at) == 2
        or place_of(file.root, edit.at[:2])
    ):
        return False
    return _pattern(edit, "[^\\r\\n]*").search(file.text) is None


def _ranked(edits: Several[Edit]) -> Iterator[tuple[Edit, Rank]]:
    """Each edit, and of those that look as it does: which it is in the order of the text, and how many there are."""
    alike: dict[object, list[int]] = {}
    for edit in edits:
        alike.setdefault((edit.at, edit.new, edit.inserts), []).append(edit.start)
    for edit in edits:
        starts = sorted(alike[edit.at, edit.new, edit.inserts])
        yield edit, (starts.index(edit.start), len(starts))


def _span(file: File, edit: Edit, rank: Rank) -> re.Match[str] | None:
    """Where the text of an edit stands now; None where it is not found, or not once for each edit that looks so."""
    place = _env_place(file, edit.at[0]) if isinstance(file, EnvFile) else place_of(file.root, edit.at)
    if place is None:
        return None
    number, total = rank
    for copied in ("[^\\r\\n]{{{}}}", "[^\\r\\n]*", "[\\s\\S]{{{}}}"):
        pattern = _pattern(edit, copied)
        found = [m for m in pattern.finditer(file.text) if _touches(m.span(), place, edit)]
        if len(found) == total:
            return found[number]
    return None


def _touches(span: Span, place: Span, edit: Edit) -> bool:
    covers = span[0] <= place[0] and place[1] <= span[1]
    return (edit.inserts and covers) or (place[0] <= span[0] and span[1] <= place[1])


def _pattern(edit: Edit, copied: str) -> re.Pattern[str]:
    """What the text of an edit looks like. Copied text has its old length on one line, or any length if it was changed
    since, or is one that takes several lines.
    """
    parts = [re.escape(p) if isinstance(p, str) else f"({copied.format(p.end - p.start)})" for p in edit.new]
    if edit.inserts and parts and isinstance(edit.new[0], str):
        # A blank line in front of the insertion may have been taken away since.
        lines = len(edit.new[0]) - len(edit.new[0].lstrip("\r\n"))
        blank = edit.new[0][:lines].count("\n")
        parts[0] = (f"(?:\\r?\\n){{1,{blank}}}" if blank else "") + re.escape(edit.new[0][lines:])
    return re.compile("".join(parts).replace("\\\r", "").replace("\\\n", r"\r?\n"))


def _env_place(file: EnvFile, name: str) -> Span | None:
    binding = file.last(name)
    return (binding.line_start, binding.line_end) if binding else None


def _changed(file: File, edit: Edit) -> DevpoolError:
    place = ".".join(edit.at)
    return DevpoolError(
        "changed-since-enable",
        f"`{place}` is no longer as devpool wrote it, and devpool does not overwrite your change",
        where=file.path,
        hint=f"put `{place}` back as `devpool enable` wrote it (your version control shows how), or undo that edit "
        "by hand, and run the command again",
    )
