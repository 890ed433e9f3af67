"""A value of a variable: its pieces, and where it is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from devpool.errors import DevpoolError
from devpool.text import nodes
from devpool.text.document import Document
from devpool.text.envfile import Binding, EnvFile
from devpool.text.interpolation import LONGEST, Piece, text_of
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


def whole_text(pieces: tuple[Piece, ...], origin: Origin) -> str:
    """The text of a value.

    Raises:
        DevpoolError: `value-too-long`.
    """
    text = text_of(pieces)
    if len(text) > LONGEST:
        raise DevpoolError(
            "value-too-long",
            f"the value is longer than {LONGEST:,} characters",
            where=origin.place,
            hint="Linux starts no program with such a variable or argument: put the value in a file",
        )
    return text


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
