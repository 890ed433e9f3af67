"""`devpool reload`: make every running pooler reload its configuration."""

from __future__ import annotations

from typing import Any, TypedDict

import click

from devpool.command_options import project_options
from devpool.context import context
from devpool.docker import console
from devpool.lifecycle.open_project import open_project
from devpool.lifecycle.rollout import reach
from devpool.undo.state import not_enabled


class ReloadAnswer(TypedDict):
    """The poolers.

    Attributes:
        reloaded: those that reloaded their configuration.
        not_running: those that do not run.
    """

    reloaded: list[str]
    not_running: list[str]


@click.command()
@project_options
@click.pass_obj
def reload(parent: dict[str, Any], /, **options: Any) -> None:
    """Make every running pooler reload its configuration (RELOAD).

    Connections stay open. If PgBouncer rejects something, devpool shows its message.

    \b
    Examples:
      devpool reload
    """
    ctx = context(parent, options)
    opened = open_project(ctx, "look")
    state = opened.state
    if state is None:
        raise not_enabled("devpool enable")
    stack = reach(opened, ctx.output, "cannot reach any pooler")
    done: list[str] = []
    for pooler in state.poolers:
        for container in stack.running().get(pooler.name, []) if stack else []:
            assert stack is not None, "it gave the containers"
            console.reload(stack, container)
            done.append(pooler.name)
    resting = [p.name for p in state.poolers if p.name not in done]
    ctx.output.lines(*(f"{name}: reloaded" for name in done), *(f"{name}: not running" for name in resting))
    answer: ReloadAnswer = {"reloaded": done, "not_running": resting}
    ctx.output.data(answer)
