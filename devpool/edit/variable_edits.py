"""Connection variables as edits: a new address replaces the old one, and the old value is kept next to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from devpool.decide.address_edits import raw_replacements
from devpool.decide.placement_refusals import not_plain
from devpool.decide.plan import Move, Plan
from devpool.edit import service_entry
from devpool.edit.pooled_variable import line_after, second_variable
from devpool.model.project import Project
from devpool.model.values import Origin
from devpool.text import layout, nodes
from devpool.text.address import moved
from devpool.text.document import Document
from devpool.text.edits import Copy, Edit, Part, around, insertion
from devpool.text.envfile import Binding, EnvFile
from devpool.text.nodes import Entry, ScalarNode, SequenceNode, path_to


def variable_edits(project: Project, plan: Plan) -> list[Edit]:
    """The edits that carry out every move of a plan.

    Raises:
        DevpoolError: `shared-value`, `layout-not-plain`.
    """
    edits = list(edits_in_place(project, (m for m in plan.moves if m.where != "own")))
    # An entry may follow one that gets an insertion at its very end.
    return [*edits, *service_entry.edits(project, [m for m in plan.moves if m.where == "own"], plan.shields)]


def edits_in_place(project: Project, moves: Iterable[Move]) -> Iterator[Edit]:
    """The edits of moves where each value is written.

    Raises:
        DevpoolError: `value-not-plain`, `layout-not-plain`.
    """
    done: set[tuple[str, int, int]] = set()
    for move in moves:
        key = (*move.variable.value.origin.key, move.variable.address.host_span[0])
        if key not in done:
            done.add(key)
            yield from _in_variable(project, move) if move.how == "second" else _at_origin(move)
        yield from _twin(project, move)


def locator(move: Move) -> tuple[str, ...]:
    """The YAML path of a connection variable."""
    origin = move.variable.value.origin
    if isinstance(origin.file, EnvFile):
        return (move.variable.name,)
    if isinstance(origin.holder, Entry) and move.variable.in_command:
        # Not the word itself, which may contain a password: the list that holds it, or the key.
        return path_to(origin.file.root, origin.start, items=False)
    return path_to(origin.file.root, origin.start)


def _at_origin(move: Move) -> Iterator[Edit]:
    value = move.variable.value
    if not value.origin.given:
        yield _filled_in(move, moved(value.text, move.variable.address, *move.target))
        return
    changes = raw_replacements(value, move.variable.address, *move.target)
    if changes is None:
        raise not_plain(move.variable)
    for raw, text in changes:
        yield _edit(value.origin.file, raw, text, locator(move))


def _edit(file: Document | EnvFile, span: tuple[int, int], text: str, at: tuple[str, ...]) -> Edit:
    old = file.text[span[0] : span[1]]
    return Edit(path=file.path, start=span[0], end=span[1], old=old, new=(text,), at=at)


def _filled_in(move: Move, text: str) -> Edit:
    """A bare name gets a value: so far it passed through the value from the shell or `.env`."""
    origin = move.variable.value.origin
    if isinstance(origin.holder, ScalarNode) and not set(origin.holder.style) & set(text):
        inside = origin.holder.end - len(origin.holder.style)
        return _edit(origin.file, (inside, inside), f"={text}", locator(move))
    if isinstance(origin.holder, Entry) and origin.holder.value.start == origin.holder.value.end:
        return _edit(origin.file, (origin.holder.value.end,) * 2, f" {text}", locator(move))
    raise not_plain(move.variable)


def _in_variable(project: Project, move: Move) -> Iterator[Edit]:
    """`${URL}` becomes `${URL_POOLED:-${URL}}`, and URL_POOLED stands beside URL in its file."""
    second = second_variable(project, move)
    origin = move.variable.value.origin
    if origin.given:
        yield around(origin.file.path, second.span, second.before, ("}",), locator(move))
    else:
        yield _filled_in(move, second.around(f"${{{second.variable}}}"))
    yield second.line


def _twin(project: Project, move: Move) -> Iterator[Edit]:
    """The old value under its direct name, right after the variable."""
    name = move.twin
    if name is None:
        return
    value = move.variable.value
    origin = value.origin
    if isinstance(origin.file, EnvFile):
        if isinstance(origin.holder, Binding):
            yield line_after(origin.file, origin.holder, name, (Copy(origin.start, origin.end),))
        return
    # Next to its holder: the value itself may be elsewhere, at the anchor of an alias.
    stands = origin.holder.key if isinstance(origin.holder, Entry) else origin.holder
    at = (*path_to(origin.file.root, stands.start)[:-1], name)
    position, new = twin_text(origin.file, origin, name, value.name)
    yield insertion(origin.file.path, position, new, at)


def twin_text(document: Document, origin: Origin, name: str, variable: str) -> tuple[int, tuple[Part, ...]]:
    """Where and how to write a copy of a value under another name, in the form of the original."""
    holder, container = origin.holder, origin.container
    copy: tuple[Part, ...] = (Copy(origin.start, origin.end),)
    if isinstance(holder, ScalarNode) and isinstance(container, SequenceNode) and origin.one_line:
        text = copy if origin.given else (f"${{{variable}}}",)
        return layout.after_item(document, container, holder, layout.item_parts(document, holder, name, text))
    if isinstance(holder, Entry) and isinstance(container, nodes.MappingNode):
        scalar = nodes.resolved(holder.value)
        text = (Copy(scalar.start, scalar.end),) if origin.given else (f"${{{variable}}}",)
        return layout.after_entry(document, nodes.holding(container, holder), holder, name, text)
    raise layout.odd(document, document.root)
