"""Reads all files of the project once, including those that its compose files name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from devpool.errors import DevpoolError
from devpool.load import bounded_read
from devpool.load.root import find_root, is_inside, outside_of
from devpool.model.env_files import env_file_uses
from devpool.model.include import Included, Scope, included
from devpool.model.paths import resolve_path
from devpool.model.remote_files import is_remote, may_name_files, remote_file
from devpool.model.services import Service, extends_of, find_services, services_node
from devpool.model.sources import ProjectFiles, Sources
from devpool.text import nodes
from devpool.text.document import Document, is_blank, parse
from devpool.text.envfile import EnvFile, parse_env, shell_variables, with_env_files
from devpool.text.interpolation import Variable, expand, text_of
from devpool.text.nodes import ScalarNode

_DEEPEST = 50
_MOST_FILES = 1000
_MOST_BYTES = 32 << 20
_MOST_NODES = 500_000
_MOST_ENV_BYTES = 2_000_000  # of one env file; the largest seen so far has 60 kB

_OF_THE_DISK = ("cannot-read", "no-compose-file")  # these say nothing of what a file holds


def read_project(files: ProjectFiles) -> Sources:
    """Read a project.

    Raises:
        DevpoolError: `no-compose-file`, `cannot-read`, `remote-file`, `include-cycle`, `too-deep`, `too-many-files`,
            `too-large`, and what parsing raises.
    """
    return _ProjectReader(files).read()


def refuse_remote(files: ProjectFiles) -> None:
    """Read what the compose files name, if they may name anything, and refuse what is not on this machine: must run
    before Compose is started, which would fetch it.

    Raises:
        DevpoolError: `remote-file`, and what reading raises.
    """
    if any(may_name_files(files.originals[path]) for path in files.files):
        _ProjectReader(files).documents()


class _ProjectReader:
    def __init__(self, files: ProjectFiles) -> None:
        self.found = files
        self.originals = dict(files.originals)
        self.size = sum(map(len, self.originals.values()))
        self.env_files: dict[str, EnvFile] = {}
        self.loaded: dict[str, Document] = {}
        self.scopes: dict[str, list[Scope]] = {}
        self.seen: set[tuple[str, str, tuple[str, ...]]] = set()
        self.dotenv: list[str] = []
        self.shell = shell_variables(files.shell)
        self.variables = self.shell

    def read(self) -> Sources:
        documents = self.documents()
        included = {path: scopes[0].variables for path, scopes in self.scopes.items()}
        services = find_services(documents, self.loaded, self.variables, included)
        for service in services.values():
            self._load_env_files(service)
        outside = outside_of(self.found.directory, (*self.loaded, *self.env_files))
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
            outside=outside,
            closed=frozenset() if self.found.selection.allow_outside else outside,
            files=self.found.files,
        )

    def documents(self) -> list[Document]:
        """The compose files, the weakest first; with those that `extends` names they are loaded."""
        for group in self.found.dotenv:
            self._load_dotenv(group)
        scope = Scope(variables=self.variables)
        # Compose takes an override file of comments alone for one that overrides nothing.
        names = [n for number, n in enumerate(self.found.files) if not number or not is_blank(self._bytes(str(n)))]
        files = map(Path, names)
        documents = [d for file in files for d in self._documents(file, self.found.directory, scope, ())]
        self._load_extended(documents)
        return documents

    def _load_dotenv(self, paths: Iterable[str]) -> None:
        """Read files that interpolation uses."""
        new = [path for path in paths if path not in self.dotenv and bounded_read.is_file(Path(path))]
        self.dotenv += new
        self.variables = with_env_files(self.variables, map(self._env_file, new))

    def _documents(self, file: Path, directory: str, scope: Scope, within: tuple[str, ...]) -> Iterator[Document]:
        """A compose file after those that it includes. One that is included again is read again where its own includes
        may mean something else, and given once.
        """
        path = str(file)
        if path in within:
            raise _cycle(path)
        if (path, directory, scope.files) in self.seen:
            return
        self.seen.add((path, directory, scope.files))
        if len(within) >= _DEEPEST or len(self.seen) > _MOST_FILES:
            raise _too_many(path, len(within))
        is_new = path not in self.loaded
        document = self._document(path, directory)
        self.scopes.setdefault(path, []).append(scope)
        for item in included(document):
            paths, folder, inner = self._including(document, directory, item, scope)
            for each in paths:
                yield from self._documents(each, folder, inner, (*within, path))
        if is_new:
            yield document

    def _including(
        self, document: Document, directory: str, item: Included, scope: Scope
    ) -> tuple[list[Path], str, Scope]:
        """The files of an `include`, the folder that their relative paths start from, and what they may interpolate."""
        named = [self._named(document, "`include`", scalar, scope) for scalar in item.paths]
        paths = [Path(resolve_path(directory, name)) for name in named if name is not None]
        folder = text_of(expand(item.folder.value, scope.variables)) if item.folder else ""
        start = resolve_path(directory, folder) if folder else str(paths[0].parent) if paths else directory
        env_files = [text_of(expand(scalar.value, scope.variables)) for scalar in item.env_files]
        chosen = [resolve_path(directory, name) for name in env_files] or [f"{start}/.env"]
        return paths, start, self._scope(scope, chosen)

    def _scope(self, outer: Scope, env_files: Iterable[str]) -> Scope:
        new = [path for path in env_files if path not in outer.files and bounded_read.is_file(Path(path))]
        if not new:
            return outer
        variables = with_env_files(outer.variables, map(self._env_file, new))
        self.dotenv += [path for path in new if path not in self.dotenv]
        return Scope(files=(*outer.files, *new), variables=variables)

    def _named(self, document: Document, what: str, scalar: ScalarNode, scope: Scope) -> str | None:
        """The file that a text names; None where it is remote, and allowed.

        An env file may tell Compose not to read env files (`COMPOSE_DISABLE_ENV_FILE`): a name with variables must be
        local without them too.
        """
        name = text_of(expand(scalar.value, scope.variables))
        names = [name]
        if "$" in scalar.value:
            names += [text for v in (self.shell, self.variables) if (text := _expanded(scalar.value, v)) is not None]
        if any(map(is_remote, names)) and not self.found.selection.allow_remote:
            raise remote_file(what, scalar.value, document.place(scalar.start))
        return None if is_remote(name) else name

    def _load_extended(self, documents: list[Document]) -> None:
        """Read the files that `extends` names, and those that the services in them that are meant name in turn, with
        the variables of the file that began it. What else stands in such a file is none of the project, and may name
        what is not there.
        """
        waiting = [
            (document, service, scope)
            for document in documents
            for scope in self.scopes[document.path]
            for service in _services(document).values()
        ]
        known = {document.path: _services(document) for document in documents}
        seen: set[tuple[int, int]] = set()
        while waiting:
            document, entry, scope = waiting.pop()
            service = nodes.resolved(entry.value)
            if not isinstance(service, nodes.MappingNode) or (id(service), id(scope.variables)) in seen:
                continue
            seen.add((id(service), id(scope.variables)))
            base, name = self._extended(document, service, scope)
            if base and base.path not in known:
                known[base.path] = _services(base)
            named = known[base.path].get(name) if base else None
            waiting += [(base, named, scope)] if base and named else []

    def _extended(self, document: Document, service: nodes.MappingNode, scope: Scope) -> tuple[Document | None, str]:
        """The file and the service that a service extends; None where it does not, or where that is not to be read."""
        file = nodes.lookup(service, "extends", "file")
        scalar = nodes.resolved(file) if file else None
        extended = extends_of(service, scope.variables)
        name = self._named(document, "`extends`", scalar, scope) if isinstance(scalar, ScalarNode) else ""
        if extended is None or name is None:
            return None, ""
        path = resolve_path(document.directory, name) if name else document.path
        directory = document.directory if path == document.path else str(Path(path).parent)
        return self._document(path, directory), extended[1]

    def _document(self, path: str, directory: str) -> Document:
        if path not in self.loaded:
            with self._hiding(path):
                self.loaded[path] = parse(path, self._bytes(path), directory)
            if sum(document.size for document in self.loaded.values()) > _MOST_NODES:
                raise _too_large(path)
        return self.loaded[path]

    def _load_env_files(self, service: Service) -> None:
        for use in env_file_uses(service):
            if use.path not in self.env_files and bounded_read.is_file(Path(use.path)):
                self._env_file(use.path)

    def _env_file(self, path: str) -> EnvFile:
        if path not in self.env_files:
            with self._hiding(path):
                self.env_files[path] = parse_env(path, _small(path, self._bytes(path)))
        return self.env_files[path]

    @contextmanager
    def _hiding(self, path: str) -> Iterator[None]:
        """An error about a file outside the project's root shows nothing of its contents."""
        try:
            yield
        except DevpoolError as error:
            if error.code in _OF_THE_DISK or is_inside(path, find_root(Path(self.found.directory))):
                raise
            raise DevpoolError(
                error.code,
                "Compose could not read this file outside the project's repository",
                where=path,
                hint="find the file in the project that names it, and remove that reference",
            ) from None

    def _bytes(self, path: str) -> bytes:
        if path not in self.originals:
            given = self.found.instead.get(path)
            self.originals[path] = bounded_read.read(Path(path)) if given is None else given
            self.size += len(self.originals[path])
            if self.size > _MOST_BYTES:
                raise _too_large(path)
        return self.originals[path]


def _services(document: Document) -> dict[str, nodes.Entry]:
    node = services_node(document)
    return nodes.entries(node) if node else {}


def _expanded(raw: str, variables: Mapping[str, Variable]) -> str | None:
    """A text with these variables filled in; None if they give it no value."""
    try:
        return text_of(expand(raw, variables))
    except DevpoolError:
        return None


def _cycle(path: str) -> DevpoolError:
    hint = "remove one of the includes"
    return DevpoolError("include-cycle", "the file includes itself, or a file that includes it", where=path, hint=hint)


def _too_many(path: str, depth: int) -> DevpoolError:
    deep = depth >= _DEEPEST
    return DevpoolError(
        "too-deep" if deep else "too-many-files",
        f"includes are nested more than {_DEEPEST} files deep" if deep else f"more than {_MOST_FILES} includes",
        where=path,
        hint="find the file that includes others repeatedly",
    )


def _small(path: str, data: bytes) -> bytes:
    """An env file's bytes: the parser takes a hundred times their number in memory."""
    if len(data) > _MOST_ENV_BYTES:
        raise DevpoolError(
            "too-large",
            f"the env file is larger than {_MOST_ENV_BYTES:,} bytes",
            where=path,
            hint="env files are small: check what this file is",
        )
    return data


def _too_large(path: str) -> DevpoolError:
    return DevpoolError(
        "too-large",
        f"the project's files exceed {_MOST_BYTES >> 20} MiB or {_MOST_NODES:,} entries",
        where=path,
        hint="check which of them does not belong to it",
    )
