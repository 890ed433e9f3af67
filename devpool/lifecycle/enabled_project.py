"""Finds what enable did to a project: from the record, or, if there is none, from the compose files.

A clone may lack `.devpool/` or a part of it. devpool recognizes its edits in the compose files by their content.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from devpool import resources
from devpool.devpool_folder import STATE
from devpool.edit.pooler_service import BUILD_CONTEXT, EXPORTER_CONTEXT
from devpool.errors import DevpoolError
from devpool.load.locate import find_project
from devpool.model.sources import ProjectFiles, Selection

if TYPE_CHECKING:
    from devpool.lifecycle.build_disable import DirectFiles
    from devpool.undo.state import State

_RESTORES = "`devpool enable` restores it"


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


def with_record(state: State, selection: Selection, cwd: Path, shell: Mapping[str, str]) -> Enabled:
    """What enable did to a project, by its record.

    Raises:
        DevpoolError: `changed-since-enable`, and what reading raises.
    """
    from devpool.lifecycle.build_disable import files_without_devpool

    return Enabled(state=state, direct=files_without_devpool(state, selection, cwd, shell), recorded=True)


def recognized(selection: Selection, cwd: Path, shell: Mapping[str, str]) -> Enabled | None:
    """What enable did to a project without a record; None if its files have no pooler from devpool.

    Raises:
        DevpoolError: `no-record`, `not-recognised`, and what reading raises.
    """
    found = find_project(selection, cwd, shell)
    if not _may_have_poolers(found):
        return None
    from devpool.lifecycle.build_disable import files_direct_in_meaning
    from devpool.load.find_evidence import with_evidence
    from devpool.load.override_file import with_override
    from devpool.load.read_project import read_project
    from devpool.model.build_model import read_model
    from devpool.undo.without_state.recognize import former_poolers, in_override
    from devpool.undo.without_state.recover_state import recovered

    enabled = read_model(read_project(found))
    poolers = former_poolers(enabled)
    if not poolers:
        return None
    direct = files_direct_in_meaning(selection, cwd, shell)
    sources = read_project(find_project(selection, cwd, shell, direct.files))
    if in_override(enabled, poolers):
        sources = with_override(sources, direct.files)
    project = with_evidence(read_model(sources))
    return Enabled(state=recovered(enabled, poolers, project), direct=direct, recorded=False)


def _may_have_poolers(found: ProjectFiles) -> bool:
    """Whether the project may have poolers and so must be read: its files name the build context or other files."""
    signs = (BUILD_CONTEXT.encode(), b"include")
    return any(sign in data for data in found.originals.values() for sign in signs)


def missing(directory: Path, state: State) -> dict[str, str]:
    """The missing parts of an enabled project's `.devpool/`, as in a fresh clone, each with its consequence.

    Args:
        directory: the project directory.
        state: the record, or what it would say.
    """
    found = {} if (directory / STATE).exists() else {STATE: f"is missing: {_RESTORES}"}
    images = {BUILD_CONTEXT: "pgbouncer"}
    if any(pooler.exporter for pooler in state.poolers):
        images[EXPORTER_CONTEXT] = "exporter"
    for folder, image in images.items():
        lost = [name for name in resources.build_context(image) if not (directory / folder / name).is_file()]
        if lost:
            what = f"lacks {', '.join(lost)}" if (directory / folder).is_dir() else "is missing"
            found[folder] = f"{what}, and `docker compose build` needs it: {_RESTORES}"
    return found


def no_record() -> DevpoolError:
    """The refusal of a project that is enabled, where a command needs the record of it."""
    return DevpoolError(
        "no-record",
        f"the project is enabled, but its record is missing ({STATE})",
        hint=_RESTORES,
    )
