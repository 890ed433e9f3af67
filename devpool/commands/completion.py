"""`devpool completion`: the script by which a shell completes devpool's command lines."""

from __future__ import annotations

from typing import Any, TypedDict

import click

from devpool.command_options import output_options
from devpool.completing import SHELLS, source
from devpool.output import Output


class CompletionAnswer(TypedDict):
    """The script.

    Attributes:
        script: its text.
    """

    script: str


@click.command()
@output_options
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(ctx: click.Context, /, shell: str, **_: Any) -> None:
    """Print a script for completion in a shell.

    It completes commands, options, services, connection variables, and PgBouncer's settings and values.

    \b
    Examples:
      eval "$(devpool completion bash)"              in ~/.bashrc
      eval "$(devpool completion zsh)"               in ~/.zshrc, after compinit
      devpool completion fish | source               in ~/.config/fish/config.fish
    """
    output: Output = ctx.obj["output"]
    script = source(ctx.find_root().command, shell)
    output.text(script, safe=True)
    answer: CompletionAnswer = {"script": script}
    output.data(answer)
