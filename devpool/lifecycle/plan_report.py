"""A plan and its result as lines for a person and as data for a program. Pure; no value is shown unredacted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from devpool.decide.plan import Move, Plan, Pooler
from devpool.decide.tuning import in_words
from devpool.devpool_folder import STATE
from devpool.lifecycle.change_set import ChangeSet, shown
from devpool.model.project import BARE, ConnectionVariable
from devpool.model.sources import Sources
from devpool.output import table
from devpool.redact.passwords import masked
from devpool.text.address import Span
from devpool.text.interpolation import Piece

_WHERE = {"origin": "where it is written", "own": "in an entry of its own"}
_SECOND = {"origin": "through a second variable beside it", "own": "in an entry of its own, through a second variable"}


def plan_lines(prepared: ChangeSet) -> list[str]:
    """The plan: poolers, routes with reasons, and settings."""
    plan = prepared.plan
    if plan is None:
        return []
    lines = [line for pooler in plan.poolers for line in _pooler_lines(pooler)]
    lines += ["", "routes:"]
    several = len({r.database for r in plan.routes}) > 1
    lines += table([(f"  {r.service}{f' to {r.database}' if several else ''}", r.way, r.reason) for r in plan.routes])
    lines += ["", "settings:", *(f"  {line}" for line in _setting_lines(prepared, plan.moves))] if plan.moves else []
    lines += ["", "names:", *(f"  {line}" for line in _name_lines(plan))] if plan.by_name else []
    lines += _private_lines(prepared)
    known = [f"  {note}" for note in prepared.notes]
    return [*lines, "", "know this:", *known] if known else lines


def _private_lines(prepared: ChangeSet) -> list[str]:
    """The private files, where there are any: they hold a copy of a secret."""
    names = [shown(path, prepared.sources.directory) for path in prepared.private]
    if not names:
        return []
    said = "for you alone (0600), not committed; Compose goes on without it"
    return ["", "private files, each with a copy of a password:", *(f"  {name}: {said}" for name in names)]


def _pooler_lines(pooler: Pooler) -> list[str]:
    apps = ", ".join(pooler.apps)
    first = f"{pooler.name}: PgBouncer in front of {pooler.database}, listening on {pooler.port}, for {apps}"
    lines = [first, f"  set: {in_words(pooler.settings)}"] if pooler.settings else [first]
    beside = f"{pooler.exporter}: Prometheus metrics of {pooler.name}, at http://{pooler.exporter}:9127/metrics"
    return [*lines, beside] if pooler.metrics else lines


def _setting_lines(prepared: ChangeSet, moves: tuple[Move, ...]) -> list[str]:
    """A line for each value that changes, with all apps that share it."""
    shared: dict[str, list[str]] = {}
    for move in moves:
        shared.setdefault(_setting_line(prepared, move), []).append(move.setting.service)
    return [f"{', '.join(dict.fromkeys(apps))}: {line}" for line, apps in shared.items()]


def _name_lines(plan: Plan) -> list[str]:
    """A line for each app that is pooled by name: which names lead where, in this service alone."""
    ports = {p.name: p.port for p in plan.poolers}
    return [
        f"{b.service}: {', '.join(b.names)} -> {b.pooler}:{ports[b.pooler]} (links, its own text stays"
        + (f"; {b.database} itself is {b.direct})" if b.direct else ")")
        for b in plan.by_name
    ]


def _setting_line(prepared: ChangeSet, move: Move) -> str:
    setting = move.setting
    place = shown(setting.value.origin.place, prepared.sources.directory)
    kept = f", old value kept as {move.twin}" if move.twin else ""
    return f"{setting.variable} -> {move.words} ({place}, {where_words(move)}{kept})"


def setting_shown(
    setting: ConnectionVariable, sources: Sources, services: Iterable[str], changes: Iterable[tuple[Span, str]] = ()
) -> str | None:
    """A setting's value as it is shown: all of a host, a port or a database's name, else its address.

    What the shell or a file outside of the root gives is shown as the reference to its variable: what a value is that
    its user has not written into the project nobody can tell from its place in an address.

    Args:
        setting: the setting.
        sources: what was read.
        services: names that are hosts.
        changes: spans of its text, and what comes in their place.

    Returns:
        The text; None where a change falls into what is not shown.
    """
    parts, replaced = withheld_parts(setting.value.pieces, sources), list(changes)
    if any(start < stop and first < end for start, end in parts for (first, stop), _ in replaced):
        return None
    text = setting.value.text
    for (start, end), new in sorted([*parts.items(), *replaced], reverse=True):
        text = text[:start] + new + text[end:]
    return text if setting.kind in BARE else masked(text, setting.variable, frozenset(services))


def withheld_parts(pieces: Iterable[Piece], sources: Sources) -> dict[Span, str]:
    """The spans of a value's text that the shell or a file outside of the root gives, and the references to them."""
    found: dict[Span, str] = {}
    position = 0
    for piece in pieces:
        end = position + len(piece.text)
        if piece.variable and piece.text and sources.is_foreign(piece.source):
            found[position, end] = f"${{{piece.variable}}}"
        position = end
    return found


def where_words(move: Move) -> str:
    """Where a move is written, in words."""
    return (_SECOND if move.how == "second" else _WHERE)[move.where]


def change_lines(prepared: ChangeSet, *, done: bool = True) -> list[str]:
    """The user's files that change, each a line."""
    verb = "changed" if done else "would change"
    return [f"{verb} {shown(p, prepared.sources.directory)}" for p in prepared.rewrites]


def replaced_lines(prepared: ChangeSet, *, done: bool = True) -> list[str]:
    """The files of the build contexts that are not this devpool's, each a line."""
    verbs = ("replaced", "removed") if done else ("would replace", "would remove")
    return [
        f"{verbs[prepared.after[p] is None]} {shown(p, prepared.sources.directory)}, which was not this devpool's"
        for p in prepared.replaced
    ]


def written_lines(prepared: ChangeSet) -> list[str]:
    """What enable has written."""
    lines = [*change_lines(prepared), *replaced_lines(prepared)]
    if lines:
        return lines
    restored = [f"restored {', '.join(prepared.restored)}"] if prepared.restored else []
    record = f"{prepared.sources.directory}/{STATE}"
    renewed = prepared.before[record] not in (None, prepared.after[record])
    return [*restored, f"brought {STATE} up to date" if renewed else "already enabled: no file to change"]


def files_data(prepared: ChangeSet) -> dict[str, Any]:
    """The files that change, for `--json`."""
    return {"directory": prepared.sources.directory, "files": list(prepared.rewrites)}


def _value(prepared: ChangeSet, move: Move) -> str:
    setting, sources = move.setting, prepared.sources
    hidden = sources.is_hidden(setting.value.origin.file.path)
    return "***" if hidden else setting_shown(setting, sources, sources.services) or "***"


def plan_data(prepared: ChangeSet) -> dict[str, Any]:
    """The plan, for `--json`."""
    plan = prepared.plan
    assert plan is not None, "enable always has a plan"
    return files_data(prepared) | {
        "proved": prepared.proved,
        "replaced": list(prepared.replaced),
        "notes": list(prepared.notes),
        "private": list(prepared.private),
        "poolers": [asdict(p) for p in plan.poolers],
        "routes": [asdict(r) for r in plan.routes],
        "by_name": [{"service": b.service, "database": b.database, "links": list(b.links)} for b in plan.by_name],
        "settings": [
            {
                "service": m.setting.service,
                "variable": m.setting.variable,
                "kind": m.setting.kind,
                "database": m.setting.database,
                "value": _value(prepared, m),
                "origin": m.setting.value.origin.place,
                "pooler": m.pooler.name,
                "where": m.where,
                "session": m.session,
            }
            for m in plan.moves
        ],
    }
