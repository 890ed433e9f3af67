"""Finds the project's files as `docker compose` does, without parsing a compose file.

Rules from the Compose specification and Compose's documentation of `-f`, `COMPOSE_FILE`, `--env-file`,
`COMPOSE_ENV_FILES`, `--project-directory` and the default file names. `docker stack deploy` reads no env file for
interpolation, no variable and no override file (https://docs.docker.com/reference/cli/docker/stack/deploy/).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from devpool.errors import DevpoolError
from devpool.load import bounded_read
from devpool.model.paths import resolve_path
from devpool.model.remote_files import is_remote, remote_project
from devpool.model.sources import ProjectFiles, Selection
from devpool.text.patterns import regex

DEFAULT_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
OVERRIDE_NAMES = (
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
)
# In COMPOSE_FILE, whose separator splits it.
_URL = regex(r"(?:^|:)((?:oci|git|ssh|https?)://[^:]*)")


def find_project(
    selection: Selection, cwd: Path, shell: Mapping[str, str], instead: Mapping[str, bytes] | None = None
) -> ProjectFiles:
    """Find the project, and read the bytes of its files.

    Args:
        selection: which files, by the options of `docker compose`.
        cwd: the working directory.
        shell: the shell's variables.
        instead: bytes to take for some absolute paths, in place of what the disk holds.

    Raises:
        DevpoolError: `no-compose-file`, `cannot-read`, `too-large`, `stdin`, `remote-file`.
    """
    finder = _Finder(selection, cwd, shell, instead or {})
    directory, files = finder.find()
    for file in files:
        finder.read(file)
    return ProjectFiles(
        # `docker stack` looks for no file by itself.
        selection=replace(selection, files=tuple(map(str, files))) if selection.swarm else selection,
        cwd=str(cwd),
        shell=shell,
        directory=str(directory),
        files=tuple(map(str, files)),
        dotenv=tuple(finder.dotenv),
        originals=finder.originals,
        instead=instead or {},
    )


def project_directory(selection: Selection, cwd: Path, shell: Mapping[str, str]) -> Path:
    """The project directory, found without reading any compose file.

    Raises:
        DevpoolError: `no-compose-file`, `cannot-read`, `too-large`, `stdin`, `remote-file`.
    """
    return _Finder(selection, cwd, shell, {}).find()[0]


def compose_files(selection: Selection, cwd: Path, shell: Mapping[str, str]) -> list[Path]:
    """The compose files of the project, those that it includes left out.

    Raises:
        DevpoolError: `no-compose-file`, `cannot-read`, `too-large`, `stdin`, `remote-file`.
    """
    return _Finder(selection, cwd, shell, {}).find()[1]


class _Finder:
    def __init__(self, selection: Selection, cwd: Path, shell: Mapping[str, str], instead: Mapping[str, bytes]) -> None:
        self.selection = selection
        self.cwd = cwd
        self.shell = shell
        self.instead = instead
        self.originals: dict[str, bytes] = {}
        self.dotenv: list[tuple[str, ...]] = []

    def find(self) -> tuple[Path, list[Path]]:
        """The project directory and the compose files, which the env files may name."""
        given = self.selection.env_files or _names(self.shell.get("COMPOSE_ENV_FILES", ""), ",")
        # If -f names the compose files, the folder of the first is the project directory.
        first = Path(_absolute(self.cwd, self.selection.files[0])).parent if self.selection.files else self.cwd
        start = Path(_absolute(self.cwd, self.selection.project_directory or str(first)))
        self._add([_absolute(self.cwd, name) for name in given] or [str(start / ".env")])
        files = self._compose_files()
        chosen = self.selection.project_directory
        directory = Path(_absolute(self.cwd, chosen)) if chosen else files[0].parent
        if not given:
            self._add([str(directory / ".env")])
        return directory, files

    def read(self, path: Path) -> bytes:
        """The bytes of a file, read once."""
        if str(path) not in self.originals:
            given = self.instead.get(str(path))
            self.originals[str(path)] = bounded_read.read(path) if given is None else given
        return self.originals[str(path)]

    def _add(self, paths: Iterable[str]) -> None:
        """A group of env files; those that are there, and in no group before."""
        if self.selection.swarm:
            return
        new = [p for p in dict.fromkeys(paths) if p not in self.originals and bounded_read.is_file(Path(p))]
        for path in new:
            self.read(Path(path))
        self.dotenv += [tuple(new)] if new else []

    def _compose_files(self) -> list[Path]:
        given = self.selection.files or (() if self.selection.swarm else self._from_variable())
        if "-" in given:
            raise DevpoolError(
                "stdin", "a compose file from standard input cannot be edited", hint="pass its path with -f"
            )
        if remote := next(filter(is_remote, given), None):
            raise remote_project(remote)
        if given:
            return [Path(_absolute(self.cwd, name)) for name in given]
        folder = self._default_folder()
        chosen = [next(folder / n for n in DEFAULT_NAMES if bounded_read.is_there(folder / n))]
        overrides = () if self.selection.swarm else OVERRIDE_NAMES
        return chosen + [folder / n for n in overrides if bounded_read.is_there(folder / n)][:1]

    def _from_variable(self) -> tuple[str, ...]:
        said = self._variables()
        text, separator = said.get("COMPOSE_FILE", ""), said.get("COMPOSE_PATH_SEPARATOR") or os.pathsep
        if separator == ":" and (remote := _URL.search(text)):  # Compose would look for a file `oci`
            raise remote_project(remote[1])
        return _names(text, separator)

    def _variables(self) -> Mapping[str, str]:
        """The shell's variables, and those of the env files so far where one speaks of Compose."""
        if not any(b"COMPOSE_" in data for data in self.originals.values()):
            return self.shell
        # Imported here: finding the compose files rarely requires parsing env files.
        from devpool.text.envfile import parse_env, shell_variables, with_env_files

        files = [[parse_env(path, self.originals[path]) for path in group] for group in self.dotenv]
        variables = shell_variables(self.shell)
        for group in files:
            variables = with_env_files(variables, group)
        return {name: variable.value for name, variable in variables.items()}

    def _default_folder(self) -> Path:
        start = Path(_absolute(self.cwd, self.selection.project_directory or "."))
        for folder in (start, *start.parents):
            if any(bounded_read.is_there(folder / name) for name in DEFAULT_NAMES):
                return folder
        raise DevpoolError(
            "no-compose-file",
            f"there is no compose file in this folder or above it ({', '.join(DEFAULT_NAMES)})",
            where=str(start),
            hint="go to the project's folder, or pass the file: devpool -f path/to/compose.yml ...",
        )


def _names(text: str, separator: str) -> tuple[str, ...]:
    return tuple(name for name in text.split(separator) if name)


def _absolute(cwd: Path, name: str) -> str:
    return resolve_path(str(cwd), os.path.expanduser(name))  # noqa: PTH111 - Path knows no `~` of an unknown user
