"""`devpool help`: the help of devpool or of one command."""

from __future__ import annotations

from typing import Any, TypedDict

import click

from devpool.command_options import output_options
from devpool.completing import verbs
from devpool.output import Output
from devpool.usage_errors import unknown_verb


class HelpAnswer(TypedDict):
    """The help.

    Attributes:
        help: its text.
    """

    help: str


@click.command()
@output_options
@click.argument("verb", required=False, metavar="[COMMAND]", shell_complete=verbs)
@click.pass_context
def help(ctx: click.Context, /, verb: str | None, **_: Any) -> None:  # noqa: A001 - the verb
    """Show the help of devpool or of a command.

    \b
    Examples:
      devpool help           what devpool does, and its commands
      devpool help enable    as devpool enable --help
    """
    output: Output = ctx.obj["output"]
    parent = ctx.parent
    assert parent and isinstance(parent.command, click.Group), "it is a command of devpool"
    text = _of(parent, parent.command, verb) if verb else parent.get_help()
    output.text(f"{text}\n")
    answer: HelpAnswer = {"help": text}
    output.data(answer)


def _of(parent: click.Context, group: click.Group, verb: str) -> str:
    command = group.get_command(parent, verb)
    if command is None:
        raise unknown_verb(verb, group.list_commands(parent))
    return command.get_help(click.Context(command, info_name=verb, parent=parent))
