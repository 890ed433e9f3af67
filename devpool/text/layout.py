"""How the neighbors are written: line ends, indentation, quotes, list or map. Inserted text follows them."""

from __future__ import annotations

import re

from devpool.errors import DevpoolError
from devpool.text import nodes
from devpool.text.document import Document
from devpool.text.edits import Copy, Part
from devpool.text.nodes import Entry, Node, ScalarNode, SequenceNode
from devpool.text.patterns import regex

_PLAIN = regex(r"[A-Za-z0-9_./][A-Za-z0-9_./:@+-]*[A-Za-z0-9_./]|[A-Za-z0-9_./]")
_NOT_TEXT = regex(r"(?i)[-+]?[\d.,:_]+(e[-+]?\d+)?|0x[\da-f]+|0o?\d+|true|false|yes|no|on|off|null|y|n|~")


def line_end(text: str, position: int) -> int:
    """Where the line of a position ends, before its newline."""
    found = re.compile(r"[\r\n]|$").search(text, position)
    return found.start() if found else len(text)


def line_start(text: str, position: int) -> int:
    """Where the line of a position starts."""
    return max(text.rfind("\n", 0, position), text.rfind("\r", 0, position)) + 1


def indent(document: Document, key: Node) -> str:
    """The white space before a key that stands first on its line.

    Raises:
        DevpoolError: `layout-not-plain`: an anchor, a tag or another node stands before it.
    """
    lead = _before(document, key)
    if lead.strip(" \t"):
        raise odd(document, key)
    return lead


def _before(document: Document, node: Node) -> str:
    """What stands before a node on its line."""
    return document.text[line_start(document.text, node.start) : node.start]


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
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in escaped) + '"'


def unit(document: Document, services: nodes.MappingNode) -> str:
    """One step of indentation, as the services' own fields use it."""
    for entry in services.entries:
        body = nodes.resolved(entry.value)
        if isinstance(body, nodes.MappingNode) and not body.flow and body.entries and body is entry.value:
            outer = _before(document, entry.key)
            inner = _before(document, body.entries[0].key)
            if inner.startswith(outer) and len(inner) > len(outer) and not inner.strip(" \t"):
                return inner[len(outer) :]
    return "  "


def dash(document: Document, item: Node) -> str:
    """What stands between the start of the line and a list item: its indentation, dash and space."""
    lead = re.match(r"[ \t]*-[ \t]+", _before(document, item))
    if not lead:
        raise odd(document, item)
    return lead[0]


def after_item(
    document: Document, sequence: SequenceNode, item: Node, parts: tuple[Part, ...]
) -> tuple[int, tuple[Part, ...]]:
    """Where and with what text to add a list item after another."""
    if sequence.flow:
        return item.end, (", ", *parts)
    lead = dash(document, item)
    return line_end(document.text, item.end), (document.newline + lead, *parts)


def after_entry(
    document: Document, mapping: nodes.MappingNode, entry: Entry, key: str, parts: tuple[Part, ...]
) -> tuple[int, tuple[Part, ...]]:
    """Where and with what text to add an entry to a mapping after another. The key is quoted as its neighbor's."""
    quote = entry.key.style if entry.key.style in ("'", '"') else ""
    # Text that starts with a new line follows the colon without a space.
    broken = isinstance(parts[0], str) and parts[0].startswith(document.newline)
    name = f"{quote}{key}{quote}:" + ("" if broken else " ")
    if mapping.flow:
        return entry.value.end, (", " + name, *parts)
    lead = indent(document, entry.key)
    end = line_end(document.text, max(entry.key.end, entry.value.end))
    if end == len(document.text):
        _refuse_open_block(document, entry.value)
    return end, (document.newline + lead + name, *parts)


def _refuse_open_block(document: Document, node: Node) -> None:
    """A block scalar that a file ends in without a line end has none in its value, but gets one with lines below it.

    Source: the YAML specification, 8.1.1.2, "Block Chomping Indicator".
    """
    while isinstance(node, nodes.MappingNode | SequenceNode) and not node.flow:
        children = node.items if isinstance(node, SequenceNode) else [e.value for e in node.entries]
        node = children[-1]
    header = document.text[node.start : node.start + 3]
    if isinstance(node, ScalarNode) and node.style in ("|", ">") and "-" not in header:
        raise DevpoolError(
            "no-final-newline",
            "the file ends in a block value without a line break, and lines below it would change that value",
            where=document.place(node.start),
            hint="end the file with a line break, or write `-` after its `|` or `>`",
        )


def item_parts(document: Document, item: ScalarNode, name: str, value: tuple[Part, ...]) -> tuple[Part, ...]:
    """`NAME=value` as a list item, in the quotes of another item."""
    quote = item.style if item.style in ("'", '"') else ""
    return (f"{quote}{name}=", *value, quote) if quote else (f"{name}=", *value)


def stated_item(document: Document, neighbor: ScalarNode, name: str, value: str) -> tuple[Part, ...]:
    """`NAME=value` as a list item like its neighbor, for a value that is no copy."""
    if neighbor.style in ("'", '"') and not re.search(r"['\"\\]", value):
        return item_parts(document, neighbor, name, (value,))
    return (item(name, value),)


def item(name: str, value: str) -> str:
    """`NAME=value` as YAML text, quoted as a whole where it must be."""
    whole = f"{name}={value}"
    return whole if quoted(value) == value or value.isdigit() else quoted(whole)


def raw(scalar: ScalarNode) -> Copy:
    """A scalar's text with its quotes."""
    return Copy(scalar.start, scalar.end)


def odd(document: Document, node: Node) -> DevpoolError:
    """The refusal of a text whose layout devpool does not change."""
    is_empty = (isinstance(node, SequenceNode) and not node.items) or (
        isinstance(node, nodes.MappingNode) and not node.entries
    )
    return DevpoolError(
        "layout-not-plain",
        "the text is laid out in a way that devpool cannot edit yet",
        where=document.place(node.start),
        hint="remove the key with the empty value"
        if is_empty
        else "put each entry on a line of its own, without escapes or aliases",
    )
