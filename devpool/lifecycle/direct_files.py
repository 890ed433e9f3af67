"""The user's files as they are without devpool, by the record of what it wrote.

Reads the disk and writes nothing. `devpool disable` writes the result; `devpool enable`, `set`, `migrate` and `explain`
use it to see the project as it is without devpool. Anyone can write a record: what it may undo is checked here.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from devpool.devpool_folder import STATE
from devpool.edit.override_file import HEADER, left_of
from devpool.lifecycle.read_state import read_digests
from devpool.load import bounded_read
from devpool.load.locate import find_project
from devpool.load.read_project import read_project
from devpool.model.paths import relative
from devpool.model.services import Service, services_node
from devpool.model.sources import Selection, Sources
from devpool.text.document import decode, encode, parse
from devpool.text.edits import Edit
from devpool.text.patterns import regex
from devpool.undo.locate_edit import Digests
from devpool.undo.meaning_check import beyond
from devpool.undo.meaning_check import is_ours as is_built
from devpool.undo.state import State, not_ours
from devpool.undo.state_check import ours_of
from devpool.undo.undo import Undone, read_edited, undo, undo_exactly
from devpool.undo.user_changes import Conflict, refusal
from devpool.undo.without_state.recognize import is_ours

_ENV_FILE = regex(r"[\w.-]*\.env|\.env\.[\w-]+")
Conflicts = Literal["refuse", "keep", "force"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectFiles:
    """The user's files as they are without devpool.

    Attributes:
        files: the new bytes of each edited file that still exists, by absolute path.
        read: the bytes that these are made from.
        made: the same of an override file that devpool has made, with the rest of what it made of it.
        settings: what the user has changed in a pooler's service, by the pooler's name.
        conflicts: where the user has changed the text of an edit.
        notes: what the user should know.
    """

    files: Mapping[str, bytes] = field(repr=False)
    read: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    made: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    settings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    conflicts: tuple[Conflict, ...] = ()
    notes: tuple[str, ...] = ()


def files_without_devpool(
    state: State, selection: Selection, cwd: Path, shell: Mapping[str, str], conflicts: Conflicts = "refuse"
) -> DirectFiles:
    """The user's files without devpool.

    Args:
        state: the record of what was written.
        selection: the project's files, by the options of `docker compose`.
        cwd: the working directory.
        shell: the shell's variables.
        conflicts: what to do where the user has changed the text of an edit.

    Raises:
        DevpoolError: `changed-since-enable`, which shows every such place, unless they are kept or forced;
            `anchor-below`, `state-not-ours`, and what reading raises.
    """
    # The project as it is on disk: the record does not decide which files belong to it.
    sources = read_project(find_project(selection, cwd, shell))
    _refuse_unread(state, sources)
    refuse_others(state, sources.services)
    known = read_digests(state)
    there = [path for path in state.paths() if Path(path).is_file()]
    lost = [
        f"{relative(p, state.directory)} is gone: there was nothing to undo in it"
        for p in state.paths()
        if p not in there
    ]
    read = {path: bounded_read.read(Path(path)) for path in there}
    without = {path: _without_ours(path, data, state, known, conflicts) for path, data in read.items()}
    files = {path: data for path, (data, _) in without.items()}
    results = [undone for _, undone in without.values()]
    changed = tuple(c for u in results for c in u.conflicts)
    if changed and conflicts == "refuse":
        raise refusal(changed)
    _refuse_more(state, sources, read, files, forced={c.path for c in changed if c.forced})
    notes = [*lost, *(_gone(e, state.directory) for u in results for e in u.gone)]
    made = {path: data for path, data in files.items() if HEADER.encode() in data}
    files |= {path: left_of_file(data) for path, data in made.items()}
    settings = {name: s for u in results for name, s in u.settings.items()}
    return DirectFiles(
        files=files, read=read, made=made, settings=settings, conflicts=changed, notes=tuple(dict.fromkeys(notes))
    )


def left_of_file(data: bytes) -> bytes:
    """A file without devpool's services, and without the rest of what devpool made of it if it is an override file."""
    bom, text = decode("", data) if HEADER.encode() in data else (False, None)
    return data if text is None else encode(bom, left_of(text))


def _refuse_unread(state: State, sources: Sources) -> None:
    """Only a file that the project reads, or that it reads with other options, can have been edited. devpool recognizes
    such a compose file by its contents and such an env file by its name.

    Raises:
        DevpoolError: `state-not-ours`.
    """
    known = {*sources.loaded, *sources.env_files}
    for path in (p for p in state.paths() if p not in known and Path(p).is_file()):
        if not (_ENV_FILE.fullmatch(Path(path).name) or _services_in(path)):
            name = relative(path, state.directory)
            raise not_ours(name, "this project does not read that file", f"{state.directory}/{STATE}")


def _services_in(path: str) -> dict[str, str]:
    """The text of a compose file's services that are built from devpool's contexts; the key "" if it has services."""
    if not path.endswith((".yml", ".yaml")):
        return {}
    document = parse(path, bounded_read.read(Path(path)))
    services = services_node(document)
    mine = services.entries if services else []
    return ({"": ""} if mine else {}) | {
        entry.key.value: document.text[entry.key.start : entry.value.end] for entry in mine if is_built(entry.value)
    }


def _present(state: State, sources: Sources) -> dict[str, str]:
    """The text of the services that are built from devpool's contexts, in all files of the record."""
    services = {name: _text_of(service) for name, service in sources.services.items() if is_ours(service)}
    for path in (p for p in state.paths() if p not in sources.loaded and Path(p).is_file()):
        services |= _services_in(path)
    return services


def _refuse_more(
    state: State, sources: Sources, read: Mapping[str, bytes], files: Mapping[str, bytes], *, forced: Container[str]
) -> None:
    """Anyone can write a record, so its effect on a file must be one that removing devpool can have.

    Raises:
        DevpoolError: `state-not-ours`.
    """
    ours = ours_of(state, _present(state, sources))
    for path, after in files.items():
        edits = state.edits_of(path)
        now, then = (read_edited(path, data, edits) for data in (read[path], after))
        more = next(beyond(now, then, ours, forced=path in forced), None)
        if more:
            why = "without these edits more would change than where an address leads"
            raise not_ours(f"{more} ({relative(path, state.directory)})", why, f"{state.directory}/{STATE}")


def _text_of(service: Service) -> str:
    """What the compose files say of a service, as it stands there."""
    return "\n".join(f.document.text[f.node.start : f.node.end] for f in service.fragments)


def _gone(edit: Edit, directory: str) -> str:
    return f"{'.'.join(edit.at)} was already undone ({relative(edit.path, directory)})"


def _without_ours(path: str, data: bytes, state: State, known: Digests, conflicts: Conflicts) -> tuple[bytes, Undone]:
    edits, poolers = state.edits_of(path), [p.name for p in state.poolers]
    bom, text = decode(path, data)
    exact = undo_exactly(text, edits)
    if exact is not None:
        return encode(bom, exact), Undone(text=exact)
    undone = undo(read_edited(path, data, edits), edits, known, poolers, force=conflicts == "force")
    return encode(bom, undone.text), undone


def refuse_others(state: State, services: Mapping[str, Service]) -> None:
    """A record's pooler loses its containers, so it must not be one of the user's services.

    Args:
        state: the record.
        services: the project's services, with or without devpool.

    Raises:
        DevpoolError: `state-not-ours`.
    """
    for name in (name for pooler in state.poolers for name in (pooler.name, pooler.exporter)):
        service = services.get(name)
        if service and not is_ours(service):
            raise not_ours(
                f"the pooler `{name}`", f"that service is not a pooler ({service.place})", f"{state.directory}/{STATE}"
            )
