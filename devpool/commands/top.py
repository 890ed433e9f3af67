"""`devpool top`: a live view of apps, pools and databases."""

from __future__ import annotations

from typing import Any

import click

from devpool.command_options import project_options
from devpool.context import context
from devpool.observe.overview import look
from devpool.observe.status_view import StatusAnswer, show, watched

TopAnswer = StatusAnswer


@click.command()
@project_options
@click.option("--interval", type=click.FloatRange(0.2, 3600), default=2.0, help="Seconds between refreshes.")
@click.pass_obj
def top(parent: dict[str, Any], /, interval: float, **options: Any) -> None:
    """Watch connections, pools and rates.

    In a pipe, prints `status` once.

    Keys: n, c, w, b and t sort by name, clients, waiting, busy and transactions; q quits.

    \b
    Examples:
      devpool top
      devpool top --interval 0.5
    """
    ctx = context(parent, options)
    if not watched(ctx, interval):
        show(ctx, look(ctx))
