"""Looks for other compose files of the repository that read files of the project, in a bounded search.

A file that only adds to services of the project (an override, to be given after its compose files with `-f`) is none of
them: it gets the pooler together with the rest.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path

from devpool.errors import DevpoolError
from devpool.load.root import find_root, is_inside
from devpool.model.env_files import env_file_uses
from devpool.model.include import included
from devpool.model.other_readers import Reader, Span, service_spans
from devpool.model.paths import resolve_path
from devpool.model.services import Fragment, Service, extends_of, services_node
from devpool.model.sources import Sources
from devpool.text import nodes
from devpool.text.document import Document, parse
from devpool.text.envfile import parse_env, with_env_files
from devpool.text.interpolation import Variable, expand, names_in, text_of
from devpool.text.nodes import ScalarNode
from devpool.text.patterns import regex

_YAML = regex(r".*\.ya?ml", re.I)
_COMPOSE = regex(r"^[\"']?(services|include)[\"']?[ \t]*:", re.M)
_PASSED = regex(r"^[ \t]*(?:-[ \t]*[\"']?(\w+)[\"']?|(\w+):)[ \t]*\r?$", re.M)
_REQUIRED = regex(r"\$\{(\w+):?\?")
_SKIPPED = frozenset({".git", ".devpool", "node_modules", "vendor", "venv", ".venv", "__pycache__", "dist", "target"})
_DEEPEST = 6  # folders below the root
_MOST_INCLUDED = 100  # files that one other file includes
_MOST_FOLDERS = 5_000
_MOST_FILES = 2_000
_LONGEST = 500_000  # bytes of a file that are read
_MOST_READ = 20_000_000  # bytes of all files; counts and no clock, so that every machine makes the same plan
_MOST_PARSED = 1_000_000  # bytes of those that may be readers


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search found, and whether it was cut off before it had seen all files."""

    readers: tuple[Reader, ...] = ()
    cut_off: bool = False


def with_readers(sources: Sources) -> Sources:
    """A project with the other compose files of its repository that read its files."""
    reading = find_readers(sources.directory, sources.loaded, sources.env_files, sources.services)
    return replace(sources, readers=reading.readers, cut_off=reading.cut_off)


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
    root = find_root(Path(directory))
    search = _Search(compose, env_files, services, root)
    try:
        for path in search.files(directory):
            search.look(path)
    except _TooMuchError:
        return Found(readers=tuple(search.readers), cut_off=True)
    return Found(readers=tuple(search.readers), cut_off=search.cut_off)


class _TooMuchError(Exception):
    """The repository holds more than is searched."""


class _Search:
    def __init__(
        self, compose: Mapping[str, Document], env_files: Iterable[str], services: Iterable[str], root: Path
    ) -> None:
        self.root = root
        self.readers: list[Reader] = []
        self.read = self.parsed = 0
        self.partly: set[str] = set()
        self.cut_off = False
        self.named: dict[str, tuple[str, ...]] = {}
        self.dotenv: dict[str, dict[str, Variable]] = {}
        self.compose = compose
        self.services = frozenset(services)
        self.env = {os.path.realpath(path): path for path in env_files}
        self.real = {os.path.realpath(path): path for path in compose}
        self.words = [Path(path).name for path in (*self.env.values(), *self.real.values(), *self.env, *self.real)]

    def files(self, directory: str) -> Iterator[str]:
        """The YAML files below the root that are not the project's own, those of the project directory first.

        Raises:
            _TooMuchError: there are more than are searched.
        """
        looked: set[str] = set()
        count = 0
        for folder, names in chain(_walk(Path(directory)), _walk(self.root)):
            if folder in looked:
                continue
            looked.add(folder)
            for path in (f"{folder}/{name}" for name in names):
                if path in self.compose:
                    continue
                count += 1
                if count > _MOST_FILES:
                    raise _TooMuchError
                yield path
            if len(looked) > _MOST_FOLDERS:
                raise _TooMuchError

    def look(self, path: str) -> None:
        """Keep what a file reads of the project, if it reads anything.

        Raises:
            _TooMuchError: more was read than is searched.
        """
        folder = str(Path(path).parent)
        mine = self.real.get(os.path.realpath(path))
        if mine and is_inside(path, self.root):
            # Its override or its twin in the same folder is found there by Compose itself.
            # What a link of the project leads to is its own text, and needs no project where it lies.
            same = os.path.realpath(Path(mine).parent) == os.path.realpath(folder) or not Path(path).is_symlink()
            self.readers += [] if same else [Reader(path=path, whole=frozenset([mine]))]
            return
        text = self._text(path)
        dotenv = self.env.get(os.path.realpath(f"{folder}/.env"))
        if _COMPOSE.search(text) and (dotenv or any(word in text for word in self.words)):
            self.cut_off |= path in self.partly
            with suppress(DevpoolError):  # Compose does not read it either
                reader = self._of(self._document(path, text), dotenv)
                self.readers += [reader] if reader else []

    def _document(self, path: str, text: str) -> Document:
        self._count(text)
        return parse(path, text.encode(), str(Path(path).parent))

    def _text(self, path: str) -> str:
        """The beginning of a file; one that cannot be read reveals nothing."""
        try:
            if not (is_inside(path, self.root) and Path(path).is_file()):
                return ""
            with Path(path).open("rb") as file:
                data = file.read(_LONGEST)
        except OSError:
            return ""
        self.read += len(data)
        self.partly |= {path} if len(data) == _LONGEST else set()
        if self.read > _MOST_READ:
            raise _TooMuchError
        return data.decode("utf-8", "replace")

    def _of(self, document: Document, dotenv: str | None) -> Reader | None:
        services = list(_services(document, self._variables(document)))
        if self._adds_only(document, services):
            return None
        taken: dict[str, tuple[Span, ...]] = {}
        for service in services:
            for path, spans in self._taken(document, service):
                taken[path] = (*taken.get(path, ()), *spans)
        loads = frozenset(path for service in services for path in self._loaded(service))
        includes = frozenset(self._included(document))
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
        extended = extends_of(service.fragments[0].node, service.variables)
        file = nodes.lookup(service.fragments[0].node, "extends", "file")
        scalar = nodes.resolved(file) if file else None
        for path in self._meant(document, scalar) if isinstance(scalar, ScalarNode) else ():
            if extended and (mine := self.real.get(path)):
                yield mine, service_spans(services_node(self.compose[mine]), extended[1])

    def _loaded(self, service: Service) -> Iterator[str]:
        for use in env_file_uses(service):
            mine = self.env.get(os.path.realpath(use.path))
            if mine:
                yield mine
            elif "$" in use.node.value:
                # With a variable in its name it may be this file.
                yield from (own for own in self.env.values() if Path(use.node.value).name == Path(own).name)

    def _included(self, document: Document) -> Iterator[str]:
        """The project's files that a file includes, directly or through others."""
        waiting, seen = list(self._named(document)), {document.path}
        while waiting:
            path = waiting.pop()
            if path in seen or len(seen) > _MOST_INCLUDED:
                continue
            seen.add(path)
            if path in self.real:
                yield self.real[path]
            if path not in self.named:
                mine = self.real.get(path)
                self.named[path] = tuple(
                    self._named(self.compose[mine] if mine else self._document(path, self._text(path)))
                )
            waiting += [name for name in self.named[path] if name not in seen]

    def _named(self, document: Document) -> Iterator[str]:
        """The real paths of the files that a file includes itself."""
        for scalar in islice((scalar for item in included(document) for scalar in item.paths), _MOST_INCLUDED):
            yield from self._meant(document, scalar)

    def _meant(self, document: Document, scalar: ScalarNode) -> Iterator[str]:
        """The real paths that a name of a file may mean. Where nothing tells a variable in it, it may be each of the
        project's files that ends like it.
        """
        pieces = expand(scalar.value, self._variables(document))
        told = max((n for n, piece in enumerate(pieces) if piece.variable and not piece.source), default=-1) + 1
        if told:
            yield from (path for path in self.real if path.endswith(text_of(pieces[told:])))
        elif "\0" not in (name := text_of(pieces)):  # which no file's name has
            yield os.path.realpath(resolve_path(document.directory, name))

    def _variables(self, document: Document) -> dict[str, Variable]:
        """What a file may interpolate: the `.env` beside it, and some value of what Compose requires of the user."""
        if "$" not in document.text:
            return {}
        required = {name: Variable(value=name, source=document.path) for name in _REQUIRED.findall(document.text)}
        return required | self._dotenv(f"{document.directory}/.env")

    def _dotenv(self, path: str) -> dict[str, Variable]:
        if path not in self.dotenv:
            text = self._text(path)
            self._count(text)
            self.dotenv[path] = {}
            with suppress(DevpoolError):
                self.dotenv[path] = with_env_files({}, [parse_env(path, text.encode())])
        return self.dotenv[path]

    def _count(self, text: str) -> None:
        self.parsed += len(text)
        if self.parsed > _MOST_PARSED:
            raise _TooMuchError


def _walk(top: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The folders below one, each with the names of its YAML files."""
    for folder, folders, names in os.walk(top):
        depth = len(Path(folder).relative_to(top).parts)
        folders[:] = [] if depth >= _DEEPEST else sorted(f for f in folders if f not in _SKIPPED)
        yield folder, tuple(sorted(filter(_YAML.fullmatch, names)))


def _services(document: Document, variables: Mapping[str, Variable]) -> Iterator[Service]:
    """A file's services."""
    node = services_node(document)
    for name, entry in nodes.entries(node).items() if node else ():
        stated = nodes.resolved(entry.value)
        if isinstance(stated, nodes.MappingNode):
            fragment = Fragment(document=document, node=stated, variables=variables)
            yield Service(name=name, fragments=(fragment,), variables=variables)
