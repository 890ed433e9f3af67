"""Settings as edits: a new address at the place of the old one, and the old value kept beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from devpool import layout, nodes, own
from devpool.address import moved
from devpool.document import Document
from devpool.edits import Copy, Edit, Part, around, insertion
from devpool.envfile import Binding, EnvFile
from devpool.environment import Origin, env_file_values, variable_holding
from devpool.model import Project
from devpool.moving import moved_copy, raw_replacements
from devpool.nodes import Entry, Scalar, Sequence, path_to
from devpool.plan import POOLED_SUFFIX, Move, Plan, not_plain, twin_of


@dataclass(slots=True, kw_only=True)
class SettingEdits:
    """Edits of the user's files, and values for private env files by path below the project directory."""

    edits: list[Edit] = field(default_factory=list)
    private: dict[str, dict[str, str]] = field(default_factory=dict, repr=False)


def setting_edits(project: Project, plan: Plan) -> SettingEdits:
    """The edits that carry out every move of a plan.

    Raises:
        DevpoolError: `shared-value`, `layout-not-plain`.
    """
    found = SettingEdits()
    done: set[tuple[str, int, int]] = set()
    found.edits += own.edits(project, [m for m in plan.moves if m.where == "own"], found.private)
    for move in (m for m in plan.moves if m.where != "own"):
        key = (*move.setting.value.origin.key, move.setting.address.host_span[0])
        if key not in done:
            done.add(key)
            edits = _in_variable(project, move) if move.where == "variable" else _at_origin(move)
            found.edits += edits
            found.edits += _twin(project, move)
    return found


def locator(move: Move) -> tuple[str, ...]:
    """Where a setting stands, in its file's own terms."""
    origin = move.setting.value.origin
    if isinstance(origin.file, EnvFile):
        return (move.setting.variable,)
    return path_to(origin.file.root, origin.start)


def _at_origin(move: Move) -> Iterator[Edit]:
    value = move.setting.value
    if not value.origin.given:
        yield _filled_in(move)
        return
    found = raw_replacements(value, move.setting.address, move.pooler.name, move.pooler.port)
    if found is None:
        raise not_plain(move.setting)
    for raw, text in found:
        yield _edit(value.origin.file, raw, text, locator(move))


def _edit(file: Document | EnvFile, span: tuple[int, int], text: str, at: tuple[str, ...]) -> Edit:
    old = file.text[span[0] : span[1]]
    return Edit(path=file.path, start=span[0], end=span[1], old=old, new=(text,), at=at)


def _filled_in(move: Move) -> Edit:
    """A bare name gets a value: it passed the shell's or `.env`'s through until now."""
    setting, origin = move.setting, move.setting.value.origin
    text = moved(setting.value.text, setting.address, move.pooler.name, move.pooler.port)
    if isinstance(origin.holder, Scalar) and not origin.holder.style:
        return _edit(origin.file, (origin.holder.end,) * 2, f"={text}", locator(move))
    if isinstance(origin.holder, Entry) and origin.holder.value.start == origin.holder.value.end:
        return _edit(origin.file, (origin.holder.value.end,) * 2, f" {text}", locator(move))
    raise not_plain(move.setting)


def _in_variable(project: Project, move: Move) -> Iterator[Edit]:
    """`${URL}` becomes `${URL_POOLED:-${URL}}`, and URL_POOLED stands beside URL in its file.

    Where a colleague's or CI's `.env` lacks the new variable, the app works on, direct.
    """
    setting = move.setting
    address = setting.address
    piece = variable_holding(setting.value, address.host_span[0], address.host_span[1])
    file = project.sources.env_files.get(piece.source or "") if piece else None
    if piece is None or not piece.variable or file is None:
        raise not_plain(move.setting)
    name = piece.variable + POOLED_SUFFIX
    origin, at = setting.value.origin, locator(move)
    if origin.given:
        yield around(origin.file.path, Copy(piece.start, piece.end), f"${{{name}:-", ("}",), at)
    elif isinstance(origin.holder, Scalar) and not origin.holder.style:
        yield _edit(origin.file, (origin.holder.end,) * 2, f"=${{{name}:-${piece.variable}}}", at)
    else:
        raise not_plain(move.setting)
    yield _pooled_line(project, move, file, piece.variable)


def _pooled_line(project: Project, move: Move, file: EnvFile, variable: str) -> Edit:
    value = env_file_values(file, project.sources.variables).get(variable)
    binding = file.last(variable)
    if value is None or binding is None:
        raise not_plain(move.setting)
    whole = Copy(binding.start, binding.end)
    copy = moved_copy(value, move.setting.address.host, move.pooler.name, move.pooler.port, whole)
    if copy is None:
        raise not_plain(move.setting)
    return line_after(file, binding, variable + POOLED_SUFFIX, copy)


def line_after(file: EnvFile, binding: Binding, name: str, value: tuple[Part, ...]) -> Edit:
    """A further line of an env file, right after another and written as it is."""
    new = (f"{file.newline}{binding.export}{name}={binding.quote}", *value, binding.quote)
    return insertion(file.path, binding.line_end, new, (name,))


def _twin(project: Project, move: Move) -> Iterator[Edit]:
    """The old value under its direct name, right after the setting."""
    name = twin_of(move.setting, project.environments[move.setting.service])
    if name is None:
        return
    value = move.setting.value
    origin = value.origin
    if isinstance(origin.file, EnvFile):
        if isinstance(origin.holder, Binding):
            yield line_after(origin.file, origin.holder, name, (Copy(origin.start, origin.end),))
        return
    # Beside its holder: the value itself may stand elsewhere, at the anchor of an alias.
    stands = origin.holder.key if isinstance(origin.holder, Entry) else origin.holder
    at = (*path_to(origin.file.root, stands.start)[:-1], name)
    position, new = twin_text(origin.file, origin, name, value.name)
    yield insertion(origin.file.path, position, new, at)


def twin_text(document: Document, origin: Origin, name: str, variable: str) -> tuple[int, tuple[Part, ...]]:
    """Where and how to write a copy of a value under another name, in the form of the original."""
    holder, container = origin.holder, origin.container
    copy: tuple[Part, ...] = (Copy(origin.start, origin.end),)
    if isinstance(holder, Scalar) and isinstance(container, Sequence):
        text = copy if origin.given else (f"${{{variable}}}",)
        return layout.after_item(document, container, holder, layout.item_parts(document, holder, name, text))
    if isinstance(holder, Entry) and isinstance(container, nodes.Mapping):
        scalar = nodes.resolved(holder.value)
        text = (Copy(scalar.start, scalar.end),) if origin.given else (f"${{{variable}}}",)
        return layout.after_entry(document, _holding(container, holder), holder, name, text)
    raise layout.odd(document, document.root)


def _holding(container: nodes.Mapping, holder: Entry) -> nodes.Mapping:
    """The mapping that really holds an entry: a merge may have brought it in."""
    for entry in container.entries:
        if entry is holder:
            return container
        if entry.key.value == "<<":
            for source in nodes.merged(entry.value):
                if holder in nodes.entries(source).values():
                    return _holding(source, holder)
    return container
