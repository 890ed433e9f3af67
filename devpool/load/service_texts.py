"""Reads the texts that a service takes in: mounted files and folders, configs, secrets, and what it is built from.

The search is bounded, stays below the project's root, and follows no link out of it.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path

from devpool.errors import DevpoolError
from devpool.load.container_files import beginning_of, contexts, dockerfile_of, is_folder, mounts
from devpool.load.image_contents import taking_in
from devpool.load.root import is_inside
from devpool.model.paths import resolve_path
from devpool.model.services import Service
from devpool.model.stated_address import may_say, only_mentions
from devpool.text import nodes
from devpool.text.dockerfile_copies import copies
from devpool.text.document import Document
from devpool.text.nodes import ScalarNode

_DEEPEST = 5
_MOST_FOLDERS = 300
_MOST_FILES = 300
_LARGEST = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceText:
    """One text of a service.

    Attributes:
        path: the absolute path of the file.
        text: what it holds.
        folder: the folder that the service takes in with it; "" where it takes in just this file.
        within: the compose file that holds the text itself, in the `content` of a config; "" where it is a file.
        above: the lines above the text in that file.
    """

    path: str
    text: str
    folder: str = ""
    within: str = ""
    above: int = 0


def texts_of(
    service: Service,
    documents: Collection[Document],
    root: Path,
    folders: Collection[str],
    apart: Collection[str],
    words: Collection[str],
    looks: Iterator[int],
) -> Iterator[ServiceText]:
    """The texts that a service takes in and that hold one of some words, single files first.

    Args:
        service: the service.
        documents: the project's compose files.
        root: the project's root.
        folders: those of its folders that are looked into.
        apart: folders that other services are built from; of a folder around them they are left out.
        words: the words.
        looks: one for each file and folder that may still be looked at, for all services together.
    """
    files = dict.fromkeys((*mounts(service), *_named_files(service, documents)))
    for path, _ in zip(files, looks, strict=False):
        other = only_mentions(path) or is_folder(Path(path))
        text = None if other else _readable(path, root, words)
        if text is not None:
            yield ServiceText(path=path, text=text)
    yield from (t for t in _contents(service, documents) if any(word in t.text for word in words))
    built = set(contexts(service)) - set(mounts(service))
    dockerfile, _ = dockerfile_of(service, root) if built else ("", "")
    for folder in folders:
        for path, _ in zip(_files(folder, apart, looks), looks, strict=False):
            text = _readable(path, root, words)
            if text is not None and (folder not in built or is_taken_in(service, dockerfile, folder, path)):
                yield ServiceText(path=path, text=text, folder=folder)


def is_taken_in(service: Service, dockerfile: str, context: str, path: str) -> bool:
    """Whether a service's image takes in a file of its build context. One whose `.dockerignore` cannot be read tells
    nothing.
    """
    try:
        return copies(dockerfile, os.path.relpath(path, context)) and any(taking_in({service.name: service}, [path]))
    except DevpoolError:
        return False


def folders_of(service: Service, root: Path) -> list[str]:
    """The folders that a service mounts and the one that it is built from, below the root."""
    context = list(islice(contexts(service), 1))
    listed = dict.fromkeys((*mounts(service), *context))
    return [f for f in listed if is_inside(f, root) and is_folder(Path(f))]


def _named_files(service: Service, documents: Collection[Document]) -> Iterator[str]:
    """The files of a service's `configs` and `secrets`."""
    for key in ("configs", "secrets"):
        for document in documents:
            for name in service.granted(key):
                node = nodes.lookup(document.root, key, name, "file")
                scalar = nodes.resolved(node) if node else None
                if isinstance(scalar, ScalarNode):
                    yield resolve_path(document.directory, service.read(scalar))


def _contents(service: Service, documents: Collection[Document]) -> Iterator[ServiceText]:
    """The texts of a service's `configs` that stand in the compose files themselves, named as the configs are."""
    for document in documents:
        for name in service.granted("configs"):
            node = nodes.lookup(document.root, "configs", name, "content")
            scalar = nodes.resolved(node) if node else None
            if isinstance(scalar, ScalarNode) and len(scalar.value) <= _LARGEST and not only_mentions(name):
                above = document.line_of(scalar.start) - (scalar.style not in ("|", ">"))
                path = resolve_path(document.directory, name)
                yield ServiceText(path=path, text=service.read(scalar), within=document.path, above=above)


def _files(folder: str, apart: Collection[str], looks: Iterator[int]) -> Iterator[str]:
    """The files of a folder that may say where a database is, configuration before source."""
    paths: list[str] = []
    for visited, ((at, folders, names), _) in enumerate(zip(os.walk(folder), looks, strict=False)):
        below = os.path.relpath(at, folder)
        prefix = "" if below == "." else f"{below}/"
        deep = prefix.count("/") >= _DEEPEST or visited >= _MOST_FOLDERS
        folders[:] = (
            [] if deep else sorted(f for f in folders if may_say(f"{prefix}{f}/a.yml") and f"{at}/{f}" not in apart)
        )
        paths += [f"{at}/{name}" for name in sorted(names) if may_say(prefix + name)]
        if visited >= _MOST_FOLDERS or len(paths) >= _MOST_FILES:
            break
    yield from paths[:_MOST_FILES]


def _readable(path: str, root: Path, words: Collection[str]) -> str | None:
    """A file's text; None of one that is large, binary, outside the root, not there, or without these words."""
    try:
        status = Path(path).stat()
    except (OSError, ValueError):
        return None
    text = _text(path, root, status.st_mtime_ns) if status.st_size <= _LARGEST else None
    return text if text and "\0" not in text and any(word in text for word in words) else None


@lru_cache(maxsize=4 * _MOST_FILES)  # services that are built from one folder read the same files
def _text(path: str, root: Path, _changed: int) -> str | None:
    return beginning_of(Path(path), root)
