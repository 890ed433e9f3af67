"""`devpool direct`: a shell, a dump or a management command in an app's service, without the pooler."""

from __future__ import annotations

from typing import Any

import click

from devpool.command_options import AfterDashes, project_options, words_after_dashes
from devpool.context import context
from devpool.lifecycle.open_project import open_project
from devpool.migrate.direct_container import NOT_RUN, ended, run_past_pooler

_SHELL = ("sh", "-c", "command -v bash >/dev/null && exec bash; exec sh")


@click.command(cls=AfterDashes)
@project_options
@click.argument("service")
@click.pass_context
def direct(click_context: click.Context, /, service: str, **options: Any) -> int:
    """Run a command of an app directly against Postgres.

    \b
    devpool direct SERVICE [-- COMMAND...]

    For shells, dumps and management commands. A one-off container of the service runs the command with
    every connection variable at its direct value. Without COMMAND, it runs a shell. The exit code is
    the command's.
    """
    ctx = context(click_context.obj, options)
    opened = open_project(ctx, "look")
    command = words_after_dashes(click_context) or _SHELL
    code = run_past_pooler(ctx, opened, service, command, migrates=False)
    if code in NOT_RUN and command != _SHELL:
        raise ended(service, command, code)
    ctx.output.data({"service": service, "command": list(command), "exit_code": code})
    return code
