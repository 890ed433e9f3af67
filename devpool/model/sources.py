"""A project as values: the options it was found by, what was read of it, and Compose's own reading of it."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from devpool.errors import DevpoolError
from devpool.model.other_readers import Reader
from devpool.model.services import Service
from devpool.text.document import Document
from devpool.text.envfile import EnvFile
from devpool.text.interpolation import SHELL, Variable


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The options that say which project is meant, as the user gave them to `docker compose` or to devpool.

    Four are devpool's alone: `allow_remote`, whether Compose may fetch what the files name elsewhere; `same_project`,
    whether containers under the project's name are its own wherever they were started from; `allow_outside`, whether
    files outside of the project's root may be edited; `swarm`, whether `docker stack deploy` reads the files.
    """

    files: tuple[str, ...] = ()
    env_files: tuple[str, ...] = ()
    project_directory: str | None = None
    project_name: str | None = None
    profiles: tuple[str, ...] = ()
    allow_remote: bool = False
    same_project: bool = False
    allow_outside: bool = False
    swarm: bool = False

    def arguments(self) -> list[str]:
        """The same options for `docker compose`, or the files alone for `docker stack`."""
        if self.swarm:
            return [part for file in self.files for part in ("--compose-file", file)]
        words: list[str] = []
        for option, values in (("--file", self.files), ("--env-file", self.env_files)):
            words += [part for value in values for part in (option, value)]
        if self.project_directory:
            words += ["--project-directory", self.project_directory]
        if self.project_name:
            words += ["--project-name", self.project_name]
        return words + [part for profile in self.profiles for part in ("--profile", profile)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFiles:
    """The files of a project, but for those that its compose files name.

    Attributes:
        selection: the options it was found by.
        cwd: the working directory, which Compose's `--file` paths are relative to.
        shell: the shell's variables.
        directory: the project directory.
        files: its compose files, the weakest first.
        dotenv: the env files that interpolation reads, in groups: in a group the last wins, of the groups the first.
        originals: the bytes of all of these files, by absolute path.
        instead: bytes to take for some absolute paths, in place of what the disk holds.
    """

    selection: Selection
    cwd: str
    shell: Mapping[str, str] = field(repr=False)
    directory: str
    files: tuple[str, ...]
    dotenv: tuple[tuple[str, ...], ...]
    originals: Mapping[str, bytes] = field(repr=False)
    instead: Mapping[str, bytes] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Compose's own reading of a project with all profiles.

    Attributes:
        model: its resolved model.
        hashes: the hash of each service.
        accepted: the profiles that Compose accepts one at a time, "" for none but the user's own; empty where it
            accepts all of them together.
    """

    model: dict[str, Any] = field(repr=False)
    hashes: dict[str, str]
    accepted: frozenset[str] = frozenset()

    @property
    def services(self) -> dict[str, dict[str, Any]]:
        """The services of the model by name."""
        services: dict[str, dict[str, Any]] = self.model.get("services") or {}
        return services


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Everything that was read of a project.

    Attributes:
        selection: the options it was found by.
        files: the paths of its compose files, those that they include left out.
        override: the override file, where it alone is edited: one of `documents`, or a new one.
        cwd: the working directory, which Compose's `--file` paths are relative to.
        directory: the project directory.
        documents: its compose files, the weakest first.
        loaded: the same and those that `extends` names, by absolute path.
        env_files: parsed env files by absolute path, `.env` among them.
        dotenv: the paths of the env files that interpolation reads.
        variables: what interpolation may use.
        services: the services by name.
        originals: the bytes of every file read, by absolute path.
        outside: the files that lie outside of the project's root.
        closed: those of them that are not to be edited.
        readers: other compose files that read files of the project.
        cut_off: whether the search for these ended before it had seen all files.
    """

    selection: Selection
    cwd: str
    directory: str
    documents: tuple[Document, ...]
    loaded: Mapping[str, Document]
    env_files: Mapping[str, EnvFile]
    dotenv: tuple[str, ...]
    variables: Mapping[str, Variable] = field(repr=False)
    services: Mapping[str, Service]
    originals: Mapping[str, bytes] = field(repr=False)
    outside: frozenset[str] = frozenset()
    closed: frozenset[str] = frozenset()
    readers: tuple[Reader, ...] = ()
    cut_off: bool = False
    files: tuple[str, ...] = ()
    override: Document | None = None

    @property
    def main(self) -> Document:
        """The first of the compose files, beside which Compose looks for an override file."""
        return self.loaded[self.files[0]]

    def file(self, path: str) -> Document | EnvFile:
        """A file of the project by its absolute path."""
        return self.loaded.get(path) or self.env_files[path]

    def is_hidden(self, path: str) -> bool:
        """Whether a file lies outside of the project's root unasked: Compose loads it, and nothing of it is shown."""
        return path in self.outside and path in self.closed

    def is_foreign(self, source: str | None) -> bool:
        """Whether the source of a variable is the shell or a file outside of the project's root."""
        return source == SHELL or source in self.outside

    def refuse_closed(self, path: str, where: str, app: str = "") -> None:
        """Refuse to edit a file that is not to be edited.

        Args:
            path: the file.
            where: the place that would be edited.
            app: the service for which, where it is one.

        Raises:
            DevpoolError: `outside-root`.
        """
        if path not in self.closed:
            return
        direct = f"; or keep the app direct: --direct {app}" if app else ""
        raise DevpoolError(
            "outside-root",
            "the file is outside the project's repository, where devpool edits nothing without permission",
            where=where,
            hint=f"pass --allow-outside to let devpool edit it{direct}",
        )

    def reader_of(self, path: str, position: int, name: str, pooler_files: AbstractSet[str]) -> str:
        """The other compose file that a change would reach, which has no pooler; "" where there is none. The arguments
        are those of `Reader.reads`.
        """
        return next((r.path for r in self.readers if r.reads(path, position, name, pooler_files)), "")
