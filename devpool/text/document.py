"""One YAML file as text plus a tree that only points into it.

PyYAML's event stream gives the positions. PyYAML's own composed tree is not used, because in it
an alias is the same node as its anchor, with the anchor's marks: here an `AliasNode` has its own span.
All positions count characters of `Document.text`, from which a byte order mark has been taken off.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field

import yaml

from devpool.errors import DevpoolError
from devpool.text.alias_expansion import MAX_DEPTH, Meaning
from devpool.text.nodes import AliasNode, Entry, MappingNode, Node, ScalarNode, SequenceNode
from devpool.text.patterns import regex

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BOM = "\ufeff"
_OPENING = (
    *(yaml.FlowSequenceStartToken, yaml.FlowMappingStartToken),
    *(yaml.BlockSequenceStartToken, yaml.BlockMappingStartToken),
)
_CLOSING = (yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken, yaml.BlockEndToken)
_AHEAD = 4096
"""How many characters after the last event a loader's error may be: it reads up to 1,024 ahead for a key's colon
(https://yaml.org/spec/1.2.2/#example-single-pair-implicit-entries)."""
_BINARY = "tag:yaml.org,2002:binary"
_MOST_NODES = 500_000
_PROPERTIES = regex(r"(?:[&!]\S*[ \t]+)*(?:[&!]\S*(?=\s|$))?\s*")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Document:
    """A parsed file.

    Attributes:
        path: absolute path, for messages and edits.
        bom: whether the file began with a byte order mark.
        text: the whole text after it, newlines untouched.
        newline: the first line ending of the file, "\\n" where it has none.
        root: the top-level mapping.
        directory: what relative paths in the file are relative to.
        size: how many nodes the file has.
    """

    path: str
    bom: bool
    text: str = field(repr=False)
    newline: str
    root: MappingNode = field(repr=False)
    directory: str = ""
    size: int = 0
    _newlines: list[int] = field(init=False, repr=False, default_factory=list)

    def line_of(self, position: int) -> int:
        """1-based line of a position."""
        if not self._newlines:
            self._newlines.extend(found.start() for found in re.finditer("\n", self.text))
        return bisect_left(self._newlines, position) + 1

    def place(self, position: int) -> str:
        """`path:line` of a position, for messages."""
        return f"{self.path}:{self.line_of(position)}"


def decode(path: str, data: bytes) -> tuple[bool, str]:
    """Whether there is a byte order mark, and the text after it.

    Raises:
        DevpoolError: `not-utf8`.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DevpoolError(
            "not-utf8",
            f"the file is not UTF-8 (byte {error.start})",
            where=path,
            hint="save it as UTF-8 and run the command again",
        ) from None
    return (True, text[1:]) if text.startswith(_BOM) else (False, text)


def encode(bom: bool, text: str) -> bytes:
    """The bytes of a text, after a byte order mark where the file had one: the inverse of `decode`."""
    return ((_BOM if bom else "") + text).encode("utf-8")


def newline_of(text: str) -> str:
    """The line ending that a text uses first; "\\n" where it has none."""
    found = re.search(r"\r\n|\n|\r", text)
    return found[0] if found else "\n"


def is_blank(data: bytes) -> bool:
    """Whether a file says nothing: it is empty, or has comments alone."""
    return all(not line.strip() or line.lstrip().startswith(b"#") for line in data.splitlines())


def parse(path: str, data: bytes, directory: str = "") -> Document:
    """Read one Compose file.

    Raises:
        DevpoolError: `not-utf8`, `not-yaml`, `several-documents`, `not-a-mapping`, `too-deep`, `too-many-aliases`,
            `too-large`, `binary-text`, `unknown-alias`, `key-not-text`.
    """
    bom, text = decode(path, data)
    builder = _Builder(path, text)
    root = _tree(builder)
    if not isinstance(root, MappingNode):
        raise DevpoolError(
            "not-a-mapping",
            "the file is not a Compose project: its top level is not a mapping",
            where=path,
            hint="pass the compose file with -f",
        )
    newline, size = newline_of(text), builder.size
    return Document(path=path, bom=bom, text=text, newline=newline, root=root, directory=directory, size=size)


def _tree(builder: _Builder) -> Node | None:
    try:
        # Each event is checked before the next is read: PyYAML takes minutes for text that nests deep enough.
        return builder.build(yaml.parse(builder.text, Loader=_LOADER))
    except (yaml.YAMLError, RecursionError, MemoryError) as error:
        # A loader reads ahead and gives up at a depth and with words that depend on its version: from libyaml 0.2.6
        # on, at 1,000 levels. So the text, not the error, decides whether it nests too deep.
        if _nests_deeper(builder.text[builder.position :], MAX_DEPTH - len(builder.stack)):
            raise builder.too_deep(builder.position) from None
        if isinstance(error, yaml.YAMLError):
            raise _not_yaml(builder.path, error) from None
        raise


def _nests_deeper(text: str, levels: int) -> bool:
    """Whether a text opens more levels than these before it ends or is no YAML; PyYAML's own scanner has no limit."""
    with suppress(yaml.YAMLError):
        for token in yaml.scan(text[:_AHEAD], Loader=yaml.SafeLoader):
            levels -= isinstance(token, _OPENING)
            levels += isinstance(token, _CLOSING)
            if levels < 0:
                return True
    return False


def _not_yaml(path: str, error: yaml.YAMLError) -> DevpoolError:
    mark = getattr(error, "problem_mark", None)
    # Not the snippet that PyYAML adds: the line it shows may contain a password.
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read"
    problem = re.sub(r"(['\"])(?!<)(?:(?!\1).){2,}\1", "***", problem)  # a tag's or an alias's name
    return DevpoolError(
        "not-yaml",
        f"the file is not YAML: {problem}",
        where=f"{path}:{mark.line + 1}" if mark else path,
        hint="fix the file; `docker compose config -q` checks it",
    )


@dataclass(slots=True)
class _Open:
    """A collection whose end has not been read yet."""

    event: yaml.CollectionStartEvent
    start: int
    children: list[Node]


class _Builder:
    """Turns the event stream into the tree, without recursion."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.anchors: dict[str, Node] = {}
        self.meaning = Meaning()
        self.stack: list[_Open] = []
        self.root: Node | None = None
        self.position = 0  # where the last event ends
        self.size = 0

    def build(self, events: Iterable[yaml.Event]) -> Node | None:
        documents = 0
        for event in events:
            documents += isinstance(event, yaml.DocumentStartEvent)
            if documents > 1:
                raise self._several()
            if isinstance(event, yaml.CollectionStartEvent):
                self._open(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self._close(event)
            elif isinstance(event, yaml.ScalarEvent):
                self._add(self._scalar(event))
            elif isinstance(event, yaml.AliasEvent):
                self._add(self._alias(event))
            self.position = _index(event.end_mark)
        return self.root

    def _open(self, event: yaml.CollectionStartEvent) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise self.too_deep(_index(event.start_mark))
        self.stack.append(_Open(event, self._value_start(event), []))

    def _close(self, event: yaml.CollectionEndEvent) -> None:
        opened = self.stack.pop()
        flow = opened.event.flow_style is True
        # The end mark of a block collection extends to the next token, across comments that do not belong to it.
        end = _index(event.end_mark) if flow else max([opened.start, *(c.end for c in opened.children)])
        tag, anchor, start = opened.event.tag, opened.event.anchor, opened.start
        node: Node
        if isinstance(opened.event, yaml.SequenceStartEvent):
            items = tuple(opened.children)
            node = SequenceNode(start=start, end=end, tag=tag, anchor=anchor, items=items, flow=flow)
        else:
            entries = self._entries(opened)
            node = MappingNode(start=start, end=end, tag=tag, anchor=anchor, entries=entries, flow=flow)
        self.meaning.add(node, opened.children)
        if self.meaning.depth > MAX_DEPTH:
            raise self.too_deep(node.start)
        if self.meaning.is_too_much:
            raise DevpoolError(
                "too-many-aliases",
                "the file's aliases refer to each other so often that they cannot be expanded",
                where=self._place(node.start),
                hint="merge the common block once where it is needed, not through other aliases",
            )
        self._add(node)

    def _several(self) -> DevpoolError:
        return DevpoolError(
            "several-documents",
            "the file holds more than one YAML document",
            where=self.path,
            hint="split it into one file each and pass them with -f",
        )

    def too_deep(self, position: int) -> DevpoolError:
        """The refusal of what nests too deep from this position on."""
        return DevpoolError(
            "too-deep",
            f"the file nests more than {MAX_DEPTH} levels, counting aliases",
            where=self._place(position),
            hint="Compose files nest a few levels only; check brackets and aliases",
        )

    def _too_large(self) -> DevpoolError:
        return DevpoolError(
            "too-large",
            f"the file has more than {_MOST_NODES:,} entries",
            where=self.path,
            hint="pass the compose file with -f; a project of 5,000 services has a tenth of that",
        )

    def _binary(self, position: int) -> DevpoolError:
        return DevpoolError(
            "binary-text",
            "a value is written as `!!binary`, which devpool does not read",
            where=self._place(position),
            hint="write the value as plain text",
        )

    def _entries(self, opened: _Open) -> tuple[Entry, ...]:
        pairs = zip(opened.children[::2], opened.children[1::2], strict=True)
        return tuple(Entry(key=self._key(k), value=v) for k, v in pairs)

    def _key(self, node: Node) -> ScalarNode:
        key = node.target if isinstance(node, AliasNode) else node
        if isinstance(key, ScalarNode):
            return key
        raise DevpoolError(
            "key-not-text",
            "a mapping has a key that is not text",
            where=self._place(node.start),
            hint="Compose files only have text keys; fix the file",
        )

    def _scalar(self, event: yaml.ScalarEvent) -> ScalarNode:
        start, end = self._value_start(event), _index(event.end_mark)
        if event.tag == _BINARY:
            raise self._binary(start)  # Compose decodes it: an `include` could be hidden so
        start = min(start, end)
        if event.style in ("|", ">"):
            # With `+`, the blank lines after it belong to the value.
            kept = "+" in self.text[start : start + 3]
            body = self.text[start:end].rstrip(" " if kept else None)
            end = start + len(re.sub(r"(\r\n|\n|\r)\Z", "", body))
        style = event.style or ""
        return ScalarNode(start=start, end=end, tag=event.tag, anchor=event.anchor, value=event.value, style=style)

    def _alias(self, event: yaml.AliasEvent) -> AliasNode:
        name = event.anchor or ""
        target = self.anchors.get(name)
        start, end = _index(event.start_mark), _index(event.end_mark)
        if target is None:
            raise DevpoolError(
                "unknown-alias",
                # Without the name: it may be a password that starts with an asterisk.
                "an alias (`*...`) has no anchor before it",
                where=self._place(start),
                hint="define its anchor (`&...`) above it, or put the text in quotes if it is not an alias",
            )
        return AliasNode(start=start, end=end, name=name, target=target)

    def _add(self, node: Node) -> None:
        self.size += 1
        if self.size > _MOST_NODES:
            raise self._too_large()
        if node.anchor:
            self.anchors[node.anchor] = node
        if self.stack:
            self.stack[-1].children.append(node)
        else:
            self.root = node

    def _value_start(self, event: yaml.NodeEvent) -> int:
        """Where the value itself begins: the marks of an anchored or tagged node begin at `&x` or `!tag`."""
        start = _index(event.start_mark)
        tagged = getattr(event, "tag", None) is not None
        if event.anchor is None and not tagged:
            return start
        found = _PROPERTIES.match(self.text, start)
        return found.end() if found else start

    def _place(self, position: int) -> str:
        return f"{self.path}:{self.text.count(chr(10), 0, position) + 1}"


def _index(mark: object) -> int:
    index = getattr(mark, "index", None)
    assert isinstance(index, int), "PyYAML marks every event"
    return index
