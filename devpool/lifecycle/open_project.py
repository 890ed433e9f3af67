"""The one way into a project, for every verb: what was interrupted, its record, and its files without devpool.

A clone may lack `.devpool/` or a part of it. devpool then recognizes its edits in the compose files by their content.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from devpool.commit import machine_key, unverified
from devpool.commit.journal import refuse_interrupted
from devpool.commit.recovery import recover
from devpool.context import Context
from devpool.decide.options import Options
from devpool.devpool_folder import BUILD_CONTEXT, STATE
from devpool.edit.pooler_template import LABEL
from devpool.errors import DevpoolError
from devpool.lifecycle.generated_files import RESTORES
from devpool.lifecycle.read_state import read_state
from devpool.load.locate import find_project, project_directory
from devpool.load.root import find_root
from devpool.model.sources import ProjectFiles, Selection

if TYPE_CHECKING:
    from devpool.docker.containers import Stack
    from devpool.docker.stack_tasks import StackTasks
    from devpool.lifecycle.direct_files import DirectFiles
    from devpool.model.project import Project
    from devpool.undo.state import State

_OF_STACK = b"-{{.Task.Slot}}"  # in compose/pooler-stack.yml
Mode = Literal["look", "preview", "change"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Enabled:
    """What enable did.

    Attributes:
        state: the record; if it is missing, one made from the files, without the edits.
        direct: the user's files as they are without devpool.
        recorded: whether there is a record.
    """

    state: State
    direct: DirectFiles
    recorded: bool


def _with_record(state: State, selection: Selection, cwd: Path, shell: Mapping[str, str]) -> Enabled:
    """What enable did to a project, by its record.

    Raises:
        DevpoolError: `changed-since-enable`, and what reading raises.
    """
    from devpool.lifecycle.direct_files import files_without_devpool

    return Enabled(state=state, direct=files_without_devpool(state, selection, cwd, shell), recorded=True)


def _recognize(selection: Selection, cwd: Path, shell: Mapping[str, str]) -> Enabled | None:
    """What enable did to a project without a record; None if its files have no pooler from devpool.

    Raises:
        DevpoolError: `no-record`, `not-recognised`, and what reading raises.
    """
    files = find_project(selection, cwd, shell)
    if not _may_have_poolers(files):
        return None
    from devpool.lifecycle.build_disable import files_direct_in_meaning
    from devpool.load.find_evidence import with_evidence
    from devpool.load.override_file import with_override
    from devpool.load.read_project import read_project
    from devpool.model.build_model import read_model
    from devpool.undo.without_state.recognize import former_poolers, in_override
    from devpool.undo.without_state.recover_state import recovered

    enabled = read_model(read_project(files))
    poolers = former_poolers(enabled)
    if not poolers:
        return None
    direct = files_direct_in_meaning(selection, cwd, shell)
    sources = read_project(find_project(selection, cwd, shell, direct.files))
    if in_override(enabled, poolers):
        sources = with_override(sources, direct.files)
    project = with_evidence(read_model(sources))
    return Enabled(state=recovered(enabled, poolers, project), direct=direct, recorded=False)


def _may_have_poolers(files: ProjectFiles) -> bool:
    """Whether the project may have poolers and so must be read: its files name the build context, the label of a pooler
    with a ready image, or other files.
    """
    signs = (BUILD_CONTEXT.encode(), LABEL[0].encode(), b"include")
    return any(sign in data for data in files.originals.values() for sign in signs)


def _no_record() -> DevpoolError:
    """The refusal of a project that is enabled, where a command needs the record of it."""
    return DevpoolError(
        "no-record",
        f"the project is enabled, but its record is missing ({STATE})",
        hint=RESTORES,
    )


def _on_a_stack() -> DevpoolError:
    """The refusal of a verb that looks at containers, where tasks run that may be on other nodes."""
    return DevpoolError(
        "on-a-stack",
        "devpool does not look at the tasks of a stack: they may run on other nodes",
        hint="`docker service ps STACK_pgbouncer` shows them, and `docker service logs STACK_pgbouncer` what they say; "
        "on a task's node, `docker exec CONTAINER pooler-admin` answers SHOW commands",
    )


class OpenProject:
    """A project that a command may read. What is read of it is read once.

    Attributes:
        directory: the project directory.
    """

    def __init__(self, selection: Selection, cwd: Path, shell: Mapping[str, str]) -> None:
        self.directory = project_directory(selection, cwd, shell)
        self._given = selection, cwd, shell

    @cached_property
    def record(self) -> State | None:
        """The record of the last enable; None where there is none.

        Raises:
            DevpoolError: what `read_state` raises.
        """
        return read_state(self.directory, allow_outside=self._given[0].allow_outside)

    @cached_property
    def _place(self) -> tuple[Selection, Path, Mapping[str, str]]:
        selection, cwd, shell = self._given
        if not selection.swarm and (self.record.options.swarm if self.record else self._has_stack_pooler):
            selection = replace(selection, swarm=True)
        return selection, cwd, shell

    @property
    def _has_stack_pooler(self) -> bool:
        """Whether the files of a project without a record have a pooler of a stack."""
        found = find_project(*self._given)
        return any(LABEL[0].encode() in data and _OF_STACK in data for data in found.originals.values())

    @property
    def selection(self) -> Selection:
        """How the files are found: as the user says, and those of a stack as `docker stack` does.

        Raises:
            DevpoolError: what reading raises.
        """
        return self._place[0]

    @cached_property
    def _recognized(self) -> Enabled | None:
        return _recognize(*self._place)

    @cached_property
    def state(self) -> State | None:
        """The record of the last enable, or what it would say; None where the project is not enabled.

        Raises:
            DevpoolError: `no-record`, and what reading raises.
        """
        return self.record or (self._recognized.state if self._recognized else None)

    @cached_property
    def enabled(self) -> Enabled | None:
        """What enable did, and the files without it; None where the project is not enabled.

        Raises:
            DevpoolError: `changed-since-enable`, `no-record`, and what reading raises.
        """
        return _with_record(self.record, *self._place) if self.record else self._recognized

    @cached_property
    def without_devpool(self) -> Project:
        """What the project means without devpool.

        Raises:
            DevpoolError: what `enabled` and reading raise.
        """
        from devpool.decide.chosen_variables import with_chosen_variables
        from devpool.load.find_evidence import with_evidence
        from devpool.load.override_file import with_override
        from devpool.load.read_project import read_project
        from devpool.model.build_model import read_model

        direct = self.enabled.direct if self.enabled else None
        sources = read_project(self.find(direct.files if direct else None))
        if direct and self.options.override:
            sources = with_override(sources, {**direct.files, **direct.made})
        return with_chosen_variables(with_evidence(read_model(sources)), self.options)

    @cached_property
    def stack(self) -> Stack:
        """The project's containers, listed once.

        Raises:
            DevpoolError: `on-a-stack`, and what `open_stack` raises.
        """
        # Imported here, because only commands that touch containers need it.
        from devpool.lifecycle.rollout import open_stack

        selection, cwd, _ = self._place
        if selection.swarm:
            raise _on_a_stack()
        return open_stack(selection, str(cwd))

    @cached_property
    def tasks(self) -> StackTasks:
        """The tasks of an enabled stack, asked for where they are needed.

        Raises:
            DevpoolError: what `state` raises.
        """
        from devpool.docker.stack_tasks import StackTasks

        selection, cwd, shell = self._place
        poolers = [p.name for p in self.state.poolers] if self.state else []
        return StackTasks(selection.project_name or "", poolers, str(cwd), shell)

    @cached_property
    def root(self) -> Path:
        """What devpool may look at: the repository that the project lies in."""
        return find_root(self.directory)

    @property
    def options(self) -> Options:
        """What the user chose at the last enable; the defaults where the project is not enabled.

        Raises:
            DevpoolError: what `state` raises.
        """
        return self.state.options if self.state else Options()

    def find(self, files: Mapping[str, bytes] | None = None) -> ProjectFiles:
        """The project's files.

        Args:
            files: bytes that stand in for those on disk, by absolute path.

        Raises:
            DevpoolError: what finding raises.
        """
        return find_project(*self._place, files)

    def require_record(self, otherwise: DevpoolError) -> State:
        """The record of a project that has to be enabled.

        Raises:
            DevpoolError: `otherwise` where it is not; `no-record`, and what reading raises.
        """
        if self.record:
            return self.record
        raise otherwise if self._recognized is None else _no_record()


def open_project(ctx: Context, mode: Mode) -> OpenProject:
    """Find the project, and leave nothing of an interrupted command in the way.

    Args:
        ctx: the command's context.
        mode: `look` and `change` undo what an interrupted devpool left; `preview` writes nothing, and so refuses to
            plan on top of it. `change` also needs the key without which it could not be undone later.

    Raises:
        DevpoolError: `interrupted`, `half-changed`, and what `recover` raises.
    """
    opened = OpenProject(ctx.selection, ctx.cwd, ctx.shell)
    directory = opened.directory
    if mode == "preview":
        refuse_interrupted(directory)
    else:
        recover(directory)
    if mode == "change":
        unverified.refuse_half_changed(directory)
    ctx.output.warnings(unverified.warnings(directory))
    no_key = machine_key.problem(directory) if mode == "change" else None
    ctx.output.warnings([no_key] if no_key else [])
    return opened
