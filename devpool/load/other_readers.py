"""Looks for other compose files of the repository that read files of the project, in a bounded search.

A file that only adds to services of the project (an override, to be given after its compose files with `-f`) is none of
them: it gets the pooler together with the rest.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from devpool.errors import DevpoolError
from devpool.load.root import find_root, is_inside
from devpool.model.environment import env_file_uses
from devpool.model.include import included
from devpool.model.other_readers import Reader, Span, service_spans
from devpool.model.paths import resolve_path
from devpool.model.services import Fragment, Service, extends_of, services_node
from devpool.text import nodes
from devpool.text.document import Document, parse
from devpool.text.interpolation import names_in
from devpool.text.patterns import regex

_YAML = regex(r".*\.ya?ml", re.I)
_COMPOSE = regex(r"^[\"']?(services|include)[\"']?[ \t]*:", re.M)
_PASSED = regex(r"^[ \t]*(?:-[ \t]*[\"']?(\w+)[\"']?|(\w+):)[ \t]*\r?$", re.M)
_SKIPPED = frozenset({".git", ".devpool", "node_modules", "vendor", "venv", ".venv", "__pycache__", "dist", "target"})
_DEEPEST = 6  # folders below the root
_DEEPEST_INCLUDE = 5
_MOST_FILES = 2000
_LONGEST = 500_000  # bytes of a file that are read
_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search found, and whether it was cut off before it had seen all files."""

    readers: tuple[Reader, ...] = ()
    cut_off: bool = False


def find_readers(
    directory: str, compose: Mapping[str, Document], env_files: Iterable[str], services: Iterable[str]
) -> Found:
    """The other compose files that read files of a project.

    Args:
        directory: the project directory.
        compose: its compose files by absolute path.
        env_files: its env files.
        services: the names of its services.
    """
    search = _Search(compose, env_files, services)
    found: list[Reader] = []
    root, end = find_root(Path(directory)), time.monotonic() + _SECONDS
    for number, path in enumerate(_files(root, end)):
        if path is None or number >= _MOST_FILES:
            return Found(readers=tuple(found), cut_off=True)
        if path not in compose and is_inside(path, root) and (reader := search.reader(path)):
            found.append(reader)
    return Found(readers=tuple(found))


def _files(root: Path, end: float) -> Iterator[str | None]:
    """The YAML files below a root; None where time is up."""
    for folder, folders, names in os.walk(root):
        depth = len(Path(folder).relative_to(root).parts)
        folders[:] = [] if depth >= _DEEPEST else sorted(f for f in folders if f not in _SKIPPED)
        for name in sorted(filter(_YAML.fullmatch, names)):
            yield f"{folder}/{name}"
        if time.monotonic() > end:
            yield None


class _Search:
    def __init__(self, compose: Mapping[str, Document], env_files: Iterable[str], services: Iterable[str]) -> None:
        self.compose = compose
        self.services = frozenset(services)
        self.env = {os.path.realpath(path): path for path in env_files}
        self.real = {os.path.realpath(path): path for path in compose}
        self.words = [Path(path).name for path in (*self.env.values(), *self.real.values(), *self.env, *self.real)]

    def reader(self, path: str) -> Reader | None:
        """What a file reads of the project; None where that is nothing."""
        folder = str(Path(path).parent)
        mine = self.real.get(os.path.realpath(path))
        if mine:
            return None if str(Path(mine).parent) == folder else Reader(path=path, whole=frozenset([mine]))
        text = _text(path)
        dotenv = self.env.get(os.path.realpath(f"{folder}/.env"))
        if not _COMPOSE.search(text) or not (dotenv or any(word in text for word in self.words)):
            return None
        try:
            return self._of(parse(path, text.encode(), folder), dotenv)
        except DevpoolError:
            return None  # Compose does not read it either

    def _of(self, document: Document, dotenv: str | None) -> Reader | None:
        services = list(_services(document))
        if self._adds_only(document, services):
            return None
        taken: dict[str, tuple[Span, ...]] = {}
        for service in services:
            for path, spans in self._taken(document, service):
                taken[path] = (*taken.get(path, ()), *spans)
        loads = frozenset(path for service in services for path in self._loaded(service))
        includes = frozenset(self._included(document, 0))
        if not (taken or loads or includes or dotenv):
            return None
        passed = {name for pair in _PASSED.findall(document.text) for name in pair if name}
        return Reader(
            path=document.path,
            includes=includes,
            taken=taken,
            loads=loads,
            interpolates=frozenset([dotenv] if dotenv else []),
            names=names_in(document.text) | passed,
        )

    def _adds_only(self, document: Document, services: list[Service]) -> bool:
        """Whether a file only makes sense after those of the project: it says too little of a service, or waits for one
        that it lacks.
        """
        partial = {s.name for s in services if not any(s.statements(key) for key in ("image", "build", "extends"))}
        lacking = {n for s in services for n in s.names("depends_on")} - {s.name for s in services}
        further = partial if nodes.lookup(document.root, "include") else partial | lacking
        return bool(further) and further <= self.services

    def _taken(self, document: Document, service: Service) -> Iterator[tuple[str, tuple[Span, ...]]]:
        extended = extends_of(service.fragments[0].node, {})
        if extended and extended[0]:
            mine = self.real.get(os.path.realpath(resolve_path(document.directory, extended[0])))
            if mine:
                yield mine, service_spans(services_node(self.compose[mine]), extended[1])

    def _loaded(self, service: Service) -> Iterator[str]:
        for use in env_file_uses(service):
            mine = self.env.get(os.path.realpath(use.path))
            if mine:
                yield mine
            elif "$" in use.node.value:
                # With a variable in its name it may be this file.
                yield from (own for own in self.env.values() if Path(use.node.value).name == Path(own).name)

    def _included(self, document: Document, depth: int) -> Iterator[str]:
        for item in included(document) if depth < _DEEPEST_INCLUDE else ():
            for scalar in item.paths:
                path = resolve_path(document.directory, scalar.value)
                mine = self.real.get(os.path.realpath(path))
                if mine:
                    yield mine
                inner = self.compose[mine] if mine else parse(path, _text(path).encode(), str(Path(path).parent))
                yield from self._included(inner, depth + 1)


def _services(document: Document) -> Iterator[Service]:
    node = services_node(document)
    for name, entry in nodes.entries(node).items() if node else ():
        stated = nodes.resolved(entry.value)
        if isinstance(stated, nodes.MappingNode):
            yield Service(name=name, fragments=(Fragment(document=document, node=stated),), variables={})


def _text(path: str) -> str:
    """The beginning of a file; one that cannot be read reveals nothing."""
    try:
        if not Path(path).is_file():
            return ""
        with Path(path).open("rb") as file:
            return file.read(_LONGEST).decode("utf-8", "replace")
    except OSError:
        return ""
