"""An app's own entries in its `environment`: their text in a mapping or a list, and where they go."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

from devpool.decide.key_ownership import Held, Line, item_lines, merging, new_key, over_alias, placing
from devpool.decide.placement_refusals import shared_value
from devpool.model.project import ConnectionVariable, Project
from devpool.model.services import Statement
from devpool.text import layout, nodes
from devpool.text.document import Document
from devpool.text.edits import Edit, Part, insertion
from devpool.text.nodes import AliasNode, ScalarNode, SequenceNode, path_to


@dataclass(frozen=True, slots=True)
class Stated:
    """A value in plain text, quoted as its place needs."""

    value: str


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy of a text of the same file. `quote` is None for the whole scalar of a mapping's entry, with its quotes;
    for the value of a list's item the quotes of that item, which it keeps.
    """

    parts: tuple[Part, ...]
    quote: str | None


Text = Stated | Copied


@dataclass(slots=True)
class Entries:
    """What one app gets in its `environment`.

    Attributes:
        variable: one of the variables, for messages.
        source: the file that the copies are of: they can only be written there.
    """

    variable: ConnectionVariable
    source: Document | None = None
    stated: dict[str, Text] = field(default_factory=dict)

    def lines(self, *, as_items: bool) -> list[Line] | None:
        """The stated entries as lines of a mapping or of a list; None where one fits only the other."""
        written: list[Line] = []
        for name, text in self.stated.items():
            parts = item(name, text) if as_items else entry(text)
            if parts is None:
                return None
            written.append(("- ", *parts) if as_items else (f"{name}: ", *parts))
        return written

    @property
    def fit_a_list(self) -> bool:
        """Whether an entry is a copy of a list's item."""
        return any(isinstance(text, Copied) and text.quote is not None for text in self.stated.values())


def entry(text: Text) -> tuple[Part, ...] | None:
    """What follows `NAME: ` in a mapping."""
    if isinstance(text, Stated):
        return (layout.quoted(text.value),)
    return text.parts if text.quote is None else None


def item(name: str, text: Text, document: Document | None = None, beside: ScalarNode | None = None) -> Line | None:
    """What follows the dash of a list's item, in the quotes of another item where there is one."""
    if isinstance(text, Copied):
        return (f"{text.quote}{name}=", *text.parts, text.quote) if text.quote is not None else None
    if document and beside:
        return layout.stated_item(document, beside, name, text.value)
    return (layout.item(name, text.value),)


def in_environment(project: Project, wanted: Entries, held: Held) -> Iterator[Edit]:
    """The entries at the end of the app's own `environment`, which is made if it has none.

    Raises:
        DevpoolError: `shared-value`, `layout-not-plain`.
    """
    last = held.statement
    if (
        held.how == "lent"
        or (last and wanted.source not in (None, last.document))
        or _is_overridden(project, wanted, last)
    ):
        raise shared_value(wanted.variable)
    if last is None:
        # Compose merges what `extends` brings in with the app's own entries by name (specification, "extends").
        fragment = placing(project.services[wanted.variable.service], "environment")
        lines = wanted.lines(as_items=wanted.fit_a_list)
        if fragment is None or fragment.node.flow or lines is None or wanted.source not in (None, fragment.document):
            raise shared_value(wanted.variable)
        yield new_key(fragment, "environment", lines)
    elif held.how == "own":
        at = path_to(last.document.root, last.entry.key.start)
        for name, text in wanted.stated.items():
            yield _stated(wanted, last, name, text, (*at, name))
    else:
        yield from _over_shared(wanted, held, last)


def _is_overridden(project: Project, wanted: Entries, place: Statement | None) -> bool:
    """Whether a stronger file states one of the names, too."""
    statements = project.services[wanted.variable.service].statements("environment")
    stronger = itertools.dropwhile(lambda s: s.entry is not place.entry, statements) if place else ()
    return any(_names(s.value) & wanted.stated.keys() for s in itertools.islice(stronger, 1, None))


def _names(node: nodes.Node) -> set[str]:
    """The variables that an `environment` states."""
    items = node.items if isinstance(node, SequenceNode) else ()
    scalars = (i for i in map(nodes.resolved, items) if isinstance(i, ScalarNode))
    keys = nodes.entries(node) if isinstance(node, nodes.MappingNode) else ()
    return {*keys, *(s.value.partition("=")[0] for s in scalars)}


def _stated(wanted: Entries, last: Statement, name: str, text: Text, at: tuple[str, ...]) -> Edit:
    """An entry at the end; where the name is there with an alias of a shared value, the new value in its place."""
    node, parts = last.value, entry(text)
    entries = [e for e in node.entries if e.key.value == name] if isinstance(node, nodes.MappingNode) else []
    items = node.items if isinstance(node, SequenceNode) else ()
    named = [i for i in map(nodes.resolved, items) if isinstance(i, ScalarNode) and i.value.partition("=")[0] == name]
    if entries and isinstance(entries[-1].value, AliasNode) and parts is not None:
        alias = entries[-1].value
        old = last.document.text[alias.start : alias.end]
        return Edit(path=last.document.path, start=alias.start, end=alias.end, old=old, new=parts, at=at)
    if entries or named:
        # The value is written here and read elsewhere through its anchor.
        raise shared_value(wanted.variable)
    position, new = _last_place(wanted, last, name, text)
    return insertion(last.document.path, position, new, at)


def _over_shared(wanted: Entries, held: Held, statement: Statement) -> Iterator[Edit]:
    """An `environment` that begins with what the shared one says and states the new entries after it."""
    is_list = isinstance(statement.value, SequenceNode)
    merge = None if is_list else merging(statement)
    new = wanted.lines(as_items=is_list)
    if new is None or (merge is None and not is_list):
        raise shared_value(wanted.variable)
    if merge:
        yield from merge[1]
        kept: list[Line] = [(f"<<: *{merge[0]}",)]
    else:
        kept = _kept_items(wanted, statement)
    if held.how == "alias":
        yield over_alias(statement, [*kept, *new])
    else:
        yield new_key(statement.fragment, "environment", [*kept, *new])


def _kept_items(wanted: Entries, statement: Statement) -> list[Line]:
    """A list cannot be merged: repeat its items, without those that change."""
    node = statement.value
    items = item_lines(statement.document, node) if isinstance(node, SequenceNode) else []
    return [line for i, line in items if i is None or i.value.partition("=")[0] not in wanted.stated]


def _last_place(wanted: Entries, statement: Statement, name: str, text: Text) -> tuple[int, tuple[Part, ...]]:
    document, container = statement.document, statement.value
    parts = entry(text)
    if isinstance(container, nodes.MappingNode) and container.entries and parts is not None:
        if container.flow and _would_end_early(document, parts):
            raise shared_value(wanted.variable)
        return layout.after_entry(document, container, container.entries[-1], name, parts)
    last = container.items[-1] if isinstance(container, SequenceNode) and container.items else None
    line = item(name, text, document, last) if isinstance(last, ScalarNode) else None
    if isinstance(container, SequenceNode) and last and line is not None:
        return layout.after_item(document, container, last, line)
    raise shared_value(wanted.variable)


def _would_end_early(document: Document, parts: tuple[Part, ...]) -> bool:
    """Whether a plain text, fine on a line of its own, would end at a comma or bracket in flow style."""
    text = "".join(p if isinstance(p, str) else document.text[p.start : p.end] for p in parts)
    return text[:1] not in ("'", '"') and bool(set(text) & set(",[]{}"))
