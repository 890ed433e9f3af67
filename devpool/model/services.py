"""The services of a project as their files state them: fragments from several files, `extends` and merges.

What a field of a service says is kept as a list of statements, from the weakest to the strongest, each
still pointing at its own place in the text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from devpool.errors import DevpoolError
from devpool.model.paths import resolve_path
from devpool.model.remote_files import is_remote
from devpool.text import nodes
from devpool.text.document import Document
from devpool.text.interpolation import Variable, expand, text_of
from devpool.text.nodes import Entry, Node, ScalarNode, SequenceNode

Loaded = Mapping[str, Document]
_RESET = "!reset"
OVERRIDE = "!override"
"""The tag of a value that replaces what Compose would merge it with (Compose specification, "Merge")."""
_MAX_EXTENDS = 50


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fragment:
    """A mapping that adds to a service.

    Attributes:
        document: the file it stands in.
        node: the mapping.
        variables: what it may interpolate. An included file has more variables than the one that includes it, and what
            it extends has them, too.
        own: False for what `extends` brings.
    """

    document: Document
    node: nodes.MappingNode
    variables: Mapping[str, Variable] = field(repr=False)
    own: bool = True


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Statement:
    """`key: value` of a service in one file."""

    document: Document
    fragment: Fragment
    entry: Entry

    @property
    def value(self) -> Node:
        """The value, an alias followed."""
        return nodes.resolved(self.entry.value)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Service:
    """One service: its name and its fragments, the weakest first.

    Attributes:
        variables: the project's own variables, which each fragment has and an included one adds to.
    """

    name: str
    fragments: tuple[Fragment, ...]
    variables: Mapping[str, Variable] = field(repr=False)
    _entries: list[tuple[Fragment, dict[str, Entry]]] = field(init=False, repr=False, default_factory=list)
    _scopes: dict[int, Mapping[str, Variable]] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Follow the merges once: the keys are asked for many times."""
        self._entries.extend((f, nodes.entries(f.node)) for f in self.fragments)

    def statements(self, key: str) -> list[Statement]:
        """What the files say of a key, the weakest first; `!reset` and `!override` followed."""
        statements: list[Statement] = []
        for fragment, entries in self._entries:
            entry = entries.get(key)
            if entry is None:
                continue
            tag = entry.value.tag
            if tag in (_RESET, OVERRIDE):
                statements = []
            if tag != _RESET:
                statements.append(Statement(document=fragment.document, fragment=fragment, entry=entry))
        return statements

    def overrides(self, key: str) -> bool:
        """Whether its own text replaces what it would take over of a key with `extends`."""
        own = (entries.get(key) for fragment, entries in self._entries if fragment.own)
        return any(entry.value.tag == OVERRIDE for entry in own if entry)

    def text(self, key: str) -> str:
        """The strongest text that the files give a key, interpolated; "" where there is none."""
        for statement in reversed(self.statements(key)):
            if isinstance(statement.value, ScalarNode):
                return self.read(statement.value)
        return ""

    def words(self, key: str) -> str:
        """A command-like key (text or list) as one line of text; the strongest statement counts."""
        statements = self.statements(key)
        return " ".join(self.texts(statements[-1].value)) if statements else ""

    def start(self) -> str:
        """What the container starts, entrypoint and command as one line of text."""
        return f"{self.words('entrypoint')} {self.words('command')}"

    def texts(self, node: Node) -> list[str]:
        """The texts of a scalar, of a list's scalars, or of a mapping's keys."""
        node = nodes.resolved(node)
        if isinstance(node, ScalarNode):
            return [self.read(node)]
        if isinstance(node, SequenceNode):
            return [self.read(i) for i in map(nodes.resolved, node.items) if isinstance(i, ScalarNode)]
        return list(nodes.entries(node)) if isinstance(node, nodes.MappingNode) else []

    def deep_texts(self, node: Node) -> list[str]:
        """The texts of a scalar, or of a mapping's values."""
        node = nodes.resolved(node)
        if isinstance(node, nodes.MappingNode):
            return [t for e in nodes.entries(node).values() for t in self.deep_texts(e.value)]
        return self.texts(node)

    def names(self, key: str) -> dict[str, list[Statement]]:
        """The names that a list- or mapping-like key holds (`depends_on`, `networks`, `profiles`), and where."""
        by_name: dict[str, list[Statement]] = {}
        for statement in self.statements(key):
            for text in self.texts(statement.value):
                by_name.setdefault(text, []).append(statement)
        return by_name

    def granted(self, key: str) -> list[str]:
        """The names of the `configs` or `secrets` that it is given, in the short form and in the long one."""
        lists = (s.value for s in self.statements(key) if isinstance(s.value, SequenceNode))
        items = (nodes.resolved(item) for each in lists for item in each.items)
        sources = (nodes.lookup(i, "source") if isinstance(i, nodes.MappingNode) else i for i in items)
        return [text for source in sources if source for text in self.texts(source)]

    def meets(self, other: Service) -> bool:
        """Whether some profile has both services."""
        mine, theirs = self.names("profiles").keys(), other.names("profiles").keys()
        return not mine or not theirs or bool(mine & theirs)

    def read(self, scalar: ScalarNode) -> str:
        """A scalar's text, interpolated."""
        return text_of(expand(scalar.value, self.scope(scalar)))

    def scope(self, node: object) -> Mapping[str, Variable]:
        """What one of the service's nodes may interpolate: of most services, each the same."""
        strongest = self.strongest.variables
        if all(f.variables is strongest for f in self.fragments):
            return strongest
        if not self._scopes:
            for fragment in self.fragments:
                self._scopes.update((id(each), fragment.variables) for each in nodes.below(fragment.node))
        return self._scopes.get(id(node), strongest)

    @property
    def strongest(self) -> Fragment:
        """Its strongest own fragment, in which it gets what is new."""
        return next((f for f in reversed(self.fragments) if f.own), self.fragments[-1])

    @property
    def place(self) -> str:
        """`file:line` of its strongest own fragment."""
        return self.strongest.document.place(self.strongest.node.start)


def find_services(
    documents: Iterable[Document],
    loaded: Loaded,
    variables: Mapping[str, Variable],
    included: Mapping[str, Mapping[str, Variable]] = MappingProxyType({}),
) -> dict[str, Service]:
    """All services of a project by name.

    Args:
        documents: the project's files, the weakest first.
        loaded: every file that was read, by path, those that `extends` names among them.
        variables: what interpolation may use.
        included: what it may use in a file that `include` names, by the file's path.

    Raises:
        DevpoolError: `extends-unknown`, `extends-cycle`, `too-deep`.
    """
    fragments: dict[str, list[Fragment]] = {}
    for document in documents:
        scope = included.get(document.path, variables)
        for name, entry in _service_entries(document):
            node = nodes.resolved(entry.value)
            if entry.value.tag == _RESET:
                fragments.pop(name, None)
            elif isinstance(node, nodes.MappingNode):
                added = _with_base(document, node, loaded, scope, (f"{document.path}:{name}",))
                fragments.setdefault(name, []).extend(added)
    return {n: Service(name=n, fragments=tuple(f), variables=variables) for n, f in fragments.items()}


def reachable(services: Mapping[str, Service], start: str, edges: Callable[[Service], Iterable[str]]) -> set[str]:
    """The names that one service leads to, directly or through others, also those that are no service.

    Args:
        services: the services by name.
        start: the service to start at; it is in the result only where another one leads back to it.
        edges: the names that a service leads to.
    """
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        service = services.get(waiting.pop())
        further = set(edges(service)) - reached if service else set()
        reached |= further
        waiting += further
    return reached


def services_node(document: Document) -> nodes.MappingNode | None:
    """The mapping under `services`, if the file has one."""
    node = nodes.lookup(document.root, "services")
    body = nodes.resolved(node) if node else None
    return body if isinstance(body, nodes.MappingNode) else None


def _service_entries(document: Document) -> Iterator[tuple[str, Entry]]:
    node = services_node(document)
    if node:
        yield from nodes.entries(node).items()


def extends_of(node: nodes.MappingNode, variables: Mapping[str, Variable]) -> tuple[str, str] | None:
    """The file ("" for its own) and the service that a service mapping extends; None if it does not."""
    found = nodes.lookup(node, "extends")
    target = nodes.resolved(found) if found else None
    if isinstance(target, ScalarNode):
        return "", text_of(expand(target.value, variables))
    if not isinstance(target, nodes.MappingNode):
        return None
    parts = {k: nodes.resolved(e.value) for k, e in nodes.entries(target).items()}
    values = {k: text_of(expand(v.value, variables)) for k, v in parts.items() if isinstance(v, ScalarNode)}
    return values.get("file", ""), values.get("service", "")


def _with_base(
    document: Document,
    node: nodes.MappingNode,
    loaded: Loaded,
    variables: Mapping[str, Variable],
    seen: tuple[str, ...],
) -> list[Fragment]:
    own = Fragment(document=document, node=node, variables=variables, own=len(seen) == 1)
    extended = extends_of(node, variables)
    if extended is None:
        return [own]
    file, name = extended
    if is_remote(file):
        return [own]  # the user has allowed it: what it says is not seen, and the proof tells where that matters
    base = loaded.get(resolve_path(document.directory, file)) if file else document
    services = services_node(base) if base else None
    target = nodes.lookup(services, name) if services else None
    body = nodes.resolved(target) if target else None
    place = document.place(node.start)
    if base is None or not isinstance(body, nodes.MappingNode):
        raise DevpoolError(
            "extends-unknown",
            f"`extends` names `{name}`, which does not exist",
            where=place,
            hint="`docker compose config -q` shows the cause",
        )
    key = f"{base.path}:{name}"
    if key in seen:
        raise DevpoolError(
            "extends-cycle", f"`{name}` extends itself", where=place, hint="have it extend another service"
        )
    if len(seen) >= _MAX_EXTENDS:
        raise DevpoolError(
            "too-deep",
            f"an `extends` chain has more than {_MAX_EXTENDS} services",
            where=place,
            hint="have each extend one service that holds what they share",
        )
    return [*_with_base(base, body, loaded, variables, (*seen, key)), own]
