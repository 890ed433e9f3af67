"""`devpool set`: tune the poolers in the compose file and while they run."""

from __future__ import annotations

from typing import Any

import click

from devpool import completing, resources
from devpool.command_options import project_options
from devpool.context import context
from devpool.decide.tuning import read_settings, read_types
from devpool.docker.console import Outcome
from devpool.lifecycle.open_project import open_project
from devpool.lifecycle.plan_data import FilesData, files_data
from devpool.lifecycle.retune import retune, retuned_lines
from devpool.observe.stack_facts import crowd_lines
from devpool.undo.state import not_enabled


class SetAnswer(FilesData):
    """What was set.

    Attributes:
        directory: the project directory.
        files: the user's own files that change.
        written: whether a file was written.
        settings: each setting in each pooler.
    """

    written: bool
    settings: list[Outcome]


@click.command()
@project_options
@click.argument("settings", nargs=-1, required=True, metavar="KEY=VALUE...", shell_complete=completing.settings)
@click.option(
    "--pooler", metavar="NAME", shell_complete=completing.poolers, help="Change only the pooler with this service name."
)
@click.option("--no-up", is_flag=True, help="Edit the files only; touch no container.")
@click.option("--no-verify", is_flag=True, help="Skip the proof of the result with Compose.")
@click.pass_obj
def set(parent: dict[str, Any], /, settings: tuple[str, ...], **options: Any) -> None:  # noqa: A001 - the verb
    """Change PgBouncer settings, in the file and at run time.

    Changes the compose file and the running poolers. No client is dropped. KEY= without a value removes a setting.

    \b
    Examples:
      devpool set default_pool_size=40
      devpool set pool_mode=session query_timeout=30
      devpool set query_timeout=
    """
    ctx = context(parent, options)
    given = read_settings(settings, read_types(resources.setting_types()))
    opened = open_project(ctx, "change")
    otherwise = not_enabled("devpool enable --set KEY=VALUE")
    state = opened.require_record(otherwise)
    verify = not options["no_verify"]
    if not verify:
        ctx.output.unproved()
    up, pooler = not options["no_up"], options["pooler"]
    done = retune(ctx, opened.directory, state, given, pooler=pooler, up=up, verify=verify)
    ctx.output.lines(*retuned_lines(done))
    if done.stack:
        ctx.output.lines(*crowd_lines(ctx))
    answer: SetAnswer = {**files_data(done.prepared), "written": done.written, "settings": list(done.outcomes)}
    ctx.output.data(answer)
