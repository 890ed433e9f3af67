"""Turns an enabled project into a direct one: removes what devpool wrote and keeps what the user has changed since.

With a record, what connects to a pooler without one is redirected too; without a record, everything is recognized by
its content and undone in meaning. Reads the disk and writes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from devpool.commit.lock import changed_while_read
from devpool.devpool_folder import STATE
from devpool.edit.override_file import is_emptied
from devpool.lifecycle.change_set import ChangeSet
from devpool.lifecycle.direct_files import Conflicts, DirectFiles, files_without_devpool, left_of_file, refuse_others
from devpool.lifecycle.read_state import of_devpool, ours_on_disk, read_state
from devpool.load.locate import find_project, project_directory
from devpool.load.read_project import read_project
from devpool.model.build_model import read_model
from devpool.model.project import Project
from devpool.model.sources import Selection, Sources
from devpool.undo.state import State
from devpool.undo.without_state.recognize import (
    RemovedPooler,
    former_of,
    former_poolers,
    unwrapped,
    without_overrides,
    without_poolers,
)
from devpool.undo.without_state.redirect import pooled_values, redirected, without_twins


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollback:
    """What disable would do.

    Attributes:
        prepared: the files before and after.
        direct: the user's files without devpool.
        poolers: the poolers to remove.
        services: the services to remove: the poolers, after their exporters.
        apps: the services that connected to the poolers.
        exact: whether the bytes from before enable are known; False without a record.
    """

    prepared: ChangeSet
    direct: DirectFiles
    poolers: tuple[str, ...]
    services: tuple[str, ...]
    apps: tuple[str, ...]
    exact: bool


def build_disable(
    selection: Selection, cwd: Path, shell: Mapping[str, str], conflicts: Conflicts = "refuse"
) -> Rollback | None:
    """What disable would do; None if the project is not enabled.

    Raises:
        DevpoolError: `changed-since-enable`, and what reading raises.
    """
    directory = project_directory(selection, cwd, shell)
    ours = ours_on_disk(directory)
    state = read_state(directory, allow_outside=selection.allow_outside)
    direct = files_without_devpool(state, selection, cwd, shell, conflicts) if state else DirectFiles(files={})
    reader = _DirectProject(selection, cwd, shell, dict(direct.files), dict(direct.read))
    poolers = reader.of_record(state, kept=conflicts == "keep") if state else reader.recognized()
    if not state and not poolers:
        return None
    if state and str(directory / STATE) not in ours:
        raise changed_while_read(directory)
    apps = [r.service for r in state.routes if r.pooled] if state else []
    return Rollback(
        prepared=_change_set(reader, state, of_devpool(ours, state, directory), direct.notes),
        direct=direct,
        poolers=tuple(p.name for p in poolers),
        services=tuple(name for p in poolers for name in (*p.exporters, p.name)),
        apps=tuple(dict.fromkeys([*apps, *reader.apps])),
        exact=not reader.guessed,
    )


def _change_set(
    reader: _DirectProject, state: State | None, ours: Mapping[str, bytes], notes: tuple[str, ...]
) -> ChangeSet:
    """The files of a project that becomes direct; `ours` are those of devpool's, which go."""
    sources, edited = reader.read(), list(reader.files)
    after = {p: None if is_emptied(reader.was[p], reader.files[p]) else reader.files[p] for p in edited}
    return ChangeSet(
        sources=sources,
        project=None,
        plan=None,
        before={p: reader.was[p] for p in edited} | dict(ours),
        after=after | dict.fromkeys(ours),
        modes={},
        edited=tuple(edited),
        proved=False,
        state=state,
        notes=(*notes, *reader.said),
    )


def files_direct_in_meaning(selection: Selection, cwd: Path, shell: Mapping[str, str]) -> DirectFiles:
    """The user's files without devpool if there is no record of the edits: the same in meaning.

    Raises:
        DevpoolError: `no-record`, `not-recognised`, and what reading raises.
    """
    reader = _DirectProject(selection, cwd, shell, {}, {})
    reader.recognized()
    return DirectFiles(
        files=reader.files, read={path: reader.was[path] for path in reader.files}, notes=tuple(reader.said)
    )


@dataclass(slots=True)
class _DirectProject:
    """The project as it becomes direct, step by step: `files` holds the bytes so far, `was` the bytes on disk."""

    selection: Selection
    cwd: Path
    shell: Mapping[str, str]
    files: dict[str, bytes]
    was: dict[str, bytes]
    said: list[str] = field(default_factory=list)
    apps: list[str] = field(default_factory=list)
    guessed: bool = False

    def read(self) -> Sources:
        sources = read_project(find_project(self.selection, self.cwd, self.shell, self.files))
        self.was = dict(sources.originals) | self.was
        return sources

    def of_record(self, state: State, *, kept: bool) -> list[RemovedPooler]:
        """With a record: what the user has connected to a pooler since then is connected to the database too.

        A merge can add poolers that the record does not have. They are removed as without a record, unless the user
        keeps changes, which may be such a pooler.
        """
        project = read_model(self.read())
        poolers = [former_of(added, project) for added in state.poolers]
        refuse_others(state, project.services)
        pooled = pooled_values(project, poolers)
        if pooled:
            self._redirect(project, poolers)
            self.files |= without_twins(read_model(self.read()), pooled)
        return poolers + ([] if kept else self.recognized(known=True))

    def recognized(self, *, known: bool = False) -> list[RemovedPooler]:
        """Without a record: undo everything that devpool wrote, in meaning.

        Args:
            known: whether there is a record, so that nothing may be left to undo.
        """
        project = read_model(self.read())
        poolers = former_poolers(project)
        self.guessed = bool(poolers) or not known
        if poolers:
            pooled = pooled_values(project, poolers)
            emptied, apps = without_overrides(self.read(), poolers)
            self.files |= emptied
            self.apps += apps
            self.files |= unwrapped(self.read())
            self._redirect(read_model(self.read()), poolers)
            self.files |= without_twins(read_model(self.read()), pooled)
            self.files |= {path: left_of_file(data) for path, data in without_poolers(self.read(), poolers).items()}
        return poolers

    def _redirect(self, project: Project, poolers: list[RemovedPooler]) -> None:
        result = redirected(project, poolers)
        self.files |= result.files
        self.said += result.said
        self.apps += result.apps
