"""A pooled app that shares its `depends_on` or `links` with services that stay direct gets one of its own.

It repeats the shared one, with the pooler in place of the database. An alias or a merge cannot express that, so
the entries are written out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from devpool.decide.key_ownership import Held, Line, item_lines, new_key, over_alias, placing
from devpool.decide.placement_refusals import apart
from devpool.errors import DevpoolError
from devpool.model.services import Service, Statement
from devpool.text import layout, nodes
from devpool.text.document import Document
from devpool.text.edits import Edit, Part
from devpool.text.nodes import Node, ScalarNode, SequenceNode

Names = Mapping[str, str]
Further = Mapping[str, tuple[str, ...]]


def own_dependencies(
    service: Service, held: Held, key: str, names: Names, further: Further | None = None
) -> Iterator[Edit]:
    """The edits that give a service a `depends_on` or `links` of its own.

    Args:
        service: the pooled app.
        held: how it holds the key now.
        key: `depends_on` or `links`.
        names: the pooler's name for each database that it is reached through one.
        further: entries to add, with what each says.

    Raises:
        DevpoolError: `shared-dependencies`, `layout-not-plain`.
    """
    statement = held.statement
    if statement is None or held.how == "lent":
        raise no_place(service, key, held)
    document, node = statement.document, statement.value
    lines = [line for _, line in _lines(document, node, names)]
    lines += _further(document, node, further or {})
    if held.how == "alias":
        yield over_alias(statement, lines)
    elif held.how == "merged":
        yield new_key(statement.fragment, key, lines)
    else:
        yield _over_merge(statement, names, further or {})


def first_dependencies(service: Service, held: Held, further: Further) -> Iterator[Edit]:
    """A `depends_on` for a service that has none of its own; none where others would get it too."""
    fragment = placing(service, "depends_on")
    if fragment is None or held.how == "lent":
        return
    yield new_key(fragment, "depends_on", _as_mapping(fragment.document, further))


def _lines(document: Document, node: Node, names: Names) -> list[tuple[str, Line]]:
    """Every entry of a list or mapping, merged ones too, as lines; each with the name that it had."""
    if isinstance(node, SequenceNode):
        return list(_items(item_lines(document, node), names))
    if not isinstance(node, nodes.MappingNode):
        raise layout.odd(document, node)
    lines: list[tuple[str, Line]] = []
    for name, entry in nodes.entries(node).items():
        lines += [(name, line) for line in _entry(document, names.get(name, name), entry.value)]
    return lines


def _items(items: list[tuple[ScalarNode | None, Line]], names: Names) -> Iterator[tuple[str, Line]]:
    """The items of a list, renamed. Where a database is linked only under other names, these stay, and the pooler is
    linked after the first of them.
    """
    parts = [(item.value.partition(":") if item else ("", "", ""), line) for item, line in items]
    done = {name for (name, _, alias), _ in parts if alias in ("", name)}
    for (name, _, alias), line in parts:
        renamed = name in names and alias in ("", name)
        if not renamed:
            yield name, line
        if renamed or (name in names and name not in done):
            done.add(name)
            yield name, ("- ", names[name])


def _entry(document: Document, name: str, node: Node) -> Iterator[Line]:
    body = nodes.resolved(node)
    said, key = said_of(document, body), layout.quoted(name)
    if not isinstance(body, nodes.MappingNode) or body.flow or not said:
        yield (f"{key}: {{{', '.join(said)}}}" if said else f"{key}:",)
        return
    yield (f"{key}:",)
    step = layout.unit(document, document.root)
    yield from ((step + text,) for text in said)


def said_of(document: Document, body: Node) -> list[str]:
    """What an entry says, `condition: service_healthy` for instance, each as text."""
    if isinstance(body, ScalarNode) and not body.value:
        return []
    if not isinstance(body, nodes.MappingNode):
        raise layout.odd(document, body)
    values = {k: nodes.resolved(e.value) for k, e in nodes.entries(body).items()}
    if not all(isinstance(v, ScalarNode) and nodes.inner(document.text, v) for v in values.values()):
        raise layout.odd(document, body)
    return [f"{k}: {document.text[v.start : v.end]}" for k, v in values.items()]


def _further(document: Document, node: Node, further: Further) -> list[Line]:
    if isinstance(node, SequenceNode):
        return [("- ", layout.quoted(name)) for name in further]
    bodies = (
        [nodes.resolved(e.value) for e in nodes.entries(node).values()] if isinstance(node, nodes.MappingNode) else []
    )
    if bodies and isinstance(bodies[-1], nodes.MappingNode) and bodies[-1].flow:
        return [(f"{layout.quoted(name)}: {{{', '.join(said)}}}",) for name, said in further.items()]
    return _as_mapping(document, further)


def _as_mapping(document: Document, further: Further) -> list[Line]:
    step = layout.unit(document, document.root)
    names = ((layout.quoted(name), said) for name, said in further.items())
    return [line for name, said in names for line in ((f"{name}:",), *((step + t,) for t in said))]


def _over_merge(statement: Statement, names: Names, further: Further) -> Edit:
    """`<<: *shared` in a mapping of the app's own becomes what it brings in."""
    document, node = statement.document, statement.value
    merges = [e for e in node.entries if e.key.value == "<<"] if isinstance(node, nodes.MappingNode) else []
    if len(merges) != 1 or not isinstance(node, nodes.MappingNode) or node.flow:
        raise layout.odd(document, node)
    merge, lead = merges[0], layout.indent(document, merges[0].key)
    own = {e.key.value for e in node.entries}
    lines = [line for name, line in _lines(document, node, names) if name not in own]
    if not lines:
        raise layout.odd(document, node)
    lines += _further(document, node, further)
    new: list[Part] = [part for line in lines for part in (document.newline + lead, *line)]
    first = new[0]
    assert isinstance(first, str), "a line begins with its lead"
    new[0] = first[len(document.newline + lead) :]
    start, end = merge.key.start, merge.value.end
    at = nodes.path_to(document.root, statement.entry.key.start)
    return Edit(path=document.path, start=start, end=end, old=document.text[start:end], new=tuple(new), at=at)


def no_place(service: Service, key: str, held: Held) -> DevpoolError:
    """The error for a key that an app has no place for: direct services also read it, or its layout has none."""
    name, heir = service.name, held.heir
    if held.how == "lacks":
        own = next(f for f in reversed(service.fragments) if f.own)
        return layout.odd(own.document, own.node)
    who, way = "services that stay", f"give `{name}` its own `{key}`"
    if heir:
        who = f"`{heir.name}`, which extends it and stays"
        way = f"take `extends` out of `{heir.name}`, or {apart(service, heir, key, key)}"
    return DevpoolError(
        "shared-dependencies",
        f"`{name}` shares its `{key}` with {who} direct",
        where=service.place,
        hint=f"{way}; or keep `{name}` direct: --direct {name}",
    )
