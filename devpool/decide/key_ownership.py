"""How a service gets a key (`environment`, `env_file`, `depends_on`), and the text that gives it its own.

A key may be in the service's own mapping, be an alias, come from a merge of the whole service, or be lent to
other services that merge this one. What others read is never changed for just one service.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from devpool.decide.inherited_copies import InheritedCopies
from devpool.model.services import Fragment, Service, Statement
from devpool.text import layout, nodes
from devpool.text.document import Document
from devpool.text.edits import Copy, Edit, Part, insertion
from devpool.text.nodes import AliasNode, Entry, Node, ScalarNode, SequenceNode, path_to
from devpool.text.patterns import regex

How = Literal["lacks", "own", "alias", "merged", "lent"]
Line = tuple[Part, ...]
ANCHOR = "devpool-shared-"
# What reads the same in flow style as on a line of its own.
_FLOWS = regex(r"[\w ./:@+\"-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """How a service holds a key.

    Attributes:
        how: "lacks", it states none in its own files; "own", in its own mapping, and only it and services that change
            alike read it; "alias", `key: *shared`; "merged", it comes in with `<<`; "lent", others that do not change
            alike merge it from here.
        statement: the strongest of its own; None where it lacks the key.
        readers: the services that read that one.
        heir: a service that does not change alike, and takes over the whole mapping with `extends`, if there is one.
    """

    how: How
    statement: Statement | None = None
    readers: frozenset[str] = frozenset()
    heir: Service | None = None


@dataclass(slots=True)
class Readers:
    """Which services read a key where: by the id of an entry, of its value, and of a mapping that services merge."""

    key: str
    services: Mapping[str, Service]
    shields: InheritedCopies = field(default_factory=dict)
    _found: dict[int, set[str]] = field(default_factory=dict)
    _heirs: dict[int, set[str]] = field(default_factory=dict)
    _extending: dict[int, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Look once through all services."""
        for name, service in self.services.items():
            for statement in service.statements(self.key):
                shield = self.shields.get((name, self.key))
                copied = shield is not None and shield.covers(statement.entry.key.start)
                # A service that gets a copy of the text reads what the copy names and merges, not the original.
                named = isinstance(statement.entry.value, AliasNode)
                read = [*([] if copied else [statement.entry]), *([] if copied and not named else [statement.value])]
                for node in (*read, *merge_sources(statement.value)):
                    if shield is not None and shield.gives_up(node):
                        continue
                    self._found.setdefault(id(node), set()).add(name)
            for fragment in service.fragments:
                for mapping in merge_sources(fragment.node):
                    self._heirs.setdefault(id(mapping), set()).add(name)
                if not fragment.own:
                    self._extending.setdefault(id(fragment.node), set()).add(name)

    def of(self, node: Entry | Node) -> set[str]:
        """The services that an entry or a value applies to."""
        return self._found.get(id(node), set())

    def held(self, name: str, alike: set[str], document: Document | None = None) -> Held:
        """How a service holds the key, if the services of `alike` change with it in the same way.

        Args:
            name: the service.
            alike: those that change like it, itself among them.
            document: the file whose statement counts, where there is one in it; None for the strongest one's.
        """
        return replace(self._held(name, alike, document), heir=self._heir(name, alike))

    def _heir(self, name: str, alike: set[str]) -> Service | None:
        own = (f.node for f in self.services[name].fragments if f.own)
        heirs = (heir for node in own for heir in sorted(self._extending.get(id(node), set()) - alike))
        return next((self.services[heir] for heir in heirs), None)

    def _held(self, name: str, alike: set[str], document: Document | None) -> Held:
        statements = self.services[name].statements(self.key)
        within = [s for s in statements if s.document is document and s.fragment.own]
        last = next(reversed(within or statements), None)
        if last is None or not last.fragment.own:
            place = placing(self.services[name], self.key)
            return Held(how="lent" if place and self._lends(place.node, alike) else "lacks")
        everyone = frozenset(self.of(last.entry) | self.of(last.value))
        if everyone <= alike:
            # Also where the whole mapping is shared or merged in: every service that reads it changes in the same way.
            how: How = "alias" if isinstance(last.entry.value, AliasNode) else "own"
            return Held(how=how, statement=last, readers=everyone)
        if last.entry not in last.fragment.node.entries:
            lent = self._lends(last.fragment.node, alike)
            return Held(how="lent" if lent else "merged", statement=last)
        alone = isinstance(last.entry.value, AliasNode) and self.of(last.entry) <= alike
        return Held(how="alias" if alone else "lent", statement=last)

    def _lends(self, node: nodes.MappingNode, alike: set[str]) -> bool:
        """Whether a new key of a mapping would count for services that extend it, or that merge it and state no such
        key themselves.
        """
        return bool(self._extending.get(id(node), set()) - alike) or any(
            not any(s.entry in s.fragment.node.entries for s in self.services[heir].statements(self.key))
            for heir in self._heirs.get(id(node), set()) - alike
            if (heir, self.key) not in self.shields
        )


def merge_sources(node: Node) -> Iterable[nodes.MappingNode]:
    """Every mapping that one merges, directly or through others."""
    for entry in node.entries if isinstance(node, nodes.MappingNode) else ():
        if entry.key.value == "<<":
            for source in nodes.merged(entry.value):
                yield source
                yield from merge_sources(source)


def placing(service: Service, key: str) -> Fragment | None:
    """The service's own mapping that a key which it lacks goes into."""
    fragment = next((f for f in reversed(service.fragments) if f.own and f.node.entries), None)
    return fragment if fragment and key not in nodes.entries(fragment.node) else None


def new_key(fragment: Fragment, key: str, lines: Iterable[Line], tag: str = "") -> Edit:
    """A key that a service's own mapping lacks: after its `env_file`, or at its end. A tag of its value goes before it.

    Raises:
        DevpoolError: `layout-not-plain`.
    """
    document, own = fragment.document, fragment.node.entries
    entry = next((e for e in own if e.key.value == "env_file"), own[-1])
    if fragment.node.flow:
        text: tuple[Part, ...] = (*([f"{tag} "] if tag else []), _in_braces(fragment, list(lines)))
    else:
        text = (*([tag] if tag else []), *below(document, layout.indent(document, entry.key), lines))
    position, new = layout.after_entry(document, fragment.node, entry, key, text)
    return insertion(document.path, position, new, (*path_to(document.root, entry.key.start)[:-1], key))


def _in_braces(fragment: Fragment, lines: Sequence[Line]) -> str:
    """The lines of a list, or of a mapping of at most two levels, as one text in flow style."""
    texts = ["".join(map(str, line)) for line in lines]
    if not all(isinstance(part, str) for line in lines for part in line) or not all(map(_FLOWS.fullmatch, texts)):
        raise layout.odd(fragment.document, fragment.node)
    if texts[0].startswith("- "):
        return f"[{', '.join(text.removeprefix('- ') for text in texts)}]"
    entries: dict[str, list[str]] = {}
    for text in texts:
        if text.startswith(" "):
            entries[next(reversed(entries))].append(text.strip())
        else:
            entries[text] = []
    written = (f"{name} {{{', '.join(said)}}}" if said else name for name, said in entries.items())
    return "{" + ", ".join(written) + "}"


def below(document: Document, lead: str, lines: Iterable[Line]) -> list[Part]:
    """Lines of text, each one step deeper than `lead`."""
    deeper = document.newline + lead + layout.unit(document, document.root)
    return [part for line in lines for part in (deeper, *line)]


def over_alias(statement: Statement, lines: Iterable[Line]) -> Edit:
    """`key: *shared` becomes a key with these lines.

    Raises:
        DevpoolError: `layout-not-plain`.
    """
    document, alias = statement.document, statement.entry.value
    lead = layout.indent(document, statement.entry.key)
    # From the colon on, so that the line does not end in a space.
    start = document.text.rindex(":", 0, alias.start) + 1
    at = path_to(document.root, statement.entry.key.start)
    new = tuple(below(document, lead, lines))
    old = document.text[start : alias.end]
    return Edit(path=document.path, start=start, end=alias.end, old=old, new=new, at=at)


def merging(statement: Statement) -> tuple[str, list[Edit]] | None:
    """The name by which the mapping of a statement can be merged elsewhere, and the edit that gives it one.

    None where its name is given to another node too.
    """
    node, document = statement.value, statement.document
    name = node.anchor
    if name:
        return (name, []) if len(re.findall(rf"&{re.escape(name)}(?![\w.-])", document.text)) == 1 else None
    path = path_to(document.root, statement.entry.key.start)
    name = ANCHOR + re.sub(r"[^A-Za-z0-9_-]", "-", "-".join(path[-2:]))
    if f"&{name}" in document.text:
        return None
    colon = document.text.index(":", statement.entry.key.end) + 1
    mark = f" &{name}"
    return name, [Edit(path=document.path, start=colon, end=colon, old="", new=(mark,), at=path)]


def item_lines(document: Document, node: SequenceNode) -> list[tuple[ScalarNode | None, Line]]:
    """The items of a list as lines of another one, each with the scalar it is.

    Raises:
        DevpoolError: `layout-not-plain`, where an item takes several lines.
    """
    lines: list[tuple[ScalarNode | None, Line]] = []
    for item in node.items:
        if "\n" in document.text[item.start : item.end]:
            raise layout.odd(document, item)
        scalar = nodes.resolved(item)
        lines.append((scalar if isinstance(scalar, ScalarNode) else None, ("- ", Copy(item.start, item.end))))
    return lines
