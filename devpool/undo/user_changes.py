"""What the user has changed of devpool's own text: settings in a pooler's service, which are worth keeping, or more.

A change that is more than a setting is a conflict: what devpool wrote there, and what is there now.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from devpool.catalog.docker import IMAGE
from devpool.decide.options import Options
from devpool.decide.plan import PEERS
from devpool.decide.tuning import read_settings, read_types
from devpool.errors import DevpoolError
from devpool.redact.masked_files import host_names, masked_part
from devpool.redact.sentences import redact
from devpool.text import nodes
from devpool.text.document import Document, parse
from devpool.text.edits import Edit
from devpool.text.layout import line_end, line_start
from devpool.text.patterns import regex
from devpool.undo.locate_edit import File, Trace
from devpool.undo.match import Span
from devpool.undo.state import State

_COPIED = "***"
_COPY = "copied-by-devpool"
_PREFIX = "PGBOUNCER_"
# What devpool decides: another value there is more than tuning.
_STRUCTURE = ("PGBOUNCER_LISTEN_PORT", "PGBOUNCER_SESSION_DATABASE", PEERS)
_COMMENT = regex(r"(?:^|[ \t])#[ \t]*(.*\S)", re.M)


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


def _as_found(line: str, names: Sequence[str]) -> str:
    """A line with copied text as it is found now: what was copied is not what differs."""
    pattern = re.compile(re.escape(line).replace(re.escape(_COPIED), ".*"))
    return next((other for other in names if pattern.fullmatch(other)), line) if _COPIED in line else line


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


# --- a pooler's settings ---


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuned:
    """How a pooler's service differs from the one that devpool wrote.

    Attributes:
        settings: the settings of PgBouncer that differ, by key, with their values now; "" for one that was taken out;
            and as `image` another ready image than devpool wrote.
        other: the paths of what else differs, such as `mem_limit`; empty where the settings are all.
    """

    settings: Mapping[str, str]
    other: tuple[str, ...]


def tuned(edit: Edit, file: Document) -> Tuned | None:
    """What became of a pooler's service; None where there is no such mapping any more.

    Args:
        edit: the edit that added the service.
        file: the file as it is now.
    """
    found = nodes.lookup(file.root, *edit.at)
    node = nodes.resolved(found) if found else None
    if not isinstance(node, nodes.MappingNode) or node is not found:
        return None
    written = _service_written(edit)
    before, now = _data(written), _data(node)
    variables = dict(_variables(before.pop("environment", {}), now.pop("environment", {})))
    settings = {n: v for n, v in variables.items() if n.startswith(_PREFIX) and n not in _STRUCTURE}
    other = [f"environment.{name}" for name in variables if name not in settings]
    image = _newer_image(before, now)
    other += sorted(key for key in {*before, *now} if not _same(before.get(key), now.get(key)))
    comments = set(_comments(file.text[node.start : node.end])) - set(_comments(_literal(edit)))
    other += ["your comment"] if comments else []
    chosen = {n.removeprefix(_PREFIX).lower(): v for n, v in settings.items()}
    return Tuned(settings=chosen | image, other=tuple(other))


def _newer_image(before: dict[str, object], now: dict[str, object]) -> dict[str, str]:
    """Another tag or digest, which tools that renew images write; both are taken out of what is compared."""
    old, new = before.get("image"), now.get("image")
    if not (isinstance(old, str) and isinstance(new, str) and IMAGE.fullmatch(new)):
        return {}
    del before["image"], now["image"]
    return {"image": new} if new != old else {}


def _literal(edit: Edit) -> str:
    return "".join(part if isinstance(part, str) else _COPY for part in edit.new)


def _service_written(edit: Edit) -> nodes.MappingNode:
    document = parse(edit.path, f"services:{_literal(edit)}\n".encode())
    found = nodes.lookup(document.root, *edit.at)
    if not isinstance(found, nodes.MappingNode):
        raise DevpoolError(
            "state-unreadable",
            "the record of the pooler's service cannot be read",
            where=edit.path,
            hint="restore .devpool/state.json from version control, or remove it",
        )
    return found


def _data(node: nodes.MappingNode) -> dict[str, object]:
    return {key: _value(entry.value) for key, entry in nodes.entries(node).items()}


def _value(node: nodes.Node) -> object:
    body = nodes.resolved(node)
    if isinstance(body, nodes.MappingNode):
        return _data(body)
    if isinstance(body, nodes.SequenceNode):
        return [_value(item) for item in body.items]
    return body.value if isinstance(body, nodes.ScalarNode) else None


def _variables(before: object, now: object) -> Iterator[tuple[str, str]]:
    old, new = _environment(before), _environment(now)
    for name in dict.fromkeys((*old, *new)):
        if not _same(old.get(name), new.get(name)):
            yield name, new.get(name, "")


def _environment(written: object) -> dict[str, str]:
    if isinstance(written, Mapping):
        return {str(name): str(value) for name, value in written.items()}
    items = written if isinstance(written, Sequence) else ()
    return dict(str(item).partition("=")[::2] for item in items)


def _same(before: object, now: object) -> bool:
    """Whether a value is as it was; what had been copied may have changed with its source."""
    if isinstance(before, str) and isinstance(now, str) and _COPY in before:
        return True
    if isinstance(before, list) and isinstance(now, list):
        return len(before) == len(now) and all(map(_same, before, now))
    return before == now


def _comments(text: str) -> list[str]:
    return [found[1] for found in _COMMENT.finditer(text)]


def adopted(
    options: Options, state: State, changed: Mapping[str, Mapping[str, str]], types: str, *, strict: bool = True
) -> Options:
    """The options of enable with the settings that the user wrote into the poolers' services.

    Later choices on the command line win.

    Args:
        options: what is asked for.
        state: the record of the last enable.
        changed: the settings by pooler (`Undone.settings`).
        types: the text of settings.txt.
        strict: whether a value that does not fit is refused; else what the user has written is left out.

    Raises:
        DevpoolError: `bad-setting-value` and the like, where a value does not fit.
    """
    last = state.options
    if not strict:
        with suppress(DevpoolError):
            return adopted(options, state, changed, types)
        return options
    images = {settings["image"] for settings in changed.values() if "image" in settings}
    if len(images) == 1 and options.image == last.image:
        options = replace(options, image=images.pop())
    for pooler in state.poolers:
        before, now = last.settings_for(pooler.database), options.settings_for(pooler.database)
        mine = {k: v for k, v in changed.get(pooler.name, {}).items() if before.get(k) == now.get(k) and k != "image"}
        mine = read_settings([f"{key}={value}" for key, value in mine.items()], read_types(types))
        if mine:
            options = options.tuned(pooler.database, mine, alone=len(state.poolers) == 1)
    return options
