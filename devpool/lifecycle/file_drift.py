"""Finds where the project's files are not as devpool wrote them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from devpool.errors import DevpoolError
from devpool.lifecycle.change_set import ChangeSet
from devpool.lifecycle.generated_files import differences
from devpool.lifecycle.open_project import OpenProject
from devpool.lifecycle.prepare_enable import prepare_enable
from devpool.lifecycle.read_state import read_digests
from devpool.load import bounded_read
from devpool.text.edits import Copy, Edit
from devpool.undo.locate_edit import digest, digests_of, trace
from devpool.undo.state import State
from devpool.undo.undo import read_edited, stands

_RENEW = "`devpool enable` rewrites it"
_STALE = f"outdated: {_RENEW}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """One difference.

    Attributes:
        file: the file.
        place: the YAML path or variable in it, such as `services.web.environment`; "" for the whole file.
        problem: what is wrong there.
    """

    file: str
    place: str
    problem: str


def drift(state: State, directory: Path) -> list[Drift]:
    """The edits that are not as devpool wrote them, private files that a fresh checkout lacks, and files of the build
    contexts that are not this devpool's.
    """
    drifts = [
        Drift(file=name, place="", problem="is missing: `devpool enable` restores it")
        for name in _lost(state, directory)
    ]
    drifts += [Drift(file=name, place="", problem=problem) for name, problem in differences(state, directory)]
    known, poolers = read_digests(state), [p.name for p in state.poolers]
    for path in state.paths():
        edits = state.edits_of(path)
        if not Path(path).is_file():
            drifts.append(Drift(file=path, place="", problem="the file is gone"))
            continue
        changed = stands(read_edited(path, bounded_read.read(Path(path)), edits), edits, known, poolers)
        drifts += [Drift(file=path, place=".".join(e.at), problem="changed since enable") for e in changed]
    return drifts


def _lost(state: State, directory: Path) -> list[str]:
    return [name for name in state.private if not (directory / name).is_file()]


def stale(opened: OpenProject, state: State) -> list[Drift]:
    """devpool's copies of values that the user has edited since, so that it would write them differently now.

    If there are copies, the project is read and planned again; a refusal of that plan is reported too.
    """
    if not (state.private or any(_copies(e) for e in state.edits)):
        return []
    try:
        now = prepare_enable(opened, state.options, verify=False)
    except DevpoolError as error:
        told = error.code == "changed-since-enable"  # `drift` reports it
        return [] if told else [Drift(file=error.where, place="", problem=f"enable would refuse: {error.message}")]
    drifts = [Drift(file=path, place="", problem=_STALE) for path in _private(state, now, opened.directory)]
    for path in state.paths():
        if Path(path).is_file() and path in now.sources.originals:
            at = _stale_places(state, now, path, bounded_read.read(Path(path)))
            drifts += [Drift(file=path, place=".".join(place), problem=_STALE) for place in at]
    return drifts


def _copies(edit: Edit) -> bool:
    return edit.inserts and any(isinstance(part, Copy) for part in edit.new)


def _private(state: State, now: ChangeSet, directory: Path) -> list[str]:
    """The existing private files whose content is outdated."""
    names = dict.fromkeys([*state.private, *(now.state.private if now.state else ())])
    paths = {str(directory / name): name for name in names if (directory / name).is_file()}
    return [paths[change.path] for change in now.changes() if change.path in paths]


def _stale_places(state: State, now: ChangeSet, path: str, data: bytes) -> list[tuple[str, ...]]:
    """Where an edit of a file holds an outdated copy."""
    assert now.state is not None, "enable has one"
    file = now.sources.loaded.get(path) or now.sources.env_files[path]
    fresh = {e.at: told for e, told in digests_of(file.text, now.state.edits_of(path)).items()}
    edits = state.edits_of(path)
    traces = trace(read_edited(path, data, edits), edits, [p.name for p in state.poolers])
    standing = (t for t in traces if t.verdict == "stands" and _copies(t.edit))
    return [t.edit.at for t in standing if fresh.get(t.edit.at) not in (None, digest(t.copies))]
