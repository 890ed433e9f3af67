"""`.devpool/state.json`: what was changed and how to take it back. Holds no secret and may be committed."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from devpool.commit.names import STATE
from devpool.decide.options import remembered
from devpool.errors import DevpoolError
from devpool.text.edits import Copy, Edit, Part

VERSION = 1


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
    """The route of an app at the time of enable."""

    service: str
    database: str
    pooled: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What enable did.

    Attributes:
        options: the options of enable that shape the plan, by name (`devpool.options.Options`).
        edits: every edit of the user's files, with absolute paths.
        poolers: the services that were added.
        routes: the routes that were decided.
        private: the private files by path below the project directory, which are not committed.
        directory: absolute path of the project directory, where it was read from.
    """

    options: dict[str, Any]
    edits: tuple[Edit, ...]
    poolers: tuple[AddedPooler, ...]
    routes: tuple[AppRoute, ...]
    private: tuple[str, ...] = ()
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
        "options": state.options,
        "poolers": [asdict(p) for p in state.poolers],
        "routes": [asdict(r) for r in state.routes],
        "private": list(state.private),
        "edits": [_edit_to_json(e, directory) for e in state.edits],
    }
    # A name that is no UTF-8 stands there as JSON's own escape.
    return (json.dumps(body, indent=1, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace")


def dump_digests(state: State, digests: Mapping[Edit, str]) -> bytes:
    """What tells copies that are as they were: a digest for each edit of a state, null for those that copy nothing.

    They are digests of the user's own text, which may hold a password: the file is private, and not committed.
    """
    return (json.dumps([digests.get(edit) for edit in state.edits], indent=0) + "\n").encode()


def load(data: bytes, directory: str) -> State:
    """Read a state.

    Raises:
        DevpoolError: `state-unreadable`, `state-version`.
    """
    try:
        body = json.loads(data)
        version = body["version"]
        if version == VERSION:
            remembered(body["options"])
            return State(
                options=dict(body["options"]),
                edits=tuple(_edit_from_json(e, directory) for e in body["edits"]),
                poolers=tuple(AddedPooler(**p) for p in body["poolers"]),
                routes=tuple(AppRoute(**r) for r in body["routes"]),
                private=tuple(body.get("private", ())),
                directory=directory,
            )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise DevpoolError(
            "state-unreadable",
            "the record of what devpool changed is damaged",
            where=f"{directory}/{STATE}",
            hint="take the file back from version control, or undo the edits with it",
        ) from None
    raise DevpoolError(
        "state-version",
        f"the record was written by another version of devpool (format {version}, this one reads {VERSION})",
        where=f"{directory}/{STATE}",
        hint="run the command with the devpool that enabled the project, or update devpool",
    )


def _edit_to_json(edit: Edit, directory: str) -> dict[str, Any]:
    return {
        "file": posixpath.relpath(edit.path, directory),
        "at": list(edit.at),
        "start": edit.start,
        "end": edit.end,
        "old": edit.old,
        "new": [p if isinstance(p, str) else {"copy": [p.start, p.end]} for p in edit.new],
        "inserts": edit.inserts,
    }


def _edit_from_json(body: dict[str, Any], directory: str) -> Edit:
    new: tuple[Part, ...] = tuple(p if isinstance(p, str) else Copy(*p["copy"]) for p in body["new"])
    return Edit(
        path=posixpath.normpath(posixpath.join(directory, body["file"])),
        start=int(body["start"]),
        end=int(body["end"]),
        old=body["old"],
        new=new,
        at=tuple(body["at"]),
        inserts=bool(body["inserts"]),
    )


def not_enabled(command: str) -> DevpoolError:
    """The refusal of what needs a pooler, with the command that adds one."""
    return DevpoolError("not-enabled", "devpool is not enabled in this project", hint=f"add a pooler first: {command}")
