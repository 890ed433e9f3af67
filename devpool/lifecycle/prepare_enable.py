"""Computes what enable would write, from the project on disk. Writes nothing.

Compose starts as soon as the files are found. While it reads them, devpool loads its own modules, reads the files and
makes the plan.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from devpool import resources
from devpool.decide.options import Options
from devpool.devpool_folder import STATE
from devpool.docker.compose_oracle import asked
from devpool.lifecycle.open_project import OpenProject
from devpool.lifecycle.read_state import Earlier, of_devpool, ours_on_disk

if TYPE_CHECKING:
    from devpool.lifecycle.change_set import ChangeSet
    from devpool.undo.state import State

_NO_RECORD = (
    "the record of the previous enable was missing (.devpool/state.json): devpool recreates it from the compose files, "
    "and disable will restore them in meaning; devpool cannot prove that it will restore every byte"
)


def prepare_enable(opened: OpenProject, options: Options, *, verify: bool) -> ChangeSet:
    """What enable would do to the project as it is without devpool, so that enabling twice changes nothing.

    Raises:
        DevpoolError: every refusal there is.
    """
    directory = opened.directory
    present = ours_on_disk(directory)
    enabled = opened.enabled
    present = of_devpool(present, enabled.state if enabled and enabled.recorded else None, directory)
    earlier = Earlier(present=present)
    if enabled:
        from devpool.undo.user_changes import adopted

        without = enabled.direct
        options = adopted(options, enabled.state, without.settings, resources.setting_types())
        earlier = Earlier(
            present=present, files=without.files, read=without.read, made=without.made, enabled=enabled.recorded
        )
    before = opened.find(earlier.files)
    with asked(before) if verify else nullcontext() as oracle:
        from devpool.lifecycle.build_enable import build_enable
        from devpool.load.read_project import read_project

        sources = read_project(before)
        if enabled and enabled.recorded:
            from devpool.lifecycle.direct_files import refuse_others

            refuse_others(enabled.state, sources.services)
        if oracle:
            oracle.complete(sources)
        prepared = build_enable(sources, earlier, options, oracle)
    if enabled is None:
        return prepared
    told = _from_record(enabled.state, options) if enabled.recorded else [_NO_RECORD]
    return replace(prepared, notes=(*prepared.notes, *told))


def _from_record(state: State, options: Options) -> list[str]:
    """Notes about what comes from the record alone and runs: an image, and settings that are SQL."""
    last = state.options
    image = f"the image {last.image} comes from {STATE} and gets the database's password: check that it is yours"
    sources = [image] if last.image and options.image == last.image else []
    for mine, now in (
        (last.settings, options.settings),
        *((s, options.settings_of.get(d, {})) for d, s in last.settings_of.items()),
    ):
        same = (key for key, value in mine.items() if key.endswith("_query") and now.get(key) == value)
        sources += [f"`{key}` runs SQL in the database and comes from {STATE}: check that it is yours" for key in same]
    return list(dict.fromkeys(sources))
