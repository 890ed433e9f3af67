"""A pooled app that shares a value with services that stay direct gets an entry of its own over it.

The entry goes into the app's `environment` where that shows no secret that the file did not show before; else
into a private env file below `.devpool/`, the last of the app's env files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass, field

from devpool import layout, nodes
from devpool.address import DEFAULT_PORT, moved
from devpool.document import Document
from devpool.edits import Copy, Edit, Part, around, insertion
from devpool.envfile import EnvFile, env_quoted
from devpool.environment import Value
from devpool.model import Project
from devpool.moving import moved_copy, moved_raw
from devpool.nodes import Alias, Entry, Scalar, Sequence, path_to
from devpool.plan import Move, shared_value, twin_of
from devpool.pooler import private_env_file
from devpool.services import Service, Statement, readers, written_path

Private = MutableMapping[str, dict[str, str]]
_USERINFO = re.compile(r"://([^/?#\s]*)@")
_VARIABLE = re.compile(r"\$\{[A-Za-z_]\w*\}|\$[A-Za-z_]\w*")


@dataclass(slots=True)
class _Entries:
    """What one app gets of its own: for `environment` as text, for the private file as values. `source` is the file
    that the text has copies of: it can only be written there.
    """

    move: Move
    source: Document | None = None
    stated: dict[str, tuple[Part, ...]] = field(default_factory=dict)
    private: dict[str, str] = field(default_factory=dict)


def edits(project: Project, moves: list[Move], private: Private) -> Iterator[Edit]:
    """The edits of all moves that need an entry of their own. Values for private files are put into `private`.

    Raises:
        DevpoolError: `shared-value` where an app has no place of its own for it.
    """
    shared = readers(project.services, "environment") if moves else {}
    for name in dict.fromkeys(m.setting.service for m in moves):
        mine = [m for m in moves if m.setting.service == name]
        wanted = _Entries(mine[0])
        for move in mine:
            _add(project, move, wanted)
        # Both may go to the end of the same `env_file`: its further item comes first.
        if wanted.private:
            path = private_env_file(name)
            private[path] = wanted.private
            yield _in_env_file(project, wanted, path)
        if wanted.stated:
            yield from _in_environment(project, wanted, shared)


def _add(project: Project, move: Move, wanted: _Entries) -> None:
    setting = move.setting
    value, file = setting.value, setting.value.origin.file
    twin = twin_of(setting, project.environments[setting.service])
    if setting.kind in ("host", "port"):
        text = moved(value.text, setting.address, move.pooler.name, move.pooler.port)
        wanted.stated[setting.variable] = (layout.quoted(text),)
    elif isinstance(file, Document):
        if wanted.source not in (None, file):
            raise shared_value(move.setting)
        wanted.source = file
        new, old = _copied(move, file)
        wanted.stated[setting.variable] = new
        if twin:
            wanted.stated[twin] = old
    else:
        _from_env_file(project, move, file, wanted)


def _from_env_file(project: Project, move: Move, file: EnvFile, wanted: _Entries) -> None:
    """A value of an env file that others read too: stated anew with its variables where that shows no secret,
    in the compose file if that can take the variables from the same file, else in the private file.
    """
    setting, value = move.setting, move.setting.value
    twin = twin_of(setting, project.environments[setting.service])
    raw = file.text[value.origin.start : value.origin.end]
    if not _shows_no_secret(value, raw):
        if setting.variable in wanted.private:
            raise shared_value(move.setting)
        new = moved(value.text, setting.address, move.pooler.name, move.pooler.port)
        wanted.private[setting.variable] = env_quoted(new)
        if twin:
            wanted.private[twin] = env_quoted(value.text)
        return
    host, port = setting.address.host, setting.address.port or DEFAULT_PORT
    new_raw = moved_raw(value, host, move.pooler.name, move.pooler.port, raw)
    # The old value has its old address in plain words: the variables of its address may be other ones by now.
    old_raw = moved_raw(value, host, host, port, raw)
    if new_raw is None or old_raw is None:
        raise shared_value(move.setting)
    if file.path in project.sources.dotenv:
        wanted.stated[setting.variable] = (layout.quoted(new_raw),)
        wanted.stated |= {twin: (layout.quoted(old_raw),)} if twin else {}
    else:
        wanted.private[setting.variable] = f'"{new_raw}"'
        wanted.private |= {twin: f'"{old_raw}"'} if twin else {}


def _copied(move: Move, document: Document) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """The new and the old value as copies of the shared one, which stands in the same file."""
    origin = move.setting.value.origin
    if isinstance(origin.holder, Entry):
        scalar = nodes.resolved(origin.holder.value)
        whole = Copy(scalar.start, scalar.end)
    elif isinstance(origin.holder, Scalar):
        whole = Copy(origin.start, origin.end)
    else:
        raise shared_value(move.setting)
    new = moved_copy(move.setting.value, move.setting.address.host, move.pooler.name, move.pooler.port, whole)
    if new is None:
        raise shared_value(move.setting)
    return new, (whole,)


def _shows_no_secret(value: Value, raw: str) -> bool:
    """Whether a value's text may be written elsewhere: its password, if it has one, is a variable."""
    userinfo = _USERINFO.search(raw)
    password = userinfo[1].partition(":")[2] if userinfo else ""
    interpolates = getattr(value.origin.holder, "quote", "") != "'" and value.origin.exact
    plain = not re.search(r"['\"\\]|passw(or)?d=", raw, re.I)
    return plain and interpolates and (not password or _VARIABLE.fullmatch(password) is not None)


def _in_environment(project: Project, wanted: _Entries, shared: dict[int, set[str]]) -> Iterator[Edit]:
    """The entries at the end of the app's own `environment`, which is made if it has none."""
    service = project.services[wanted.move.setting.service]
    statements = service.statements("environment")
    if not statements or not statements[-1].fragment.own:
        # What `extends` brings in is merged with the app's own by name (Compose specification, "extends").
        yield _new_environment(wanted, service)
        return
    last = statements[-1]
    if not _is_own(shared, service, last) or wanted.source not in (None, last.document):
        raise shared_value(wanted.move.setting)
    if isinstance(last.entry.value, Alias):
        yield _over_alias(wanted, last)
        return
    at = path_to(last.document.root, last.entry.key.start)
    for name, parts in wanted.stated.items():
        position, new = _last_place(wanted, last, name, parts)
        yield insertion(last.document.path, position, new, (*at, name))


def _last_place(
    wanted: _Entries, statement: Statement, name: str, parts: tuple[Part, ...]
) -> tuple[int, tuple[Part, ...]]:
    document, container = statement.document, statement.value
    as_item = isinstance(wanted.move.setting.value.origin.holder, Scalar)
    # A copied text keeps its form; a stated one fits both.
    stated = all(isinstance(p, str) for p in parts)
    if isinstance(container, nodes.Mapping) and container.entries and (stated or not as_item):
        return layout.after_entry(document, container, container.entries[-1], name, parts)
    item = container.items[-1] if isinstance(container, Sequence) and container.items else None
    if isinstance(container, Sequence) and isinstance(item, Scalar) and (stated or as_item):
        return layout.after_item(document, container, item, layout.item_parts(document, item, name, parts))
    raise shared_value(wanted.move.setting)


def _over_alias(wanted: _Entries, statement: Statement) -> Edit:
    """`environment: *shared` becomes a mapping that merges the shared one and states the new entries."""
    document, alias, target = statement.document, statement.entry.value, statement.value
    if not isinstance(target, nodes.Mapping):
        raise shared_value(wanted.move.setting)
    lead = layout.indent(document.text, statement.entry.key.start)
    if lead.strip():
        raise shared_value(wanted.move.setting)
    line = document.newline + lead + layout.unit(document, document.root)
    # From the colon on, so that no blank is left at the end of its line.
    span = Copy(document.text.rindex(":", 0, alias.start) + 1, alias.end)
    further = [part for name, value in wanted.stated.items() for part in (f"{line}{name}: ", *value)]
    return around(document.path, span, line + "<<:", further, path_to(document.root, statement.entry.key.start))


def _new_environment(wanted: _Entries, service: Service) -> Edit:
    """An `environment` of the app's own, with one entry a line."""
    holder = wanted.move.setting.value.origin.holder
    # A copy of a list item's text is quoted as that item is, and so can only be an item again.
    quote = holder.style if isinstance(holder, Scalar) and wanted.source else None
    lines: list[tuple[Part, ...]] = [
        (f"{name}: ", *value) if quote is None else (f"- {quote}{name}=", *value, quote)
        for name, value in wanted.stated.items()
    ]
    edit = _new_key(wanted.move, service, "environment", lines)
    if wanted.source is not None and wanted.source.path != edit.path:
        raise shared_value(wanted.move.setting)
    return edit


def _new_key(move: Move, service: Service, key: str, lines: list[tuple[Part, ...]]) -> Edit:
    """A key that the app's own mapping lacks: after its `env_file`, or at its end."""
    fragment = next((f for f in reversed(service.fragments) if f.own and f.node.entries), None)
    if fragment is None or fragment.node.flow or key in nodes.entries(fragment.node):
        raise shared_value(move.setting)
    document, own = fragment.document, fragment.node.entries
    entry = next((e for e in own if e.key.value == "env_file"), own[-1])
    lead = layout.indent(document.text, entry.key.start)
    if lead.strip():
        raise layout.odd(document, fragment.node)
    deeper = document.newline + lead + layout.unit(document, document.root)
    parts: list[Part] = [f"{document.newline}{lead}{key}:"]
    for line in lines:
        parts += [deeper, *line]
    end = layout.line_end(document.text, max(entry.key.end, entry.value.end))
    at = (*path_to(document.root, entry.key.start)[:-1], key)
    return insertion(document.path, end, parts, at)


def _in_env_file(project: Project, wanted: _Entries, path: str) -> Edit:
    """The private file becomes the last of the app's env files."""
    service = project.services[wanted.move.setting.service]
    found = _own_entry(service, "env_file")
    if found is None:
        document = next(f.document for f in reversed(service.fragments) if f.own)
        return _new_key(wanted.move, service, "env_file", [("- ", _written(project, document, path))])
    document, entry = found
    node, written = entry.value, _written(project, document, path)
    at = path_to(document.root, entry.key.start)
    if isinstance(node, Scalar):
        return around(document.path, layout.raw(node), "[", (f", {written}]",), at)
    if isinstance(node, Sequence) and node.items:
        position, new = layout.after_item(document, node, node.items[-1], (written,))
        return insertion(document.path, position, new, (*at, written))
    raise layout.odd(document, node)


def _written(project: Project, document: Document, path: str) -> str:
    return layout.quoted(written_path(document.directory, f"{project.sources.directory}/{path}"))


def _own_entry(service: Service, key: str) -> tuple[Document, Entry] | None:
    """An entry that stands in the app's own mapping, not in one it merges or extends."""
    for fragment in reversed(service.fragments):
        for entry in fragment.node.entries:
            if fragment.own and entry.key.value == key:
                return fragment.document, entry
    return None


def _is_own(shared: dict[int, set[str]], service: Service, statement: Statement) -> bool:
    """Whether the entry stands in the app's own text and its value counts for no other service.

    The value of an alias is shared by nature: the alias itself is what is the app's own.
    """
    if not statement.fragment.own or statement.entry not in statement.fragment.node.entries:
        return False
    return isinstance(statement.entry.value, Alias) or shared[id(statement.value)] == {service.name}
