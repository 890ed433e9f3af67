"""Each service's effective variables, and where each value is written.

Compose's order: a variable in `environment` wins over one in `env_file`; of several files the later wins
(the Compose specification, "environment" and "env_file").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from devpool.model.env_files import env_file_uses, env_file_values
from devpool.model.services import Service, Statement
from devpool.model.values import Origin, Value, whole_text
from devpool.text import characters, nodes
from devpool.text.document import Document
from devpool.text.envfile import EnvFile
from devpool.text.interpolation import Piece, Variable, expand, text_of
from devpool.text.nodes import ScalarNode, SequenceNode


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
    values: dict[str, Value] = {}
    for use in (u for u in env_file_uses(service) if u.key in files):
        file = files[use.key]
        told = file.mentioned - service.variables.keys()
        if told & (own.keys() | values.keys()):
            values |= env_file_values(file, service.variables, _known(own, told), _known(values, told))
        else:
            values |= alone[use.key]
    # A bare name without a value anywhere unsets the env file's value.
    return {name: value for name, value in (values | own).items() if value.pieces or value.origin.given}


def _known(values: Mapping[str, Value], names: Set[str]) -> dict[str, Variable]:
    """Those of some variables that have a value, as an env file may interpolate them."""
    given = {n: v for n, v in values.items() if n in names and (v.pieces or v.origin.given)}
    return {name: Variable(value=value.text, source=value.origin.file.path) for name, value in given.items()}


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
        return Value(name=name, text=whole_text(pieces, origin), pieces=pieces, origin=origin)
    value = _passed_on(service, origin).get(name)
    start, end = origin.start, origin.end
    passed = (Piece(text=value.value, start=start, end=end, variable=name, source=value.source),) if value else ()
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
    spans = characters.spans(document.text, scalar)
    if spans is None or not spans[skip:]:
        return expand(raw, variables, scalar.start), (scalar.start, scalar.end), spans is not None
    mine = spans[skip:]
    return tuple(characters.placed(expand(raw, variables), mine)), (mine[0][0], mine[-1][1]), True
