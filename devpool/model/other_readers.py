"""Who else reads the project's files: other compose files of the repository, which have no pooler. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from devpool.text import nodes
from devpool.text.nodes import AliasNode, MappingNode, Node, SequenceNode

Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Another compose file, and what it reads of the project's files, which are named by absolute path.

    Attributes:
        path: its own path.
        whole: compose files that it is another name of, in another folder.
        includes: compose files that it includes, directly or through others.
        taken: by compose file the spans of the services that it takes over with `extends`.
        loads: env files that its services load.
        interpolates: env files whose variables it may name.
        names: the variables that it names.
    """

    path: str
    whole: frozenset[str] = frozenset()
    includes: frozenset[str] = frozenset()
    taken: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    loads: frozenset[str] = frozenset()
    interpolates: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()

    def reads(self, path: str, position: int, name: str, pooler_files: AbstractSet[str]) -> bool:
        """Whether a change would reach it without the pooler.

        Args:
            path: the file that changes.
            position: where, in a compose file.
            name: the variable that changes, in an env file.
            pooler_files: the compose files that the poolers go into. Who includes them has the poolers as well.
        """
        if path in self.whole:
            return True
        if any(start <= position <= end for start, end in self.taken.get(path, ())):
            return True
        if pooler_files and pooler_files <= self.includes:
            return False
        return path in self.includes or path in self.loads or (path in self.interpolates and name in self.names)


def service_spans(services: MappingNode | None, name: str) -> tuple[Span, ...]:
    """The spans of a file that make up one of its services, with what it names by aliases and merges; none where it has
    none of that name.
    """
    entry = nodes.entries(services).get(name) if services else None
    return tuple(_spans(entry.value)) if entry else ()


def _spans(node: Node) -> Iterator[Span]:
    waiting, seen = [node], set[int]()
    yield node.start, node.end
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        if isinstance(each, AliasNode):
            yield each.target.start, each.target.end
            waiting.append(each.target)
        elif isinstance(each, MappingNode):
            waiting += [entry.value for entry in each.entries]
        elif isinstance(each, SequenceNode):
            waiting += each.items
