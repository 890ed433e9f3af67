"""Changes PgBouncer settings in the compose file and in running poolers, for `set` and `size --apply`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from devpool.commit.journal import commit
from devpool.commit.lock import changed_while_read, reading
from devpool.commit.write_user_files import inverse
from devpool.context import Context
from devpool.decide.options import Options
from devpool.docker.console import Outcome, tune
from devpool.docker.containers import Stack
from devpool.errors import DevpoolError
from devpool.lifecycle.change_set import ChangeSet
from devpool.lifecycle.open_project import OpenProject
from devpool.lifecycle.plan_report import change_lines
from devpool.lifecycle.prepare_enable import prepare_enable
from devpool.lifecycle.rollout import reach, taken_back
from devpool.lifecycle.stack_commands import roll_lines
from devpool.model.sources import Selection
from devpool.text.nearest import meant
from devpool.undo.state import AddedPooler, State

Settings = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Retuned:
    """The result: the changes to the files and to the running poolers; and the files of a stack, whose tasks follow
    when it is deployed.
    """

    prepared: ChangeSet
    written: bool
    outcomes: tuple[Outcome, ...]
    stack: Selection | None = None


def retune(
    ctx: Context, directory: Path, state: State, given: Settings, *, pooler: str | None, up: bool, verify: bool
) -> Retuned:
    """Change settings. If a running pooler refuses one, restore the files.

    Args:
        ctx: the command's context.
        directory: the project directory, already recovered.
        state: the record of the last enable.
        given: settings by key; "" removes one.
        pooler: the service of the only pooler to change; None for all.
        up: whether to change the running poolers.
        verify: whether to prove the result with Compose.

    Raises:
        DevpoolError: `unknown-pooler`, `project-changed`, `set-refused`, and every refusal of enable.
    """
    with reading(directory):
        opened = OpenProject(ctx.selection, ctx.cwd, ctx.shell)
        if opened.record != state:
            raise changed_while_read(directory)
        poolers = _poolers(state, pooler)
        last = state.options
        chosen = last.tuned(poolers[0].database, given, alone=not pooler)
        _refuse_other_changes(opened, last)
        prepared = prepare_enable(opened, chosen, verify=verify)
    changes, swarm = prepared.changes(), opened.selection.swarm
    up = up and not swarm
    inverses = [inverse(change) for change in changes]
    stack = reach(opened, ctx.output, "only the files are changed") if up else None
    ctx.output.warnings(prepared.commit(directory))
    with taken_back(lambda: ctx.output.warnings(commit(directory, inverses))):
        outcomes = _tune(stack, poolers, chosen, given) if up else []
    return Retuned(
        prepared=prepared,
        written=bool(changes),
        outcomes=tuple(dict.fromkeys(outcomes)),
        stack=ctx.selection if swarm else None,
    )


def _poolers(state: State, name: str | None) -> list[AddedPooler]:
    chosen = [p for p in state.poolers if name in (None, p.name)]
    if not chosen:
        names = [p.name for p in state.poolers]
        hint = f"{meant(name or '', names)}poolers of this project: {', '.join(names)}"
        raise DevpoolError("unknown-pooler", f"there is no pooler `{name}`", hint=hint)
    return chosen


def _refuse_other_changes(opened: OpenProject, last: Options) -> None:
    """Refuse if enable would change more now, because then apps would have to be recreated."""
    again = prepare_enable(opened, last, verify=False)
    if any(change.path in again.edited for change in again.changes()):
        raise DevpoolError(
            "project-changed",
            "the project has changed since enable, so more than this setting would change",
            where=again.sources.documents[0].path,
            hint="run `devpool enable` first; `devpool enable --diff` shows what it would change",
        )


def _tune(
    stack: Stack | None,
    poolers: list[AddedPooler],
    chosen: Options,
    given: Settings,
) -> list[Outcome]:
    """Set the new values in the running poolers; a stopped one gets them when it starts."""
    outcomes: list[Outcome] = []
    for pooler in poolers:
        effective = chosen.settings_for(pooler.database)
        wanted = {key: effective.get(key, "") for key in given}
        containers = stack.running().get(pooler.name, []) if stack else []
        for container in containers:
            assert stack is not None, "it gave the containers"
            outcomes += tune(stack, container, wanted)
        if not containers:
            outcomes += [_resting(pooler.name, key, value) for key, value in wanted.items()]
    return outcomes


def _resting(pooler: str, key: str, value: str) -> Outcome:
    return Outcome(pooler=pooler, key=key, value=value, later="it is not running", running=False)


def retuned_lines(done: Retuned) -> list[str]:
    """The lines that report the result."""
    lines = change_lines(done.prepared) if done.written else ["no file to change"]
    lines += [f"{o.pooler}: {_sentence(o)}" for o in done.outcomes]
    if done.stack and done.written:
        return [*lines, "", *roll_lines(done.stack)]
    restart = dict.fromkeys(o.pooler for o in done.outcomes if o.later and o.running)
    if restart:
        return [*lines, "", f"restart needed: docker compose up -d {' '.join(restart)}"]
    if any(not o.later for o in done.outcomes):
        lines += ["", "the next `docker compose up` recreates the container, because it still has the old variables"]
    return lines


def _sentence(outcome: Outcome) -> str:
    said = f"{outcome.key}={outcome.value}" if outcome.value else f"removing {outcome.key}"
    if not outcome.later:
        return f"{said} applies now, no client was dropped"
    return f"{said} applies at the next start: {outcome.later}"
