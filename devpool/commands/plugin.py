"""`devpool plugin`: devpool as a command of Docker's."""

from __future__ import annotations

from typing import Any, TypedDict

import click

from devpool.command_options import output_options
from devpool.commit import plugin_link
from devpool.docker.engine import environ
from devpool.output import Output


class PluginAnswer(TypedDict):
    """The link.

    Attributes:
        link: where Docker looks for the plugin.
        changed: whether it was made or removed.
    """

    link: str
    changed: bool


@click.command()
@output_options
@click.argument("action", type=click.Choice(("install", "remove")))
@click.pass_context
def plugin(ctx: click.Context, /, action: str, **_: Any) -> None:
    """Make devpool a command of Docker's: `docker devpool ...`.

    Makes a link to this installation in the folder where Docker looks for plugins, or removes it.

    \b
    Examples:
      devpool plugin install
      devpool plugin remove
    """
    output: Output = ctx.obj["output"]
    link, changed = (plugin_link.install if action == "install" else plugin_link.remove)(environ())
    done = {"install": ("linked", "already linked"), "remove": ("removed", "not there")}[action][not changed]
    output.lines(f"{done}: {link}")
    answer: PluginAnswer = {"link": str(link), "changed": changed}
    output.data(answer)
