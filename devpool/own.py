"""A pooled app that shares a value with services that stay direct gets an entry of its own over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devpool import document as yaml
from devpool import layout
from devpool.address import moved
from devpool.document import Document, Entry, Node, Scalar, Sequence
from devpool.edits import Copy, Edit, Part
from devpool.environment import Origin
from devpool.errors import DevpoolError
from devpool.model import Project
from devpool.plan import Move, twin_of
from devpool.services import Fragment, Service, Statement

if TYPE_CHECKING:
    from devpool.settings import SettingEdits


def add(project: Project, move: Move, found: SettingEdits) -> None:
    """Add the entry that carries out a move, to the compose file or to the app's private env file.

    Raises:
        DevpoolError: `shared-value` where the app has no place of its own for it.
    """
    setting = move.setting
    if setting.kind in ("host", "port"):
        text = moved(setting.value.text, setting.address, move.pooler.name, move.pooler.port)
        found.edits.append(_stated(project, move, setting.variable, layout.quoted(text), text))
    elif setting.value.origin.form == "env-file":
        _in_private_file(project, move, found)
    else:
        raise _shared(move)


def _stated(project: Project, move: Move, name: str, quoted: str, plain: str) -> Edit:
    """`name: value` in the app's own `environment`, which is made if it has none."""
    service = project.services[move.setting.service]
    statements = service.statements("environment")
    at = ("services", service.name, "environment", name)
    if not statements:
        return _new_environment(move, service, name, quoted, at)
    last = statements[-1]
    if not _is_own(project, service, last):
        raise _shared(move)
    container = last.value
    if isinstance(container, yaml.Mapping) and container.entries:
        place = layout.after_entry(last.document, container, container.entries[-1], name, (quoted,))
    elif isinstance(container, Sequence) and container.items:
        item = container.items[-1]
        if not isinstance(item, Scalar):
            raise _shared(move)
        place = layout.after_item(
            last.document, container, item, layout.item_parts(last.document, item, name, (plain,))
        )
    else:
        raise _shared(move)
    return _insert(last.document, place, at)


def _new_environment(move: Move, service: Service, name: str, quoted: str, at: tuple[str, ...]) -> Edit:
    """An `environment` after the app's own `env_file`, with one entry."""
    fragment, entry = _own_entry(move, service, "env_file")
    document = fragment.document
    step = document.newline + layout.indent(document.text, entry.key.start)
    deeper = layout.unit(document, fragment.node)
    parts: tuple[Part, ...] = (step + deeper + f"{name}: {quoted}",)
    end, text = layout.after_entry(document, fragment.node, entry, "environment", parts)
    text = tuple(p.replace("environment: ", "environment:") if isinstance(p, str) else p for p in text)
    return _insert(document, (end, text), at[:-1])


def _in_private_file(project: Project, move: Move, found: SettingEdits) -> None:
    """The value goes into the app's own file below `.devpool/`, the last of its env files."""
    setting = move.setting
    service = project.services[setting.service]
    path = f".devpool/env/{service.name}.env"
    values = found.private.setdefault(path, {})
    before = values.get(setting.variable, setting.value.text)
    values[setting.variable] = moved(before, setting.address, move.pooler.name, move.pooler.port)
    twin = twin_of(setting)
    if twin and twin not in project.environments[service.name]:
        values[twin] = setting.value.text
    fragment, entry = _own_entry(move, service, "env_file")
    if any(e.at == ("services", service.name, "env_file") for e in found.edits):
        return
    text = f"{project.sources.directory}/{path}"
    found.edits += _env_file_edits(fragment.document, entry.value, text, service.name)


def _env_file_edits(document: Document, node: Node, path: str, service: str) -> list[Edit]:
    relative = path.removeprefix(document.directory + "/")
    written = layout.quoted(relative if relative.startswith(("/", ".")) else f"./{relative}")
    at = ("services", service, "env_file")
    if isinstance(node, Scalar):
        copy = Copy(node.start, node.end)
        new = ("[", copy, f", {written}]")
        return [Edit(path=document.path, start=node.start, end=node.end, old=None, new=new, at=at)]
    if isinstance(node, Sequence) and node.items:
        return [_insert(document, layout.after_item(document, node, node.items[-1], (written,)), at)]
    raise layout.odd(document, node)


def _own_entry(move: Move, service: Service, key: str) -> tuple[Fragment, Entry]:
    """An entry that stands in the app's own mapping, not in one it merges or extends."""
    for fragment in reversed(service.fragments):
        for entry in fragment.node.entries:
            if fragment.own and entry.key.value == key:
                return fragment, entry
    raise _shared(move)


def _is_own(project: Project, service: Service, statement: Statement) -> bool:
    """Whether no other service states the same mapping or list, and the app's own text does."""
    if not statement.fragment.own or statement.entry not in statement.fragment.node.entries:
        return False
    if statement.entry.value is not statement.value:
        return False
    return not any(
        other.value is statement.value
        for name, another in project.services.items()
        if name != service.name
        for other in another.statements(statement.entry.key.value)
    )


def _insert(document: Document, place: tuple[int, tuple[Part, ...]], at: tuple[str, ...]) -> Edit:
    position, new = place
    return Edit(path=document.path, start=position, end=position, old="", new=new, at=at, inserts=True)


def _shared(move: Move) -> DevpoolError:
    setting = move.setting
    origin: Origin = setting.value.origin
    return DevpoolError(
        "shared-value",
        f"`{setting.service}.{setting.variable}` shares its value with services that stay direct, "
        "and has no place of its own for another",
        where=origin.place,
        hint=f"give `{setting.service}` its own {setting.variable}, or keep it direct: --direct {setting.service}",
    )
