"""`devpool compare`: the same command directly and through the pooler."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from devpool import completing
from devpool.command_options import AfterDashes, project_options, words_after_dashes
from devpool.compare import kept_output
from devpool.compare.compare import Request
from devpool.compare.compare import compare as run
from devpool.compare.comparison import Comparison
from devpool.compare.report_data import data_of
from devpool.compare.report_junit import junit_of
from devpool.compare.report_markdown import markdown_of
from devpool.compare.report_text import lines_of, table_of
from devpool.compare.ways import pooled_ways
from devpool.context import Context, context
from devpool.decide.options import Options
from devpool.decide.routing import chosen_routes
from devpool.decide.tuning import POOL_MODES
from devpool.errors import COULD_NOT_TELL, DONE, FOUND, DevpoolError
from devpool.lifecycle.open_project import OpenProject, open_project
from devpool.output import table

_SUMMARY = "GITHUB_STEP_SUMMARY"
_WRITERS = {".md": markdown_of, ".xml": junit_of}


@click.command(cls=AfterDashes)
@project_options
@click.argument("service", required=False, shell_complete=completing.services)
@click.option("--fresh", is_flag=True, help="Give each run a throw-away copy of the database.")
@click.option("--runs", type=click.IntRange(1, 100), default=1, help="Repeat both, to tell flaky from different.")
@click.option("--pooled-first", is_flag=True, help="Run through the pooler first.")
@click.option("--mode", metavar="MODE,...", help="Compare further pool modes: session, statement.")
@click.option("--pool-size", type=click.IntRange(1), metavar="N", help="Compare a pool of N connections too.")
@click.option("--junit", multiple=True, metavar="PATH", help="The command's JUnit XML in the container; repeatable.")
@click.option("--report", multiple=True, metavar="PATH", help="Write the result to a .md or .xml file; repeatable.")
@click.option("--output", metavar="FOLDER", help="Keep the output of the runs there.")
@click.pass_context
def compare(click_context: click.Context, /, service: str | None, **options: Any) -> int:
    """Run a command directly and through the pooler, and show what differs.

    \b
    devpool compare [SERVICE] -- COMMAND...

    One-off containers of the app's own service run the command: directly, then through a pooler that stands there
    for that time. No file changes, and the project may be enabled or not. The exit code is 0 if there is no
    difference, 4 if there is one, and 5 if nothing can be told: no test passes directly, or the command does not use
    the database.

    \b
    Examples:
      devpool compare web -- pytest                 the tests
      devpool compare --fresh --runs 3 -- pytest    each run on a database of its own
      devpool compare --pool-size 1 -- npm test     the strictest pool, too
    """
    ctx = context(click_context.obj, options)
    command = words_after_dashes(click_context)
    if not command:
        raise click.UsageError("name the command after --: devpool compare web -- pytest")
    reports = [(ctx.cwd / path, _writer(path)) for path in options["report"]]
    modes = _modes(options["mode"])
    opened = open_project(ctx, "look")
    for path, _ in reports:
        kept_output.refuse_unwritable(path)  # before all of it has run
    request = Request(
        service=service or _only_app(opened),
        command=command,
        ways=pooled_ways(modes, options["pool_size"]),
        runs=options["runs"],
        fresh=options["fresh"],
        pooled_first=options["pooled_first"],
        junit=options["junit"],
        output=options["output"],
    )
    comparison = run(ctx, opened, request)
    for path, writer in reports:
        kept_output.write(path, writer(comparison))
    _tell(ctx, comparison)
    if comparison.different:
        return FOUND
    return COULD_NOT_TELL if comparison.untold else DONE


def _tell(ctx: Context, comparison: Comparison) -> None:
    if summary := ctx.shell.get(_SUMMARY):
        kept_output.write(Path(summary), markdown_of(comparison), append=True)
    ctx.output.lines(*lines_of(comparison, table(table_of(comparison))))
    ctx.output.data(data_of(comparison))


def _writer(path: str) -> Any:
    writer = _WRITERS.get(Path(path).suffix)
    if writer is None:
        raise click.UsageError("--report takes a file that ends in .md (Markdown) or .xml (JUnit)")
    return writer


def _modes(text: str | None) -> list[str]:
    modes = [mode.strip() for mode in (text or "").split(",") if mode.strip()]
    for mode in modes:
        if mode not in POOL_MODES:
            raise click.UsageError(f"--mode takes {', '.join(POOL_MODES)}, separated by commas")
    return modes


def _only_app(opened: OpenProject) -> str:
    """The project's only pooled app.

    Raises:
        DevpoolError: `which-service`.
    """
    routes = opened.state.routes if opened.state else chosen_routes(opened.without_devpool, Options())
    apps = list(dict.fromkeys(route.service for route in routes if route.pooled))
    if len(apps) != 1:
        raise DevpoolError(
            "which-service",
            f"the project has {len(apps)} pooled apps",
            hint=f"name one: devpool compare {apps[0] if apps else 'SERVICE'} -- COMMAND",
        )
    return apps[0]
