"""`devpool disable`: back to direct Postgres, every file to the byte."""

from __future__ import annotations

from typing import Any

import click

from devpool.containers import Running, Stack
from devpool.context import Context, context
from devpool.errors import DevpoolError
from devpool.journal import commit, recover
from devpool.prepare import prepare_disable
from devpool.project import project_directory
from devpool.project_options import project_options
from devpool.report import change_lines, files_data
from devpool.rollout import open_stack, remove_poolers, restart_apps
from devpool.state import State

_NO_ENGINE = ("engine-not-running", "no-docker-cli", "no-compose-plugin")


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
    stack, running = (None, {}) if options["no_up"] else _containers(ctx)
    commit(directory, prepared.changes())
    ctx.output.lines(*change_lines(prepared))
    if stack and prepared.state:
        _follow(ctx, stack, running, prepared.state)
    ctx.output.data(files_data(prepared) | {"written": True})


def _containers(ctx: Context) -> tuple[Stack | None, dict[str, list[Running]]]:
    """The running containers. Without an engine the files still go back: rolling back must not wait for Docker."""
    try:
        stack = open_stack(ctx.selection, str(ctx.cwd))
        return stack, stack.running()
    except DevpoolError as error:
        if error.code not in _NO_ENGINE:
            raise
        ctx.output.progress(f"warning: {error.message}; the files go back, no container is touched")
        return None, {}


def _follow(ctx: Context, stack: Stack, running: dict[str, list[Running]], state: State) -> None:
    apps = list(dict.fromkeys(r.service for r in state.routes if r.pooled))
    restart_apps(stack, apps, running, ctx.output)
    remove_poolers(stack, state, ctx.output)
