"""What was read of a project, as values: the stages after reading see nothing of the disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from devpool.read.found import Selection
from devpool.read.services import Service
from devpool.text.document import Document
from devpool.text.envfile import EnvFile
from devpool.text.interpolation import Variable


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
