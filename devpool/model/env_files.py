"""The env files of a service, and what each gives it."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from devpool.model.paths import resolve_path
from devpool.model.services import Service
from devpool.model.values import Origin, Value, whole_text
from devpool.text import nodes
from devpool.text.document import Document
from devpool.text.envfile import EnvFile, pieces_of
from devpool.text.interpolation import Variable
from devpool.text.nodes import ScalarNode, SequenceNode


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvFileUse:
    """One entry of a service's `env_file`: the path as it resolves, and the node that states it.

    Attributes:
        required: whether Compose refuses the project without the file.
        format: `raw`, or "" where the file is read as others are (Compose specification, "env_file").
    """

    path: str
    required: bool
    format: str
    node: ScalarNode
    document: Document

    @property
    def key(self) -> str:
        """What tells apart the values that a file gives: the path, and the format that it is read in."""
        return self.path + ("\0raw" if self.format == "raw" else "")


def env_file_uses(service: Service) -> Iterator[EnvFileUse]:
    """The env files of a service, the weakest first."""
    for document, node, said in _env_file_nodes(service):
        path = resolve_path(document.directory, service.read(node))
        required = said.get("required", "").lower() != "false"
        yield EnvFileUse(path=path, required=required, format=said.get("format", ""), node=node, document=document)


def _env_file_nodes(service: Service) -> Iterator[tuple[Document, ScalarNode, dict[str, str]]]:
    """The scalars that name a service's env files, and what else the long form says of each."""
    for statement in service.statements("env_file"):
        value = statement.value
        items = value.items if isinstance(value, SequenceNode) else (value,)
        for item in map(nodes.resolved, items):
            if isinstance(item, ScalarNode):
                yield statement.document, item, {}
            elif isinstance(item, nodes.MappingNode):
                parts = {k: nodes.resolved(e.value) for k, e in nodes.entries(item).items()}
                said = {k: service.read(v) for k, v in parts.items() if isinstance(v, ScalarNode) and k != "path"}
                path = parts.get("path")
                if isinstance(path, ScalarNode):
                    yield statement.document, path, said


def env_file_values(
    file: EnvFile,
    variables: Mapping[str, Variable],
    own: Mapping[str, Variable] = MappingProxyType({}),
    before: Mapping[str, Variable] = MappingProxyType({}),
) -> dict[str, Value]:
    """What one env file gives a service, by name. Inside its `${...}` the project's variables win, then the service's
    own, then the file's earlier lines, then earlier files (compose-go, types/project.go, `loadEnvFile`).
    """
    known: dict[str, Variable] = {}
    scope = ChainMap(*map(dict, (variables, own)), known, dict(before))
    values: dict[str, Value] = {}
    for binding in file.bindings:
        if not binding.given and binding.name not in variables:
            continue
        pieces = pieces_of(file, binding, scope)
        origin = Origin(
            file=file,
            form="env-file",
            start=binding.start,
            end=binding.end,
            exact=all(p.variable != "" for p in pieces),
            one_line="\n" not in file.text[binding.start : binding.end],
            holder=binding,
            container=None,
            given=binding.given,
        )
        text = whole_text(pieces, origin)
        values[binding.name] = Value(name=binding.name, text=text, pieces=pieces, origin=origin)
        known[binding.name] = Variable(value=text, source=file.path)
    return values


def is_given_alone(value: Value, variables: Mapping[str, Variable]) -> bool:
    """Whether an env file gives any service that loads it a value: with the project's variables and its own lines."""
    own = value.origin.file.path
    return all(not p.variable or p.variable in variables or p.source in (None, own) for p in value.pieces)
