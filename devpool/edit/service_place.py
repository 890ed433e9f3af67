"""Where a further service goes in a compose file, and how it is laid out there."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from devpool.edit.override_file import is_written
from devpool.errors import DevpoolError
from devpool.model.services import services_node
from devpool.text import layout, nodes
from devpool.text.document import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePlace:
    """A place between services.

    Attributes:
        position: the end of a line.
        indent: the white space before the service's name.
        step: one step of indentation.
        blank: whether a blank line goes before it.
    """

    position: int
    indent: str
    step: str
    blank: bool = False


def place_after(document: Document, name: str, like: Document | None = None) -> ServicePlace:
    """The place right after a service.

    Args:
        document: the file.
        name: the service.
        like: for an override file, which need not name the service, another file that it is laid out like.

    Raises:
        DevpoolError: `layout-not-plain`.
    """
    services = services_node(document)
    if like and is_written(document.text):
        return _on_top(document, document if services else like)
    entries = services.entries if services else ()
    entry = next((e for e in entries if e.key.value == name), entries[-1] if like else None)
    if services is None or entry is None:
        raise layout.odd(document, document.root)
    if services.flow:
        raise _in_braces(document, services)
    indent = layout.indent(document, entry.key)
    return ServicePlace(
        position=layout.block_end(document.text, max(entry.key.end, entry.value.end), indent),
        indent=indent,
        step=layout.unit(document, services),
        blank=_spaced(document, services),
    )


def _on_top(document: Document, like: Document) -> ServicePlace:
    """The place before all services of a file that devpool has made, so that those of the user's stay below."""
    key = next((e.key for e in document.root.entries if e.key.value == "services"), None)
    services = services_node(like)
    if key is None or (services and services.flow and like is document):
        raise layout.odd(document, document.root)
    plain = services is not None and not services.flow and bool(services.entries)
    return ServicePlace(
        position=layout.line_end(document.text, key.end),
        indent=layout.indent(like, services.entries[0].key) if services and plain else "  ",
        step=layout.unit(like, services) if services and plain else "  ",
    )


def _in_braces(document: Document, services: nodes.MappingNode) -> DevpoolError:
    return DevpoolError(
        "layout-not-plain",
        "the services are written in flow style (braces), where devpool cannot add one",
        where=document.place(services.start),
        hint="write `services:` in block style, one service below the other; inside them it may stay as it is",
    )


def _spaced(document: Document, services: nodes.MappingNode) -> bool:
    """Whether there are blank lines between the services."""
    pairs = itertools.pairwise(services.entries)
    return any(re.search(r"\n[ \t]*\r?\n", document.text[a.value.end : b.key.start]) for a, b in pairs)
