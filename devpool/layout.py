"""How the neighbours are written: line ends, indentation, quotes, list or map. Inserted text follows them."""

from __future__ import annotations

import re

from devpool import nodes
from devpool.document import Document
from devpool.edits import Copy, Part
from devpool.errors import DevpoolError
from devpool.nodes import Entry, Node, Scalar, Sequence

_PLAIN = re.compile(r"[A-Za-z0-9_./][A-Za-z0-9_./:@+-]*[A-Za-z0-9_./]|[A-Za-z0-9_./]")
_NOT_TEXT = re.compile(r"(?i)[-+]?[\d.,:_]+(e[-+]?\d+)?|0x[\da-f]+|0o?\d+|true|false|yes|no|on|off|null|y|n|~")


def line_end(text: str, position: int) -> int:
    """Where the line of a position ends, before its newline."""
    found = re.compile(r"[\r\n]|$").search(text, position)
    return found.start() if found else len(text)


def line_start(text: str, position: int) -> int:
    """Where the line of a position starts."""
    return max(text.rfind("\n", 0, position), text.rfind("\r", 0, position)) + 1


def indent(text: str, position: int) -> str:
    """The white space before a position that stands first on its line."""
    return text[line_start(text, position) : position]


def block_end(text: str, position: int, outer: str) -> int:
    """The end of the line of a position, or of the last comment line right below that is indented deeper than
    `outer`: a comment inside a block belongs to the block.
    """
    end = line_end(text, position)
    while below := re.compile(r"(\r\n|\n|\r)([ \t]+)#").match(text, end):
        if len(below[2]) <= len(outer):
            break
        end = line_end(text, below.end())
    return end


def quoted(value: str) -> str:
    """A value as YAML text that is read as a string."""
    if _PLAIN.fullmatch(value) and not _NOT_TEXT.fullmatch(value):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def unit(document: Document, services: nodes.Mapping) -> str:
    """One step of indentation, as the services' own fields use it."""
    for entry in services.entries:
        body = nodes.resolved(entry.value)
        if isinstance(body, nodes.Mapping) and not body.flow and body.entries and body is entry.value:
            outer = indent(document.text, entry.key.start)
            inner = indent(document.text, body.entries[0].key.start)
            if inner.startswith(outer) and len(inner) > len(outer):
                return inner[len(outer) :]
    return "  "


def dash(document: Document, item: Node) -> str:
    """What stands between the start of the line and a list item: its indentation, dash and space."""
    lead = re.match(r"[ \t]*-[ \t]+", document.text[line_start(document.text, item.start) : item.start])
    if not lead:
        raise odd(document, item)
    return lead[0]


def after_item(
    document: Document, sequence: Sequence, item: Node, parts: tuple[Part, ...]
) -> tuple[int, tuple[Part, ...]]:
    """Where and with what text to add a list item after another."""
    if sequence.flow:
        return item.end, (", ", *parts)
    lead = dash(document, item)
    return line_end(document.text, item.end), (document.newline + lead, *parts)


def after_entry(
    document: Document, mapping: nodes.Mapping, entry: Entry, key: str, parts: tuple[Part, ...]
) -> tuple[int, tuple[Part, ...]]:
    """Where and with what text to add an entry to a mapping after another. The key is quoted as its neighbour's."""
    quote = entry.key.style if entry.key.style in ("'", '"') else ""
    # Text that goes on with a new line follows the colon without a space.
    broken = isinstance(parts[0], str) and parts[0].startswith(document.newline)
    name = f"{quote}{key}{quote}:" + ("" if broken else " ")
    if mapping.flow:
        return entry.value.end, (", " + name, *parts)
    lead = indent(document.text, entry.key.start)
    if lead.strip():
        raise odd(document, entry.key)
    end = line_end(document.text, max(entry.key.end, entry.value.end))
    return end, (document.newline + lead + name, *parts)


def item_parts(document: Document, item: Scalar, name: str, value: tuple[Part, ...]) -> tuple[Part, ...]:
    """`NAME=value` as a list item, in the quotes of another item."""
    quote = item.style if item.style in ("'", '"') else ""
    return (f"{quote}{name}=", *value, quote) if quote else (f"{name}=", *value)


def raw(scalar: Scalar) -> Copy:
    """A scalar's text with its quotes."""
    return Copy(scalar.start, scalar.end)


def inside(document: Document, scalar: Scalar) -> Copy:
    """A scalar's text without its quotes; its raw text and value must be the same."""
    span = nodes.inner(document.text, scalar)
    if span is None:
        raise odd(document, scalar)
    return Copy(*span)


def odd(document: Document, node: Node) -> DevpoolError:
    """The refusal of a text whose layout devpool does not change."""
    return DevpoolError(
        "layout-not-plain",
        "the text is laid out in a way that devpool does not change yet",
        where=document.place(node.start),
        hint="put each entry on a line of its own, without escapes or aliases",
    )
