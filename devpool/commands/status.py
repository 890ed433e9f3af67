"""`devpool status`: the route of each app, whether the files are as devpool wrote them, and what is live."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from devpool.context import Context, context
from devpool.errors import DevpoolError
from devpool.journal import recover
from devpool.live import Connections, count
from devpool.output import table
from devpool.project import project_directory, read_project
from devpool.project_options import project_options
from devpool.read_model import read_model
from devpool.rollback import read_state
from devpool.rollout import open_stack
from devpool.routing import find_routes
from devpool.state import AppRoute, State
from devpool.undo import read_edited, stands


@click.command()
@project_options
@click.pass_obj
def status(parent: dict[str, Any], /, **options: Any) -> None:
    """Show routes, files and live connections."""
    ctx = context(parent, options)
    directory = project_directory(ctx.selection, ctx.cwd, ctx.shell)
    recover(directory)
    state = read_state(directory)
    routes = list(state.routes) if state else _would_be(ctx)
    drifted = _drift(state, directory) if state else []
    live, note = _live(ctx, state, routes)
    ctx.output.lines(*_lines(state, routes, drifted, live, note))
    ctx.output.data(
        {
            "enabled": state is not None,
            "directory": str(directory),
            "poolers": [asdict(p) for p in state.poolers] if state else [],
            "routes": [asdict(r) for r in routes],
            "drift": drifted,
            "connections": [asdict(c) for c in live] if live is not None else None,
        }
    )


def _would_be(ctx: Context) -> list[AppRoute]:
    """The routes of a project that is not enabled: all direct, each with the reason that enable would give."""
    project = read_model(read_project(ctx.selection, ctx.cwd, ctx.shell))
    return [
        AppRoute(
            service=r.service,
            database=r.database,
            pooled=False,
            reason="not enabled" if r.pooled else r.reason,
        )
        for r in find_routes(project)
    ]


def _drift(state: State, directory: Path) -> list[dict[str, str]]:
    """The edits that no longer stand as devpool wrote them, and private files that a fresh checkout lacks."""
    lost = [name for name in state.private if not (directory / name).is_file()]
    found = [{"file": name, "place": "", "problem": "is not here: `devpool enable` writes it"} for name in lost]
    for path in state.paths():
        edits = state.edits_of(path)
        if not Path(path).is_file():
            found.append({"file": path, "place": "", "problem": "the file is gone"})
            continue
        changed = stands(read_edited(path, Path(path).read_bytes(), edits), edits)
        found += [{"file": path, "place": ".".join(e.at), "problem": "changed since enable"} for e in changed]
    return found


def _live(ctx: Context, state: State | None, routes: list[AppRoute]) -> tuple[list[Connections] | None, str]:
    """The connections now; None and the reason where they cannot be had."""
    try:
        stack = open_stack(ctx.selection, str(ctx.cwd))
        running = stack.running()
        if not running:
            return None, "the project is not running"
        pairs = [(r.service, r.database) for r in routes]
        poolers = {p.database: p.name for p in state.poolers} if state else {}
        return count(stack, running, pairs, poolers), ""
    except DevpoolError as error:
        return None, error.message


def _lines(
    state: State | None,
    routes: list[AppRoute],
    drifted: list[dict[str, str]],
    live: list[Connections] | None,
    note: str,
) -> list[str]:
    lines = ["enabled" if state else "not enabled: every app is direct", ""]
    counts = {(c.service, c.database): c for c in live or []}
    rows = [("APP", "DATABASE", "ROUTE", "AT POOLER", "AT DATABASE", "REASON")]
    for route in routes:
        now = counts.get((route.service, route.database))
        numbers = (str(now.at_pooler), "-" if now.at_database is None else str(now.at_database)) if now else ("-", "-")
        rows.append((route.service, route.database, "pooled" if route.pooled else "direct", *numbers, route.reason))
    lines += table(rows) if routes else ["no app names a database in its environment"]
    if note:
        lines += ["", f"connections unknown: {note}"]
    if state:
        lines += ["", *_drift_lines(drifted)]
    return lines


def _drift_lines(drifted: list[dict[str, str]]) -> list[str]:
    if not drifted:
        return ["files: as devpool wrote them (your own edits elsewhere are kept)"]
    return ["files: not as devpool wrote them:"] + [
        f"  {d['file']}: {d['place']} {d['problem']}".rstrip() for d in drifted
    ]
