"""Where an app's separate entries go: into its `environment`."""

from __future__ import annotations

from collections.abc import Iterator

from devpool.decide.key_ownership import Held, Line, item_lines, merging, new_key, over_alias, placing
from devpool.decide.placement import shared_value
from devpool.edit.service_entry_text import Entries, Text, entry, item
from devpool.model.project import Project
from devpool.model.services import Statement
from devpool.text import layout, nodes
from devpool.text.document import Document
from devpool.text.edits import Edit, Part, insertion
from devpool.text.nodes import AliasNode, ScalarNode, SequenceNode, path_to


def in_environment(project: Project, wanted: Entries, held: Held) -> Iterator[Edit]:
    """The entries at the end of the app's own `environment`, which is made if it has none.

    Raises:
        DevpoolError: `shared-value`, `layout-not-plain`.
    """
    last = held.statement
    if held.how == "lent" or (last and wanted.source not in (None, last.document)):
        raise shared_value(wanted.setting)
    if last is None:
        # Compose merges what `extends` brings in with the app's own entries by name (specification, "extends").
        fragment = placing(project.services[wanted.setting.service], "environment")
        lines = wanted.lines(as_items=wanted.fit_a_list)
        if fragment is None or lines is None or wanted.source not in (None, fragment.document):
            raise shared_value(wanted.setting)
        yield new_key(fragment, "environment", lines)
    elif held.how == "own":
        at = path_to(last.document.root, last.entry.key.start)
        for name, text in wanted.stated.items():
            yield _stated(wanted, last, name, text, (*at, name))
    else:
        yield from _over_shared(wanted, held, last)


def _stated(wanted: Entries, last: Statement, name: str, text: Text, at: tuple[str, ...]) -> Edit:
    """An entry at the end; where the name is there with an alias of a shared value, the new value in its place."""
    node, parts = last.value, entry(text)
    found = [e for e in node.entries if e.key.value == name] if isinstance(node, nodes.MappingNode) else []
    items = node.items if isinstance(node, SequenceNode) else ()
    named = [i for i in map(nodes.resolved, items) if isinstance(i, ScalarNode) and i.value.partition("=")[0] == name]
    if found and isinstance(found[-1].value, AliasNode) and parts is not None:
        alias = found[-1].value
        old = last.document.text[alias.start : alias.end]
        return Edit(path=last.document.path, start=alias.start, end=alias.end, old=old, new=parts, at=at)
    if found or named:
        # The value is written here and read elsewhere through its anchor.
        raise shared_value(wanted.setting)
    position, new = _last_place(wanted, last, name, text)
    return insertion(last.document.path, position, new, at)


def _over_shared(wanted: Entries, held: Held, statement: Statement) -> Iterator[Edit]:
    """An `environment` that begins with what the shared one says and states the new entries after it."""
    is_list = isinstance(statement.value, SequenceNode)
    merge = None if is_list else merging(statement)
    new = wanted.lines(as_items=is_list)
    if new is None or (merge is None and not is_list):
        raise shared_value(wanted.setting)
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
    found = item_lines(statement.document, node) if isinstance(node, SequenceNode) else []
    return [line for i, line in found if i is None or i.value.partition("=")[0] not in wanted.stated]


def _last_place(wanted: Entries, statement: Statement, name: str, text: Text) -> tuple[int, tuple[Part, ...]]:
    document, container = statement.document, statement.value
    parts = entry(text)
    if isinstance(container, nodes.MappingNode) and container.entries and parts is not None:
        if container.flow and _would_end_early(document, parts):
            raise shared_value(wanted.setting)
        return layout.after_entry(document, container, container.entries[-1], name, parts)
    last = container.items[-1] if isinstance(container, SequenceNode) and container.items else None
    line = item(name, text, document, last) if isinstance(last, ScalarNode) else None
    if isinstance(container, SequenceNode) and last and line is not None:
        return layout.after_item(document, container, last, line)
    raise shared_value(wanted.setting)


def _would_end_early(document: Document, parts: tuple[Part, ...]) -> bool:
    """Whether a plain text, fine on a line of its own, would end at a comma or bracket in flow style."""
    text = "".join(p if isinstance(p, str) else document.text[p.start : p.end] for p in parts)
    return text[:1] not in ("'", '"') and bool(set(text) & set(",[]{}"))
