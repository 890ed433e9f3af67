"""What the user changed inside a pooler's service: PgBouncer settings, which are worth keeping, or more."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from devpool.decide.options import Options
from devpool.decide.tuning import read_settings, read_types
from devpool.errors import DevpoolError
from devpool.text import nodes
from devpool.text.document import Document, parse
from devpool.text.edits import Edit
from devpool.text.patterns import regex
from devpool.undo.state import State

_COPIED = "copied-by-devpool"
_PREFIX = "PGBOUNCER_"
# What devpool decides: another value there is more than tuning.
_STRUCTURE = ("PGBOUNCER_LISTEN_PORT", "PGBOUNCER_SESSION_DATABASE")
_COMMENT = regex(r"(?:^|[ \t])#[ \t]*(.*\S)", re.M)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuned:
    """How a pooler's service differs from the one that devpool wrote.

    Attributes:
        settings: the settings of PgBouncer that differ, by key, with their values now; "" for one that was taken out.
        other: the paths of what else differs, such as `mem_limit`; empty where the settings are all.
    """

    settings: Mapping[str, str]
    other: tuple[str, ...]


def tuned(edit: Edit, file: Document) -> Tuned | None:
    """What became of a pooler's service; None where there is no such mapping any more.

    Args:
        edit: the edit that added the service.
        file: the file as it is now.
    """
    found = nodes.lookup(file.root, *edit.at)
    node = nodes.resolved(found) if found else None
    if not isinstance(node, nodes.MappingNode) or node is not found:
        return None
    written = _as_written(edit)
    before, now = _data(written), _data(node)
    variables = dict(_variables(before.pop("environment", {}), now.pop("environment", {})))
    settings = {n: v for n, v in variables.items() if n.startswith(_PREFIX) and n not in _STRUCTURE}
    other = [f"environment.{name}" for name in variables if name not in settings]
    other += sorted(key for key in {*before, *now} if not _same(before.get(key), now.get(key)))
    comments = set(_comments(file.text[node.start : node.end])) - set(_comments(_literal(edit)))
    other += ["your comment"] if comments else []
    return Tuned(settings={n.removeprefix(_PREFIX).lower(): v for n, v in settings.items()}, other=tuple(other))


def _literal(edit: Edit) -> str:
    return "".join(part if isinstance(part, str) else _COPIED for part in edit.new)


def _as_written(edit: Edit) -> nodes.MappingNode:
    document = parse(edit.path, f"services:{_literal(edit)}\n".encode())
    found = nodes.lookup(document.root, *edit.at)
    if not isinstance(found, nodes.MappingNode):
        raise DevpoolError(
            "state-unreadable",
            "the record of the pooler's service cannot be read",
            where=edit.path,
            hint="restore .devpool/state.json from version control, or remove it",
        )
    return found


def _data(node: nodes.MappingNode) -> dict[str, object]:
    return {key: _value(entry.value) for key, entry in nodes.entries(node).items()}


def _value(node: nodes.Node) -> object:
    found = nodes.resolved(node)
    if isinstance(found, nodes.MappingNode):
        return _data(found)
    if isinstance(found, nodes.SequenceNode):
        return [_value(item) for item in found.items]
    return found.value if isinstance(found, nodes.ScalarNode) else None


def _variables(before: object, now: object) -> Iterator[tuple[str, str]]:
    old, new = _environment(before), _environment(now)
    for name in dict.fromkeys((*old, *new)):
        if not _same(old.get(name), new.get(name)):
            yield name, new.get(name, "")


def _environment(written: object) -> dict[str, str]:
    if isinstance(written, Mapping):
        return {str(name): str(value) for name, value in written.items()}
    items = written if isinstance(written, Sequence) else ()
    return dict(str(item).partition("=")[::2] for item in items)


def _same(before: object, now: object) -> bool:
    """Whether a value is as it was; what had been copied may have changed with its source."""
    if isinstance(before, str) and isinstance(now, str) and _COPIED in before:
        return True
    if isinstance(before, list) and isinstance(now, list):
        return len(before) == len(now) and all(map(_same, before, now))
    return before == now


def _comments(text: str) -> list[str]:
    return [found[1] for found in _COMMENT.finditer(text)]


def adopted(
    options: Options, state: State, found: Mapping[str, Mapping[str, str]], types: str, *, strict: bool = True
) -> Options:
    """The options of enable with the settings that the user wrote into the poolers' services.

    Later choices on the command line win.

    Args:
        options: what is asked for.
        state: the record of the last enable.
        found: the settings by pooler (`Undone.settings`).
        types: the text of settings.txt.
        strict: whether a value that does not fit is refused; else what the user has written is left out.

    Raises:
        DevpoolError: `bad-setting-value` and the like, where a value does not fit.
    """
    last = state.options
    if not strict:
        with suppress(DevpoolError):
            return adopted(options, state, found, types)
        return options
    for pooler in state.poolers:
        before, now = last.settings_for(pooler.database), options.settings_for(pooler.database)
        mine = {k: v for k, v in found.get(pooler.name, {}).items() if before.get(k) == now.get(k)}
        mine = read_settings([f"{key}={value}" for key, value in mine.items()], read_types(types))
        if mine:
            options = options.tuned(pooler.database, mine, alone=len(state.poolers) == 1)
    return options
