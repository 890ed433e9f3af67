"""The output of `devpool status`: as text, as JSON, or as the live view."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from devpool.context import Context
from devpool.evidence.routes import as_json
from devpool.evidence.show_tables import PoolerStatus
from devpool.observe.overview import Overview
from devpool.observe.status_lines import status_lines


def watched(ctx: Context, interval: float) -> bool:
    """The live view, where there is a terminal for it; whether there was one."""
    from devpool.observe.watch import on_terminal, show_live  # the terminal's library, which plain answers do without

    live = on_terminal() and not ctx.output.as_json
    if live:
        show_live(ctx, interval)
    return live


def show(ctx: Context, found: Overview) -> None:
    """The answer as text or JSON."""
    ctx.output.lines(*status_lines(found))
    ctx.output.data(_json(found))


def _json(found: Overview) -> dict[str, Any]:
    state = found.state
    sights = {p.name: _sight(p) for p in found.poolers}
    pooled = {(r.service, r.database): r.pooled for r in found.routes}
    connections = found.connections
    return {
        "enabled": state is not None,
        "directory": str(found.directory),
        "poolers": [asdict(p) | sights.get(p.name, {}) for p in state.poolers] if state else [],
        "routes": [asdict(r) for r in found.routes],
        "drift": [asdict(d) for d in found.drift],
        "connections": None
        if connections is None
        else [as_json(c, pooled=pooled[c.service, c.database]) for c in connections],
        "note": found.note,
        "another_project": found.another or None,
    }


def _sight(pooler: PoolerStatus) -> dict[str, Any]:
    return {
        "running": pooler.running,
        "health": pooler.health,
        "problem": pooler.problem,
        "version": pooler.version,
        "pool_mode": pooler.mode,
        "learnt_from": pooler.learnt,
        "pools": [asdict(p) for p in pooler.pools],
    }
