"""A second variable next to the one that holds an address: `${URL}` becomes `${URL_POOLED:-${URL}}`.

If a colleague's or CI's `.env` lacks the new variable, the app keeps working, connected directly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from devpool.decide.address_edits import moved_copy
from devpool.decide.placement_refusals import not_plain
from devpool.decide.plan import POOLED_SUFFIX, SESSION_SUFFIX, Move
from devpool.errors import DevpoolError
from devpool.model.project import Project
from devpool.model.values import Value, variable_holding
from devpool.text.edits import Copy, Edit, Part, insertion
from devpool.text.envfile import Binding, EnvFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Second:
    """A second variable.

    Attributes:
        variable: the first one's name.
        name: its own.
        span: where the first one's `${...}` stands.
        line: the edit that states the second one.
    """

    variable: str
    name: str
    span: Copy
    line: Edit

    @property
    def before(self) -> str:
        """What goes before the first one's text; `}` follows it."""
        return f"${{{self.name}:-"

    def around(self, expression: str) -> str:
        """An expression that gives the first variable, made to prefer the second."""
        return f"{self.before}{expression}}}"

    def within(self, text: tuple[Part, ...]) -> tuple[Part, ...]:
        """A copy of a text that uses the first variable, made to prefer the second."""
        whole = text[0]
        assert isinstance(whole, Copy), "the text is one copy"
        before, after = Copy(whole.start, self.span.start), Copy(self.span.end, whole.end)
        return (before, self.before, self.span, "}", after)


def second_variable(project: Project, move: Move) -> Second:
    """The second variable for a move that needs one.

    Raises:
        DevpoolError: `value-not-plain`.
    """
    variable = move.variable
    span = variable.address.host_span
    piece = variable_holding(variable.value, *span)
    file = project.sources.env_files.get(piece.source or "") if piece else None
    if piece is None or not piece.variable or file is None:
        raise not_plain(variable)
    name = piece.variable + (SESSION_SUFFIX if move.session else POOLED_SUFFIX)
    line = _pooled_line(project, move, file, piece.variable, name)
    return Second(variable=piece.variable, name=name, span=Copy(piece.start, piece.end), line=line)


def _pooled_line(project: Project, move: Move, file: EnvFile, variable: str, name: str) -> Edit:
    values = project.written[file.path]
    binding, spelled = file.last(variable), _spelled_out(file, values, variable)
    value, source = values.get(spelled), file.last(spelled)
    if value is None or binding is None or source is None:
        raise not_plain(move.variable)
    if file.last(name):
        raise DevpoolError(
            "second-name-taken",
            f"the file already has a `{name}`, a name that devpool needs",
            where=f"{file.path}:{file.line_of(binding.start)}",
            hint=f"give yours another name, or keep it direct: --direct {move.variable.service}",
        )
    whole = Copy(source.start, source.end)
    copy = moved_copy(value, move.variable.address.host, move.target, whole)
    if copy is None:
        raise not_plain(move.variable)
    return line_after(file, binding, name, copy, source.quote)


def _spelled_out(file: EnvFile, values: Mapping[str, Value], variable: str) -> str:
    """The variable whose own text says what another is: `APP_URL=${MAIN_URL}` is followed to `MAIN_URL`."""
    seen = {variable}
    while variable in values and len(values[variable].pieces) == 1:
        piece = values[variable].pieces[0]
        if not piece.variable or piece.source != file.path or piece.variable in seen:
            break
        variable = piece.variable
        seen.add(variable)
    return variable


def line_after(file: EnvFile, binding: Binding, name: str, value: tuple[Part, ...], quote: str | None = None) -> Edit:
    """A further line of an env file, right after another and written as it is, but for the quote that is given."""
    mark = binding.quote if quote is None else quote
    new = (f"{file.newline}{binding.export}{name}={mark}", *value, mark)
    return insertion(file.path, binding.line_end, new, (name,))
