"""The project as its files say it, each read once, also those that its compose files name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from devpool.read import readable
from devpool.read.environment import env_file_uses
from devpool.read.found import Found
from devpool.read.paths import resolve_path
from devpool.read.services import Service, extends_of, find_services, services_node
from devpool.read.sources import Sources
from devpool.text import nodes
from devpool.text.document import Document, parse
from devpool.text.envfile import EnvFile, parse_env, shell_variables, with_env_files
from devpool.text.interpolation import expand, text_of
from devpool.text.nodes import Scalar, Sequence


def read_project(found: Found) -> Sources:
    """Read a project.

    Raises:
        DevpoolError: `no-compose-file`, `cannot-read`, and what parsing raises.
    """
    return _Reader(found).read()


class _Reader:
    def __init__(self, found: Found) -> None:
        self.found = found
        self.originals = dict(found.originals)
        self.env_files: dict[str, EnvFile] = {}
        self.loaded: dict[str, Document] = {}
        self.dotenv: list[str] = []
        self.variables = shell_variables(found.shell)

    def read(self) -> Sources:
        for group in self.found.dotenv:
            self._load_dotenv(group)
        documents = [d for file in self.found.files for d in self._documents(Path(file), self.found.directory)]
        self._load_extended(documents)
        services = find_services(documents, self.loaded, self.variables)
        for service in services.values():
            self._load_env_files(service)
        return Sources(
            selection=self.found.selection,
            cwd=self.found.cwd,
            directory=self.found.directory,
            documents=tuple(documents),
            loaded=self.loaded,
            env_files=self.env_files,
            dotenv=tuple(self.dotenv),
            variables=self.variables,
            services=services,
            originals=self.originals,
        )

    def _load_dotenv(self, paths: Iterable[str]) -> None:
        """Read files that interpolation uses."""
        new = [path for path in paths if path not in self.dotenv and readable.is_file(Path(path))]
        self.dotenv += new
        self.variables = with_env_files(self.variables, map(self._env_file, new))

    def _documents(self, file: Path, directory: str) -> Iterator[Document]:
        """A compose file after those that it includes."""
        if str(file) in self.loaded:
            return
        document = parse(str(file), self._bytes(str(file)), directory)
        self.loaded[str(file)] = document
        for paths, folder in self._includes(document):
            if f"{folder}/.env" not in self.env_files:
                self._load_dotenv([f"{folder}/.env"])
            for path in paths:
                yield from self._documents(path, folder)
        yield document

    def _includes(self, document: Document) -> Iterator[tuple[list[Path], str]]:
        """The files of each `include` and the folder that their relative paths start from."""
        node = nodes.lookup(document.root, "include")
        found = nodes.resolved(node) if node else None
        for item in map(nodes.resolved, found.items if isinstance(found, Sequence) else ()):
            path = nodes.lookup(item, "path") if isinstance(item, nodes.Mapping) else item
            folder = (
                self._texts(document, nodes.lookup(item, "project_directory"))
                if isinstance(item, nodes.Mapping)
                else []
            )
            files = [Path(resolve_path(document.directory, text)) for text in self._texts(document, path)]
            if files:
                yield files, resolve_path(document.directory, folder[0]) if folder else str(files[0].parent)

    def _texts(self, document: Document, node: nodes.Node | None) -> list[str]:
        found = nodes.resolved(node) if node else None
        items = found.items if isinstance(found, Sequence) else (found,)
        return [text_of(expand(i.value, self.variables)) for i in items if isinstance(i, Scalar)]

    def _load_extended(self, documents: list[Document]) -> None:
        """Read the files that `extends` names, and those that the services in them that are meant name in turn. What
        else stands in such a file is none of the project, and may name what is not there.
        """
        waiting = [(document, service) for document in documents for service in _services(document).values()]
        known = {document.path: _services(document) for document in documents}
        seen: set[int] = set()
        while waiting:
            document, entry = waiting.pop()
            service = nodes.resolved(entry.value)
            extended = extends_of(service, self.variables) if isinstance(service, nodes.Mapping) else None
            if extended is None or id(service) in seen:
                continue
            seen.add(id(service))
            base = self._extended(document, extended[0])
            named = known.setdefault(base.path, _services(base)).get(extended[1])
            waiting += [(base, named)] if named else []

    def _extended(self, document: Document, file: str) -> Document:
        """The file that an `extends` names; "" is its own."""
        path = resolve_path(document.directory, file) if file else document.path
        if path not in self.loaded:
            self.loaded[path] = parse(path, self._bytes(path), str(Path(path).parent))
        return self.loaded[path]

    def _load_env_files(self, service: Service) -> None:
        for use in env_file_uses(service):
            if use.path not in self.env_files and readable.is_file(Path(use.path)):
                self._env_file(use.path)

    def _env_file(self, path: str) -> EnvFile:
        if path not in self.env_files:
            self.env_files[path] = parse_env(path, self._bytes(path))
        return self.env_files[path]

    def _bytes(self, path: str) -> bytes:
        if path not in self.originals:
            given = self.found.instead.get(path)
            self.originals[path] = readable.read(Path(path)) if given is None else given
        return self.originals[path]


def _services(document: Document) -> dict[str, nodes.Entry]:
    node = services_node(document)
    return nodes.entries(node) if node else {}
