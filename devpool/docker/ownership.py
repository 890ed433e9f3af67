"""Which project a container belongs to. Compose goes only by the project name, which two folders may share. Pure.

Compose writes into the labels of each container where the project was started from: its project directory
(`com.docker.compose.project.working_dir`) and its compose files (`com.docker.compose.project.config_files`, separated
by commas). They are compared as identities, which are the same for one file under two paths: the caller makes them.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from devpool.errors import DevpoolError

CODE: Final = "another-project"
DIRECTORY = "com.docker.compose.project.working_dir"
FILES = "com.docker.compose.project.config_files"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a project was started: its folder and its compose files, as absolute paths."""

    directory: str
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Containers under the name of a project that are not its own: where they were started from, and their services.

    `elsewhere` tells whether that is another folder, or other compose files of the same one.
    """

    place: Place
    services: tuple[str, ...]
    elsewhere: bool


def started_from(labels: Mapping[str, str]) -> Place | None:
    """Where a container's project was started from; None where nothing says so (Compose before 1.26)."""
    directory = labels.get(DIRECTORY, "")
    # Standard input appears there as `-`.
    files = tuple(name for name in labels.get(FILES, "").split(",") if posixpath.isabs(name))
    return Place(directory=directory, files=files) if directory else None


class Ownership:
    """Tells a project's own containers from those of another project with the same name.

    In another folder it is another project. In the same one it is another where it shares no compose file with this
    one, unless none of its files is there any more: they were renamed.

    Identities are asked for at every comparison: a compose file that devpool has written meanwhile is another file.

    Args:
        own: where the project is started from.
        identity: what is the same for two paths of one file; "" for a path where nothing is.
    """

    def __init__(self, own: Place, identity: Callable[[str], str]) -> None:
        self.own = own
        self._identity = identity

    def is_own(self, place: Place | None) -> bool:
        """Whether containers that were started from there are this project's; from None, as far as one can tell."""
        return place is None or (not self.elsewhere(place) and not self._other_files(place))

    def elsewhere(self, place: Place) -> bool:
        """Whether a place is in another folder."""
        return self._of(place.directory) != self._of(self.own.directory)

    def others(self, containers: Iterable[tuple[str, Place | None]], services: Iterable[str]) -> list[Other]:
        """What is not the project's own, by where it was started from.

        Args:
            containers: the service of each container under the project's name, and where it was started from.
            services: those that the project names. Of other files of the same folder only these matter: the rest is
                what Compose calls orphans, and neither looks at nor touches.
        """
        names, places = set(services), dict[Place, dict[str, None]]()
        for service, place in containers:
            if place and not self.is_own(place) and (service in names or self.elsewhere(place)):
                places.setdefault(place, {})[service] = None
        return [Other(place=p, services=tuple(mine), elsewhere=self.elsewhere(p)) for p, mine in places.items()]

    def _other_files(self, place: Place) -> bool:
        there = {known for file in place.files if (known := self._identity(file))}
        return bool(there) and not there & {self._of(file) for file in self.own.files}

    def _of(self, path: str) -> str:
        plain = posixpath.normpath(path)
        return self._identity(plain) or plain


def sentence(project: str, others: Iterable[Other]) -> str:
    """What was found under the project's name, in one sentence."""
    return "; ".join(
        f"containers of the Compose project `{project}` ({', '.join(other.services)}) were started from "
        + (f"another folder, {other.place.directory}" if other.elsewhere else f"other files, {_files(other)}")
        for other in others
    )


def ways_on(project: str, own: Place, others: Iterable[Other]) -> str:
    """The options that the user can type then."""
    first = next(iter(others))
    files = "" if first.elsewhere else f"{' '.join(f'-f {file}' for file in first.place.files)} for those files; "
    return (
        f"{files}-p {free_name(project, own.directory)} for a separate project, here and with docker compose; "
        "--same-project if they are this project's containers and it was moved, renamed or mounted elsewhere"
    )


def refusal(project: str, own: Place, others: Iterable[Other]) -> DevpoolError:
    """The error for containers that are not the project's own."""
    foreign = list(others)
    return DevpoolError(
        CODE,
        f"{sentence(project, foreign)}, not from here; nothing was changed",
        where=own.directory,
        hint=ways_on(project, own, foreign),
    )


def free_name(project: str, directory: str) -> str:
    """A project name for a folder that is not the given one, as Compose allows names: letters, digits, `_`, `-`."""
    parent, folder = posixpath.split(posixpath.normpath(directory))
    words = re.sub(r"[^a-z0-9_-]+", "-", f"{posixpath.basename(parent)}-{folder}".lower()).strip("-_")
    return words if words not in ("", project) else f"{project}-2"


def _files(other: Other) -> str:
    return ", ".join(posixpath.relpath(file, other.place.directory) for file in other.place.files)
