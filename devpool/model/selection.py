"""Which project is meant, and the files that were found of it, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The options that say which project is meant, as the user gave them to `docker compose` or to devpool.

    Three are devpool's alone: `allow_remote`, whether Compose may fetch what the files name elsewhere; `same_project`,
    whether containers under the project's name are its own wherever they were started from; `allow_outside`, whether
    files outside of the project's root may be edited.
    """

    files: tuple[str, ...] = ()
    env_files: tuple[str, ...] = ()
    project_directory: str | None = None
    project_name: str | None = None
    profiles: tuple[str, ...] = ()
    allow_remote: bool = False
    same_project: bool = False
    allow_outside: bool = False

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
