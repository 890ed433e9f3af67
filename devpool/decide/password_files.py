"""The files in a database's container that hold its login, which its pooler can be given: secrets, configs, mounts."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from devpool.model.project import Project
from devpool.model.services import Service, Statement
from devpool.text import layout
from devpool.text.nodes import Entry, MappingNode, Node, ScalarNode, SequenceNode, entries, lookup, resolved
from devpool.text.patterns import regex

# Where Compose puts what names no absolute path (Compose specification, "secrets" and "configs").
_FOLDERS = {"secrets": "/run/secrets", "configs": "/"}
_POOLER = 6432
_PLAIN = regex(r"[\w./~-]+")
_MODES = ("ro", "rw", "z", "Z", "cached", "delegated", "consistent")


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenFile:
    """One file or folder of a container.

    Attributes:
        key: the key of the service that gives it: `secrets`, `configs` or `volumes`.
        path: where it is in the container.
        text: the item of that key as YAML text.
        written: whether Compose copies it into the container instead of mounting it: where its source is a variable or
            the compose file (pkg/compose/secrets.go). It refuses that where the container is read-only.
    """

    key: str
    path: str
    text: str
    written: bool = False

    def holds(self, path: str) -> bool:
        """Whether a path is it, or in it where it is a folder."""
        return path == self.path or (self.key == "volumes" and posixpath.dirname(path) == self.path)


def given_files(project: Project, service: Service, paths: Iterable[str]) -> list[GivenFile]:
    """What gives a service the files at some paths; nothing for a path that only the image or a volume has.

    Args:
        project: the project.
        service: the database.
        paths: the paths in its container.
    """
    wanted = tuple(paths)
    known = [*_granted(project, service), *_mounted(service)]
    return [file for file in known if any(map(file.holds, wanted))]


def is_given(project: Project, service: Service, path: str) -> bool:
    """Whether the pooler can be given a file of the service's container."""
    return bool(given_files(project, service, [path]))


def _granted(project: Project, service: Service) -> Iterator[GivenFile]:
    for key, folder in _FOLDERS.items():
        for item in (i for s in service.statements(key) for i in _items(s)):
            said = _said(service, item)
            source = said.get("source") or (service.read(item) if isinstance(item, ScalarNode) else "")
            path = posixpath.join(folder, said.get("target") or source)
            text = _readable(item) if project.sources.selection.swarm else _text(item)
            yield GivenFile(key=key, path=path, text=text, written=_is_written(project, key, source))


def _mounted(service: Service) -> Iterator[GivenFile]:
    """The bind mounts, which the pooler gets without the right to write."""
    document = next(f.document for f in service.fragments if f.own)
    statements = (s for s in service.statements("volumes") if s.document.directory == document.directory)
    for item in (i for s in statements for i in _items(s)):
        said = _said(service, item)
        if said.get("type") == "bind" and {"source", "target"} <= said.keys():
            kept = {**_texts(item), "read_only": "true"}
            yield GivenFile(key="volumes", path=said["target"].rstrip("/"), text=_flow(kept))
        elif isinstance(item, ScalarNode) and item.value[:1] in (".", "/", "~") and "$" not in item.value:
            source, target, *modes = item.value.split(":") if ":" in item.value else (item.value, "")
            if target and set(",".join(modes).split(",")) <= {"", *_MODES}:
                text = layout.quoted(f"{source}:{target}:ro")
                yield GivenFile(key="volumes", path=target.rstrip("/"), text=text)


def _items(statement: Statement) -> list[Node]:
    return [resolved(i) for i in statement.value.items] if isinstance(statement.value, SequenceNode) else []


def _said(service: Service, item: Node) -> dict[str, str]:
    """What the long form says, interpolated."""
    return {k: " ".join(service.deep_texts(e.value)) for k, e in _entries(item).items()}


def _texts(item: Node) -> dict[str, str]:
    """What the long form says as YAML text; a number, such as a mode, stays one."""
    values = {key: resolved(entry.value) for key, entry in _entries(item).items()}
    return {k: _scalar(v) for k, v in values.items() if isinstance(v, ScalarNode)}


def _entries(item: Node) -> Mapping[str, Entry]:
    return entries(item) if isinstance(item, MappingNode) else {}


def _text(item: Node) -> str:
    return _scalar(item) if isinstance(item, ScalarNode) else _flow(_texts(item))


def _readable(item: Node) -> str:
    """An item for a pooler in a stack, where uid and mode count: the database reads its own as root, the pooler as its
    own user (docker/pgbouncer/Dockerfile).
    """
    return _text(item) if isinstance(item, ScalarNode) else _flow({**_texts(item), "uid": f'"{_POOLER}"'})


def _scalar(scalar: ScalarNode) -> str:
    plain = not scalar.style and _PLAIN.fullmatch(scalar.value)
    return scalar.value if plain else layout.quoted(scalar.value)


def _flow(said: Mapping[str, str]) -> str:
    return f"{{{', '.join(f'{key}: {text}' for key, text in said.items())}}}"


def _is_written(project: Project, key: str, name: str) -> bool:
    roots = [document.root for document in project.sources.documents]
    return any(lookup(root, key, name, source) is not None for root in roots for source in ("environment", "content"))
