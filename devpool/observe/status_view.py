"""The output of `devpool status`: as text, as JSON, or as the live view."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from devpool.context import Context
from devpool.decide.routing import way as words_of
from devpool.measurements.routes import WORDS, Connections, Replica, as_json, proof
from devpool.measurements.show_tables import Pool, PoolerStatus
from devpool.observe.overview import Overview
from devpool.output import table
from devpool.undo.state import AppRoute

Cells = tuple[str, ...]
_APPS = ("APP", "DATABASE", "ROUTE", "AT POOLER", "AT DATABASE", "PROOF", "REASON")
_POOLS = ("POOL", "MODE", "CLIENTS", "WAITING", "SERVERS", "IDLE", "LONGEST WAIT")


def watched(ctx: Context, interval: float) -> bool:
    """The live view, where there is a terminal for it; whether there was one."""
    from devpool.observe.screen import on_terminal, show_live

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
        "outside": {d: {"at_pooler": p, "at_database": n} for d, (p, n) in found.outside.items()},
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


def status_lines(found: Overview) -> list[str]:
    """The whole answer, a text for each line."""
    lines = ["enabled" if found.state else "not enabled: every app is direct", ""]
    lines += table([_APPS, *_apps(found)]) if found.routes else ["no app names a database in its environment"]
    for database, (pooled, direct) in found.outside.items():
        lines += ["", f"programs on the host: {pooled} at the pooler, {direct} at {database} itself"]
    if found.another:
        lines += ["", f"another project: {found.another}", f"hint: {found.ways_on}"]
    if found.note:
        lines += ["", f"connections unknown: {found.note}"]
    for pooler in found.poolers:
        lines += ["", *pooler_lines(pooler)] if pooler.running or pooler.problem else []
    if found.state:
        lines += ["", *_drift(found)]
    return lines


def _apps(found: Overview) -> Iterator[Cells]:
    counts = {(c.service, c.database): c for c in found.connections or ()}
    for route in found.routes:
        now = counts.get((route.service, route.database))
        yield (route.service, route.database, *_route(route, now), route.reason)
        if now and len(now.containers) > 1:
            for replica in now.containers:
                yield (f"  {replica.container}", "", "", *_counts(replica), _word(replica, route), "")


def _route(route: AppRoute, now: Connections | None) -> Cells:
    way = words_of(pooled=route.pooled, by_name=route.by_name)
    if now is None:
        return (way, "-", "-", "-")
    words = list(dict.fromkeys(_word(r, route) for r in now.containers))
    # One container that shows the opposite makes the whole app unproved; an idle one says nothing about the others.
    said = next((w for w in (WORDS["not proved"], *words) if w in words and w != WORDS["idle"]), WORDS["idle"])
    return (way, *_counts(now), said)


def _counts(now: Connections | Replica) -> Cells:
    return (str(now.at_pooler), "-" if now.at_database is None else str(now.at_database))


def _word(replica: Replica, route: AppRoute) -> str:
    return WORDS[proof(replica, pooled=route.pooled)]


def pooler_lines(pooler: PoolerStatus) -> list[str]:
    """What a pooler is, and its pools."""
    if pooler.problem:
        return [f"{pooler.name}: does not answer: {pooler.problem}"]
    source = "as it tells its connections" if pooler.learnt == "connection" else "as its console says"
    health = f", {pooler.health}" if pooler.health else ""
    lines = [f"{pooler.name}: PgBouncer {pooler.version}, {pooler.mode} mode ({source}){health}"]
    return lines + (table([_POOLS, *map(_pool, pooler.pools)]) if pooler.pools else ["no pool yet"])


def _pool(pool: Pool) -> Cells:
    return (
        f"{pool.user}@{pool.database}",
        pool.mode,
        str(pool.clients_active),
        str(pool.clients_waiting),
        str(pool.servers_active),
        str(pool.servers_idle),
        f"{pool.longest_wait:.1f} s" if pool.longest_wait else "-",
    )


def _drift(found: Overview) -> list[str]:
    if not found.drift:
        return ["files: as devpool wrote them (your own edits elsewhere are kept)"]
    lines = [f"  {d.file}: {d.place} {d.problem}" for d in found.drift]
    return ["files: not as devpool wrote them:", *(line.replace(":  ", ": ") for line in lines)]
