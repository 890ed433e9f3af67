"""`devpool disable`: remove the pooler and restore every file byte for byte."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict

import click

from devpool import resources
from devpool.command_options import project_options
from devpool.commit.backups import commands_for, keep_copies, keep_settings
from devpool.commit.lock import reading
from devpool.context import Context, context
from devpool.decide.options import Options
from devpool.errors import DevpoolError, UsageError
from devpool.lifecycle.build_disable import Rollback, build_disable
from devpool.lifecycle.direct_files import Conflicts
from devpool.lifecycle.open_project import OpenProject, open_project
from devpool.lifecycle.plan_report import change_lines
from devpool.lifecycle.read_state import left_in_folder
from devpool.lifecycle.stack_commands import back_lines
from devpool.model.paths import relative
from devpool.undo.user_changes import adopted

if TYPE_CHECKING:
    from devpool.lifecycle.apply_to_containers import Follow
    from devpool.lifecycle.container_plan import ContainerPlan

_UNPROVED = (
    "there was no record (.devpool/state.json): the project is direct again in meaning, but devpool cannot prove that "
    "its bytes are those from before enable"
)


class ConflictData(TypedDict):
    """A place where the user changed devpool's text.

    Attributes:
        where: the place in words.
        at: the file and line.
        forced: whether devpool's text is removed all the same.
    """

    where: str
    at: str
    forced: bool


class DisableAnswer(TypedDict):
    """What disable did, or would do.

    Attributes:
        enabled: whether devpool was enabled. Where it was not, only `written` and `removed` follow.
        written: whether the files were written.
        removed: services of an earlier, interrupted run whose containers were removed.
        directory: the project directory.
        files: the files that change.
        exact: whether the bytes from before enable are known.
        notes: what to know about the result.
        conflicts: where you changed devpool's text.
        copies: the folder with copies of your changes; null for none.
        left: files in `.devpool` that devpool did not write.
        containers: what happens to containers, with `--dry-run`; null where the engine does not tell.
        diff: the changes to the files, with `--diff`.
    """

    enabled: bool
    written: bool
    removed: NotRequired[list[str]]
    directory: NotRequired[str]
    files: NotRequired[list[str]]
    exact: NotRequired[bool]
    notes: NotRequired[list[str]]
    conflicts: NotRequired[list[ConflictData]]
    copies: NotRequired[str | None]
    left: NotRequired[list[str]]
    containers: NotRequired[ContainerPlan | None]
    diff: NotRequired[str]


@click.command()
@project_options
@click.option("--dry-run", is_flag=True, help="Show what would be restored and write nothing.")
@click.option("--diff", is_flag=True, help="Show the changes to the files and write nothing.")
@click.option("--no-up", is_flag=True, help="Edit the files only; touch no container.")
@click.option("--keep-mine", is_flag=True, help="Where you changed devpool's text, keep your change; saves a copy.")
@click.option("--force", is_flag=True, help="Where you changed devpool's text, remove it; saves a copy.")
@click.pass_obj
def disable(parent: dict[str, Any], /, **options: Any) -> None:
    """Remove the pooler and restore every file byte for byte.

    The apps connect directly to Postgres again. Edits that you made since enable stay.

    \b
    Examples:
      devpool disable --diff         show what changes
      devpool disable                restore files and containers
      devpool disable --keep-mine    keep your change where you changed devpool's text
    """
    ctx = context(parent, options)
    writes = not (options["dry_run"] or options["diff"])
    opened = open_project(ctx, "change" if writes else "preview")
    directory = opened.directory
    conflicts = _conflicts(options)
    with reading(directory), ctx.output.doing("reading the project", on_terminal_only=True):
        rollback = build_disable(opened.selection, ctx.cwd, ctx.shell, conflicts)
    touches = not (options["no_up"] or opened.selection.swarm)
    follow = _follow(ctx, opened) if writes and touches else None
    if rollback is None:
        left = follow.finished() if follow else []
        ctx.output.lines(f"removed {', '.join(left)} from an earlier run" if left else "not enabled: nothing to do")
        nothing: DisableAnswer = {"enabled": False, "written": False, "removed": left}
        ctx.output.data(nothing)
        return
    if not rollback.exact:
        prove(rollback)
    diff = {"diff": rollback.prepared.diff()} if options["diff"] else {}
    ctx.output.diff("".join(diff.values()))
    if writes:
        _write(ctx, directory, rollback, follow)
        ctx.output.lines(*(back_lines(opened.selection, rollback.services) if opened.selection.swarm else ()))
    else:
        containers = _containers(opened, rollback) if touches else None
        told = containers.lines() if containers else []
        ctx.output.lines(*change_lines(rollback.prepared, done=False), *_words(rollback), *told)
        ctx.output.data({**_answer(rollback, written=False), "containers": containers}, verbatim=diff)


def _containers(opened: OpenProject, rollback: Rollback) -> ContainerPlan | None:
    """What happens to containers; None where the engine does not tell."""
    from devpool.lifecycle.container_plan import planned_back

    try:
        return planned_back(opened.stack, rollback)
    except DevpoolError:
        return None


def _conflicts(options: dict[str, Any]) -> Conflicts:
    if options["keep_mine"] and options["force"]:
        raise UsageError("keep-or-force", "--keep-mine and --force contradict each other", hint="choose one of them")
    return "keep" if options["keep_mine"] else "force" if options["force"] else "refuse"


def _write(ctx: Context, directory: Path, rollback: Rollback, follow: Follow | None) -> None:
    prepared = rollback.prepared
    copies = _copies(ctx, directory, rollback)
    if follow:
        follow.disabled(rollback, directory)
    else:
        ctx.output.warnings(prepared.commit(directory))
        ctx.output.lines(*change_lines(prepared))
    ctx.output.lines(*_words(rollback), *_identical(rollback))
    left = left_in_folder(directory)
    if left:
        ctx.output.lines(f"left in .devpool, because devpool did not write it: {', '.join(left)}")
    if copies:
        ctx.output.lines(f"a copy of your changes: {copies}")
    tuned = _settings(rollback)
    if keep_settings(directory, ctx.shell, tuned):
        ctx.output.lines("to use the pooler's settings again:", *(f"  {c}" for c in commands_for(tuned)))
    answer = _answer(rollback, written=True)
    ctx.output.data({**answer, "copies": str(copies) if copies else None, "left": left})


def _copies(ctx: Context, directory: Path, rollback: Rollback) -> Path | None:
    """Saves copies of the files in which the user has changed devpool's text."""
    paths = dict.fromkeys(conflict.path for conflict in rollback.direct.conflicts)
    before = {path: data for path in paths if (data := rollback.prepared.before[path]) is not None}
    return keep_copies(directory, ctx.shell, before) if before else None


def _settings(rollback: Rollback) -> Options:
    """The poolers' settings, from the record and from what the user has written into their services."""
    state = rollback.prepared.state
    if state is None:
        return Options()
    return adopted(state.options, state, rollback.direct.settings, resources.setting_types(), strict=False)


def _words(rollback: Rollback) -> list[str]:
    kept = [f"kept your change: {c.at} ({c.where})" for c in rollback.direct.conflicts if not c.forced]
    return [*rollback.prepared.notes, *kept, *(() if rollback.exact else (_UNPROVED,))]


def _identical(rollback: Rollback) -> list[str]:
    """What is, byte for byte, what it would be without devpool: the user's later edits are part of that."""
    prepared, changed = rollback.prepared, {conflict.path for conflict in rollback.direct.conflicts}
    files = [relative(path, prepared.sources.directory) for path in prepared.edited if path not in changed]
    return [f"byte for byte as without devpool: {', '.join(files)}"] if rollback.exact and files else []


def _answer(rollback: Rollback, *, written: bool) -> DisableAnswer:
    return {
        "enabled": True,
        "written": written,
        "directory": rollback.prepared.sources.directory,
        "files": list(rollback.prepared.rewrites),
        "exact": rollback.exact,
        "notes": list(rollback.prepared.notes),
        "conflicts": [{"where": c.where, "at": c.at, "forced": c.forced} for c in rollback.direct.conflicts],
    }


def prove(rollback: Rollback) -> None:
    """Without a record: Compose must accept the result, and nothing in it may lead to a pooler.

    Raises:
        DevpoolError: `not-recognised`, what Compose refuses; nothing is written.
    """
    from devpool.docker.compose_oracle import reading_after
    from devpool.prove.planned_changes import prove_direct

    texts = {path: data for path, data in rollback.prepared.after.items() if data is not None}
    prove_direct(reading_after(rollback.prepared.sources, texts), rollback.services)


def _follow(ctx: Context, opened: OpenProject) -> Follow | None:
    """The containers to change; None without an engine, since restoring files must not depend on Docker."""
    # Imported here, because only commands that touch containers need them.
    from devpool.compare.leftovers import sweep
    from devpool.lifecycle.apply_to_containers import Follow
    from devpool.lifecycle.rollout import reach

    stack = reach(opened, ctx.output, "only the files are restored")
    if stack is None:
        return None
    sweep(ctx, opened)
    return Follow(ctx, stack)
