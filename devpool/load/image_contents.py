"""Which services have a build context that includes a file, so that it can end up in a layer of their image."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from devpool.load import bounded_read
from devpool.model.paths import resolve_path
from devpool.model.services import Service
from devpool.text import nodes
from devpool.text.dockerignore import excludes
from devpool.text.document import decode
from devpool.text.patterns import regex

# What is not a folder of this machine (Compose Build specification, "context" and "additional_contexts").
_REMOTE = regex(r"[a-z0-9+.-]+://|[\w.-]+@[\w.-]+:|github\.com/|(service|target|docker-image|oci-layout):")


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One file that a service's build context includes.

    Attributes:
        service: the service that is built.
        path: the file, as it was given.
        ignore: the absolute path of the `.dockerignore` that could keep it out; it may not exist yet.
        below: the file below the context, for that `.dockerignore`.
        place: `file:line` of the service's `build`.
    """

    service: str
    path: str
    ignore: str
    below: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Context:
    folder: str
    ignore: str


def taking_in(services: Mapping[str, Service], paths: Iterable[str]) -> Iterator[Taken]:
    """Every build context of a service that includes one of these files.

    A service whose Dockerfile is missing cannot be built here, and includes nothing.

    Args:
        services: the services of a project.
        paths: absolute paths of files, which need not exist.

    Raises:
        DevpoolError: `cannot-read`, `not-utf8`, of a `.dockerignore`.
    """
    files = [(path, os.path.realpath(path)) for path in paths]
    for service in services.values():
        for context in _contexts(service):
            built = service.statements("build")[-1]
            place = built.document.place(built.entry.key.start)
            folder = os.path.realpath(context.folder)
            for path, real in files:
                below = os.path.relpath(real, folder)
                if not below.startswith("../") and not excludes(_text(context.ignore), below):
                    yield Taken(service=service.name, path=path, ignore=context.ignore, below=below, place=place)


def _contexts(service: Service) -> Iterator[_Context]:
    """The folders that a service's image is built from."""
    said: dict[str, tuple[str, str]] = {}  # by key: the text, and the folder that its paths start from
    further: dict[str, str] = {}
    for statement in service.statements("build"):
        directory = statement.document.directory
        if not isinstance(statement.value, nodes.MappingNode):
            said["context"] = " ".join(service.texts(statement.value)), directory
            continue
        for key, entry in nodes.entries(statement.value).items():
            said[key] = "".join(service.texts(entry.value)[:1]), directory
            if key == "additional_contexts":
                further |= {n: resolve_path(directory, t) for n, t in _named(service, entry) if not _REMOTE.match(t)}
    if not said:
        return
    context, start = said.get("context", (".", said[next(iter(said))][1]))
    remote = _REMOTE.match(context) is not None
    folder = resolve_path(start, context)
    # BuildKit also accepts `dockerfile` if no name is given.
    names = [said["dockerfile"][0]] if "dockerfile" in said else ["Dockerfile", "dockerfile"]
    possible = [resolve_path(folder, name) for name in names]
    dockerfile = next((path for path in possible if bounded_read.is_file(Path(path))), "")
    inline = "dockerfile_inline" in said
    if not (inline or remote or dockerfile):
        return
    if not remote:
        # One next to the Dockerfile takes precedence (Docker documentation, "Filename and location").
        own = f"{dockerfile}.dockerignore"
        chosen = not inline and bounded_read.is_file(Path(own))
        yield _Context(folder=folder, ignore=own if chosen else f"{folder}/.dockerignore")
    for other in dict.fromkeys(further.values()):
        yield _Context(folder=other, ignore=f"{other}/.dockerignore")


def _named(service: Service, entry: nodes.Entry) -> Iterator[tuple[str, str]]:
    """`name: path` of a mapping, or `name=path` of a list."""
    value = nodes.resolved(entry.value)
    if isinstance(value, nodes.MappingNode):
        for name, each in nodes.entries(value).items():
            yield from ((name, text) for text in service.texts(each.value))
    else:
        yield from ((name, text) for name, _, text in (t.partition("=") for t in service.texts(value)))


def _text(path: str) -> str:
    """A `.dockerignore`; "" where there is none."""
    return decode(path, bounded_read.read(Path(path)))[1] if bounded_read.is_file(Path(path)) else ""
