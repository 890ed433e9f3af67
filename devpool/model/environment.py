"""Each service's effective variables, and where each value is written.

Compose's order: a variable in `environment` wins over one in `env_file`; of several files the later wins
(the Compose specification, "environment" and "env_file").
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from devpool.errors import DevpoolError
from devpool.model.paths import resolve_path
from devpool.model.services import Service, Statement
from devpool.text import characters, nodes
from devpool.text.document import Document
from devpool.text.envfile import Binding, EnvFile, pieces_of
from devpool.text.interpolation import LONGEST, Piece, Variable, expand, text_of
from devpool.text.nodes import ScalarNode, SequenceNode

Form = Literal["map", "list", "env-file", "command"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Origin:
    """Where the effective value of a variable is written.

    Attributes:
        file: the document or env file.
        form: an entry of a mapping, an item of a list, a line of an env file, or a word of a command.
        start, end: the span of the value's characters inside its quotes.
        exact: whether it is known where in the file each character of the value stands.
        one_line: whether the text that holds it stands on one line, so that it can be copied to another place.
        holder: the entry, the list item, or the binding that holds it.
        container: the mapping or list it stands in; None in an env file and in a command.
        given: False where only the name is written and the value is passed through.
    """

    file: Document | EnvFile
    form: Form
    start: int
    end: int
    exact: bool
    one_line: bool
    holder: nodes.Entry | ScalarNode | Binding
    container: nodes.MappingNode | SequenceNode | None
    given: bool

    @property
    def key(self) -> tuple[str, int]:
        """What two services share when they share an origin."""
        return self.file.path, self.start

    @property
    def place(self) -> str:
        """`file:line`."""
        return f"{self.file.path}:{self.file.line_of(self.start)}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Value:
    """One effective variable of a service; `pieces` have their spans in the origin's file."""

    name: str
    text: str = field(repr=False)
    pieces: tuple[Piece, ...] = field(repr=False)
    origin: Origin


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


def effective(
    service: Service, files: Mapping[str, EnvFile], alone: Mapping[str, Mapping[str, Value]]
) -> dict[str, Value]:
    """The effective variables of a service by name.

    Args:
        service: the service.
        files: the env files by the key of their use; missing ones are left out.
        alone: what each gives where the service adds nothing to it (`env_file_values`): services share that.
    """
    own = {v.name: v for statement in service.statements("environment") for v in _from_environment(service, statement)}
    found: dict[str, Value] = {}
    for use in (u for u in env_file_uses(service) if u.key in files):
        file = files[use.key]
        told = file.mentioned - service.variables.keys()
        if told & (own.keys() | found.keys()):
            found |= env_file_values(file, service.variables, _known(own, told), _known(found, told))
        else:
            found |= alone[use.key]
    # A bare name without a value anywhere unsets the env file's value.
    return {name: value for name, value in (found | own).items() if value.pieces or value.origin.given}


def _known(values: Mapping[str, Value], names: Set[str]) -> dict[str, Variable]:
    """Those of some variables that have a value, as an env file may interpolate them."""
    given = {n: v for n, v in values.items() if n in names and (v.pieces or v.origin.given)}
    return {name: Variable(value=value.text, source=value.origin.file.path) for name, value in given.items()}


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
    found: dict[str, Value] = {}
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
        text = _text(pieces, origin)
        found[binding.name] = Value(name=binding.name, text=text, pieces=pieces, origin=origin)
        known[binding.name] = Variable(value=text, source=file.path)
    return found


def is_given_alone(value: Value, variables: Mapping[str, Variable]) -> bool:
    """Whether an env file gives any service that loads it a value: with the project's variables and its own lines."""
    own = value.origin.file.path
    return all(not p.variable or p.variable in variables or p.source in (None, own) for p in value.pieces)


def _from_environment(service: Service, statement: Statement) -> Iterator[Value]:
    node = statement.value
    if isinstance(node, nodes.MappingNode):
        for name, entry in nodes.entries(node).items():
            yield from _from_entry(service, statement.document, node, name, entry)
    elif isinstance(node, SequenceNode):
        for item in map(nodes.resolved, node.items):
            if isinstance(item, ScalarNode):
                yield from _from_item(service, statement.document, node, item)


def _from_entry(
    service: Service, document: Document, container: nodes.MappingNode, name: str, entry: nodes.Entry
) -> Iterator[Value]:
    scalar = nodes.resolved(entry.value)
    if not isinstance(scalar, ScalarNode):
        return
    # A plain empty or null value passes the shell's value through.
    given = bool(scalar.style) or scalar.value.lower() not in ("", "null", "~")
    pieces, (start, end), exact = read_scalar(service, document, scalar)
    origin = Origin(
        file=document,
        form="map",
        start=start,
        end=end,
        exact=exact,
        one_line="\n" not in document.text[scalar.start : scalar.end],
        holder=entry,
        container=container,
        given=given,
    )
    yield _value(service, name, pieces, origin)


def _from_item(service: Service, document: Document, container: SequenceNode, item: ScalarNode) -> Iterator[Value]:
    raw_name, sign, _ = item.value.partition("=")
    pieces, (start, end), exact = read_scalar(service, document, item, len(raw_name) + len(sign))
    origin = Origin(
        file=document,
        form="list",
        start=start,
        end=end,
        exact=exact,
        one_line="\n" not in document.text[item.start : item.end],
        holder=item,
        container=container,
        given=bool(sign),
    )
    yield _value(service, text_of(expand(raw_name, service.scope(item))), pieces, origin)


def _value(service: Service, name: str, pieces: tuple[Piece, ...], origin: Origin) -> Value:
    if origin.given:
        return Value(name=name, text=_text(pieces, origin), pieces=pieces, origin=origin)
    found = _passed_on(service, origin).get(name)
    start, end = origin.start, origin.end
    passed = (Piece(text=found.value, start=start, end=end, variable=name, source=found.source),) if found else ()
    return Value(name=name, text=text_of(passed), pieces=passed, origin=origin)


def _passed_on(service: Service, origin: Origin) -> Mapping[str, Variable]:
    """What a name without a value passes on. Compose takes it from the variables of an included file if it stands in a
    list there, and makes one of a mapping that it merges with what `extends` brings (compose-go, override/merge.go).
    """
    merged = any(not statement.fragment.own for statement in service.statements("environment"))
    if origin.form == "map" and not merged:
        return service.variables
    holder = origin.holder
    return service.scope(holder.value if isinstance(holder, nodes.Entry) else holder)


def _text(pieces: tuple[Piece, ...], origin: Origin) -> str:
    text = text_of(pieces)
    if len(text) > LONGEST:
        raise DevpoolError(
            "value-too-long",
            f"the value is longer than {LONGEST:,} characters",
            where=origin.place,
            hint="Linux starts no program with such a variable or argument: put the value in a file",
        )
    return text


def command_values(service: Service) -> Iterator[Value]:
    """The texts of a service's `entrypoint` and `command`: a value for each word of a list, named as the key."""
    for key in ("entrypoint", "command"):
        for statement in service.statements(key)[-1:]:
            node, document = statement.value, statement.document
            for scalar in map(nodes.resolved, node.items if isinstance(node, SequenceNode) else (node,)):
                if isinstance(scalar, ScalarNode):
                    pieces, (start, end), exact = read_scalar(service, document, scalar)
                    origin = Origin(
                        file=document,
                        form="command",
                        start=start,
                        end=end,
                        exact=exact,
                        one_line="\n" not in document.text[scalar.start : scalar.end],
                        holder=statement.entry,
                        container=None,
                        given=True,
                    )
                    yield _value(service, key, pieces, origin)


def read_scalar(
    service: Service, document: Document, scalar: ScalarNode, skip: int = 0
) -> tuple[tuple[Piece, ...], tuple[int, int], bool]:
    """A scalar's value from the character `skip` on, interpolated: its pieces with their spans in the file, the span
    of all of it, and whether these spans are known.
    """
    raw, variables = scalar.value[skip:], service.scope(scalar)
    plain = nodes.inner(document.text, scalar)
    if plain:
        start = plain[0] + skip
        return expand(raw, variables, start), (start, plain[1]), True
    found = characters.spans(document.text, scalar)
    if found is None or not found[skip:]:
        return expand(raw, variables, scalar.start), (scalar.start, scalar.end), found is not None
    mine = found[skip:]
    return tuple(characters.placed(expand(raw, variables), mine)), (mine[0][0], mine[-1][1]), True


def raw_span(value: Value, start: int, end: int) -> tuple[int, int] | None:
    """The span in the origin's file that makes `value.text[start:end]`; None where it cannot be cut out."""
    if not (value.origin.exact and value.origin.given):
        return None
    first = last = None
    offset = 0
    for piece in value.pieces:
        stop = offset + len(piece.text)
        literal = piece.variable is None and len(piece.text) == piece.end - piece.start
        if offset <= start < stop and (literal or offset == start):
            first = piece.start + (start - offset if literal else 0)
        if offset < end <= stop and (literal or stop == end):
            last = piece.start + (end - offset) if literal else piece.end
        offset = stop
    return (first, last) if first is not None and last is not None and first < last else None


def variable_holding(value: Value, start: int, end: int) -> Piece | None:
    """The variable whose value contains `value.text[start:end]` wholly, if that is where it is written."""
    offset = 0
    for piece in value.pieces:
        stop = offset + len(piece.text)
        if offset <= start and end <= stop and piece.variable:
            return piece
        offset = stop
    return None
