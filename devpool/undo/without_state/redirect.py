"""Redirects what points to a removed pooler to its database: variables, `depends_on` and `links`. Pure."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from devpool.decide.address_edits import raw_replacements
from devpool.decide.plan import DIRECT_SUFFIX
from devpool.errors import DevpoolError
from devpool.model.connection_variables import find_connection_variables, published_ports
from devpool.model.databases import host_names
from devpool.model.project import ConnectionVariable, Database, Project
from devpool.model.services import Service, Statement, reachable
from devpool.model.values import Value, raw_span
from devpool.text import nodes
from devpool.text.address import find_addresses, moved
from devpool.text.document import Document
from devpool.text.edits import Placed
from devpool.text.envfile import Binding, EnvFile
from devpool.text.nodes import Entry, ScalarNode, SequenceNode
from devpool.undo.remove import cut
from devpool.undo.without_state.recognize import RemovedPooler, change, encoded, texts_of

_KEYS = ("depends_on", "links")
_ADDED = {"service_healthy", "false"}  # what such an entry says: its condition, and whether it is required


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirected:
    """Texts without a word of the poolers; a sentence for each variable that was redirected; and their services."""

    files: dict[str, bytes] = field(repr=False)
    said: tuple[str, ...]
    apps: tuple[str, ...]


def redirected(project: Project, poolers: list[RemovedPooler]) -> Redirected:
    """The files of a project in which nothing goes to these poolers any more.

    Args:
        project: the project; the poolers' own services may still be in it.
        poolers: those that go.

    Raises:
        DevpoolError: `not-recognised`, where an address cannot be cut out of its text.
    """
    redirection = _Redirection(project, poolers)
    files = {file.path: file for file in texts_of(project.sources)}
    spans = {path: list(dict.fromkeys(mine)) for path, mine in redirection.spans().items() if path in files}
    return Redirected(
        files={path: encoded(files[path], mine) for path, mine in spans.items() if mine},
        said=tuple(redirection.said),
        apps=tuple(redirection.apps),
    )


class _Redirection:
    def __init__(self, project: Project, poolers: list[RemovedPooler]) -> None:
        self.project = project
        self.poolers = {pooler.name: pooler for pooler in poolers}
        self.added = {name for pooler in poolers for name in (pooler.name, *pooler.exporters)}
        self.databases = {
            p.name: Database(name=p.name, service=project.services.get(p.name), hosts=frozenset({p.name}))
            for p in poolers
        }
        self.said: dict[str, None] = {}
        self.apps: dict[str, None] = {}
        self.done: dict[str, list[Placed]] = {}

    def spans(self) -> dict[str, list[Placed]]:
        for name, service in self.project.services.items():
            if name in self.added:
                continue
            variables = list(self.variables(service))
            for variable in variables:
                self._variable(variable)
            self._names(name, {self.poolers[s.database] for s in variables})
            for key in _KEYS:
                self._dependencies(service, key)
        return self.done

    def variables(self, service: Service) -> Iterator[ConnectionVariable]:
        values = self.project.environments[service.name]
        for pooler in self.poolers.values():
            mine = {pooler.name: self.databases[pooler.name]}
            variables = list(find_connection_variables(service, values, mine, self.project.services, pooler.port))
            # Text that reaches the pooler by the database's name is the app's own, and stays.
            names = {name.lower() for name in self._names_led(service, pooler)}
            text = [s for s in variables if s.address.host.lower() not in names]
            yield from text if any(s.address.host for s in text) else ()

    def _names_led(self, service: Service, pooler: RemovedPooler) -> Iterator[str]:
        """The names of a pooler's database that links lead to the pooler in a service."""
        database = self.project.services.get(pooler.database)
        known = host_names(database) if database else {pooler.database}
        links = (text.partition(":") for text in service.names("links"))
        yield from (alias for name, _, alias in links if name == pooler.name and alias in known)

    def _add(self, file: Document | EnvFile, *spans: Placed) -> None:
        """Spans of a file; of two that overlap, the first counts: what is written once may be read by many."""
        mine = self.done.setdefault(file.path, [])
        for span in spans:
            if not any(span.start < s.end and s.start < span.end for s in mine) and span not in mine:
                mine.append(span)

    def _variable(self, variable: ConnectionVariable) -> None:
        pooler, origin = self.poolers[variable.database], variable.value.origin
        self.apps[variable.service] = None
        self.said[f"{variable.service}.{variable.name} goes to {pooler.database}:{pooler.upstream}"] = None
        twin = twin_beside(self.project.environments[variable.service], variable.value)
        if twin and _differs_by_address(variable, twin, pooler):
            kept = twin.origin.file.text[twin.origin.start : twin.origin.end]
            self._add(origin.file, change(origin.file, origin.start, origin.end, kept))
            return
        alias = dict(pooler.session_aliases).get(variable.address.database)
        if alias and variable.address.database_span:
            span = raw_span(variable.value, *variable.address.database_span)
            self._add(origin.file, *([change(origin.file, *span, alias)] if span else []))
        host, port = self._target(variable, pooler)
        parts = raw_replacements(variable.value, variable.address, host, port)
        if parts is None:
            raise DevpoolError(
                "not-recognised",
                f"devpool cannot replace the pooler's address in `{variable.service}.{variable.name}`",
                where=origin.place,
                hint=f"write {host}:{port} there by hand and run the command again",
            )
        self._add(origin.file, *(change(origin.file, *raw, text) for raw, text in parts))

    def _target(self, variable: ConnectionVariable, pooler: RemovedPooler) -> tuple[str, str]:
        service = self.project.services.get(pooler.database)
        if variable.published and service:
            ports = published_ports(service)
            mine = next((host for host, inside in ports.items() if inside == pooler.upstream), pooler.upstream)
            return variable.address.host or "localhost", mine
        return pooler.database, pooler.upstream

    def _names(self, service: str, poolers: set[RemovedPooler]) -> None:
        """The names of session aliases are the databases' own names again."""
        for value in self.project.environments[service].values():
            origin = value.origin
            raw = origin.file.text[origin.start : origin.end]
            for alias, name in ((d, n) for p in poolers for d, n in p.session_aliases):
                for match in re.finditer(rf"(?<![\w-]){re.escape(alias)}(?![\w-])", raw):
                    start = origin.start + match.start()
                    self._add(origin.file, change(origin.file, start, start + len(alias), name))

    def _dependencies(self, service: Service, key: str) -> None:
        for statement in service.statements(key):
            node = statement.value
            mine = [i for i in _named(node) if service.read(i).partition(":")[0] in self.poolers]
            mine += self._past(service, statement, mine) if key == "links" else self._beside(service, statement, mine)
            names = {service.read(i) for i in _named(node)}
            goes = [i for i in mine if self._is_added(service, statement, i, names)]
            if len(goes) == len(list(_named(node))) and goes and isinstance(statement.entry.value, type(node)):
                key_span = (statement.entry.key.start, max(statement.entry.key.end, node.end))
                self._add(statement.document, cut(statement.document, key_span))
                continue
            for scalar in mine:
                pooler = self.poolers.get(service.read(scalar).partition(":")[0])
                if scalar in goes:
                    self._add(statement.document, cut(statement.document, _item(node, scalar)))
                elif pooler:
                    start = statement.document.text.index(pooler.name, scalar.start)
                    end = start + len(pooler.name)
                    self._add(statement.document, change(statement.document, start, end, pooler.database))

    def _is_added(self, service: Service, statement: Statement, scalar: ScalarNode, names: set[str]) -> bool:
        """Whether a dependency on a pooler has no counterpart: the database is outside or named already, the entry
        wants a health that the database does not tell, or it is the last, where enable adds one for an app that waits
        for the database through others.
        """
        pooler = self.poolers.get(service.read(scalar).partition(":")[0])
        if pooler is None or self._leads_by_name(service, statement, scalar, pooler):
            return True
        if pooler.database not in self.project.services or pooler.database in names:
            return True
        entry = (
            nodes.entries(statement.value).get(scalar.value) if isinstance(statement.value, nodes.MappingNode) else None
        )
        wants = service.deep_texts(entry.value) if entry else []
        last = isinstance(statement.value, nodes.MappingNode) and statement.value.entries[-1:] == (entry,)
        through = last and set(wants) <= _ADDED and self._reaches(service, pooler)
        return through or ("service_healthy" in wants and not pooler.healthy)

    def _past(self, service: Service, statement: Statement, mine: list[ScalarNode]) -> list[ScalarNode]:
        """The links by which an app that was pooled by name has its database itself, beside those to the pooler."""
        named = {self.poolers[service.read(i).partition(":")[0]].database for i in mine}
        direct = {f"{database}:{database}-direct" for database in named}
        return [i for i in _named(statement.value) if service.read(i) in direct]

    def _beside(self, service: Service, statement: Statement, mine: list[ScalarNode]) -> list[ScalarNode]:
        """The databases that an app which is pooled by name waits for besides: each stands right after its pooler."""
        linked = [text.partition(":") for text in service.names("links")]
        named = {self.poolers[name] for name, _, alias in linked if alias and name in self.poolers}
        own = list(_named(statement.value))
        after = {id(one): service.read(other) for one, other in itertools.pairwise(own) if one in mine}
        poolers = {id(i): self.poolers[service.read(i)] for i in mine if service.read(i) in self.poolers}
        added = {i for i, pooler in poolers.items() if pooler in named and after.get(i) == pooler.database}
        return [other for one, other in itertools.pairwise(own) if id(one) in added]

    def _leads_by_name(self, service: Service, statement: Statement, scalar: ScalarNode, pooler: RemovedPooler) -> bool:
        """Whether a link gives a pooler a name that its database has anyway."""
        alias = service.read(scalar).partition(":")[2]
        database = self.project.services.get(pooler.database)
        if not alias or not isinstance(statement.value, SequenceNode):
            return False
        self.apps[service.name] = None
        return database is None or alias in host_names(database)

    def _reaches(self, service: Service, pooler: RemovedPooler) -> bool:
        """Whether a service waits for a database through others."""
        services, left_out = self.project.services, {service.name, *self.poolers}
        others = reachable(services, service.name, lambda s: s.names("depends_on").keys() - left_out)
        return any(
            {pooler.database, pooler.name} & services[n].names("depends_on").keys() for n in others & services.keys()
        )


def _named(node: nodes.Node) -> Iterator[ScalarNode]:
    """The names in a list, or the keys of a mapping's own entries."""
    if isinstance(node, nodes.MappingNode):
        yield from (entry.key for entry in node.entries if entry.key.value != "<<")
    elif isinstance(node, SequenceNode):
        yield from (item for item in node.items if isinstance(item, ScalarNode))


def _item(node: nodes.Node, scalar: ScalarNode) -> tuple[int, int]:
    """The span of a whole entry or item."""
    if isinstance(node, nodes.MappingNode):
        entry = next(e for e in node.entries if e.key is scalar)
        return entry.key.start, max(entry.key.end, entry.value.end)
    return scalar.start, scalar.end


def _differs_by_address(variable: ConnectionVariable, twin: Value, pooler: RemovedPooler) -> bool:
    """Whether a value that is kept beside a variable is the same but for where it leads."""
    mine = moved(variable.value.text, variable.address, "host", "1")
    for alias, name in pooler.session_aliases:
        mine = re.sub(rf"(?<![\w-]){re.escape(alias)}(?![\w-])", name, mine)
    return any(moved(twin.text, address, "host", "1") == mine for address in find_addresses(twin.text))


def pooled_variables(project: Project, poolers: list[RemovedPooler]) -> list[ConnectionVariable]:
    """The variables that lead to a pooler, which is their database."""
    redirection = _Redirection(project, poolers)
    services = [s for name, s in project.services.items() if name not in redirection.added]
    return [s for service in services for s in redirection.variables(service)]


def pooled_values(project: Project, poolers: list[RemovedPooler]) -> set[tuple[str, str]]:
    """The variables that lead to a pooler, as (service, variable)."""
    return {(s.service, s.name) for s in pooled_variables(project, poolers)}


def without_twins(project: Project, variables: set[tuple[str, str]]) -> dict[str, bytes]:
    """The files without the old values that stood beside these variables, where they say the same by now."""
    spans: dict[str, dict[int, Placed]] = {}
    files = {file.path: file for file in texts_of(project.sources)}
    for service, variable in sorted(variables):
        values = project.environments.get(service, {})
        twin = twin_beside(values, values[variable]) if variable in values else None
        if twin and twin.text == values[variable].text and twin.origin.file.path in files:
            place = whole(twin)
            spans.setdefault(twin.origin.file.path, {})[place[0]] = cut(twin.origin.file, place)
    return {path: encoded(files[path], list(mine.values())) for path, mine in spans.items()}


def twin_beside(values: Mapping[str, Value], value: Value) -> Value | None:
    """The old value that stands right after a variable under its direct name: only comments may be between them."""
    found = values.get(value.name + DIRECT_SUFFIX)
    if found is None or found.origin.file is not value.origin.file or found.origin.form != value.origin.form:
        return None
    between = value.origin.file.text[whole(value)[1] : whole(found)[0]]
    return found if not re.sub(r"[ \t]#.*", "", between).strip(" \t\r\n,-'\"") else None


def whole(value: Value) -> tuple[int, int]:
    """The span of what holds a value: an entry, an item, or a line."""
    holder = value.origin.holder
    if isinstance(holder, Entry):
        return holder.key.start, max(holder.key.end, holder.value.end)
    if isinstance(holder, Binding):
        return holder.line_start, holder.line_end
    return holder.start, holder.end
