"""Expands `${VAR:-default}` as Compose does, and keeps every character's place.

The rules are those of the Compose specification, "Interpolation": `$VAR`, `${VAR}`, and `${VAR` followed by
one of `:-`, `-`, `:?`, `?`, `:+`, `+` and an argument that may itself hold variables; `$$` is a dollar sign.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field

from devpool.errors import DevpoolError
from devpool.text.patterns import regex

_NAME = regex(r"[A-Za-z_][A-Za-z0-9_]*")
_OPERATOR = regex(r":?[-?+]")
SHELL = "shell"
_MAX_DEPTH = 50
LONGEST = 131_072
"""The longest text that a variable or an argument may have: Linux starts no program with a longer one (execve(2),
`MAX_ARG_STRLEN`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A variable that may be interpolated: its value, and `source`: `SHELL` or the path of its env file."""

    value: str = field(repr=False)
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A run of the resulting text and where it came from.

    Attributes:
        text: what it contributes to the result.
        start, end: its span in the raw text. For a literal, character by character; for a variable's value,
            the whole `${...}`.
        variable: the name of the variable that gave the text; None for a literal.
        source: where that variable's value is written: `SHELL` or a path.
    """

    text: str = field(repr=False)
    start: int
    end: int
    variable: str | None = None
    source: str | None = None


def expand(raw: str, variables: Mapping[str, Variable], base: int = 0) -> tuple[Piece, ...]:
    """The pieces of a raw text after interpolation; their spans are shifted by `base`.

    Raises:
        DevpoolError: `bad-interpolation`, `variable-required`.
    """
    return tuple(_Reader(raw, variables, base).pieces(0, len(raw)))


def text_of(pieces: tuple[Piece, ...]) -> str:
    """The interpolated text.

    Raises:
        DevpoolError: `value-too-long`.
    """
    if sum(len(p.text) for p in pieces if p.variable) > LONGEST:
        raise DevpoolError(
            "value-too-long",
            f"variables expand a value to more than {LONGEST:,} characters",
            hint="find the variables in .env or an env file that keep expanding to other variables",
        )
    return "".join(p.text for p in pieces)


def names_in(raw: str) -> frozenset[str]:
    """The names of all variables that a raw text mentions, nested ones too."""
    names = re.findall(r"(?<!\$)(?:\$\$)*\$\{?([A-Za-z_][A-Za-z0-9_]*)", raw)
    return frozenset(names)


@dataclass(frozen=True, slots=True)
class _Reader:
    raw: str
    variables: Mapping[str, Variable]
    base: int

    def pieces(self, start: int, end: int) -> Iterator[Piece]:
        position = start
        while position < end:
            dollar = self.raw.find("$", position, end)
            dollar = end if dollar < 0 else dollar
            if dollar > position:
                yield self._literal(self.raw[position:dollar], position, dollar)
            if dollar == end:
                return
            position = yield from self._dollar(dollar, end)

    def _dollar(self, dollar: int, end: int) -> Generator[Piece, None, int]:
        after = dollar + 1
        if self.raw.startswith("$", after, end):
            yield self._literal("$", dollar, after + 1)
            return after + 1
        if self.raw.startswith("{", after, end):
            close = _closing(self.raw, after, end)
            yield from self._braced(dollar, close)
            return close + 1
        name = _NAME.match(self.raw, after, end)
        if name:
            yield self._value(name[0], dollar, name.end())
            return name.end()
        yield self._literal("$", dollar, after)
        return after

    def _braced(self, dollar: int, close: int) -> Iterator[Piece]:
        name = _NAME.match(self.raw, dollar + 2, close)
        operator = _OPERATOR.match(self.raw, name.end(), close) if name else None
        if not name or (not operator and name.end() != close):
            raise _bad(self.raw)
        sign = operator[0] if operator else ""
        values = self.variables.get(name[0])
        present = values is not None and (bool(values.value) or not sign.startswith(":"))
        if sign.endswith("?") and not present:
            raise _required(name[0])
        if operator and sign.endswith("+" if present else "-"):
            yield from self.pieces(operator.end(), close)
        elif sign.endswith("+"):
            yield Piece(text="", start=self.base + dollar, end=self.base + close + 1, variable=name[0])
        else:
            yield self._value(name[0], dollar, close + 1)

    def _value(self, name: str, start: int, end: int) -> Piece:
        values = self.variables.get(name)
        text, source = (values.value, values.source) if values else ("", None)
        return Piece(text=text, start=self.base + start, end=self.base + end, variable=name, source=source)

    def _literal(self, text: str, start: int, end: int) -> Piece:
        return Piece(text=text, start=self.base + start, end=self.base + end)


def _required(name: str) -> DevpoolError:
    return DevpoolError(
        "variable-required",
        f"the variable `{name}` has no value, but the compose file requires one",
        hint=f"set {name} in .env or in the shell; `docker compose` needs it as well",
    )


def _closing(raw: str, opening: int, end: int) -> int:
    depth = 0
    for position in range(opening, end):
        if raw[position] == "{" and (position == opening or raw[position - 1] == "$"):
            depth += 1
            if depth > _MAX_DEPTH:
                raise _bad(raw)
        elif raw[position] == "}":
            depth -= 1
            if depth == 0:
                return position
    raise _bad(raw)


def _bad(raw: str) -> DevpoolError:
    # The text may contain a password, and so may the part after a `$`: only complete `${NAME}` are named.
    whole = re.findall(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}", raw)
    names = ", ".join(sorted(set(whole))) or "none that can be read"
    return DevpoolError(
        "bad-interpolation",
        f"a `$` expression is not valid (variables in it: {names})",
        hint="write `$$` for a dollar sign; `docker compose config -q` shows the place",
    )
