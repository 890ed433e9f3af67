"""How large a file is once every alias is expanded: a few lines can mean billions of nodes."""

from __future__ import annotations

from collections.abc import Sequence as Several

from devpool.text.nodes import MappingNode, Node, ScalarNode, SequenceNode, resolved

MAX_DEPTH = 80
# Real files stay far below: a common block merged by a thousand services makes a few tens of thousands of nodes.
_ALWAYS_FINE = 200_000
_FOR_EACH = 20


class Meaning:
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
