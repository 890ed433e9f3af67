"""The nodes of a YAML file, each with its span, and the ways through them: by key, by merge, by place."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from devpool.text.patterns import regex

# No slash or at sign, and a colon only as in Compose's links: not a URL, and so no password.
_NAME = regex(r"[\w.${}-]+|[A-Za-z\d][\w.-]*:[A-Za-z\d][\w.-]*|\./[\w./-]+|\.\./[\w./-]+")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Node:
    """A piece of YAML between `start` and `end`; `end` is where its own content ends. `anchor` is its `&name`."""

    start: int
    end: int
    tag: str | None = None
    anchor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScalarNode(Node):
    """A scalar: its decoded `value`, which may be a secret, and `style`: `'`, `"`, `|`, `>` or "" for plain."""

    value: str = field(repr=False)
    style: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SequenceNode(Node):
    """A list, in block or in flow style."""

    items: tuple[Node, ...]
    flow: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Entry:
    """One `key: value` of a mapping."""

    key: ScalarNode
    value: Node


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MappingNode(Node):
    """A mapping, in block or in flow style, its entries in the order of the text."""

    entries: tuple[Entry, ...]
    flow: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AliasNode(Node):
    """`*name`, where it stands, and the node it means."""

    name: str
    target: Node


def resolved(node: Node) -> Node:
    """The node itself, or what an alias means."""
    return node.target if isinstance(node, AliasNode) else node


def entries(mapping: MappingNode) -> dict[str, Entry]:
    """The effective entries of a mapping by key: its own, then those that `<<` merges in.

    The first of several merged mappings wins, as the YAML 1.1 merge key says. A key written twice: the last.
    """
    own = {e.key.value: e for e in mapping.entries if e.key.value != "<<"}
    sources = [source for e in mapping.entries if e.key.value == "<<" for source in merged(e.value)]
    if not sources:
        return own
    by_name: dict[str, Entry] = {}
    for source in reversed(sources):
        # The order is that of the last source; each earlier source keeps it and overrides its values.
        by_name |= entries(source)
    return by_name | own


def merged(node: Node) -> Iterator[MappingNode]:
    """The mappings that a `<<` value names, those that win first; YAML knows no lists in its list."""
    target = resolved(node)
    items = target.items if isinstance(target, SequenceNode) else (target,)
    yield from (item for item in map(resolved, items) if isinstance(item, MappingNode))


def holding(mapping: MappingNode, held: Entry) -> MappingNode:
    """The mapping that really holds an entry of a mapping: a merge may have brought it in."""
    place = bisect_left(mapping.entries, held.key.start, key=lambda e: e.key.start)
    if place < len(mapping.entries) and mapping.entries[place] is held:
        return mapping
    sources = (source for e in mapping.entries if e.key.value == "<<" for source in merged(e.value))
    source = next((s for s in sources if held in entries(s).values()), None)
    return holding(source, held) if source else mapping


def lookup(mapping: MappingNode, *path: str) -> Node | None:
    """The node at a path of keys, aliases and merges followed; None where there is none."""
    node: Node = mapping
    for key in path:
        node = resolved(node)
        if not isinstance(node, MappingNode):
            return None
        found = entries(node).get(key)
        if found is None:
            return None
        node = found.value
    return node


def below(node: Node) -> Iterator[Node]:
    """A node and all that it holds, each once, aliases and what they mean among them."""
    waiting, seen = [node], set[int]()
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        if isinstance(each, AliasNode):
            waiting.append(each.target)
        elif isinstance(each, SequenceNode):
            waiting += each.items
        elif isinstance(each, MappingNode):
            waiting += [part for entry in each.entries for part in (entry.key, entry.value)]


def path_to(root: Node, position: int, *, items: bool = True) -> tuple[str, ...]:
    """The keys that lead to the innermost entry or list item around a position, as the file itself is nested.

    A list item is named by its text up to `=`, or by its `path` where it is a mapping (the long form of `env_file`), if
    that is a plain name; else, as it may be a secret, by its number. No alias or merge is followed. Without `items` the
    path ends at the first list.
    """
    path: list[str] = []
    node: Node | None = root
    while node is not None and (items or not isinstance(node, SequenceNode)):
        name, node = _step_to(node, position)
        path += [name] if name is not None else []
    return tuple(path)


def _step_to(node: Node, position: int) -> tuple[str | None, Node | None]:
    if isinstance(node, MappingNode):
        last = bisect_right(node.entries, position, key=lambda e: e.key.start) - 1
        entry = node.entries[last] if last >= 0 else None
        if entry and position <= max(entry.key.end, entry.value.end):
            return entry.key.value, entry.value
    elif isinstance(node, SequenceNode):
        after = bisect_right(node.items, position, key=lambda item: item.start)
        for number in range(max(after - 2, 0), after):  # at the end of one the next may begin
            item = node.items[number]
            if position <= item.end:
                return _item_name(item, number), item
    return None, None


def place_of(root: Node, path: tuple[str, ...]) -> tuple[int, int] | None:
    """The span of what `path_to` names: an entry with its key, or a list item; None where it is not there."""
    node: Node | None = root
    span: tuple[int, int] | None = None
    for name in path:
        if isinstance(node, MappingNode):
            entry = next((e for e in reversed(node.entries) if e.key.value == name), None)
            node = entry.value if entry else None
            span = (entry.key.start, max(entry.key.end, entry.value.end)) if entry else None
        elif isinstance(node, SequenceNode):
            items = enumerate(node.items)
            node = next((i for n, i in items if _item_name(i, n) == name), None)
            span = (node.start, node.end) if node else None
        elif isinstance(node, ScalarNode):
            return None  # there is nothing below it, such as below an `environment` that was emptied
        if node is None:
            return None
    return span


def _item_name(item: Node, number: int) -> str:
    paths = [e.value for e in item.entries if e.key.value == "path"] if isinstance(item, MappingNode) else []
    named = paths[0] if paths else item
    name = named.value.partition("=")[0] if isinstance(named, ScalarNode) else ""
    return name if _NAME.fullmatch(name) else f"#{number}"


def inner(text: str, scalar: ScalarNode) -> tuple[int, int] | None:
    """The span of a scalar's characters inside its quotes, where raw text and value are the same.

    None for scalars whose raw text differs from their value: escapes, folded lines, block scalars.
    """
    start, end = scalar.start, scalar.end
    if scalar.style in ("'", '"'):
        start, end = start + 1, end - 1
    return (start, end) if text[start:end] == scalar.value else None
