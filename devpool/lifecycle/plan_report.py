"""Formats a plan and its result as lines. Pure; no value is shown unredacted."""

from __future__ import annotations

from collections.abc import Iterable

from devpool import file_modes
from devpool.decide.plan import Move, Plan, Pooler
from devpool.decide.tuning import in_words
from devpool.devpool_folder import STATE
from devpool.lifecycle.change_set import ChangeSet
from devpool.model.paths import relative
from devpool.model.project import BARE, ConnectionVariable
from devpool.model.sources import Sources
from devpool.output import table
from devpool.redact.sentences import masked
from devpool.text.address import Span, is_port
from devpool.text.interpolation import Piece

_WHERE = {"origin": "changed in place", "own": "in a new entry"}
_SECOND = {"origin": "through a second variable next to it", "own": "in a new entry, through a second variable"}


def plan_lines(prepared: ChangeSet) -> list[str]:
    """The plan: poolers, routes with reasons, connection variables, and notes."""
    plan = prepared.plan
    if plan is None:
        return []
    lines = [line for pooler in plan.poolers for line in _pooler_lines(pooler)]
    lines += ["", "routes:"] if plan.routes else []
    several = len({r.database for r in plan.routes}) > 1
    lines += table([(f"  {r.service}{f' to {r.database}' if several else ''}", r.way, r.reason) for r in plan.routes])
    lines += ["", "variables:", *(f"  {line}" for line in _variable_lines(prepared, plan.moves))] if plan.moves else []
    lines += ["", "names:", *(f"  {line}" for line in _name_lines(plan))] if plan.by_name else []
    lines += _private_lines(prepared)
    known = [f"  {note}" for note in prepared.notes]
    return [*lines, "", "notes:", *known] if known else lines


def _private_lines(prepared: ChangeSet) -> list[str]:
    """The private files, if there are any: they hold a copy of a secret."""
    names = [relative(path, prepared.sources.directory) for path in prepared.private]
    if not names:
        return []
    said = f"readable only by you ({file_modes.PRIVATE_ENV_FILE:04o}), not committed; Compose works without it"
    return ["", "private files, each with a copy of a password:", *(f"  {name}: {said}" for name in names)]


def _pooler_lines(pooler: Pooler) -> list[str]:
    apps = ", ".join(pooler.apps) or f"programs on the host (127.0.0.1:{pooler.published})"
    first = f"{pooler.name}: PgBouncer in front of {pooler.database}, listening on {pooler.port}, for {apps}"
    tasks = f", {pooler.replicas} {'task' if pooler.replicas == 1 else 'tasks'}" if pooler.replicas else ""
    lines = [first, *([f"  image: {pooler.image}{tasks}"] if pooler.image else [])]
    lines += [f"  set: {in_words(pooler.settings)}"] if pooler.settings else []
    beside = f"{pooler.exporter}: Prometheus metrics of {pooler.name} at http://{pooler.exporter}:9127/metrics"
    return [*lines, beside] if pooler.metrics else lines


def _variable_lines(prepared: ChangeSet, moves: tuple[Move, ...]) -> list[str]:
    """A line for each changed value, with all apps that share it."""
    shared: dict[str, list[str]] = {}
    for move in moves:
        shared.setdefault(_variable_line(prepared, move), []).append(move.variable.service)
    return [f"{', '.join(dict.fromkeys(apps))}: {line}" for line, apps in shared.items()]


def _name_lines(plan: Plan) -> list[str]:
    """A line for each app that is pooled by name: where its names lead, in this service alone."""
    ports = {p.name: p.port for p in plan.poolers}
    return [
        f"{b.service}: {', '.join(b.names)} -> {b.pooler}:{ports[b.pooler]} (by links; its text stays"
        + (f"; {b.database} is reachable as {b.direct})" if b.direct else ")")
        for b in plan.by_name
    ]


def _variable_line(prepared: ChangeSet, move: Move) -> str:
    variable = move.variable
    place = relative(variable.value.origin.place, prepared.sources.directory)
    kept = f", old value kept as {move.twin}" if move.twin else ""
    return f"{variable.name} -> {move.words} ({place}, {where_words(move)}{kept})"


def variable_shown(
    variable: ConnectionVariable, sources: Sources, services: Iterable[str], changes: Iterable[tuple[Span, str]] = ()
) -> str | None:
    """A connection variable's value as it is shown: a host, port or database name in full, otherwise its address.

    Text from the shell or from a file outside the root is shown as a reference to its variable: its place in an address
    does not tell whether it is a secret.

    Args:
        variable: the connection variable.
        sources: what was read.
        services: names that are hosts.
        changes: spans of its text, and their replacements.

    Returns:
        The text; None if a change overlaps with hidden text.
    """
    parts, replaced = withheld_parts(variable.value.pieces, sources), list(changes)
    if any(start < stop and first < end for start, end in parts for (first, stop), _ in replaced):
        return None
    text = variable.value.text
    for (start, end), new in sorted([*parts.items(), *replaced], reverse=True):
        text = text[:start] + new + text[end:]
    plain = variable.kind in BARE and (variable.kind != "port" or is_port(text))
    return text if plain else masked(text, variable.name, frozenset(services))


def withheld_parts(pieces: Iterable[Piece], sources: Sources) -> dict[Span, str]:
    """The spans of a value's text that come from the shell or from a file outside the root, with the references."""
    parts: dict[Span, str] = {}
    position = 0
    for piece in pieces:
        end = position + len(piece.text)
        if piece.variable and piece.text and sources.is_foreign(piece.source):
            parts[position, end] = f"${{{piece.variable}}}"
        position = end
    return parts


def where_words(move: Move) -> str:
    """Where and how a connection variable is changed, in words."""
    return (_SECOND if move.how == "second" else _WHERE)[move.where]


def change_lines(prepared: ChangeSet, *, done: bool = True) -> list[str]:
    """A line for each of the user's files that changes."""
    return [f"{_verb(prepared, p, done)} {relative(p, prepared.sources.directory)}" for p in prepared.rewrites]


def _verb(prepared: ChangeSet, path: str, done: bool) -> str:
    if prepared.before[path] is None:
        return "created" if done else "would create"
    if prepared.after[path] is None:
        return "removed" if done else "would remove"
    return "changed" if done else "would change"


def replaced_lines(prepared: ChangeSet, *, done: bool = True) -> list[str]:
    """A line for each file of the build contexts that this devpool did not write."""
    verbs = ("replaced", "removed") if done else ("would replace", "would remove")
    directory = prepared.sources.directory
    return [
        f"{verbs[prepared.after[p] is None]} {relative(p, directory)}, which this devpool did not write"
        for p in prepared.replaced
    ]


def written_lines(prepared: ChangeSet) -> list[str]:
    """The lines that report what enable has written."""
    lines = [*change_lines(prepared), *replaced_lines(prepared)]
    if lines:
        return lines
    restored = [f"restored {', '.join(prepared.restored)}"] if prepared.restored else []
    record = f"{prepared.sources.directory}/{STATE}"
    renewed = prepared.before[record] not in (None, prepared.after[record])
    return [*restored, f"updated {STATE}" if renewed else "already enabled: no file to change"]
