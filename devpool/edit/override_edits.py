"""What pooled apps get in an override file, so that no other file changes: `enable --override`.

Compose adds to a service what an override file says of it, and replaces a value that is tagged `!override` (Compose
specification, "Merge"; since Compose 2.24.4).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from devpool.decide.by_name import ByName
from devpool.decide.key_ownership import Held, Line, new_key
from devpool.decide.placement_refusals import shared_value
from devpool.decide.plan import Plan
from devpool.edit.dependencies import Dependencies
from devpool.edit.service_dependencies import Further, said_of
from devpool.edit.service_entry import wanted_entries
from devpool.edit.service_environment import Entries, in_environment
from devpool.edit.service_place import place_after
from devpool.edit.variable_edits import edits_in_place
from devpool.errors import DevpoolError
from devpool.model.project import Project
from devpool.model.services import OVERRIDE, Fragment, Service, Statement, services_node
from devpool.text import layout, nodes
from devpool.text.document import Document
from devpool.text.edits import Edit, Part, insertion, joined


@dataclass(frozen=True, slots=True, kw_only=True)
class _Value:
    """What a key of an app gets: its lines, and whether they replace what the other files say."""

    lines: list[Line]
    replaces: bool = False


Keys = dict[str, _Value]


def override_edits(project: Project, plan: Plan, document: Document) -> Iterator[Edit]:
    """The edits of an override file that carry out a plan, but for the poolers' own services.

    Raises:
        DevpoolError: `override-states-it`, `shared-value`, `layout-not-plain`.
    """
    yield from edits_in_place(project, (m for m in plan.moves if m.where != "own"))
    wanted, further = wanted_entries(project, (m for m in plan.moves if m.where == "own"))
    yield from further
    place = place_after(document, "", project.sources.main)
    dependencies = Dependencies(project, plan)
    for pooler in plan.poolers:
        dependencies.record(pooler)
    for app in plan.apps:
        mine, body = wanted.get(app), _body(document, app)
        keys = _keys(project.services[app], plan, dependencies, place.step)
        stated = mine if mine and mine.stated else None
        if body:
            fragment = Fragment(document=document, node=body, variables=project.sources.variables)
            yield from _into(dependencies, app, fragment, stated, keys)
        elif stated or keys:
            environment = {"environment": _environment(stated)} if stated else {}
            new = _block(app, {**environment, **keys}, document.newline + place.indent, place.step)
            text = (document.newline, *new) if place.blank else new
            yield insertion(document.path, place.position, text, ("services", app))


def _keys(service: Service, plan: Plan, dependencies: Dependencies, step: str) -> Keys:
    """What an app gets in `depends_on` and `links`."""
    names = {p.database: p.name for p in plan.poolers if service.name in dependencies.apps_of(p)}
    keys = {
        "depends_on": _depends_on(service, names, dependencies.further(service.name), step),
        "links": _links(service, names, dependencies.named.get(service.name, ())),
    }
    return {key: value for key, value in keys.items() if value}


def _body(document: Document, app: str) -> nodes.MappingNode | None:
    """What the file says of an app; None where it does not name it."""
    services = services_node(document)
    found = nodes.entries(services).get(app) if services else None
    if found and not isinstance(found.value, nodes.MappingNode):
        raise layout.odd(document, found.key)
    return found.value if found and isinstance(found.value, nodes.MappingNode) else None


def _environment(mine: Entries) -> _Value:
    lines = mine.lines(as_items=False)
    if lines is None:
        raise shared_value(mine.variable)
    return _Value(lines=lines)


def _depends_on(service: Service, names: Mapping[str, str], further: Further, step: str) -> _Value | None:
    said = _awaited(service)
    if said.keys() & names.keys():
        said = {names.get(name, name): what for name, what in said.items()}
        return _Value(lines=[*_conditions(said, step), *_conditions(further, step)], replaces=True)
    return _Value(lines=_conditions(further, step)) if further else None


def _awaited(service: Service) -> dict[str, tuple[str, ...]]:
    """What all files together say of each service that one waits for. An item of a list means `service_started`."""
    awaited: dict[str, dict[str, str]] = {}
    for statement in service.statements("depends_on"):
        for name, said in _said(service, statement):
            awaited.setdefault(name, {}).update(said)
    started = {"condition": "service_started"}
    return {name: tuple(f"{k}: {v}" for k, v in (started | said).items()) for name, said in awaited.items()}


def _said(service: Service, statement: Statement) -> Iterator[tuple[str, dict[str, str]]]:
    if not isinstance(statement.value, nodes.MappingNode):
        yield from ((name, {"condition": "service_started"}) for name in service.texts(statement.value))
        return
    for name, entry in nodes.entries(statement.value).items():
        lines = said_of(statement.document, nodes.resolved(entry.value))
        yield name, {key: text for key, _, text in (line.partition(": ") for line in lines)}


def _conditions(said: Further, step: str) -> list[Line]:
    return [
        line for name, what in said.items() for line in ((f"{layout.quoted(name)}:",), *((step + w,) for w in what))
    ]


def _links(service: Service, names: Mapping[str, str], named: Iterable[ByName]) -> _Value | None:
    written = [text for s in service.statements("links") for text in service.texts(s.value)]
    led = [_led(link, named) for link in _renamed(written, names)]
    new = [*led, *(link for b in named for link in b.links if link not in led)]
    kept = new[: len(written)] == written
    lines: list[Line] = [("- ", layout.quoted(link)) for link in (new[len(written) :] if kept else new)]
    return _Value(lines=lines, replaces=not kept) if lines else None


def _led(link: str, named: Iterable[ByName]) -> str:
    for each in named:
        link = each.link_of(link)
    return link


def _renamed(links: list[str], names: Mapping[str, str]) -> Iterator[str]:
    """Where a database is linked under other names alone, these stay, and the pooler is linked after the first."""
    parts = [link.partition(":") for link in links]
    done = {name for name, _, alias in parts if alias in ("", name)}
    for link, (name, _, alias) in zip(links, parts, strict=True):
        renamed = name in names and alias in ("", name)
        if not renamed:
            yield link
        if renamed or (name in names and name not in done):
            done.add(name)
            yield names[name]


def _block(app: str, keys: Keys, lead: str, step: str) -> tuple[Part, ...]:
    """A service that says only these keys."""
    parts: list[Part] = [f"{lead}{layout.quoted(app)}:"]
    for key, value in keys.items():
        parts.append(f"{lead}{step}{key}:{f' {OVERRIDE}' if value.replaces else ''}")
        parts += [part for line in value.lines for part in (lead + step * 2, *line)]
    return joined(parts)


def _into(dependencies: Dependencies, app: str, fragment: Fragment, mine: Entries | None, keys: Keys) -> Iterator[Edit]:
    """The same for a service that the file names: keys that it lacks there, and further variables."""
    stated = nodes.entries(fragment.node)
    environment = stated.get("environment")
    if fragment.node.anchor:  # what others may merge
        raise layout.odd(fragment.document, fragment.node)
    if mine and environment:
        if environment not in fragment.node.entries or environment.value.anchor or not _has_room(environment.value):
            raise _states_it(fragment, app, environment)
        statement = Statement(document=fragment.document, fragment=fragment, entry=environment)
        yield from in_environment(dependencies.project, mine, Held(how="own", statement=statement))
    elif mine:
        keys = {"environment": _environment(mine), **keys}
    for key, value in keys.items():
        if key not in stated:
            yield new_key(fragment, key, value.lines, OVERRIDE if value.replaces else "")
        elif all(s.document is fragment.document for s in dependencies.project.services[app].statements(key)):
            yield from dependencies.in_place(app, key)
        else:
            raise _states_it(fragment, app, stated[key])


def _has_room(node: nodes.Node) -> bool:
    return bool(getattr(node, "entries", ()) or getattr(node, "items", ()))


def _states_it(fragment: Fragment, app: str, entry: nodes.Entry) -> DevpoolError:
    return DevpoolError(
        "override-states-it",
        f"`{app}` has a `{entry.key.value}` of its own in the override file, which devpool does not rewrite there",
        where=fragment.document.place(entry.key.start),
        hint=f"move that `{entry.key.value}` into the compose file, keep `{app}` direct (--direct {app}), or "
        "pass --no-override",
    )
