"""`depends_on` and `links` of the pooled apps: where they name the database, they name its pooler."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from devpool import layout, nodes
from devpool.document import Document
from devpool.edits import Edit, Part, insertion
from devpool.errors import DevpoolError
from devpool.model import Project
from devpool.nodes import Entry, Node, Scalar, Sequence
from devpool.plan import Plan, Pooler
from devpool.services import Service, Statement, readers

_KEYS = ("depends_on", "links")


def dependency_edits(project: Project, plan: Plan) -> Iterator[Edit]:
    """The edits of every pooled app's `depends_on` and `links`.

    Raises:
        DevpoolError: `shared-dependencies`, `layout-not-plain`.
    """
    shared = {key: _readers(project.services.values(), key) for key in _KEYS}
    users = readers(project.services, "depends_on")
    for pooler in plan.poolers:
        changed: set[str] = set()
        seen: set[int] = set()
        for app in pooler.apps:
            for key in _KEYS:
                for statement, scalar in _naming(project.services[app], key, pooler.database):
                    counts_for = shared[key][id(scalar)]
                    _refuse_shared(counts_for, pooler, app, key, statement)
                    changed |= counts_for
                    if id(scalar) not in seen:
                        seen.add(id(scalar))
                        yield from _renamed(project.services[app], statement, scalar, pooler)
        for app in pooler.apps:
            if app not in changed and _reaches(project, app, pooler.database, changed):
                yield from _added(project, pooler, app, users)


def _naming(service: Service, key: str, name: str) -> Iterator[tuple[Statement, Scalar]]:
    """Where a service's files name another under a key."""
    for statement in service.statements(key):
        scalar = next((s for s in _scalars(statement.value) if service.read(s).partition(":")[0] == name), None)
        if scalar:
            yield statement, scalar


def _scalars(node: Node) -> list[Scalar]:
    """The list items or mapping keys of a value, those that a merge brings in among them."""
    if isinstance(node, nodes.Mapping):
        return [entry.key for entry in nodes.entries(node).values()]
    items = node.items if isinstance(node, Sequence) else ()
    return [i for i in map(nodes.resolved, items) if isinstance(i, Scalar)]


def _readers(services: Iterable[Service], key: str) -> dict[int, set[str]]:
    """By the id of a name's scalar: the services for which it counts, by an alias, a merge or `extends`."""
    found: dict[int, set[str]] = {}
    for service in services:
        for statement in service.statements(key):
            for scalar in _scalars(statement.value):
                found.setdefault(id(scalar), set()).add(service.name)
    return found


def _refuse_shared(counts_for: set[str], pooler: Pooler, app: str, key: str, statement: Statement) -> None:
    others = sorted(counts_for - set(pooler.apps))
    if others:
        raise DevpoolError(
            "shared-dependencies",
            f"`{app}` shares its `{key}` with `{others[0]}`, which stays direct",
            where=statement.document.place(statement.value.start),
            hint=f"give `{app}` its own `{key}`, or keep it direct: --direct {app}",
        )


def _renamed(service: Service, statement: Statement, scalar: Scalar, pooler: Pooler) -> Iterator[Edit]:
    document, node = statement.document, statement.value
    written = service.read(scalar)
    if isinstance(node, Sequence) and written.partition(":")[2] not in ("", pooler.database):
        # A link under another name stays what that name means; the pooler is linked beside it.
        position, new = layout.after_item(document, node, scalar, (pooler.name,))
        at = (*nodes.path_to(document.root, statement.entry.key.start), pooler.name)
        yield insertion(document.path, position, new, at)
        return
    span = nodes.inner(document.text, scalar)
    if span is None:
        raise layout.odd(document, statement.value)
    yield Edit(
        path=document.path,
        start=span[0],
        end=span[1],
        old=document.text[span[0] : span[1]],
        new=(pooler.name,),
        at=(*nodes.path_to(document.root, span[0])[:-1], pooler.name),
    )


def _reaches(project: Project, app: str, database: str, changed: set[str]) -> bool:
    """Whether an app waits for the database through others, none of which waits for the pooler."""
    seen: set[str] = set()
    waiting = [app]
    while waiting:
        for name in project.services[waiting.pop()].names("depends_on"):
            if name in changed:
                return False
            if name in project.services and name not in seen:
                seen.add(name)
                waiting.append(name)
    return database in seen


def _added(project: Project, pooler: Pooler, app: str, users: dict[int, set[str]]) -> Iterator[Edit]:
    """A further entry of the app's own `depends_on`.

    Where the app may run without the pooler's profile, the entry is not required; a list cannot say that, and
    is left as it is.
    """
    service = project.services[app]
    statement = service.statements("depends_on")[-1]
    _refuse_shared(users[id(statement.value)], pooler, app, "depends_on", statement)
    document, node = statement.document, statement.value
    optional = not set(service.names("profiles")) <= set(pooler.profiles) or not service.names("profiles")
    optional = optional and bool(pooler.profiles)
    if optional and isinstance(node, Sequence):
        return
    condition = ("condition: service_healthy", *(["required: false"] if optional else []))
    position, new = _entry_text(document, node, pooler, condition)
    at = (*nodes.path_to(document.root, statement.entry.key.start), pooler.name)
    yield insertion(document.path, position, new, at)


def _entry_text(
    document: Document, node: Node, pooler: Pooler, condition: tuple[str, ...]
) -> tuple[int, tuple[Part, ...]]:
    if isinstance(node, Sequence) and node.items:
        return layout.after_item(document, node, node.items[-1], (pooler.name,))
    if isinstance(node, nodes.Mapping) and node.entries:
        last = node.entries[-1]
        if node.flow:
            return layout.after_entry(document, node, last, pooler.name, (f"{{{', '.join(condition)}}}",))
        return layout.after_entry(document, node, last, pooler.name, _condition(document, last, condition))
    raise layout.odd(document, node)


def _condition(document: Document, neighbour: Entry, condition: tuple[str, ...]) -> tuple[Part, ...]:
    """The conditions on lines of their own, as deep as the neighbour's."""
    body = nodes.resolved(neighbour.value)
    if not isinstance(body, nodes.Mapping) or body.flow or body is not neighbour.value:
        return (f"{{{', '.join(condition)}}}",)
    lead = layout.indent(document.text, body.entries[0].key.start)
    return tuple(document.newline + lead + line for line in condition)
