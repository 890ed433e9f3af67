"""`devpool direct`: a shell, a dump or a management command in an app's service, without the pooler."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

import click

from devpool import completing
from devpool.command_options import AfterDashes, project_options, words_after_dashes
from devpool.context import context
from devpool.lifecycle.open_project import open_project
from devpool.migrate.direct_container import NOT_RUN, ended, run_past_pooler
from devpool.output import printed

_SHELL = ("sh", "-c", "command -v bash >/dev/null && exec bash; exec sh")


class DirectAnswer(TypedDict):
    """What was run, and how it ended.

    Attributes:
        service: the app.
        command: the words of the command.
        exit_code: its exit code.
        output: what it printed on stdout, which also goes to stderr.
    """

    service: str
    command: list[str]
    exit_code: int
    output: NotRequired[str]


@click.command(cls=AfterDashes)
@project_options
@click.argument("service", shell_complete=completing.services)
@click.pass_context
def direct(click_context: click.Context, /, service: str, **options: Any) -> int:
    """Run a command of an app directly against Postgres.

    \b
    devpool direct SERVICE [-- COMMAND...]

    For shells, dumps and management commands. A one-off container of the service runs the command with
    every connection variable at its direct value. Without COMMAND, it runs a shell. The exit code is
    the command's.

    \b
    Examples:
      devpool direct web                            a shell
      devpool direct web -- pg_dump -Fc -f x.dump   a command
    """
    ctx = context(click_context.obj, options)
    opened = open_project(ctx, "look")
    command = words_after_dashes(click_context) or _SHELL
    kept = ctx.output.kept()
    code = run_past_pooler(ctx, opened, service, command, migrates=False, kept=kept)
    if code in NOT_RUN and command != _SHELL:
        raise ended(service, command, code)
    answer: DirectAnswer = {"service": service, "command": list(command), "exit_code": code}
    ctx.output.data(answer, verbatim=printed(kept))
    return code
