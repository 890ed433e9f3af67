"""A value's address in its raw text: only the characters of host and port change. Whether the text may be repeated."""

from __future__ import annotations

import re

from devpool.model.project import BARE, ConnectionVariable, Project
from devpool.model.services import Service
from devpool.model.values import Value, raw_span
from devpool.redact.sentences import MASK, redact
from devpool.text.address import DEFAULT_PORT, WRITTEN, Address, find_addresses, replacements
from devpool.text.edits import Copy, Part
from devpool.text.envfile import Binding, EnvFile
from devpool.text.interpolation import names_in
from devpool.text.nodes import Entry
from devpool.text.patterns import regex

Replacement = tuple[tuple[int, int], str]
Target = tuple[str, str, str]  # host, port, and what the database's name ends in
# `$NAME` without braces would swallow the text after it as part of its name.
_OPEN_VARIABLE = regex(r"\$[A-Za-z_]\w*$")
_LONGEST_NAME = 1000
_BEFORE_DEFAULT = regex(r"\$\{[A-Za-z_]\w*:?-$")
_PASSWORD = regex(r"(pass(word|wd)?|pwd|secret)\s*=\s*(?!\*{3}(?:[\s;&]|$))[^\s;&]", re.I)
_NAMED = r"\$\{[A-Za-z_]\w*(?::?\?[^{}$]*)?\}|\$[A-Za-z_]\w*"
VARIABLE = regex(_NAMED)
"""A variable without a default, which could be a secret."""
_VARIABLES = regex(rf"(?:{_NAMED})+")


def raw_replacements(
    value: Value, address: Address, host: str, port: str, suffix: str = ""
) -> list[Replacement] | None:
    """The spans of the origin's file to replace so that an address goes to `host` and `port`, in their order.

    Host and port are replaced apart, each where it is written: they may be two defaults. Where one variable holds
    both, its `${...}` is replaced as a whole. None where neither can be cut out. A suffix of the database's name goes
    after it, whatever it is written with.
    """
    parts = _server_replacements(value, address, host, port)
    text = value.origin.file.text
    if parts and not all(WRITTEN.fullmatch(text[start:end]) for (start, end), _ in parts if start < end):
        return None  # written with escapes, which `disable` would not restore
    if parts is None or not suffix or address.database_span is None:
        return parts
    end = _end_of_name(value, address.database_span)
    return None if end is None else sorted([*parts, ((end, end), suffix)])


def _end_of_name(value: Value, span: tuple[int, int]) -> int | None:
    """Where a suffix of the database's name goes: also behind the `}` of a variable whose default the name is."""
    name, text = raw_span(value, *span), value.origin.file.text
    if name is None or _OPEN_VARIABLE.search(text[name[0] : name[1]]):
        return None
    start, end = name
    while text[end : end + 1] == "}" and (opened := _BEFORE_DEFAULT.search(text, _line(text, start), start)):
        start, end = opened.start(), end + 1
    return end


def _line(text: str, position: int) -> int:
    """Where the line of a position begins, or a place in it that is far before the name of a variable."""
    return max(text.rfind("\n", 0, position) + 1, position - _LONGEST_NAME)


def _server_replacements(value: Value, address: Address, host: str, port: str) -> list[Replacement] | None:
    wanted = replacements(address, host, port)
    apart = [(_raw_span(value, span), text) for span, text in wanted]
    placed = [(raw, text) for raw, text in apart if raw is not None]
    if len(placed) == len(wanted):
        return _joined(sorted(placed))
    if address.port_span is None or len(wanted) != 2:
        return None
    start, end = sorted((*address.host_span, *address.port_span))[::3]
    whole = raw_span(value, start, end)
    return [(whole, f"{host}:{port}")] if whole and value.text[start:end].count(":") == 1 else None


def _raw_span(value: Value, span: tuple[int, int]) -> tuple[int, int] | None:
    """A span of the value in the origin's file. An empty port may be a variable without a value, which has one some
    day.
    """
    if span[0] < span[1]:
        return raw_span(value, *span)
    offset = 0
    for piece in value.pieces:
        if offset == span[0] and piece.variable and not piece.text:
            return piece.start, piece.end
        offset += len(piece.text)
    before = raw_span(value, span[0] - 1, span[0])
    return (before[1], before[1]) if before else None


def _joined(parts: list[Replacement]) -> list[Replacement]:
    """Host and port as one replacement where only the colon stands between them."""
    if len(parts) == 2 and parts[0][0][1] + 1 == parts[1][0][0]:
        return [((parts[0][0][0], parts[1][0][1]), f"{parts[0][1]}:{parts[1][1]}")]
    return parts


def moved_copy(value: Value, old_host: str, target: Target, whole: Copy) -> tuple[Part, ...] | None:
    """A copy of a span around a value's raw text with every address of a host replaced; None where it cannot be."""
    parts: list[Part] = []
    position = whole.start
    for address in find_addresses(value.text):
        replaced = raw_replacements(value, address, *target) if address.host == old_host else []
        if replaced is None:
            return None
        for raw, text in replaced:
            parts += [Copy(position, raw[0]), text]
            position = raw[1]
    return (*parts, Copy(position, whole.end))


def moved_raw(value: Value, old_host: str, target: Target, text: str) -> str | None:
    """The same as text, for a value whose raw text holds no secret; `text` begins where the value does."""
    base = value.origin.start
    parts = moved_copy(value, old_host, target, Copy(base, base + len(text)))
    if parts is None:
        return None
    return "".join(p if isinstance(p, str) else text[p.start - base : p.end - base] for p in parts)


def shows_no_secret(value: Value, raw: str) -> bool:
    """Whether a value's text may be written elsewhere: what would be redacted in it is a variable at most."""
    holder = value.origin.holder
    verbatim = isinstance(holder, Binding) and (holder.raw or holder.quote == "'")
    interpolates = not verbatim and value.origin.exact
    plain = not re.search(r"['\"\\]", raw)
    # A variable stands there like a password that is redacted already: `redact` leaves it as it is.
    named = _VARIABLES.sub(MASK, raw)
    return plain and interpolates and redact(named) == named and not _PASSWORD.search(named)


def restatable(project: Project, variable: ConnectionVariable) -> bool:
    """Whether a variable that has to differ from others that read the same place can be stated anew: an env file's
    value by its variables, which the compose file has to be able to take from the same file.
    """
    file, value = variable.value.origin.file, variable.value
    if not isinstance(file, EnvFile) or variable.kind in BARE:
        return True
    raw = file.text[value.origin.start : value.origin.end]
    move = moved_raw(value, variable.address.host, (variable.address.host, DEFAULT_PORT, ""), raw)
    strongest = project.services[variable.service].strongest
    scope = project.sources.variables if project.sources.override else strongest.variables
    values = project.environments[variable.service]
    known = all(name in scope for name in names_in(raw) if file.last(name) or name in values)
    return known and file.path in project.sources.dotenv and shows_no_secret(value, raw) and move is not None


def restatable_elsewhere(variable: ConnectionVariable) -> bool:
    """Whether a variable of a compose file can be stated anew in another one: without a secret in its text."""
    value = variable.value
    raw = value.origin.file.text[value.origin.start : value.origin.end]
    move = moved_raw(value, variable.address.host, (variable.address.host, DEFAULT_PORT, ""), raw)
    return shows_no_secret(value, raw) and move is not None


def restatable_in_override(project: Project, variable: ConnectionVariable) -> bool:
    """Whether an override file can state a variable anew that another file holds: without a secret in its text."""
    value, origin = variable.value, variable.value.origin
    if variable.kind in BARE or isinstance(origin.file, EnvFile):
        return restatable(project, variable)
    alike = reads_alike(value, project.services[variable.service], project)
    return alike and origin.given and origin.one_line and restatable_elsewhere(variable)


def reads_alike(value: Value, service: Service, project: Project) -> bool:
    """Whether a value's text means the same in the project's own files: `include` may give more variables to the file
    that it names.
    """
    origin, known = value.origin, project.sources.variables
    scope = service.scope(origin.holder.value if isinstance(origin.holder, Entry) else origin.holder)
    return all(scope.get(name) == known.get(name) for name in names_in(origin.file.text[origin.start : origin.end]))
