"""An alias of a pooled app's value becomes a copy if its reader must not change: `URL: *url` becomes the text.

The value is at its anchor in the app, where it is about to change. A direct service, or a variable of the app
that is direct by its name, then reads the same as before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from devpool.decide.inherited_copies import InheritedCopies
from devpool.decide.key_ownership import Readers
from devpool.model.project import ConnectionVariable, Project
from devpool.model.values import Value
from devpool.text import nodes
from devpool.text.document import Document
from devpool.text.edits import Copy, Edit
from devpool.text.nodes import AliasNode, Entry, Node, path_to


@dataclass(frozen=True, slots=True, kw_only=True)
class Unaliased:
    """One alias that can become a copy of what it means, which stands at `value`."""

    document: Document
    entry: Entry
    alias: AliasNode
    value: Copy


AliasCopies = Mapping[tuple[str, str], Unaliased]


def find_alias_copies(project: Project, moving: Iterable[ConnectionVariable], shields: InheritedCopies) -> AliasCopies:
    """By (service, variable): the aliases that mean a value in a pooled app's own text and do not move with it.

    Args:
        project: the project.
        moving: the settings that go to a pooler.
        shields: what direct services get a copy of as a whole.
    """
    moved = {(s.service, s.name) for s in moving}
    anchored = {
        id(node) for s in moving if (node := _stated(s.value)) and not isinstance(node, AliasNode) and node.anchor
    }
    if not anchored:
        return {}
    environments = Readers("environment", project.services, shields)
    return {
        (service, name): copies
        for service, values in project.environments.items()
        for name, value in values.items()
        if (service, name) not in moved and (copies := _of(value, anchored, moved, environments))
    }


def _stated(value: Value) -> Node | None:
    """The value of a mapping entry, without following an alias."""
    holder = value.origin.holder
    return holder.value if isinstance(holder, Entry) and value.origin.form == "map" else None


def _of(value: Value, anchored: set[int], moved: set[tuple[str, str]], environments: Readers) -> Unaliased | None:
    alias, origin = _stated(value), value.origin
    if not isinstance(alias, AliasNode) or id(alias.target) not in anchored or not origin.one_line:
        return None
    entry, container, document = origin.holder, origin.container, origin.file
    if not (isinstance(entry, Entry) and isinstance(container, nodes.MappingNode) and isinstance(document, Document)):
        return None
    holding = nodes.holding(container, entry)
    if holding.flow or any((reader, value.name) in moved for reader in environments.of(holding)):
        return None
    return Unaliased(document=document, entry=entry, alias=alias, value=Copy(alias.target.start, alias.target.end))


def alias_copy_edits(copies: AliasCopies, edits: list[Edit]) -> Iterator[Edit]:
    """The edits that put a value in place of each alias, where the value changes at its anchor."""
    for one in copies.values():
        path, span = one.document.path, one.value
        if any(e.path == path and span.start <= e.start and e.end <= span.end for e in edits):
            yield _copied(one)


def _copied(one: Unaliased) -> Edit:
    """Includes the name before it, by which the edit is found again: its own text is just a copy."""
    text, start, end = one.document.text, one.entry.key.start, one.alias.end
    at = path_to(one.document.root, start)
    new = (text[start : one.alias.start], one.value)
    return Edit(path=one.document.path, start=start, end=end, old=text[start:end], new=new, at=at)
