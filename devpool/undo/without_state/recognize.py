"""Handles an enabled project without its record: recognizes what devpool wrote, and restores the meaning.

A pooler is a service that is built from `.devpool/pgbouncer` or has devpool's label; its own environment says which
database is behind it.
Each step gives new texts, and the caller reads the project again before the next: `unwrapped`, then those of
redirect.py, which send to the database what goes to the pooler, then `without_poolers`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from devpool.decide.options import Options
from devpool.decide.plan import DIRECT_SUFFIX
from devpool.decide.sessions import VARIABLE
from devpool.devpool_folder import BUILD_CONTEXT, EXPORTER_CONTEXT, FOLDER, PRIVATE_ENV
from devpool.edit.override_file import is_written
from devpool.edit.pooler_template import LABEL
from devpool.errors import DevpoolError
from devpool.model.connection_variables import published_ports
from devpool.model.env_files import EnvFileUse, env_file_uses
from devpool.model.networks import has_healthcheck
from devpool.model.paths import resolve_path
from devpool.model.project import Project
from devpool.model.services import Service, services_node
from devpool.model.sources import Sources
from devpool.text import nodes
from devpool.text.address import find_addresses
from devpool.text.document import Document, encode
from devpool.text.edits import Edit, Placed, revert
from devpool.text.envfile import EnvFile
from devpool.text.patterns import regex
from devpool.undo.meaning_check import is_overridden
from devpool.undo.remove import cut
from devpool.undo.state import AddedPooler, State
from devpool.undo.state_check import ours_of

_SECOND = regex(r"\$\{(?P<name>[A-Za-z_]\w*?)_POOLED(_SESSION)?:-")
_BRACE = regex(r"[{}]")


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovedPooler:
    """A pooler to remove, and where its traffic has to go.

    Attributes:
        name: its service.
        database: the host of the database: a service's name, or a host outside.
        port: where the pooler listens.
        upstream: where the database listens.
        published: the port of the host at which the pooler can be reached; "" for none.
        healthy: whether the pooler waits for the database's health, so that apps may too.
        session_aliases: the names of session aliases, each with the database's own name.
        exporters: the services that show its metrics.
    """

    name: str
    database: str
    port: str
    upstream: str
    published: str = ""
    healthy: bool = True
    session_aliases: tuple[tuple[str, str], ...] = ()
    exporters: tuple[str, ...] = ()


def former_poolers(project: Project) -> list[RemovedPooler]:
    """The poolers that devpool added to a project.

    Raises:
        DevpoolError: `no-record`, where one does not say what is behind it.
    """
    return [_former(project, service) for service in project.services.values() if is_ours(service, BUILD_CONTEXT)]


def in_override(project: Project, poolers: list[RemovedPooler]) -> bool:
    """Whether the poolers stand in the override file, and their databases in another: `enable --override` does so."""
    first = {name: service.fragments[0].document for name, service in project.services.items()}
    mine = [(first[p.name], first.get(p.database)) for p in poolers]
    inside = all(document.path in project.sources.files[1:] for document, _ in mine)
    return inside and any(is_written(document.text) or other not in (None, document) for document, other in mine)


def without_overrides(sources: Sources, poolers: list[RemovedPooler]) -> tuple[dict[str, bytes], list[str]]:
    """The text of an override file that devpool has made without the apps of which it says nothing else; and these."""
    added = [AddedPooler(name=p.name, database=p.database, port=p.port, upstream=p.upstream) for p in poolers]
    ours = ours_of(State(options=Options(), edits=(), poolers=tuple(added), routes=()))
    texts: dict[str, bytes] = {}
    apps: list[str] = []
    for document in (file for file in texts_of(sources) if isinstance(file, Document) and is_written(file.text)):
        services = services_node(document)
        mine = [e for e in services.entries if is_overridden(e.value, ours)] if services else []
        if services and mine:
            texts[document.path] = encoded(document, [_without(document, services, entry) for entry in mine])
            apps += [entry.key.value for entry in mine]
    return texts, apps


def _exporters(project: Project, pooler: str) -> Iterator[str]:
    mine = (s for s in project.services.values() if is_ours(s, EXPORTER_CONTEXT))
    yield from (s.name for s in mine if pooler in s.names("depends_on"))


def former_of(added: AddedPooler, project: Project) -> RemovedPooler:
    """The same of a pooler that is on record."""
    database = project.services.get(added.database)
    healthy = database is not None and has_healthcheck(database)
    return RemovedPooler(
        name=added.name,
        database=added.database,
        port=added.port,
        upstream=added.upstream,
        healthy=healthy,
        exporters=(added.exporter,) if added.exporter else (),
    )


def is_ours(service: Service, context: str = "") -> bool:
    """Whether a service is built from a build context of devpool's, from this one or from any; a pooler with a ready
    image has a label instead.
    """
    if context != EXPORTER_CONTEXT and is_labeled(service):
        return True
    ours = (f"/{context}",) if context else (f"/{BUILD_CONTEXT}", f"/{EXPORTER_CONTEXT}")
    for statement in service.statements("build"):
        value = statement.value
        node = nodes.lookup(value, "context") if isinstance(value, nodes.MappingNode) else value
        body = nodes.resolved(node) if node else None
        if isinstance(body, nodes.ScalarNode):
            path = resolve_path(statement.document.directory, service.read(body))
            return path.endswith(ours)
    return False


def is_labeled(service: Service) -> bool:
    """Whether a service has the label that enable gives to a pooler with a ready image."""
    labels = (s.value for s in service.statements("labels"))
    labels_of = (nodes.lookup(node, LABEL[0]) for node in labels if isinstance(node, nodes.MappingNode))
    scalars = (nodes.resolved(node) for node in labels_of if node)
    return any(isinstance(node, nodes.ScalarNode) and node.value == LABEL[1] for node in scalars)


def _former(project: Project, service: Service) -> RemovedPooler:
    values = {name: value.text for name, value in project.environments[service.name].items()}
    url = next((a for a in find_addresses(values.get("DATABASE_URL", "")) if a.kind == "url"), None)
    host = values.get("POSTGRES_HOST") or (url.host if url else "")
    if not host:
        raise DevpoolError(
            "no-record",
            f"there is no record of the changes, and `{service.name}` does not state here which database it serves",
            where=service.place,
            hint="restore .devpool/state.json from version control, or run devpool where the project was enabled",
        )
    session_aliases = (pair.partition("=") for pair in values.get(VARIABLE, "").split(",") if "=" in pair)
    waits = [service.deep_texts(s.value) for s in service.statements("depends_on")]
    return RemovedPooler(
        name=service.name,
        database=host,
        port=values.get("PGBOUNCER_LISTEN_PORT", "6432"),
        upstream=values.get("POSTGRES_PORT") or (url.port if url else None) or "5432",
        published=next(iter(published_ports(service)), ""),
        healthy=any("service_healthy" in texts for texts in waits),
        session_aliases=tuple((alias, name) for alias, _, name in session_aliases),
        exporters=tuple(_exporters(project, service.name)),
    )


def texts_of(sources: Sources) -> Iterator[Document | EnvFile]:
    """The files of a project that can be edited: not devpool's own, and none outside of the project's root."""
    files: list[Document | EnvFile] = [*sources.loaded.values(), *sources.env_files.values()]
    for file in files:
        if f"/{FOLDER}/" not in file.path and not sources.is_hidden(file.path):
            yield file


def encoded(file: Document | EnvFile, spans: list[Placed]) -> bytes:
    """The bytes of a file with these spans replaced by what each says is to stand there."""
    return encode(file.bom, revert(file.text, spans))


def change(file: Document | EnvFile, start: int, end: int, text: str) -> Placed:
    """A span that is to be replaced."""
    edit = Edit(path=file.path, start=start, end=end, old=None, new=(), at=("",))
    return Placed(edit, start, end, text)


# --- first step: second variables and private files ---


def unwrapped(sources: Sources) -> dict[str, bytes]:
    """`${URL_POOLED:-${URL}}` is `${URL}` again, and the private files are read no more."""
    placed_in: dict[str, list[Placed]] = {}
    for file in texts_of(sources):
        spans = [*_unwrapped(file), *(_second_lines(file) if isinstance(file, EnvFile) else ())]
        placed_in.setdefault(file.path, []).extend(spans)
    for service in sources.services.values():
        for document, place in _private_items(sources, service):
            placed_in.setdefault(document.path, []).append(place)
            placed_in[document.path] += _named_again(service)
    files = {file.path: file for file in texts_of(sources)}
    return {path: encoded(files[path], list(dict.fromkeys(placed_in[path]))) for path in files if placed_in.get(path)}


def _unwrapped(file: Document | EnvFile) -> Iterator[Placed]:
    for match in _SECOND.finditer(file.text):
        end = _closing(file.text, match.end())
        inside = file.text[match.end() : end] if end else ""
        if end and re.match(rf"\$\{{?{match['name']}\b", inside):
            yield change(file, match.start(), end + 1, inside)


def _closing(text: str, position: int) -> int | None:
    """Where the brace that is open at a position is closed."""
    depth = 1
    for match in _BRACE.finditer(text, position):
        depth += 1 if match[0] == "{" else -1
        if depth == 0:
            return match.start()
    return None


def _second_lines(file: EnvFile) -> Iterator[Placed]:
    names = {binding.name for binding in file.bindings}
    for binding in file.bindings:
        first = re.fullmatch(r"(\w+?)_POOLED(_SESSION)?", binding.name)
        if first and first[1] in names:
            yield cut(file, (binding.line_start, binding.line_end))


def _private_items(sources: Sources, service: Service) -> Iterator[tuple[Document, Placed]]:
    """The entries of `env_file` that name a private file."""
    ours = f"{sources.directory}/{PRIVATE_ENV}/"
    uses = list(env_file_uses(service))
    for use in uses:
        if use.path.startswith(ours) and not is_ours(service, BUILD_CONTEXT):
            mine = [u for u in uses if u.document is use.document]
            whole = nodes.place_of(use.document.root, ("services", service.name, "env_file"))
            alone = all(u.path.startswith(ours) for u in mine)
            yield use.document, cut(use.document, whole if alone and whole else _item_of(service, use))


def _item_of(service: Service, use: EnvFileUse) -> tuple[int, int]:
    """The span of the whole item that names an env file, in the short form or in the long one."""
    mine = (s.value for s in service.statements("env_file") if s.document is use.document)
    listed = (item for node in mine for item in getattr(node, "items", ()))
    spans = ((i.start, i.end) for i in listed if i.start <= use.node.start and use.node.end <= i.end)
    return next(spans, (use.node.start, use.node.end))


def _named_again(service: Service) -> Iterator[Placed]:
    """Entries that got a direct name because a private file gave the new value."""
    for statement in service.statements("environment"):
        node = statement.value
        scalars = [e.key for e in node.entries] if isinstance(node, nodes.MappingNode) else []
        scalars += [i for i in getattr(node, "items", ()) if isinstance(i, nodes.ScalarNode)]
        names = {scalar.value.partition("=")[0] for scalar in scalars}
        for scalar in scalars:
            name = scalar.value.partition("=")[0]
            first = name.removesuffix(DIRECT_SUFFIX)
            if first != name and first not in names:
                start = statement.document.text.index(name, scalar.start) + len(first)
                yield change(statement.document, start, start + len(DIRECT_SUFFIX), "")


# --- last step: the poolers themselves ---


def without_poolers(sources: Sources, poolers: list[RemovedPooler]) -> dict[str, bytes]:
    """The files without the poolers' services."""
    names = {name for pooler in poolers for name in (pooler.name, *pooler.exporters)}
    texts: dict[str, bytes] = {}
    for document in (file for file in texts_of(sources) if isinstance(file, Document)):
        services = services_node(document)
        mine = [e for e in services.entries if e.key.value in names] if services else []
        if services and mine:
            spans = [_without(document, services, entry) for entry in mine]
            texts[document.path] = encoded(document, spans)
    return texts


def _without(document: Document, services: nodes.MappingNode, entry: nodes.Entry) -> Placed:
    """A service's removal, with the blank line before it, unless that belongs to the text of the service before."""
    ends = [max(e.key.end, e.value.end) for e in services.entries if e.key.start < entry.key.start]
    between = document.text[max(ends, default=0) : entry.key.start]
    return cut(document, (entry.key.start, max(entry.key.end, entry.value.end)), blank=between.count("\n") > 1)
