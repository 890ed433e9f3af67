"""The `links` of apps that are pooled by name: a database name points to the pooler, and another to the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from devpool.decide.by_name import ByName
from devpool.decide.key_ownership import Held, Line, item_lines, new_key, over_alias, placing
from devpool.edit.service_dependencies import no_place
from devpool.model.services import Service, Statement
from devpool.text import layout, nodes
from devpool.text.edits import Edit, insertion
from devpool.text.nodes import ScalarNode

KEY = "links"


def link_edits(service: Service, held: Held, mine: Sequence[ByName]) -> Iterator[Edit]:
    """The edits that give an app its links.

    Args:
        service: the app.
        held: how it holds `links` now.
        mine: what it reaches by name.

    Raises:
        DevpoolError: `shared-dependencies`, `layout-not-plain`.
    """
    statement = held.statement
    fragment = placing(service, KEY) if statement is None else None
    if held.how == "lent" or (statement is None and fragment is None):
        raise no_place(service, KEY, held)
    if fragment:
        yield new_key(fragment, KEY, [("- ", layout.quoted(link)) for b in mine for link in b.links])
    elif statement and held.how == "own":
        yield from _in_place(service, statement, mine)
    elif statement:
        lines = _lines(service, statement, mine)
        yield over_alias(statement, lines) if held.how == "alias" else new_key(statement.fragment, KEY, lines)


def _linked(written: str, mine: Sequence[ByName]) -> str:
    """A link in its new form."""
    for named in mine:
        written = named.link_of(written)
    return written


def _items(service: Service, statement: Statement) -> list[tuple[ScalarNode, str]]:
    node = statement.value
    listed = [nodes.resolved(i) for i in node.items] if isinstance(node, nodes.SequenceNode) else []
    scalars = [i for i in listed if isinstance(i, ScalarNode)]
    if not scalars or len(scalars) != len(listed):
        raise layout.odd(statement.document, node)
    return [(scalar, service.read(scalar)) for scalar in scalars]


def _further(items: list[tuple[ScalarNode, str]], mine: Sequence[ByName]) -> list[str]:
    have = {_linked(written, mine) for _, written in items}
    return [link for b in mine for link in b.links if link not in have]


def _in_place(service: Service, statement: Statement, mine: Sequence[ByName]) -> Iterator[Edit]:
    document, node = statement.document, statement.value
    items = _items(service, statement)
    assert isinstance(node, nodes.SequenceNode), "it has items"
    at = nodes.path_to(document.root, statement.entry.key.start)
    for scalar, written in items:
        new = _linked(written, mine)
        if new != written:
            yield _renamed(statement, scalar, new, at)
    for link in _further(items, mine):
        position, parts = layout.after_item(document, node, node.items[-1], (layout.quoted(link),))
        yield insertion(document.path, position, parts, (*at, link))


def _renamed(statement: Statement, scalar: ScalarNode, new: str, at: tuple[str, ...]) -> Edit:
    document = statement.document
    span = nodes.inner(document.text, scalar)
    if span is None:
        raise layout.odd(document, statement.value)
    old = document.text[span[0] : span[1]]
    return Edit(path=document.path, start=span[0], end=span[1], old=old, new=(new,), at=(*at, new))


def _lines(service: Service, statement: Statement, mine: Sequence[ByName]) -> list[Line]:
    """Every item of a list that others read too, as lines of one of the app's own."""
    items = _items(service, statement)
    changed = {id(scalar): new for scalar, written in items if (new := _linked(written, mine)) != written}
    node = statement.value
    assert isinstance(node, nodes.SequenceNode), "it has items"
    kept: list[Line] = [
        ("- ", layout.quoted(changed[id(scalar)])) if id(scalar) in changed else line
        for scalar, line in item_lines(statement.document, node)
    ]
    return [*kept, *(("- ", layout.quoted(link)) for link in _further(items, mine))]
