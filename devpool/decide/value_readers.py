"""Which services read a value where it is written: all of them get it otherwise if it changes there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from types import MappingProxyType

from devpool.decide.address_edits import shows_no_secret
from devpool.decide.alias_copies import AliasCopies
from devpool.decide.credentials import pooler_file
from devpool.decide.inherited_copies import InheritedCopies
from devpool.decide.key_ownership import Readers
from devpool.model.env_files import env_file_uses
from devpool.model.project import BARE, ConnectionVariable, Project
from devpool.model.services import Service
from devpool.text import nodes
from devpool.text.interpolation import names_in
from devpool.text.nodes import Entry, MappingNode, ScalarNode, SequenceNode, holding

Key = tuple[str, int]  # of an origin


class ValueReaders:
    """Which other services read a value where it is written.

    Args:
        project: the project.
        pooled: (service, database) of the routes that are pooled.
        shields: what direct services get a copy of.
        session: those of them that go to the session alias.
        names: variables with a database's name, which move too.
        unaliased: the variables that get a copy of the value that they name by an alias.
    """

    def __init__(
        self,
        project: Project,
        pooled: set[tuple[str, str]],
        shields: InheritedCopies,
        session: Set[tuple[str, str]] = frozenset(),
        names: Iterable[ConnectionVariable] = (),
        unaliased: AliasCopies = MappingProxyType({}),
    ) -> None:
        moving = [s for s in (*project.connection_variables, *names) if (s.service, s.database) in pooled]
        self._project = project
        self._pooled = pooled
        self._session = session
        self.unaliased = unaliased
        self._moved = {(s.service, s.name, s.database) for s in moving}
        self._in_session = {(s.service, s.name, s.database) for s in moving if self.in_session(s)}
        self._movers: dict[tuple[str, str], set[str]] = {}
        for service, variable, database in self._moved:
            self._movers.setdefault((variable, database), set()).add(service)
        self._several = _several(project)
        self._shields = shields
        self._readers = _readers(project, shields, unaliased)
        self._alike: dict[tuple[Key, str, bool], bool] = {}
        self._taken_over = _taken_over(project)
        self._environments = Readers("environment", project.services, shields)
        self._loaded = _loaded(project)
        self._mentioned = frozenset[str]().union(*(f.mentioned for f in project.sources.env_files.values()))
        self._heirs, self._lenders = _by_fragment(project, own=False), _by_fragment(project, own=True)

    def in_session(self, variable: ConnectionVariable) -> bool:
        """Whether its app goes to the session alias."""
        return (variable.service, variable.database) in self._session

    def is_one_of_several(self, variable: ConnectionVariable) -> bool:
        """Whether other databases are named in the same value: an entry of its own could move only one."""
        return (variable.service, variable.name) in self._several

    def is_loaded(self, path: str | None) -> bool:
        """Whether a service gets a whole file as its variables."""
        return path in self._loaded

    def is_taken_over(self, variable: ConnectionVariable) -> bool:
        """Whether other text takes the value over from the env file that it stands in."""
        origin = variable.value.origin
        return origin.form == "env-file" and variable.name in self._taken_over.get(origin.file.path, frozenset())

    def is_mentioned(self, variable: ConnectionVariable) -> bool:
        """Whether an env file of the app makes other values of the variable: they would change with it."""
        files = self._project.sources.env_files
        if variable.name in self._project.sources.variables or variable.name not in self._mentioned:
            return False
        uses = env_file_uses(self._project.services[variable.service])
        return any(variable.name in files[use.path].mentioned for use in uses if use.path in files)

    def all_move(self, variable: ConnectionVariable) -> bool:
        """Whether all who read the value go where this one goes: worked out once, thousands may read it."""
        key = (variable.value.origin.key, variable.database, self.in_session(variable))
        if key not in self._alike:
            movers = self._in_session if key[2] else self._moved
            self._alike[key] = all((*reader, variable.database) in movers for reader in self._readers[key[0]])
        return self._alike[key]

    def all_take_more(self, variable: ConnectionVariable) -> bool:
        """Whether a further variable, the old value's, can stand beside the value: all who read what holds it move."""
        origin = variable.value.origin
        moved = self._movers[variable.name, variable.database]
        if origin.form == "env-file":
            return self._loaded.get(origin.file.path, set()) <= moved
        container = origin.container
        if isinstance(container, MappingNode) and isinstance(origin.holder, Entry):
            container = holding(container, origin.holder)
        return container is None or self._environments.of(container) <= moved

    def direct_heir(self, variable: ConnectionVariable) -> str | None:
        """A service that stays direct and takes the value over with `extends`."""
        service, value = self._project.services[variable.service], variable.value
        own = [f for f in service.fragments if f.own]
        strongest = next(reversed(service.statements("environment")), None)
        raw = value.origin.file.text[value.origin.start : value.origin.end]
        if strongest and strongest.fragment.own and (variable.kind in BARE or shows_no_secret(value, raw)):
            own = [strongest.fragment]  # the entry goes there: what `extends` takes of weaker files has none of it
        heirs = (heir for fragment in own for heir in self._heirs.get(id(fragment.node), []))
        left = (h for h in heirs if (h, variable.name, variable.database) not in self._moved)
        return next((h for h in left if not self._gets_a_copy(h)), None)

    def _gets_a_copy(self, service: str, key: str = "environment") -> bool:
        """Whether a service has, or gets, a text of its own in place of what it takes over with `extends`."""
        shield = self._shields.get((service, key))
        copied = shield is not None and shield.statement is not None
        return copied or self._project.services[service].overrides(key)

    def waits_with_others(self, variable: ConnectionVariable) -> bool:
        """Whether the app waits for the database by what it extends, and so do services that stay direct."""
        service, database = self._project.services[variable.service], variable.database
        waits = ((key, s) for key in ("depends_on", "links") for s in service.names(key).get(database, []))
        extended = [(key, id(s.fragment.node)) for key, s in waits if not s.fragment.own]
        readers = (
            (key, name) for key, node in extended for name in (*self._heirs.get(node, []), *self._lenders.get(node, []))
        )
        return any((name, database) not in self._pooled and not self._gets_a_copy(name, key) for key, name in readers)

    def other_file(self, variable: ConnectionVariable) -> str:
        """The other compose file that reads the value where it is written, and has no pooler; "" for none."""
        origin, pooler_files = variable.value.origin, {pooler_file(self._project, variable.database, [variable]).path}
        return self._project.sources.reader_of(origin.file.path, origin.start, variable.name, pooler_files)

    def awaiting_file(self, variable: ConnectionVariable) -> str:
        """The other compose file that also reads what names the database in the app's dependencies; "" for none."""
        pooler_files = {pooler_file(self._project, variable.database, [variable]).path}
        service = self._project.services[variable.service]
        readers = (
            self._project.sources.reader_of(s.document.path, s.entry.key.start, "", pooler_files)
            for key in ("depends_on", "links")
            for s in service.names(key).get(variable.database, [])
        )
        return next(filter(None, readers), "")


def _several(project: Project) -> set[tuple[str, str]]:
    """The variables, each with its service, whose value names more than one database."""
    named: dict[tuple[str, str], set[str]] = {}
    for variable in project.connection_variables:
        named.setdefault((variable.service, variable.name), set()).add(variable.database)
    return {key for key, databases in named.items() if len(databases) > 1}


def _readers(
    project: Project, shields: InheritedCopies, unaliased: AliasCopies
) -> dict[Key, dict[tuple[str, str], None]]:
    """By the place where a value is written: the services that read it there, each with the variable."""
    readers: dict[Key, dict[tuple[str, str], None]] = {}
    for service, values in project.environments.items():
        shield = shields.get((service, "environment"))
        for name, value in values.items():
            # A direct service that gets a copy of a text no longer reads the original.
            covered = shield and value.origin.form != "env-file" and shield.covers(value.origin.start)
            if not covered and (service, name) not in unaliased:
                readers.setdefault(value.origin.key, {})[service, name] = None
    for variable in (s for s in project.connection_variables if s.in_command):
        readers.setdefault(variable.value.origin.key, {})[variable.service, variable.name] = None
    return readers


def _loaded(project: Project) -> dict[str, set[str]]:
    """By env file: the services that load it."""
    loaded: dict[str, set[str]] = {}
    for service in project.services.values():
        for use in env_file_uses(service):
            loaded.setdefault(use.path, set()).add(service.name)
    return loaded


def _by_fragment(project: Project, *, own: bool) -> dict[int, list[str]]:
    """By the id of a mapping: the services that it is of (`own`), or that take it over with `extends`."""
    by_fragment: dict[int, list[str]] = {}
    for service in project.services.values():
        for fragment in (f for f in service.fragments if f.own is own):
            by_fragment.setdefault(id(fragment.node), []).append(service.name)
    return by_fragment


# --- text that takes its value from an env file: `${NAME}`, and variables named without a value ---


def _taken_over(project: Project) -> Mapping[str, frozenset[str]]:
    """By env file: the names whose values other text takes over."""
    sources = project.sources
    everywhere = frozenset[str]().union(
        *(names_in(d.text) for d in sources.loaded.values()),
        *(names_in(f.text) for f in sources.env_files.values()),
        _passed_through(project),
        *(_build_arguments(service) for service in project.services.values()),
        *(_contents(document.root) for document in sources.loaded.values()),
    )
    return {
        path: everywhere if path in sources.dotenv else names_in(file.text) for path, file in sources.env_files.items()
    }


def _passed_through(project: Project) -> Iterator[str]:
    """Names without a value in an `environment` or an env file (Compose specification, "environment")."""
    for values in project.environments.values():
        yield from (value.name for value in values.values() if not value.origin.given)


def _build_arguments(service: Service) -> Iterator[str]:
    """Names without a value in `build.args` (Compose Build specification, "args")."""
    for statement in service.statements("build"):
        value = statement.value
        arguments = nodes.lookup(value, "args") if isinstance(value, nodes.MappingNode) else None
        args = nodes.resolved(arguments) if arguments else None
        if isinstance(args, SequenceNode):
            yield from (text for text in service.texts(args) if "=" not in text)
        elif isinstance(args, nodes.MappingNode):
            yield from (name for name, entry in nodes.entries(args).items() if _is_null(entry.value))


def _is_null(node: nodes.Node) -> bool:
    scalar = nodes.resolved(node)
    return isinstance(scalar, ScalarNode) and not scalar.style and scalar.value.lower() in ("", "null", "~")


def _contents(root: nodes.MappingNode) -> Iterator[str]:
    """Variables that give secrets and configs their content (Compose specification, "secrets" and "configs")."""
    for key in ("secrets", "configs"):
        contents = nodes.lookup(root, key)
        listed = nodes.resolved(contents) if contents else None
        for entry in nodes.entries(listed).values() if isinstance(listed, nodes.MappingNode) else ():
            stated = nodes.resolved(entry.value)
            named = nodes.lookup(stated, "environment") if isinstance(stated, nodes.MappingNode) else None
            scalar = nodes.resolved(named) if named else None
            if isinstance(scalar, ScalarNode):
                yield scalar.value
