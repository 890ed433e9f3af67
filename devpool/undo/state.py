"""`.devpool/state.json`: what devpool changed and how to undo it. Contains no secret and may be committed."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from devpool import __version__
from devpool.decide.options import Options, remembered
from devpool.devpool_folder import STATE
from devpool.errors import DevpoolError
from devpool.model.paths import relative
from devpool.text.edits import Copy, Edit, Part

VERSION = 1
_MOST = 2**40  # characters of a file, more than any has
_MOST_VALUES = 2_000_000  # of the JSON, each of which takes memory; 20,000 edits have a sixth of them
_CONFLICT = rb"^(<{7}|={7}|>{7})( |\r?$)"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedPooler:
    """A pooler that enable added: its service, the database it serves, its port, the database's, and its exporter's
    service, "" for none.
    """

    name: str
    database: str
    port: str
    upstream: str = "5432"
    exporter: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppRoute:
    """The route of an app at the time of enable.

    Attributes:
        service: the app.
        database: the database.
        pooled: whether it reaches the database through the pooler.
        reason: why, in words.
        by_name: whether a link points the database's name to the pooler.
    """

    service: str
    database: str
    pooled: bool
    reason: str
    by_name: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What enable did.

    Attributes:
        options: the options of enable that shape the plan, with their defaults.
        edits: every edit of the user's files, with absolute paths.
        poolers: the services that were added.
        routes: the routes that were decided.
        private: the private files by path below the project directory, which are not committed.
        devpool: the version that wrote it, "" where it was one that did not say so.
        context: the digest of the build contexts that it wrote (`lifecycle.generated_files.digest`), "" for the same.
        directory: absolute path of the project directory, where it was read from.
    """

    options: Options
    edits: tuple[Edit, ...]
    poolers: tuple[AddedPooler, ...]
    routes: tuple[AppRoute, ...]
    private: tuple[str, ...] = ()
    devpool: str = field(default=__version__, compare=False)
    context: str = field(default="", compare=False)
    directory: str = field(default="", compare=False)

    def edits_of(self, path: str) -> list[Edit]:
        """The edits of one file."""
        return [e for e in self.edits if e.path == path]

    def paths(self) -> list[str]:
        """The files that were edited, each once."""
        return list(dict.fromkeys(e.path for e in self.edits))


def dump(state: State, directory: str) -> bytes:
    """The state as JSON text, with paths relative to the project directory."""
    body = {
        "version": VERSION,
        "devpool": state.devpool,
        "context": state.context,
        "options": asdict(state.options),
        "poolers": [asdict(p) for p in state.poolers],
        "routes": [asdict(r) for r in state.routes],
        "private": list(state.private),
        "edits": [_edit_to_json(e, directory) for e in state.edits],
    }
    # A name that is not UTF-8 is written as a JSON escape.
    return (_in_lines(body) + "\n").encode("utf-8", "backslashreplace")


def _in_lines(body: Mapping[str, object]) -> str:
    """JSON with a line for each value, and for each item of a list. With `indent`, Python would take many times as
    long: only without it does CPython encode in C.
    """
    values = (
        f" {_line(key)}: {_list_in_lines(value) if isinstance(value, list) else _line(value)}"
        for key, value in body.items()
    )
    return "{\n" + ",\n".join(values) + "\n}"


def _list_in_lines(items: Iterable[object]) -> str:
    lines = ",\n".join(f"  {_line(item)}" for item in items)
    return f"[\n{lines}\n ]" if lines else "[]"


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def dump_digests(state: State, digests: Mapping[Edit, str]) -> bytes:
    """What tells copies that are as they were: a digest for each edit of a state, null for those that copy nothing.

    They are digests of the user's own text, which may hold a password: the file is private, and not committed.
    """
    return (_list_in_lines([digests.get(edit) for edit in state.edits]) + "\n").encode()


def load(data: bytes, directory: str) -> State:
    """Read a state. It may come from anywhere: invalid content is an error of the file, not a bug.

    Raises:
        DevpoolError: `state-unreadable`, `state-in-conflict`, `state-version`.
    """
    where = f"{directory}/{STATE}"
    if re.search(_CONFLICT, data, re.M):
        raise _in_conflict(where)
    try:
        if sum(map(data.count, (b"{", b"[", b","))) > _MOST_VALUES:
            raise ValueError
        body = json.loads(data)
        version = body["version"]
        if version == VERSION and type(version) is int:
            return _state(body, directory)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
        raise DevpoolError(
            "state-unreadable",
            "the record of what devpool changed is damaged",
            where=where,
            hint="restore the file from version control, or remove it: `devpool disable` then undoes what it "
            "recognizes as its own",
        ) from None
    raise DevpoolError(
        "state-version",
        f"the record was written by another version of devpool (format {_short(version)}, this one reads {VERSION})",
        where=where,
        hint="use the devpool version that enabled the project, or update devpool",
    )


def not_ours(what: str, why: str, where: str) -> DevpoolError:
    """The error for a record that would undo something that devpool cannot have done.

    Args:
        what: the file, the edit or the pooler that it names.
        why: what is wrong with it, as the end of a sentence.
        where: the record.
    """
    return DevpoolError(
        "state-not-ours",
        f"the record of what devpool changed names {what}, which devpool did not write: {why}",
        where=where,
        hint="check who wrote the record (git log -- .devpool/state.json) and remove it: `devpool disable` then undoes "
        "what it recognizes as devpool's own",
    )


def _in_conflict(where: str) -> DevpoolError:
    return DevpoolError(
        "state-in-conflict",
        "the record of what devpool changed contains merge conflict markers",
        where=where,
        hint="take .devpool and the edited files from one side (git checkout --ours -- .devpool FILE...), "
        "add the other side's changes to them, and run `devpool enable`",
    )


def _state(body: dict[str, Any], directory: str) -> State:
    _check_texts(body)
    return State(
        options=remembered(body["options"]),
        edits=tuple(_edit_from_json(e, directory) for e in _list(body["edits"])),
        poolers=tuple(AddedPooler(**_texts(p)) for p in _list(body["poolers"])),
        routes=tuple(_route(r) for r in _list(body["routes"])),
        private=tuple(_text(name) for name in _list(body.get("private", []))),
        devpool=_text(body.get("devpool", "")),
        context=_text(body.get("context", "")),
        directory=directory,
    )


def _edit_to_json(edit: Edit, directory: str) -> dict[str, Any]:
    return {
        "file": relative(edit.path, directory),
        "at": list(edit.at),
        "start": edit.start,
        "end": edit.end,
        "old": edit.old,
        "new": [p if isinstance(p, str) else {"copy": [p.start, p.end]} for p in edit.new],
        "inserts": edit.inserts,
    }


def _edit_from_json(body: dict[str, Any], directory: str) -> Edit:
    start, end, old = _number(body["start"]), _number(body["end"]), body["old"]
    file, at = _text(body["file"]), tuple(map(_text, _list(body["at"])))
    if start > end or not file or not at:
        raise ValueError
    if posixpath.isabs(file):
        raise not_ours(file, "its path is absolute", f"{directory}/{STATE}")
    return Edit(
        path=posixpath.normpath(posixpath.join(directory, file)),
        start=start,
        end=end,
        old=None if old is None else _text(old),
        new=tuple(map(_part, _list(body["new"]))),
        at=at,
        inserts=_truth(body["inserts"]),
    )


def _part(part: object) -> Part:
    if isinstance(part, dict):
        start, end = map(_number, _list(part["copy"]))
        if start > end:
            raise ValueError
        return Copy(start, end)
    return _text(part)


def _route(body: object) -> AppRoute:
    if not isinstance(body, dict):
        raise TypeError
    truths = {name: _truth(value) for name, value in body.items() if name in ("pooled", "by_name")}
    texts = {name: _text(value) for name, value in body.items() if name not in truths}
    return AppRoute(
        service=texts.pop("service"),
        database=texts.pop("database"),
        reason=texts.pop("reason"),
        pooled=truths["pooled"],
        by_name=truths.get("by_name", False),
        **texts,
    )


def _texts(body: object) -> dict[str, str]:
    if not isinstance(body, dict):
        raise TypeError
    return {name: _text(value) for name, value in body.items()}


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _check_texts(value: object) -> None:
    """No text anywhere has half of a surrogate pair, which no file can hold, or a NUL, which no name has."""
    if isinstance(value, str):
        value.encode("utf-8", "surrogateescape")  # a file's name may be no UTF-8
        if "\0" in value:
            raise ValueError
    elif isinstance(value, dict | list):
        for item in (*value, *value.values()) if isinstance(value, dict) else value:
            _check_texts(item)


def _number(value: object) -> int:
    """A count of characters."""
    if type(value) is not int or not 0 <= value <= _MOST:
        raise TypeError
    return value


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError
    return value


def _short(value: object) -> str:
    return str(value) if type(value) is int and abs(value) < _MOST else "unknown"


def not_enabled(command: str) -> DevpoolError:
    """The error for commands that need a pooler, with the command that adds one."""
    return DevpoolError("not-enabled", "devpool is not enabled in this project", hint=f"add a pooler first: {command}")
