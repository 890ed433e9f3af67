"""A plan and its result as lines for a person and as data for a program. Pure; no value is shown unredacted."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from devpool.address import redact
from devpool.output import table
from devpool.plan import Move, twin_of
from devpool.prepared import Prepared, shown

_WHERE = {
    "origin": "where it is written",
    "own": "in an entry of its own",
    "variable": "through a second variable beside it",
}


def plan_lines(prepared: Prepared) -> list[str]:
    """The plan: poolers, routes with reasons, and settings."""
    plan = prepared.plan
    if plan is None:
        return []
    lines = [
        f"{p.name}: PgBouncer in front of {p.database}, listening on {p.port}, for {', '.join(p.apps)}"
        for p in plan.poolers
    ]
    lines += ["", "routes:"]
    several = len({r.database for r in plan.routes}) > 1
    lines += table(
        [
            (f"  {r.service}{f' to {r.database}' if several else ''}", "pooled" if r.pooled else "direct", r.reason)
            for r in plan.routes
        ]
    )
    lines += ["", "settings:"]
    lines += [f"  {line}" for line in _setting_lines(prepared, plan.moves)]
    return lines


def _setting_lines(prepared: Prepared, moves: tuple[Move, ...]) -> list[str]:
    """A line for each value that changes, with all apps that share it."""
    shared: dict[str, list[str]] = {}
    for move in moves:
        shared.setdefault(_setting_line(prepared, move), []).append(move.setting.service)
    return [f"{', '.join(dict.fromkeys(apps))}: {line}" for line, apps in shared.items()]


def _setting_line(prepared: Prepared, move: Move) -> str:
    setting = move.setting
    place = shown(setting.value.origin.place, prepared.sources.directory)
    target = move.pooler.port if setting.kind == "port" else f"{move.pooler.name}:{move.pooler.port}"
    assert prepared.project is not None, "enable always has a project"
    twin = twin_of(setting, prepared.project.environments[setting.service])
    kept = f", old value kept as {twin}" if twin else ""
    return f"{setting.variable} -> {target} ({place}, {_WHERE[move.where]}{kept})"


def change_lines(prepared: Prepared, *, done: bool = True) -> list[str]:
    """The user's files that change, each a line."""
    changed = [p for p in prepared.edited if prepared.before[p] != prepared.after[p]]
    verb = "changed" if done else "would change"
    return [f"{verb} {shown(p, prepared.sources.directory)}" for p in changed]


def files_data(prepared: Prepared) -> dict[str, Any]:
    """The files that change, for `--json`."""
    changed = [p for p in prepared.edited if prepared.before[p] != prepared.after[p]]
    return {"directory": prepared.sources.directory, "files": changed}


def plan_data(prepared: Prepared) -> dict[str, Any]:
    """The plan, for `--json`."""
    plan = prepared.plan
    assert plan is not None, "enable always has a plan"
    return files_data(prepared) | {
        "proved": prepared.proved,
        "poolers": [asdict(p) for p in plan.poolers],
        "routes": [asdict(r) for r in plan.routes],
        "settings": [
            {
                "service": m.setting.service,
                "variable": m.setting.variable,
                "kind": m.setting.kind,
                "database": m.setting.database,
                "value": redact(m.setting.value.text) if m.setting.kind != "dsn" else "***",
                "origin": m.setting.value.origin.place,
                "pooler": m.pooler.name,
                "where": m.where,
            }
            for m in plan.moves
        ],
    }
