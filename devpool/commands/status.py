"""`devpool status`: each app's route and its proof, the pools, and whether the files are as devpool wrote them."""

from __future__ import annotations

from typing import Any

import click

from devpool.command_options import project_options
from devpool.context import context
from devpool.observe.overview import look
from devpool.observe.status_view import show, watched


@click.command()
@project_options
@click.option("-w", "--watch", is_flag=True, help="Keep refreshing; on a terminal, like `devpool top`.")
@click.option("--interval", type=click.FloatRange(0.2, 3600), default=2.0, help="Seconds between refreshes.")
@click.pass_obj
def status(parent: dict[str, Any], /, watch: bool, interval: float, **options: Any) -> None:
    """Show routes, pools, files and live connections.

    \b
    Examples:
      devpool status                   once
      devpool status --watch           again and again
      devpool status --watch --json    one JSON object a line
    """
    ctx = context(parent, options)
    if not watch:
        with ctx.output.doing("looking at the project", on_terminal_only=True):
            overview = look(ctx)
        show(ctx, overview)
    elif not watched(ctx, interval):
        from devpool.observe.screen import follow

        follow(ctx, interval, lambda seen: show(ctx, seen, again=True))
