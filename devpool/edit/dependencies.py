"""`depends_on` and `links` of the pooled apps: where they name the database, they name its pooler.

An app that is pooled by name keeps naming the database and also names the pooler: if a link is not named
in `depends_on`, Compose restarts the app along with it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from devpool.decide.by_name import ByName
from devpool.decide.inherited_copies import InheritedCopies
from devpool.decide.key_ownership import Held, Readers, placing
from devpool.decide.plan import Plan, Pooler
from devpool.edit.links import link_edits
from devpool.edit.service_dependencies import Further, first_dependencies, no_place, own_dependencies
from devpool.model.project import Project
from devpool.model.services import Service, Statement, reachable
from devpool.text import layout, nodes
from devpool.text.document import Document
from devpool.text.edits import Edit, Part, insertion
from devpool.text.nodes import Entry, Node, ScalarNode, SequenceNode

_KEYS = ("depends_on", "links")


def dependency_edits(project: Project, plan: Plan) -> Iterator[Edit]:
    """The edits of every pooled app's `links` and `depends_on`.

    Raises:
        DevpoolError: `shared-dependencies`, `layout-not-plain`.
    """
    dependencies = Dependencies(project, plan)
    for pooler in plan.poolers:
        yield from dependencies.renamed(pooler)
    yield from dependencies.own()
    yield from dependencies.added()
    yield from dependencies.linked()


class Dependencies:
    """Which services name which database where, and how that changes."""

    def __init__(self, project: Project, plan: Plan) -> None:
        self.project = project
        self.plan = plan
        self.shared = {key: _readers(project.services.values(), key, plan.shields) for key in _KEYS}
        self.readers = {key: Readers(key, project.services, plan.shields) for key in _KEYS}
        self.changed: dict[str, set[str]] = {pooler.name: set() for pooler in plan.poolers}
        self.alone: dict[tuple[str, str], None] = {}
        self.named: dict[str, list[ByName]] = {}
        for each in plan.by_name:
            self.named.setdefault(each.service, []).append(each)

    def apps_of(self, pooler: Pooler) -> list[str]:
        """The apps whose own text points to a pooler."""
        named = {b.service for b in self.plan.by_name if b.pooler == pooler.name}
        return [app for app in pooler.apps if app not in named]

    def renamed(self, pooler: Pooler) -> Iterator[Edit]:
        """If only pooled apps read the database's name, it becomes the pooler's. Others are recorded."""
        apps = set(self.apps_of(pooler))
        for app, key, statement, scalar in self.naming(pooler):
            if self.shared[key][id(scalar)] <= apps:
                yield from _renamed(self.project.services[app], statement, scalar, pooler)
            else:
                self.alone[app, key] = None

    def naming(self, pooler: Pooler) -> Iterator[tuple[str, str, Statement, ScalarNode]]:
        """Where apps name the database of their pooler, by app and key. The apps are recorded."""
        for app, key in itertools.product(self.apps_of(pooler), _KEYS):
            for statement, scalar in _naming(self.project.services[app], key, pooler.database):
                self.changed[pooler.name].add(app)
                yield app, key, statement, scalar

    def record(self, pooler: Pooler) -> None:
        """Record the apps that name the database of their pooler, where no name changes in place."""
        for _ in self.naming(pooler):
            pass

    def in_place(self, app: str, key: str) -> Iterator[Edit]:
        """The edits of one key of an app where it is stated."""
        service, held = self.project.services[app], self.readers[key].held(app, self._alike(app))
        for pooler in self.plan.poolers:
            for name, place, statement, scalar in self.naming(pooler):
                if (name, place) == (app, key):
                    if not self.shared[key][id(scalar)] <= set(self.apps_of(pooler)):
                        raise no_place(service, key, held)
                    yield from _renamed(service, statement, scalar, pooler)
        if key == "depends_on":
            yield from _added(service, held, self.further(app), sure=app in self.named)
        elif app in self.named:
            yield from link_edits(service, held, self.named[app])

    def own(self) -> Iterator[Edit]:
        """What those that share it with direct services get of their own."""
        for app, key in self.alone:
            held = self.readers[key].held(app, {app})
            if key == "links" and app in self.named:
                raise no_place(self.project.services[app], key, held)
            names = {p.database: p.name for p in self.plan.poolers if app in self.apps_of(p)}
            further = self.further(app) if key == "depends_on" else {}
            yield from own_dependencies(self.project.services[app], held, key, names, further)

    def added(self) -> Iterator[Edit]:
        """Apps that wait for a database only through others wait for its pooler too, and so do the apps of a
        database outside, which nothing had to be waited for.
        """
        for app in self.plan.apps:
            further = self.further(app)
            if further and (app, "depends_on") not in self.alone:
                held = self.readers["depends_on"].held(app, self._alike(app))
                yield from _added(self.project.services[app], held, further, sure=app in self.named)

    def linked(self) -> Iterator[Edit]:
        """The links of the apps that are pooled by name."""
        for app, mine in self.named.items():
            held = self.readers["links"].held(app, self._alike(app))
            yield from link_edits(self.project.services[app], held, mine)

    def _alike(self, app: str) -> set[str]:
        """The apps that get the same links and dependencies, itself among them."""
        wanted = {name: [link for b in mine for link in b.links] for name, mine in self.named.items()}
        same = {name for name in wanted if wanted[name] == wanted.get(app)}
        return {app} | {name for name in same if self.further(name) == self.further(app)}

    def further(self, app: str) -> Further:
        """The poolers that an app is to wait for and names nowhere, with what it says of each; none in a stack, where
        nothing waits.
        """
        if self.project.sources.selection.swarm:
            return {}
        entries: dict[str, tuple[str, ...]] = {}
        for pooler in (p for p in self.plan.poolers if app in self.apps_of(p)):
            changed = self.changed[pooler.name]
            if app not in changed and (pooler.external or _reaches(self.project, app, pooler.database, changed)):
                entries[pooler.name] = _condition_of(self.project.services[app], pooler)
        return {**entries, **self._beside(app)}

    def _beside(self, app: str) -> Further:
        """What an app that is pooled by name waits for and names nowhere: the poolers, and the databases themselves."""
        service = self.project.services[app]
        poolers = {p.name: p for p in self.plan.poolers}
        entries: dict[str, tuple[str, ...]] = {}
        for each in self.named.get(app, []):
            condition = _condition_of(service, poolers[each.pooler])
            entries[each.pooler] = condition
            if each.direct and each.database not in service.names("depends_on"):
                entries[each.database] = ("condition: service_started", *condition[1:])
        return entries


def _condition_of(service: Service, pooler: Pooler) -> tuple[str, ...]:
    """If the app may run without the pooler's profile, the entry is not required."""
    always = not service.names("profiles") or not set(service.names("profiles")) <= set(pooler.profiles)
    optional = bool(pooler.profiles) and always
    return ("condition: service_healthy", *(["required: false"] if optional else []))


def _naming(service: Service, key: str, name: str) -> Iterator[tuple[Statement, ScalarNode]]:
    """Where a service's files name another under a key: plainly, or else the first time under another name."""
    for statement in service.statements(key):
        items = [(s, service.read(s).partition(":")) for s in _scalars(statement.value)]
        mine = [(s, alias) for s, (written, _, alias) in items if written == name]
        plain = [s for s, alias in mine if alias in ("", name)]
        yield from ((statement, scalar) for scalar in plain or [s for s, _ in mine[:1]])


def _scalars(node: Node) -> list[ScalarNode]:
    """The list items or mapping keys of a value, those that a merge brings in among them."""
    if isinstance(node, nodes.MappingNode):
        return [entry.key for entry in nodes.entries(node).values()]
    items = node.items if isinstance(node, SequenceNode) else ()
    return [i for i in map(nodes.resolved, items) if isinstance(i, ScalarNode)]


def _readers(services: Iterable[Service], key: str, shields: InheritedCopies) -> dict[int, set[str]]:
    """By the id of a name's scalar: the services that it applies to, by an alias, a merge or `extends`."""
    readers: dict[int, set[str]] = {}
    for service in services:
        for statement in service.statements(key):
            shield = shields.get((service.name, key))
            for scalar in _scalars(statement.value):
                if shield and shield.covers(scalar.start):
                    continue
                readers.setdefault(id(scalar), set()).add(service.name)
    return readers


def _renamed(service: Service, statement: Statement, scalar: ScalarNode, pooler: Pooler) -> Iterator[Edit]:
    document, node = statement.document, statement.value
    written = service.read(scalar)
    if isinstance(node, SequenceNode) and written.partition(":")[2] not in ("", pooler.database):
        # A link under another name keeps its meaning; the pooler gets a link of its own.
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
    found = reachable(project.services, app, lambda service: (*service.names("depends_on"), *_implied(service)))
    return database in found and not found & changed


def _implied(service: Service) -> Iterator[str]:
    """The services that one shares a network, a process space or volumes with, and so waits for."""
    for key in ("network_mode", "ipc", "pid"):
        kind, _, name = service.text(key).partition(":")
        if kind == "service":
            yield name
    yield from (source.partition(":")[0] for source in service.names("volumes_from"))


def _added(service: Service, held: Held, further: Further, *, sure: bool) -> Iterator[Edit]:
    """Further entries of the app's own `depends_on`. A list cannot say that one is not required, and is left as it is;
    so is one that is empty, unless they are sure to be needed.
    """
    statement = held.statement
    if statement is None:
        if sure and (held.how == "lent" or placing(service, "depends_on") is None):
            raise no_place(service, "depends_on", held)
        yield from first_dependencies(service, held, further)
        return
    document, node = statement.document, statement.value
    if sure and (
        not _has_entries(node) or (isinstance(node, SequenceNode) and any(len(s) > 1 for s in further.values()))
    ):
        raise layout.odd(document, node)
    if isinstance(node, SequenceNode):
        further = {name: said for name, said in further.items() if len(said) == 1}
    if not further or not _has_entries(node):
        return
    if held.how != "own":
        yield from own_dependencies(service, held, "depends_on", {}, further)
        return
    for name, said in further.items():
        position, new = _entry_text(document, node, name, said)
        at = (*nodes.path_to(document.root, statement.entry.key.start), name)
        yield insertion(document.path, position, new, at)


def _has_entries(node: Node) -> bool:
    return bool(node.items if isinstance(node, SequenceNode) else isinstance(node, nodes.MappingNode) and node.entries)


def _entry_text(document: Document, node: Node, name: str, condition: tuple[str, ...]) -> tuple[int, tuple[Part, ...]]:
    if isinstance(node, SequenceNode) and node.items:
        return layout.after_item(document, node, node.items[-1], (layout.quoted(name),))
    if isinstance(node, nodes.MappingNode) and node.entries:
        last = node.entries[-1]
        if node.flow:
            return layout.after_entry(document, node, last, name, (f"{{{', '.join(condition)}}}",))
        return layout.after_entry(document, node, last, name, _condition(document, last, condition))
    raise layout.odd(document, node)


def _condition(document: Document, neighbor: Entry, condition: tuple[str, ...]) -> tuple[Part, ...]:
    """The conditions on lines of their own, as deep as the neighbor's."""
    body = nodes.resolved(neighbor.value)
    if not isinstance(body, nodes.MappingNode) or body.flow or body is not neighbor.value:
        return (f"{{{', '.join(condition)}}}",)
    lead = layout.indent(document, body.entries[0].key)
    return tuple(document.newline + lead + line for line in condition)
