"""Where the user changed the text of an edit: what devpool wrote there, and what is there now."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from devpool.errors import DevpoolError
from devpool.redact.masked_files import host_names, masked_part
from devpool.redact.passwords import redact
from devpool.text.document import Document
from devpool.text.layout import line_end, line_start
from devpool.undo.locate_edit import File, Trace
from devpool.undo.match import Span

_COPIED = "***"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """One edit whose text has changed since.

    Attributes:
        path: the file.
        line: 1-based, where its place stands now; 0 where there is none.
        at: the place in the file's own terms.
        written: the lines that devpool wrote, what it had copied left out.
        found: the lines that are there now, without passwords.
        forced: whether it was taken back all the same.
    """

    path: str
    line: int
    at: str
    written: tuple[str, ...] = field(repr=False)
    found: tuple[str, ...] = field(repr=False)
    forced: bool = False

    @property
    def where(self) -> str:
        """`file:line`."""
        return f"{self.path}:{self.line}" if self.line else self.path

    def diff(self) -> Iterator[str]:
        """What was written against what is there, as lines of a diff."""
        yield f"{self.where}: {self.at}"
        lines = difflib.unified_diff(self.written, self.found, lineterm="", n=1)
        yield from (f"  {line}" for line in lines if not line.startswith(("---", "+++", "@@")))


def conflict(file: File, trace: Trace, *, forced: bool = False) -> Conflict:
    """The description of an edit that was changed."""
    place = trace.span or trace.place
    now = _now(file, place) if place else []
    return Conflict(
        path=file.path,
        line=file.line_of(place[0]) if place else 0,
        at=".".join(trace.edit.at),
        written=tuple(_written(trace, now)),
        found=tuple(now),
        forced=forced,
    )


def _now(file: File, place: Span) -> list[str]:
    start, end = line_start(file.text, place[0]), line_end(file.text, place[1])
    known = host_names(file) if isinstance(file, Document) else frozenset[str]()
    return _lines("".join(masked_part(file, start, end, known)))


def _written(trace: Trace, now: Sequence[str]) -> Iterator[str]:
    edit = trace.edit
    text = redact("".join(part if isinstance(part, str) else _COPIED for part in edit.new))
    if edit.inserts:
        yield from (_as_found(line, now) for line in _lines(text))
    else:
        yield f"{edit.at[-1]}: ... {text} ..." + (f" (in place of {edit.old})" if edit.old else "")


def _as_found(line: str, found: Sequence[str]) -> str:
    """A line with copied text as it is found now: what was copied is not what differs."""
    pattern = re.compile(re.escape(line).replace(re.escape(_COPIED), ".*"))
    return next((other for other in found if pattern.fullmatch(other)), line) if _COPIED in line else line


def _lines(text: str) -> list[str]:
    return [line for line in text.replace("\r\n", "\n").split("\n") if line.strip()]


def refusal(conflicts: Sequence[Conflict]) -> DevpoolError:
    """The error for text that the user has changed; nothing is written."""
    first = conflicts[0]
    more = f" (and {len(conflicts) - 1} more)" if len(conflicts) > 1 else ""
    return DevpoolError(
        "changed-since-enable",
        f"`{first.at}`{more} is no longer as devpool wrote it, and devpool does not overwrite your change",
        where=first.where,
        hint="`devpool disable --keep-mine` keeps your text there and undoes the rest; `devpool disable --force` "
        "restores what was there before enable; both back up the file and show the path of the copy",
        details=tuple(line for c in conflicts for line in c.diff()),
    )
