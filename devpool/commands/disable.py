"""`devpool disable`: back to direct Postgres, every file to the byte."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from devpool.context import Context, context
from devpool.journal import commit, recover
from devpool.prepare import prepare_disable
from devpool.project import project_directory
from devpool.project_options import project_options
from devpool.report import change_lines, files_data

if TYPE_CHECKING:
    from devpool.follow import Follow


@click.command()
@project_options
@click.option("--dry-run", is_flag=True, help="Show what would go back and write nothing.")
@click.option("--diff", is_flag=True, help="Show the changes of the files and write nothing.")
@click.option("--no-up", is_flag=True, help="Edit the files only; touch no container.")
@click.pass_obj
def disable(parent: dict[str, Any], /, **options: Any) -> None:
    """Take the pooler out again, to the byte.

    The files as they were, the apps on Postgres itself; your own later edits stay.
    """
    ctx = context(parent, options)
    directory = project_directory(ctx.selection, ctx.cwd, ctx.shell)
    writes = not (options["dry_run"] or options["diff"])
    if writes:
        recover(directory)
    prepared = prepare_disable(ctx.selection, ctx.cwd, ctx.shell)
    if prepared is None:
        ctx.output.lines("not enabled: nothing to do")
        ctx.output.data({"enabled": False, "written": False})
        return
    if options["diff"]:
        ctx.output.text(prepared.diff())
    if not writes:
        ctx.output.lines(*change_lines(prepared, done=False))
        ctx.output.data(files_data(prepared) | {"written": False})
        return
    follow = None if options["no_up"] else _follow(ctx)
    commit(directory, prepared.changes())
    ctx.output.lines(*change_lines(prepared))
    if follow and prepared.state:
        follow.disabled(prepared.state)
    ctx.output.data(files_data(prepared) | {"written": True})


def _follow(ctx: Context) -> Follow | None:
    """Without an engine the files still go back: rolling back must not wait for Docker."""
    # Imported here: where no container is touched, what is needed for them need not be loaded.
    from devpool.follow import Follow
    from devpool.rollout import reach

    stack, running = reach(ctx.selection, str(ctx.cwd), ctx.output, "the files go back, no container is touched")
    return Follow(ctx, stack, running) if stack else None
