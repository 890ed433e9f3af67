"""A direct service that merges or extends a pooled app keeps what it inherited: `migrate: <<: *web`, `extends: web`,
`environment: *env`.

Before the app's own text changes, the service that stays direct gets a copy of it as its own key. It reads the
same as before, and later changes to the app affect only the app.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from devpool.model.project import Project
from devpool.model.services import OVERRIDE, Fragment, Service, Statement
from devpool.text import layout, nodes
from devpool.text.edits import Copy, Edit, Part, insertion, joined
from devpool.text.nodes import AliasNode, Entry, Node, path_to
from devpool.text.patterns import regex

KEYS = ("environment", "env_file", "depends_on", "links")
NAMED = ("environment", "depends_on")
_EMPTY = {"environment": "{}", "env_file": "[]", "depends_on": "[]", "links": "[]"}
_ANCHOR = regex(r"(^|[\s\[{,:-])&[^\s,\[\]{}]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class InheritedCopy:
    """One key that a direct service can be given of its own.

    Attributes:
        heir: the direct service.
        app: the pooled app whose mapping it merges.
        key: the key.
        fragment: the heir's own mapping.
        statement: what the app says; None where it says nothing, and so the heir neither.
        named: the heir's own entry where it is `environment: *env`, and the anchor stands in the app.
        extends: whether the heir extends the app: its copy has to override what comes by that.
    """

    heir: str
    app: str
    key: str
    fragment: Fragment
    statement: Statement | None
    named: Entry | None = None
    extends: bool = False

    def gives_up(self, node: object) -> bool:
        """Whether the heir names a node by an alias that becomes a copy."""
        return self.named is not None and self.statement is not None and node is self.statement.value

    def covers(self, position: int) -> bool:
        """Whether a position of the app's file lies in the text that the heir gets a copy of."""
        entry = self.statement.entry if self.statement else None
        return entry is not None and entry.key.start <= position <= entry.value.end


InheritedCopies = dict[tuple[str, str], InheritedCopy]


def find_shields(project: Project, pooled: Iterable[str]) -> InheritedCopies:
    """Every key that a direct service takes over from a pooled app and could have of its own, by (service, key)."""
    apps = set(pooled)
    owners = {id(f.node): project.services[app] for app in apps for f in project.services[app].fragments if f.own}
    nameable = _nameable(project.services[app] for app in sorted(apps))
    shields: InheritedCopies = {}
    for heir in (s for s in project.services.values() if s.name not in apps):
        fragment = next((f for f in reversed(heir.fragments) if f.own), None)
        if fragment is None or fragment.node.flow:
            continue
        for app in _merged(fragment, owners):
            shields |= {(s.heir, s.key): s for s in _of(heir, app, fragment)}
        for app in (owners[id(f.node)] for f in heir.fragments if not f.own and id(f.node) in owners):
            shields |= {(s.heir, s.key): replace(s, extends=True) for s in _of(heir, app, fragment)}
        shields |= {(s.heir, s.key): s for s in _named(heir, nameable, fragment)}
    return shields


def _merged(fragment: Fragment, owners: Mapping[int, Service]) -> list[Service]:
    """The apps whose own mappings a mapping merges."""
    sources = (s for e in fragment.node.entries if e.key.value == "<<" for s in nodes.merged(e.value))
    return [owners[id(source)] for source in sources if id(source) in owners]


def _of(heir: Service, app: Service, fragment: Fragment) -> Iterator[InheritedCopy]:
    for key in KEYS:
        theirs, mine = heir.statements(key), app.statements(key)
        if any(s.fragment.own and s.entry in s.fragment.node.entries for s in theirs):
            continue
        statement = mine[-1] if len(mine) == 1 else None
        if statement is None and (mine or theirs):
            continue
        if statement is None or (
            len(theirs) == 1 and theirs[0].entry is statement.entry and _copyable(statement, fragment)
        ):
            yield InheritedCopy(heir=heir.name, app=app.name, key=key, fragment=fragment, statement=statement)


def _nameable(apps: Iterable[Service]) -> dict[tuple[str, int], tuple[Service, Statement]]:
    """What an alias would have to name, and whose it is: a key's value in an app's own text."""
    nameable: dict[tuple[str, int], tuple[Service, Statement]] = {}
    for app in apps:
        for key in NAMED:
            mine = app.statements(key)
            if len(mine) == 1 and mine[0].entry in mine[0].fragment.node.entries:
                nameable[key, id(mine[0].entry.value)] = app, mine[0]
    return nameable


def _named(
    heir: Service, nameable: Mapping[tuple[str, int], tuple[Service, Statement]], fragment: Fragment
) -> Iterator[InheritedCopy]:
    """The keys of an app that a service names by an alias."""
    for key in NAMED:
        theirs = heir.statements(key)
        entry = theirs[0].entry if len(theirs) == 1 else None
        if entry is None or entry not in fragment.node.entries:
            continue
        for app, statement in (nameable[key, id(v)] for v in _values_named(entry) if (key, id(v)) in nameable):
            naming = _naming(entry, statement.entry.value)
            if naming is None or statement.fragment.node.flow or not _copyable(statement, fragment):
                continue
            if _ends_its_line(fragment, naming) and _as_deep(naming, statement):
                yield InheritedCopy(
                    heir=heir.name, app=app.name, key=key, fragment=fragment, statement=statement, named=naming
                )


def _values_named(entry: Entry) -> Iterator[Node]:
    """What an entry names: `environment: *env`, or by `<<: *env` below it."""
    if isinstance(entry.value, AliasNode):
        yield entry.value.target
    elif isinstance(entry.value, nodes.MappingNode):
        yield from (nodes.resolved(e.value) for e in entry.value.entries if e.key.value == "<<")


def _naming(entry: Entry, value: Node) -> Entry | None:
    """The entry whose alias means a value: `environment: *env`, or `<<: *env` in a mapping below it, which can hold
    all of it in that place.
    """
    if isinstance(entry.value, AliasNode):
        return entry if entry.value.target is value else None
    own = entry.value
    if not isinstance(own, nodes.MappingNode) or not isinstance(value, nodes.MappingNode) or own.flow or value.flow:
        return None
    found = next((e for e in own.entries if e.key.value == "<<" and nodes.resolved(e.value) is value), None)
    keys = [e.key.value for e in (*own.entries, *value.entries) if e is not found]
    return found if len(keys) == len(set(keys)) else None


def _as_deep(naming: Entry, statement: Statement) -> bool:
    """Whether the lines of a copy in place of a merge stand as deep as those beside it."""
    document, value = statement.document, statement.entry.value
    if naming.key.value != "<<" or not isinstance(value, nodes.MappingNode):
        return True
    return layout.indent(document, naming.key) == layout.indent(document, value.entries[0].key)


def _ends_its_line(fragment: Fragment, entry: Entry) -> bool:
    """Whether nothing follows an entry on its line: a comment would become text below a block scalar."""
    text, end = fragment.document.text, entry.value.end
    plain = text[: layout.line_start(text, entry.key.start)].endswith(fragment.document.newline)
    return plain and not text[end : layout.line_end(text, end)].strip()


def _copyable(statement: Statement, fragment: Fragment) -> bool:
    """Whether a copy of the text means the same in the other mapping: at the same depth, and without an anchor."""
    document, entry = statement.document, statement.entry
    same_file = document is fragment.document and entry in statement.fragment.node.entries
    lead = layout.indent(document, fragment.node.entries[0].key)
    text = document.text[entry.value.start : entry.value.end]
    return same_file and lead == layout.indent(document, entry.key) and not _ANCHOR.search(text)


def shield_edits(shields: InheritedCopies, edits: list[Edit]) -> Iterator[Edit]:
    """The edits that give each heir its copy, where the app's own text changes."""
    changed = {(edit.path, edit.at[:3]) for edit in edits}
    for shield in shields.values():
        document, node = shield.fragment.document, shield.fragment.node
        if (document.path, ("services", shield.app, shield.key)) not in changed:
            continue
        if shield.named:
            yield _unnamed(shield, shield.named)
        else:
            last = node.entries[-1]
            position, new = layout.after_entry(document, node, last, shield.key, tuple(_text(shield)))
            at = (*path_to(document.root, last.key.start)[:-1], shield.key)
            yield insertion(document.path, position, new, at)


def _unnamed(shield: InheritedCopy, entry: Entry) -> Edit:
    """The copy in place of the alias. It begins with the end of the line before, as what is inserted does: only as a
    whole is it found again. In place of a merge, a comment stands first: what is but a copy is found nowhere.
    """
    document, node, parts = shield.fragment.document, entry.key, tuple(_text(shield))
    start, end = layout.line_start(document.text, node.start), entry.value.end
    lead = document.newline + document.text[start : node.start]
    before = start - len(document.newline)
    at = path_to(document.root, node.start)
    if node.value == "<<":
        keys = shield.statement.value if shield.statement else None
        assert isinstance(keys, nodes.MappingNode), "a merge names a mapping"
        at = (*at[:-1], keys.entries[-1].key.value)
        new: tuple[Part, ...] = (f"{lead}# {document.text[node.start : end]}, as it was{lead}", parts[-1])
    else:
        key = document.text[node.start : entry.value.start]
        broken = isinstance(parts[0], str) and parts[0].startswith(document.newline)
        new = (lead + (key.rstrip(" \t") if broken else key), *parts)
    old = document.text[before:end]
    return Edit(path=document.path, start=before, end=end, old=old, new=joined(new), at=at, inserts=True)


def _text(shield: InheritedCopy) -> Iterator[Part]:
    """What follows the key: what the app says, without the anchor that it may have."""
    tag = OVERRIDE if shield.extends else ""
    if shield.statement is None:
        yield f"{tag} {_EMPTY[shield.key]}".strip()
        return
    document, value = shield.statement.document, shield.statement.entry.value
    start = layout.line_start(document.text, value.start)
    if start > shield.statement.entry.key.start:
        yield tag + document.newline + document.text[start : value.start]
    elif tag:
        yield f"{tag} "
    yield Copy(value.start, value.end)
