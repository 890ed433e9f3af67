"""The tree of a YAML text, whose nodes point into it.

PyYAML's event stream gives the positions. PyYAML's own composed tree is not used, because in it
an alias is the same node as its anchor, with the anchor's marks: here an `AliasNode` has its own span.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Sequence as Several
from contextlib import suppress
from dataclasses import dataclass

import yaml

from devpool.errors import Code, DevpoolError
from devpool.text.nodes import AliasNode, Entry, MappingNode, Node, ScalarNode, SequenceNode, resolved
from devpool.text.patterns import regex
from devpool.text.yaml_errors import MAX_DEPTH, MOST_NODES, not_yaml, refused

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_OPENING = (
    *(yaml.FlowSequenceStartToken, yaml.FlowMappingStartToken),
    *(yaml.BlockSequenceStartToken, yaml.BlockMappingStartToken),
)
_CLOSING = (yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken, yaml.BlockEndToken)
_AHEAD = 4096
"""How many characters after the last event a loader's error may be: it reads up to 1,024 ahead for a key's colon
(https://yaml.org/spec/1.2.2/#example-single-pair-implicit-entries)."""
_BINARY = "tag:yaml.org,2002:binary"
# A few lines of aliases can mean billions of nodes. Real files stay far below: a common block merged by a thousand
# services makes a few tens of thousands of nodes.
_ALWAYS_FINE = 200_000
_FOR_EACH = 20
_PROPERTIES = regex(r"(?:[&!]\S*[ \t]+)*(?:[&!]\S*(?=\s|$))?\s*")


def build_tree(path: str, text: str) -> tuple[Node | None, int]:
    """The tree of a YAML text, None for an empty one, and how many nodes it has.

    Raises:
        DevpoolError: `not-yaml`, `several-documents`, `too-deep`, `too-many-aliases`, `too-large`, `binary-text`,
            `unknown-alias`, `key-not-text`.
    """
    builder = _Builder(path, text)
    try:
        # Each event is checked before the next is read: PyYAML takes minutes for text that nests deep enough.
        return builder.build(yaml.parse(text, Loader=_LOADER)), builder.size
    except (yaml.YAMLError, RecursionError, MemoryError) as error:
        # A loader reads ahead and gives up at a depth and with words that depend on its version: from libyaml 0.2.6
        # on, at 1,000 levels. So the text, not the error, decides whether it nests too deep.
        if _nests_deeper(text[builder.position :], MAX_DEPTH - len(builder.stack)):
            raise builder.refused("too-deep", builder.position) from None
        if isinstance(error, yaml.YAMLError):
            raise not_yaml(path, error) from None
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


class _Meaning:
    """Depth and number of nodes of each collection, all aliases in it followed; told from the inside out."""

    def __init__(self) -> None:
        self._found: dict[int, tuple[int, int]] = {}
        self._scalars = 0
        self.depth = 0
        self.count = 0

    def add(self, node: MappingNode | SequenceNode, children: Several[Node]) -> None:
        """Take in a collection that has been read; `depth` and `count` are its own then."""
        parts = [self._found.get(id(resolved(child)), (1, 1)) for child in children]
        self._scalars += sum(isinstance(child, ScalarNode) for child in children)
        self.depth = 1 + max((depth for depth, _ in parts), default=0)
        self.count = 1 + sum(count for _, count in parts)
        self._found[id(node)] = (self.depth, self.count)

    @property
    def is_too_much(self) -> bool:
        """Whether the last collection means so much more than the file holds that nobody should follow it."""
        return self.count > _ALWAYS_FINE + self._scalars + _FOR_EACH * len(self._found)


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
        self.meaning = _Meaning()
        self.stack: list[_Open] = []
        self.root: Node | None = None
        self.position = 0  # where the last event ends
        self.size = 0

    def build(self, events: Iterable[yaml.Event]) -> Node | None:
        documents = 0
        for event in events:
            documents += isinstance(event, yaml.DocumentStartEvent)
            if documents > 1:
                raise refused("several-documents", self.path)
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
            raise self.refused("too-deep", _index(event.start_mark))
        self.stack.append(_Open(event, self._value_start(event), []))

    def _close(self, event: yaml.CollectionEndEvent) -> None:
        opened = self.stack.pop()
        node = self._collection(opened, event)
        self.meaning.add(node, opened.children)
        if self.meaning.depth > MAX_DEPTH:
            raise self.refused("too-deep", node.start)
        if self.meaning.is_too_much:
            raise self.refused("too-many-aliases", node.start)
        self._add(node)

    def _collection(self, opened: _Open, event: yaml.CollectionEndEvent) -> MappingNode | SequenceNode:
        flow = opened.event.flow_style is True
        # The end mark of a block collection extends to the next token, across comments that do not belong to it.
        end = _index(event.end_mark) if flow else max([opened.start, *(c.end for c in opened.children)])
        tag, anchor, start = opened.event.tag, opened.event.anchor, opened.start
        if isinstance(opened.event, yaml.SequenceStartEvent):
            items = tuple(opened.children)
            return SequenceNode(start=start, end=end, tag=tag, anchor=anchor, items=items, flow=flow)
        entries = self._entries(opened)
        return MappingNode(start=start, end=end, tag=tag, anchor=anchor, entries=entries, flow=flow)

    def _entries(self, opened: _Open) -> tuple[Entry, ...]:
        pairs = zip(opened.children[::2], opened.children[1::2], strict=True)
        return tuple(Entry(key=self._key(k), value=v) for k, v in pairs)

    def _key(self, node: Node) -> ScalarNode:
        key = node.target if isinstance(node, AliasNode) else node
        if isinstance(key, ScalarNode):
            return key
        raise self.refused("key-not-text", node.start)

    def _scalar(self, event: yaml.ScalarEvent) -> ScalarNode:
        start, end = self._value_start(event), _index(event.end_mark)
        if event.tag == _BINARY:
            raise self.refused("binary-text", start)  # Compose decodes it: an `include` could be hidden so
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
            raise self.refused("unknown-alias", start)
        return AliasNode(start=start, end=end, name=name, target=target)

    def _add(self, node: Node) -> None:
        self.size += 1
        if self.size > MOST_NODES:
            raise refused("too-large", self.path)
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

    def refused(self, code: Code, position: int) -> DevpoolError:
        """The refusal of what stands at this position."""
        return refused(code, f"{self.path}:{self.text.count(chr(10), 0, position) + 1}")


def _index(mark: object) -> int:
    index = getattr(mark, "index", None)
    assert isinstance(index, int), "PyYAML marks every event"
    return index
