"""`devpool set`: tune the poolers in the compose file and while they run."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from devpool import resources
from devpool.command_options import project_options
from devpool.context import context
from devpool.decide.tuning import read_settings, read_types
from devpool.lifecycle.open_project import open_project
from devpool.lifecycle.plan_report import files_data
from devpool.lifecycle.retune import retune, retuned_lines
from devpool.undo.state import not_enabled


@click.command()
@project_options
@click.argument("settings", nargs=-1, required=True, metavar="KEY=VALUE...")
@click.option("--pooler", metavar="NAME", help="Change only the pooler with this service name.")
@click.option("--no-up", is_flag=True, help="Edit the files only; touch no container.")
@click.option("--no-verify", is_flag=True, help="Skip the proof of the result with Compose.")
@click.pass_obj
def set(parent: dict[str, Any], /, settings: tuple[str, ...], **options: Any) -> None:  # noqa: A001 - the verb
    """Change PgBouncer settings, in the file and at run time.

    Changes the compose file and the running poolers. No client is dropped. KEY= without a value removes a setting.
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
    outcomes = [asdict(o) for o in done.outcomes]
    ctx.output.data(files_data(done.prepared) | {"written": done.written, "settings": outcomes})
