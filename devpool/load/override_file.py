"""Finds the override file that `enable --override` writes, or refuses where Compose would not load one."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import replace

from devpool.edit.override_file import HEADER, new_file
from devpool.errors import DevpoolError
from devpool.load.root import outside_of
from devpool.model.services import services_node
from devpool.model.sources import Sources
from devpool.text.document import Document, parse

_WITHOUT = "pass --no-override"


def with_override(sources: Sources, without: Mapping[str, bytes]) -> Sources:
    """The project with the override file as the only one that is edited.

    Args:
        sources: the project as it is without devpool.
        without: the bytes of the files that an earlier enable has edited, without its edits; of an override file that
            it made all that is left.

    Raises:
        DevpoolError: `override-not-loaded`, `override-without-services`.
    """
    _refuse_named(sources)
    path = sources.files[1] if sources.files[1:] else _beside(sources.files[0])
    data = without.get(path, b"")
    if path not in sources.files or (path in without and not data):
        document = new_file(path, sources.main.newline, sources.directory)
    elif HEADER.encode() in data:
        document = parse(path, data, sources.directory)
    else:
        document = _with_services(path, sources.loaded.get(path))
    outside = sources.outside | outside_of(sources.directory, [path])
    return replace(
        sources,
        override=document,
        loaded={**sources.loaded, path: document},
        outside=outside,
        closed=frozenset() if sources.selection.allow_outside else outside,
    )


def _beside(main: str) -> str:
    stem, ending = posixpath.splitext(main)
    return f"{stem}.override{ending}"


def _refuse_named(sources: Sources) -> None:
    """Compose looks for an override file only where it also looks for the compose file (`docker compose`, "-f")."""
    named = sources.variables.get("COMPOSE_FILE")
    if not (sources.selection.files or (named and named.value)):
        return
    what = "-f names" if sources.selection.files else "COMPOSE_FILE names"
    raise DevpoolError(
        "override-not-loaded",
        f"Compose loads no override file here, because {what} the compose files",
        where=sources.files[0],
        hint=f"{_WITHOUT}, which edits the files that are named; or, where Compose finds the compose file by its name, "
        f"leave out {'-f' if sources.selection.files else 'COMPOSE_FILE'}, here and with docker compose",
    )


def _with_services(path: str, document: Document | None) -> Document:
    services = services_node(document) if document else None
    if document and services and services.entries:
        return document
    raise DevpoolError(
        "override-without-services",
        "the override file has no services yet, and devpool adds its own only beside others or in a new file",
        where=path,
        hint=f"remove the file, or write a service of the project into it; or {_WITHOUT}",
    )
