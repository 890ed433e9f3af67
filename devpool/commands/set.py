"""`devpool set`: tune the poolers, in the compose file and while they run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click

from devpool import resources
from devpool.console import Outcome, tune
from devpool.context import Context, context
from devpool.errors import DevpoolError
from devpool.files import FileChange
from devpool.journal import commit, recover
from devpool.meanwhile import reading
from devpool.options import Options, remembered
from devpool.prepare import prepare_enable
from devpool.prepared import Prepared
from devpool.project import project_directory
from devpool.project_options import project_options
from devpool.report import UNPROVED, change_lines, files_data
from devpool.rollback import read_state
from devpool.rollout import reach, taken_back
from devpool.state import AddedPooler, State, not_enabled
from devpool.tuning import read_settings, read_types

Settings = Mapping[str, str]


@click.command()
@project_options
@click.argument("settings", nargs=-1, required=True, metavar="KEY=VALUE...")
@click.option("--pooler", metavar="NAME", help="Only this pooler's service.")
@click.option("--no-up", is_flag=True, help="Edit the files only; touch no container.")
@click.option("--no-verify", is_flag=True, help="Do without Compose's own reading as proof.")
@click.pass_obj
def set(parent: dict[str, Any], /, settings: tuple[str, ...], **options: Any) -> None:  # noqa: A001 - the verb
    """Change settings of PgBouncer, in the compose file and in the running pooler.

    No client is dropped. KEY= without a value takes a setting out again.
    """
    ctx = context(parent, options)
    given = read_settings(settings, read_types(resources.setting_types()))
    directory = project_directory(ctx.selection, ctx.cwd, ctx.shell)
    recover(directory)
    with reading(directory):
        poolers, chosen, prepared = _prepare(ctx, directory, given, options)
    changes = prepared.changes()
    commit(directory, changes)
    with taken_back(lambda: _take_back(directory, changes)):
        outcomes = [] if options["no_up"] else _tune(ctx, poolers, chosen, given)
    _show(ctx, prepared, changes, outcomes)


def _prepare(
    ctx: Context, directory: Path, given: Settings, options: Mapping[str, Any]
) -> tuple[list[AddedPooler], Options, Prepared]:
    """The poolers that are meant, the options with the new values, and what would be written."""
    state = read_state(directory)
    if state is None:
        raise not_enabled("devpool enable --set KEY=VALUE")
    poolers = _poolers(state, options["pooler"])
    last = remembered(state.options)
    chosen = last.tuned(poolers[0].database, given, alone=not options["pooler"])
    _refuse_other_changes(ctx, last)
    if options["no_verify"]:
        ctx.output.progress(UNPROVED)
    prepared = prepare_enable(ctx.selection, ctx.cwd, ctx.shell, chosen, verify=not options["no_verify"])
    return poolers, chosen, prepared


def _poolers(state: State, name: str | None) -> list[AddedPooler]:
    found = [p for p in state.poolers if name in (None, p.name)]
    if not found:
        known = ", ".join(p.name for p in state.poolers)
        raise DevpoolError("unknown-pooler", f"there is no pooler `{name}`", hint=f"poolers of this project: {known}")
    return found


def _refuse_other_changes(ctx: Context, last: Options) -> None:
    """What else enable would do now is not done by the way: apps would have to be recreated for it."""
    again = prepare_enable(ctx.selection, ctx.cwd, ctx.shell, last, verify=False)
    if any(change.path in again.edited for change in again.changes()):
        raise DevpoolError(
            "project-changed",
            "the project has changed since enable, and more than a setting would be written",
            where=again.sources.documents[0].path,
            hint="run `devpool enable` first; `devpool enable --diff` shows what it would change",
        )


def _take_back(directory: Path, changes: list[FileChange]) -> None:
    commit(directory, [replace(change, before=change.after, after=change.before) for change in changes])


def _tune(ctx: Context, poolers: list[AddedPooler], chosen: Options, given: Settings) -> list[Outcome]:
    """The running poolers get the new values; one that does not run gets them when it starts."""
    stack, running = reach(ctx.selection, str(ctx.cwd), ctx.output, "the files are changed, no container is touched")
    found: list[Outcome] = []
    for pooler in poolers:
        effective = chosen.settings_for(pooler.database)
        wanted = {key: effective.get(key, "") for key in given}
        containers = running.get(pooler.name, []) if stack else []
        for container in containers:
            assert stack is not None, "it gave the containers"
            found += tune(stack, container, wanted)
        if not containers:
            found += [_resting(pooler.name, key, value) for key, value in wanted.items()]
    return found


def _resting(pooler: str, key: str, value: str) -> Outcome:
    return Outcome(pooler=pooler, key=key, value=value, later="it is not running", running=False)


def _show(ctx: Context, prepared: Prepared, changes: list[FileChange], outcomes: list[Outcome]) -> None:
    ctx.output.lines(*(change_lines(prepared) if changes else ["no file to change"]))
    found = list(dict.fromkeys(outcomes))
    ctx.output.lines(*(f"{o.pooler}: {_sentence(o)}" for o in found))
    restart = dict.fromkeys(o.pooler for o in found if o.later and o.running)
    if restart:
        ctx.output.lines("", f"restart needed: docker compose up -d {' '.join(restart)}")
    elif any(not o.later for o in found):
        ctx.output.lines("", "the next `docker compose up` recreates the container, for it has the variables of before")
    ctx.output.data(files_data(prepared) | {"written": bool(changes), "settings": [asdict(o) for o in found]})


def _sentence(outcome: Outcome) -> str:
    said = f"{outcome.key}={outcome.value}" if outcome.value else f"{outcome.key} is taken out"
    if not outcome.later:
        return f"{said} counts now, no client was dropped"
    return f"{said} counts when it starts again: {outcome.later}"
