"""What was read of a project, as values: the stages after reading see nothing of the disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from devpool.read.services import Service
from devpool.text.document import Document
from devpool.text.envfile import EnvFile
from devpool.text.interpolation import Variable


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The options that say which project is meant, as the user gave them to `docker compose` or to devpool."""

    files: tuple[str, ...] = ()
    env_files: tuple[str, ...] = ()
    project_directory: str | None = None
    project_name: str | None = None
    profiles: tuple[str, ...] = ()

    def arguments(self) -> list[str]:
        """The same options for `docker compose`."""
        found: list[str] = []
        for option, values in (("--file", self.files), ("--env-file", self.env_files)):
            found += [part for value in values for part in (option, value)]
        if self.project_directory:
            found += ["--project-directory", self.project_directory]
        if self.project_name:
            found += ["--project-name", self.project_name]
        return found + [part for profile in self.profiles for part in ("--profile", profile)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Everything that was read of a project.

    Attributes:
        selection: the options it was found by.
        cwd: the working directory, which Compose's `--file` paths are relative to.
        directory: the project directory.
        documents: its compose files, the weakest first.
        loaded: the same and those that `extends` names, by absolute path.
        env_files: parsed env files by absolute path, `.env` among them.
        dotenv: the paths of the env files that interpolation reads.
        variables: what interpolation may use.
        services: the services by name.
        originals: the bytes of every file read, by absolute path.
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
