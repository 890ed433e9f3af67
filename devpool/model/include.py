"""Reads `include` as Compose does, and the variables that apply in the file that contains it.

An included file gets, for its own interpolation, the env files of that `include` in addition to the variables of the
file that includes it (compose-spec/compose-go, loader/include.go); they apply nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from devpool.text import nodes
from devpool.text.document import Document
from devpool.text.interpolation import Variable
from devpool.text.nodes import Node, ScalarNode, SequenceNode


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The variables that interpolation uses in one file, and the env files of the includes that led to it."""

    files: tuple[str, ...] = ()
    variables: dict[str, Variable] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Included:
    """One item of `include`, as it is written: the scalars that name files, their folder, and env files."""

    paths: tuple[ScalarNode, ...]
    folder: ScalarNode | None
    env_files: tuple[ScalarNode, ...]


def included(document: Document) -> Iterator[Included]:
    """The items of a file's `include`."""
    node = nodes.lookup(document.root, "include")
    body = nodes.resolved(node) if node else None
    for item in map(nodes.resolved, body.items if isinstance(body, SequenceNode) else ()):
        if isinstance(item, nodes.MappingNode):
            # Compose also accepts these keys in capitals (mapstructure ignores case).
            parts = {key.lower(): entry.value for key, entry in nodes.entries(item).items()}
            folder = next(iter(_scalars(parts.get("project_directory"))), None)
            env_files = tuple(_scalars(parts.get("env_file")))
            yield Included(paths=tuple(_scalars(parts.get("path"))), folder=folder, env_files=env_files)
        else:
            yield Included(paths=tuple(_scalars(item)), folder=None, env_files=())


def _scalars(node: Node | None) -> Iterator[ScalarNode]:
    body = nodes.resolved(node) if node else None
    items = map(nodes.resolved, body.items) if isinstance(body, SequenceNode) else (body,)
    return (item for item in items if isinstance(item, ScalarNode))
