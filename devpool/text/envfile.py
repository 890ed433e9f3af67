"""One env file: its bindings, each with the span of its value.

python-dotenv's parser splits the text into bindings whose originals join to the text again; what a value means
follows Compose (the specification's "env_file" syntax), and the proof compares it with Compose's own reading.
"""

from __future__ import annotations

import io
import re
from bisect import bisect_left
from collections import ChainMap
from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field, replace

from devpool.text.document import decode, newline_of
from devpool.text.interpolation import SHELL, Piece, Variable, expand, names_in, text_of
from devpool.text.patterns import regex

_HEAD = regex(r"\s*(?P<export>export[ \t]+)?(?P<name>[A-Za-z_][\w.\-\[\]]*)[ \t]*(?P<sign>[=:])?[ \t]*")
_QUOTED = {"'": regex(r"'([^']*)'"), '"': regex(r'"((?:\\.|[^"\\])*)"', re.S)}
_BARE = regex(r"[^\r\n]*")
_RAW = regex(r"^[ \t]*(?P<name>[^\s#=][^\s=]*)(?P<sign>=(?P<value>[^\r\n]*))?[^\r\n]*", re.M)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "$": "$$", '"': '"', "\\": "\\"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """`NAME=value` in an env file.

    Attributes:
        name: the variable.
        start, end: the span of the value's characters inside its quotes.
        line_start, line_end: the span of the binding from the start of its line to before its newline.
        quote: `'`, `"` or "".
        export: `export ` as written, or "".
        given: False for a bare `NAME`, which passes the shell's value through.
        raw: whether quotes, `$` and `\\` are characters of the value (`format: raw`).
    """

    name: str
    start: int
    end: int
    line_start: int
    line_end: int
    quote: str
    export: str
    given: bool
    raw: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EnvFile:
    """A parsed env file; `text` is without its byte order mark, and `mentioned` are the names of variables in it."""

    path: str
    bom: bool
    text: str = field(repr=False)
    newline: str
    bindings: tuple[Binding, ...]
    _newlines: list[int] = field(init=False, repr=False, default_factory=list)
    _last: dict[str, Binding] = field(init=False, repr=False, default_factory=dict)
    mentioned: frozenset[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Order the bindings by name once: they are asked for many times."""
        self._last.update((binding.name, binding) for binding in self.bindings)
        object.__setattr__(self, "mentioned", names_in(self.text) if "$" in self.text else frozenset())

    def last(self, name: str) -> Binding | None:
        """The binding of a name that counts: the last one."""
        return self._last.get(name)

    def line_of(self, position: int) -> int:
        """1-based line of a position."""
        if not self._newlines:
            self._newlines.extend(found.start() for found in re.finditer("\n", self.text))
        return bisect_left(self._newlines, position) + 1

    def raw(self, binding: Binding) -> str:
        """The value's characters as written, without its quotes."""
        return self.text[binding.start : binding.end]


def parse_env(path: str, data: bytes) -> EnvFile:
    """Read one env file.

    Raises:
        DevpoolError: `not-utf8`.
    """
    from dotenv.parser import parse_stream  # with the logging that it brings, 10 ms; most projects have no env file

    bom, text = decode(path, data)
    bindings: list[Binding] = []
    position = 0
    for piece in parse_stream(io.StringIO(text, newline="")):
        original = piece.original.string
        binding = _binding(text, position, position + len(original))
        if binding:
            bindings.append(binding)
        position += len(original)
    return EnvFile(path=path, bom=bom, text=text, newline=newline_of(text), bindings=tuple(bindings))


def raw_form(file: EnvFile) -> EnvFile:
    """The file as `format: raw` has it read: every character after `=` is the value's.

    Source: the Compose specification, "env_file", `format`; github.com/docker/cli, pkg/kvfile.
    """
    return replace(file, bindings=tuple(map(_raw_binding, _RAW.finditer(file.text))))


def _raw_binding(found: re.Match[str]) -> Binding:
    start, end = found.span("value" if found["sign"] else "name")
    return Binding(
        name=found["name"],
        start=start if found["sign"] else end,
        end=end,
        line_start=found.start(),
        line_end=found.end(),
        quote="",
        export="",
        given=found["sign"] is not None,
        raw=True,
    )


def _binding(text: str, start: int, end: int) -> Binding | None:
    head = _HEAD.match(text, start, end)
    if not head:
        return None
    quote, span = _value_span(text, head.end(), end) if head["sign"] else ("", (head.end("name"),) * 2)
    line_end = end
    while line_end > span[1] and text[line_end - 1] in "\r\n":
        line_end -= 1
    begin = head.start("export") if head["export"] else head.start("name")
    return Binding(
        name=head["name"],
        start=span[0],
        end=span[1],
        line_start=max(text.rfind("\n", 0, begin), text.rfind("\r", 0, begin)) + 1,
        line_end=line_end,
        quote=quote,
        export=head["export"] or "",
        given=head["sign"] is not None,
    )


def _value_span(text: str, start: int, end: int) -> tuple[str, tuple[int, int]]:
    quote = text[start : start + 1]
    quoted = _QUOTED[quote].match(text, start, end) if quote in _QUOTED else None
    if quoted:
        return quote, quoted.span(1)
    bare = _BARE.match(text, start, end)
    value = bare[0] if bare else ""
    # A `#` starts a comment only after a space that follows something: `COLOR=#fff` and `A= # b` are values.
    comment = value.find(" #")
    value = value[:comment] if comment >= 0 else value
    return "", (start, start + len(value.rstrip()))


def pieces_of(file: EnvFile, binding: Binding, variables: Mapping[str, Variable]) -> tuple[Piece, ...]:
    """The pieces of a binding's value after interpolation, with spans in the file.

    Where escapes make the value differ from what is written, one piece covers the whole span.

    Raises:
        DevpoolError: `bad-interpolation`, `variable-required`.
    """
    raw = file.raw(binding)
    if not binding.given:
        values = variables.get(binding.name)
        text = values.value if values else ""
        source = values.source if values else None
        return (Piece(text=text, start=binding.start, end=binding.end, variable=binding.name, source=source),)
    if binding.raw or binding.quote == "'":
        return (Piece(text=raw, start=binding.start, end=binding.end),)
    if "\\" in raw:
        text = text_of(expand(_unescaped(raw) if binding.quote else raw, variables))
        return (Piece(text=text, start=binding.start, end=binding.end, variable="", source=file.path),)
    return expand(raw, variables, binding.start)


def _unescaped(raw: str) -> str:
    return re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[0]), raw, flags=re.S)


def values_of(
    file: EnvFile, variables: MutableMapping[str, Variable], before: MutableMapping[str, Variable] | None = None
) -> dict[str, Variable]:
    """The variables that a file defines. The shell's and earlier files' win inside its `${...}`.

    Args:
        file: the env file.
        variables: those that win.
        before: those of the files that it is given with and comes after, which count where it says nothing itself.

    Raises:
        DevpoolError: `bad-interpolation`, `variable-required`.
    """
    known: dict[str, Variable] = {}
    for binding in file.bindings:
        scope = ChainMap(variables, known, before or {})
        if not binding.given and binding.name not in scope:
            continue
        value = text_of(pieces_of(file, binding, scope))
        known[binding.name] = Variable(value=value, source=file.path)
    return known


def shell_variables(shell: Mapping[str, str]) -> dict[str, Variable]:
    """The shell's variables, as interpolation takes them."""
    return {name: Variable(value=value, source=SHELL) for name, value in shell.items()}


def with_env_files(variables: dict[str, Variable], files: Iterable[EnvFile]) -> dict[str, Variable]:
    """Variables, and those that env files add to them; of the files the last wins.

    Raises:
        DevpoolError: `bad-interpolation`, `variable-required`.
    """
    added: dict[str, Variable] = {}
    for file in files:
        added |= values_of(file, variables, added)
    return {**added, **variables}


def env_quoted(value: str) -> str:
    """A value as an env file has to write it so that Compose reads exactly that."""
    if "'" not in value:
        return f"'{value}'"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$").replace("\n", "\\n")
    return f'"{escaped}"'
