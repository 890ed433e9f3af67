"""`devpool enable`: put a pooler in front of the project's databases."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from devpool.containers import Running, Stack
from devpool.context import Context, context
from devpool.errors import DevpoolError
from devpool.journal import commit, recover
from devpool.live import Connections
from devpool.plan import Options, Plan
from devpool.prepare import prepare_disable, prepare_enable, read_state
from devpool.prepared import Prepared
from devpool.project import project_directory
from devpool.project_options import project_options
from devpool.report import change_lines, plan_data, plan_lines
from devpool.rollout import (
    connection_lines,
    open_stack,
    prove_live,
    remove_poolers,
    restart_apps,
    start_poolers,
    taken_back,
)


@click.command()
@project_options
@click.option("--direct", multiple=True, metavar="SERVICE", help="Keep a service on the database itself.")
@click.option("--pool", multiple=True, metavar="SERVICE", help="Pool a service that would stay direct.")
@click.option("--name", metavar="NAME", help="Name of the pooler's service (pgbouncer).")
@click.option("--port", type=click.IntRange(1, 65535), help="Port the pooler listens on (6432, or 5432 if it must).")
@click.option("--dry-run", is_flag=True, help="Show the plan and write nothing.")
@click.option("--diff", is_flag=True, help="Show the changes of the files and write nothing.")
@click.option("--no-up", is_flag=True, help="Edit the files only; touch no container.")
@click.option("--up", is_flag=True, help="Start what is needed where the project is not running yet.")
@click.option("--no-verify", is_flag=True, help="Do without Compose's own reading as proof.")
@click.pass_obj
def enable(parent: dict[str, Any], /, **options: Any) -> None:
    """Put a PgBouncer in front of Postgres.

    Edits the files; where the project runs, starts the pooler and sends the apps through it.
    """
    ctx = context(parent, options)
    directory = project_directory(ctx.selection, ctx.cwd, ctx.shell)
    writes = not (options["dry_run"] or options["diff"])
    if writes:
        recover(directory)
    prepared = _prepare(ctx, directory, options)
    if options["diff"]:
        ctx.output.text(prepared.diff())
    else:
        ctx.output.lines(*plan_lines(prepared))
    if not writes:
        ctx.output.data(plan_data(prepared) | {"written": False})
        return
    stack = None if options["no_up"] else open_stack(ctx.selection, str(ctx.cwd))
    running = stack.running() if stack else {}
    changes = prepared.changes()
    commit(directory, changes)
    ctx.output.lines("", *(change_lines(prepared) if changes else ["already enabled: no file to change"]))
    live: list[Connections] = []
    if stack and (running or options["up"]):
        live = _roll_out(ctx, prepared, stack, running, everything=options["up"])
    ctx.output.data(plan_data(prepared) | {"written": bool(changes), "connections": [asdict(c) for c in live]})


def _prepare(ctx: Context, directory: Path, options: dict[str, Any]) -> Prepared:
    state = read_state(directory)
    if options["no_verify"]:
        ctx.output.progress("warning: --no-verify: that Compose reads the result as planned was NOT proved")
    return prepare_enable(
        ctx.selection,
        ctx.cwd,
        ctx.shell,
        _options(options, state.options if state else {}),
        verify=not options["no_verify"],
    )


def _options(given: dict[str, Any], last: dict[str, Any]) -> Options:
    """What the user asks for now; where he says nothing, what he asked for last time."""
    port = str(given["port"]) if given["port"] else last.get("port")
    return Options(
        name=given["name"] or last.get("name") or "pgbouncer",
        port=port,
        direct=given["direct"] or tuple(last.get("direct") or ()),
        pool=given["pool"] or tuple(last.get("pool") or ()),
    )


def _roll_out(
    ctx: Context, prepared: Prepared, stack: Stack, running: dict[str, list[Running]], *, everything: bool
) -> list[Connections]:
    plan = prepared.plan
    assert plan is not None, "enable always has a plan"
    apps = plan.apps

    def take_back() -> None:
        _take_back(ctx, stack, apps, running)

    with taken_back(take_back):
        start_poolers(stack, plan, ctx.output)
        restarted = restart_apps(stack, apps, running, ctx.output)
        if everything and not running:
            ctx.output.progress(f"starting {', '.join(apps)} and waiting until they are healthy")
            stack.up(apps, wait=True, deps=True)
            restarted = apps
        return _show_live(ctx, stack, plan, restarted)


def _show_live(ctx: Context, stack: Stack, plan: Plan, restarted: list[str]) -> list[Connections]:
    found = prove_live(stack, plan, restarted) if restarted else []
    pooled = {(r.service, r.database) for r in plan.routes if r.pooled}
    if found:
        ctx.output.lines("", "connections now:", *(f"  {line}" for line in connection_lines(found, pooled)))
    return found


def _take_back(ctx: Context, stack: Stack, apps: list[str], running: dict[str, list[Running]]) -> None:
    """Files and containers as they were before. What fails here is said, and the first failure is not hidden."""
    ctx.output.progress("taking everything back")
    try:
        directory = project_directory(ctx.selection, ctx.cwd, ctx.shell)
        recover(directory)
        prepared = prepare_disable(ctx.selection, ctx.cwd, ctx.shell)
        if prepared is not None and prepared.state is not None:
            commit(directory, prepared.changes())
            restart_apps(stack, apps, running, ctx.output)
            remove_poolers(stack, prepared.state, ctx.output)
            stack.stop(s for s in stack.running() if s not in running)
    except DevpoolError as error:
        ctx.output.warning(error)
