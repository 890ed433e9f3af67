"""Which files make the project, found as `docker compose` finds them, and read once.

Rules from the Compose specification and Compose's documentation of `-f`, `COMPOSE_FILE`, `--env-file`,
`COMPOSE_ENV_FILES`, `--project-directory` and the default file names.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from devpool.errors import DevpoolError
from devpool.read import readable
from devpool.read.environment import env_file_uses
from devpool.read.services import Service, extends_of, find_services, resolve_path, services_node
from devpool.read.sources import Selection, Sources
from devpool.text import nodes
from devpool.text.document import Document, parse
from devpool.text.envfile import EnvFile, parse_env, values_of
from devpool.text.interpolation import SHELL, Variable, expand, text_of
from devpool.text.nodes import Scalar, Sequence

DEFAULT_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
OVERRIDE_NAMES = (
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
)


def read_project(
    selection: Selection, cwd: Path, shell: Mapping[str, str], instead: Mapping[str, bytes] | None = None
) -> Sources:
    """Find and read the project.

    Args:
        selection: which files, by the options of `docker compose`.
        cwd: the working directory.
        shell: the shell's variables.
        instead: bytes to take for some absolute paths, in place of what the disk holds.

    Raises:
        DevpoolError: `no-compose-file`, `cannot-read`, and what parsing raises.
    """
    return _Reader(selection, cwd, shell, instead).read()


def project_directory(selection: Selection, cwd: Path, shell: Mapping[str, str]) -> Path:
    """The project directory, found without reading any compose file.

    Raises:
        DevpoolError: `no-compose-file`, `cannot-read`.
    """
    return _Reader(selection, cwd, shell).find()[0]


def compose_files(selection: Selection, cwd: Path, shell: Mapping[str, str]) -> list[Path]:
    """The compose files of the project, those that it includes left out.

    Raises:
        DevpoolError: `no-compose-file`, `cannot-read`.
    """
    return _Reader(selection, cwd, shell).find()[1]


class _Reader:
    def __init__(
        self,
        selection: Selection,
        cwd: Path,
        shell: Mapping[str, str],
        instead: Mapping[str, bytes] | None = None,
    ) -> None:
        self.instead = instead or {}
        self.selection = selection
        self.cwd = cwd
        self.shell = shell
        self.originals: dict[str, bytes] = {}
        self.env_files: dict[str, EnvFile] = {}
        self.loaded: dict[str, Document] = {}
        self.dotenv: list[str] = []
        self.variables: dict[str, Variable] = {
            name: Variable(value=value, source=SHELL) for name, value in shell.items()
        }

    def find(self) -> tuple[Path, list[Path]]:
        """The project directory and the compose files."""
        if not self._explicit_env_files():
            # It may name the compose files. Where -f does, the folder of the first is the project directory.
            given = self.selection.files
            first = Path(_absolute(self.cwd, given[0])).parent if given else self.cwd
            start = Path(_absolute(self.cwd, self.selection.project_directory or str(first)))
            self._load_dotenv([start / ".env"])
        files = self._compose_files()
        chosen = self.selection.project_directory
        directory = Path(_absolute(self.cwd, chosen)) if chosen else files[0].parent
        self._load_dotenv(self._explicit_env_files() or [directory / ".env"])
        return directory, files

    def read(self) -> Sources:
        directory, files = self.find()
        documents = [d for file in files for d in self._documents(file, directory)]
        self._load_extended(documents)
        services = find_services(documents, self.loaded, self.variables)
        for service in services.values():
            self._load_env_files(service)
        return Sources(
            selection=self.selection,
            cwd=str(self.cwd),
            directory=str(directory),
            documents=tuple(documents),
            loaded=self.loaded,
            env_files=self.env_files,
            dotenv=tuple(self.dotenv),
            variables=self.variables,
            services=services,
            originals=self.originals,
        )

    def _explicit_env_files(self) -> list[Path]:
        given = self.selection.env_files or tuple(
            name for name in self.shell.get("COMPOSE_ENV_FILES", "").split(",") if name
        )
        return [Path(_absolute(self.cwd, name)) for name in given]

    def _load_dotenv(self, paths: list[Path]) -> None:
        """Read the files that interpolation uses. A later file of `--env-file` wins, the shell always."""
        added: dict[str, Variable] = {}
        for path in paths:
            if str(path) in self.dotenv or not readable.is_file(path):
                continue
            self.dotenv.append(str(path))
            added |= values_of(self._env_file(path), self.variables)
        self.variables = added | self.variables

    def _compose_files(self) -> list[Path]:
        given = list(self.selection.files) or self._from_variable()
        if "-" in given:
            raise DevpoolError(
                "stdin", "a compose file from standard input cannot be edited", hint="pass its path with -f"
            )
        if given:
            return [Path(_absolute(self.cwd, name)) for name in given]
        folder = self._default_folder()
        chosen = [next(folder / n for n in DEFAULT_NAMES if (folder / n).is_file())]
        return chosen + [folder / n for n in OVERRIDE_NAMES if (folder / n).is_file()][:1]

    def _from_variable(self) -> list[str]:
        value = self.variables.get("COMPOSE_FILE")
        separator = self.variables.get("COMPOSE_PATH_SEPARATOR")
        split = separator.value if separator and separator.value else os.pathsep
        return [name for name in value.value.split(split) if name] if value else []

    def _default_folder(self) -> Path:
        start = Path(_absolute(self.cwd, self.selection.project_directory or "."))
        for folder in (start, *start.parents):
            if any((folder / name).is_file() for name in DEFAULT_NAMES):
                return folder
        raise DevpoolError(
            "no-compose-file",
            f"there is no compose file in this folder or above it ({', '.join(DEFAULT_NAMES)})",
            where=str(start),
            hint="go to the project's folder, or name the file: devpool -f path/to/compose.yml ...",
        )

    def _documents(self, file: Path, directory: Path) -> Iterator[Document]:
        """A compose file after those that it includes."""
        if str(file) in self.loaded:
            return
        document = parse(str(file), self._bytes(file), str(directory))
        self.loaded[str(file)] = document
        for paths, folder in self._includes(document):
            if not any(d.path == str(folder / ".env") for d in self.env_files.values()):
                self._load_dotenv([folder / ".env"])
            for path in paths:
                yield from self._documents(path, folder)
        yield document

    def _includes(self, document: Document) -> Iterator[tuple[list[Path], Path]]:
        """The files of each `include` and the folder that their relative paths start from."""
        node = nodes.lookup(document.root, "include")
        found = nodes.resolved(node) if node else None
        for item in map(nodes.resolved, found.items if isinstance(found, Sequence) else ()):
            long = isinstance(item, nodes.Mapping)
            path = nodes.lookup(item, "path") if isinstance(item, nodes.Mapping) else item
            folder = (
                self._texts(document, nodes.lookup(item, "project_directory"))
                if isinstance(item, nodes.Mapping) and long
                else []
            )
            files = [Path(resolve_path(document.directory, text)) for text in self._texts(document, path)]
            if files:
                start = resolve_path(document.directory, folder[0]) if folder else str(files[0].parent)
                yield files, Path(start)

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
            self.loaded[path] = parse(path, self._bytes(Path(path)), str(Path(path).parent))
        return self.loaded[path]

    def _load_env_files(self, service: Service) -> None:
        for use in env_file_uses(service):
            if use.path not in self.env_files and readable.is_file(Path(use.path)):
                self._env_file(Path(use.path))

    def _env_file(self, path: Path) -> EnvFile:
        if str(path) not in self.env_files:
            self.env_files[str(path)] = parse_env(str(path), self._bytes(path))
        return self.env_files[str(path)]

    def _bytes(self, path: Path) -> bytes:
        given = self.instead.get(str(path))
        self.originals[str(path)] = readable.read(path) if given is None else given
        return self.originals[str(path)]


def _services(document: Document) -> dict[str, nodes.Entry]:
    node = services_node(document)
    return nodes.entries(node) if node else {}


def _absolute(cwd: Path, name: str) -> str:
    return resolve_path(str(cwd), os.path.expanduser(name))  # noqa: PTH111 - Path knows no `~` of an unknown user
