"""The proof, before anything is written: the new texts differ from the old ones by exactly the plan.

Two independent proofs. The text: undoing the edits gives the old text again. The meaning: Compose's own
model of the project, and its hash of every service, differ only by what the plan says.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

from devpool.decide.by_name import ByName
from devpool.decide.plan import Move, Plan
from devpool.errors import DevpoolError, ProofError
from devpool.model.project import ConnectionVariable, Project
from devpool.model.sources import Reading
from devpool.prove.compare_models import same, unescaped
from devpool.text.address import find_addresses, leads_to, moved
from devpool.text.edits import Edit, apply, placed, revert

# Compose turns a link into a dependency, like an entry in a plain list.
_LINKED = {"condition": "service_started", "restart": True, "required": True}


def prove_text(text: str, edits: list[Edit]) -> str:
    """The new text of a file, proved to lead back to the old one.

    Raises:
        ProofError: `not-reversible`.
    """
    after = apply(text, edits)
    if revert(after, placed(after, edits)) != text:
        raise ProofError("not-reversible", "the edits cannot be undone", where=edits[0].path)
    return after


def prove_reading(project: Project, variables: list[ConnectionVariable], before: Reading) -> None:
    """devpool must read every connection variable as Compose does.

    Raises:
        DevpoolError: `reading-differs`: the project uses something that devpool does not read as Compose does.
    """
    for variable in variables:
        if variable.in_command:
            words = before.services.get(variable.service, {}).get(variable.name) or []
            _same_reading(variable, any(variable.address.host in _hosts(w) for w in words))
            continue
        environment = before.services.get(variable.service, {}).get("environment") or {}
        theirs = environment.get(variable.name)
        _same_reading(variable, theirs is not None and unescaped(theirs) == variable.value.text)


def _same_reading(variable: ConnectionVariable, same: bool) -> None:
    if not same:
        raise DevpoolError(
            "reading-differs",
            f"devpool reads `{variable.service}.{variable.name}` differently than Compose does",
            where=variable.value.origin.place,
            hint=f"write the value plainly, or keep it direct: --direct {variable.service}",
        )


def _hosts(word: str) -> set[str]:
    return {address.host for address in find_addresses(word) if address.kind in ("url", "jdbc")}


def prove_meaning(plan: Plan, before: Reading, after: Reading) -> None:
    """Compose's model after the edits must be the one before, changed by the plan.

    Raises:
        ProofError: `meaning-differs`, naming the first difference.
    """
    poolers, apps = {p.name for p in plan.poolers}, set(plan.apps)
    same("which profiles Compose accepts", before.accepted, after.accepted)
    same("the project", _without_services(before.model), _without_services(after.model))
    same("the list of services", sorted([*before.services, *plan.added]), sorted(after.services))
    by_app: dict[str, list[Move]] = {}
    for move in plan.moves:
        by_app.setdefault(move.variable.service, []).append(move)
    for name, service in before.services.items():
        if name not in apps:
            same(f"`{name}`", service, after.services[name])
            same(f"the hash of `{name}`", before.hashes.get(name), after.hashes.get(name))
            continue
        named = [b for b in plan.by_name if b.service == name]
        expected = _by_name(_expected(service, by_app.get(name, [])), named, after.services[name])
        model = _without_added(after.services[name], expected, poolers)
        same(f"`{name}`", expected, model)
    for move in plan.moves:
        _prove_move(move, after)


def _without_services(model: dict[str, Any]) -> dict[str, Any]:
    # Extensions may be edited: their effect is compared as part of the services.
    return {k: v for k, v in model.items() if k != "services" and not k.startswith("x-")}


def _expected(service: dict[str, Any], moves: list[Move]) -> dict[str, Any]:
    """An app as it must be: its variables moved, their old values kept."""
    expected = copy.deepcopy(service)
    environment: dict[str, Any] = expected.get("environment") or {}
    for move in (m for m in moves if m.variable.in_command):
        words = expected.get(move.variable.name) or []
        expected[move.variable.name] = [_moved_word(w, move) for w in words]
    in_environment = [m for m in moves if not m.variable.in_command]
    if in_environment:
        expected["environment"] = environment
    by_variable: dict[str, list[Move]] = {}
    for move in in_environment:
        by_variable.setdefault(move.variable.name, []).append(move)
    for variable, mine in by_variable.items():
        text = mine[0].variable.value.text
        # From the last address to the first, so that the other spans stay valid.
        for move in sorted(mine, key=lambda m: m.variable.address.host_span, reverse=True):
            text = moved(text, move.variable.address, *move.target)
        twin = mine[0].twin
        if twin:
            environment[twin] = environment.get(variable)
        environment[variable] = text.replace("$", "$$")
    names = {m.pooler.database: m.pooler.name for m in moves}
    links: list[str] = expected.get("links") or []
    if links:
        expected["links"] = _links(names, links)
    if expected.get("depends_on"):
        expected["depends_on"] = _depends_on(names, expected, links)
    return expected


def _by_name(expected: dict[str, Any], named: list[ByName], service: dict[str, Any]) -> dict[str, Any]:
    """An app that is pooled by name: links lead its names elsewhere, and it says itself that it waits for what it is
    linked to, so that Compose does not restart it with that.
    """
    for each in named:
        before = expected.get("links") or []
        implied = any(link.partition(":")[0] == each.database for link in before)
        links = [_led(link, each) for link in before]
        expected["links"] = links + [link for link in each.links if link not in links]
        waits, depends = service.get("depends_on") or {}, dict(expected.get("depends_on") or {})
        theirs = waits.get(each.pooler) or {}
        waited = theirs.get("condition") in _WAITS and not theirs.get("restart")
        same(f"whether `{each.service}` waits for `{each.pooler}`, and is not restarted with it", True, waited)
        known = depends.get(each.database)
        if each.direct and (known is None or (implied and known == _LINKED)):
            said = waits.get(each.database) or {}
            what = f"how `{each.service}` waits for `{each.database}`"
            same(what, ("service_started", False), (said.get("condition"), said.get("restart", False)))
            depends[each.database] = said
        expected["depends_on"] = depends
    return expected


def _led(link: str, each: ByName) -> str:
    service, _, alias = link.partition(":")
    name = alias or service
    return f"{each.pooler}:{name}" if service == each.database and name in each.names else link


def _moved_word(word: str, move: Move) -> str:
    """A word of a command with the move's host replaced in its URLs."""
    for address in reversed(find_addresses(word)):
        if address.host == move.variable.address.host and address.kind in ("url", "jdbc"):
            word = moved(word, address, *move.target)
    return word


# What an app waits for: the pooler's health, or just its start if a list has no room for more.
_WAITS = ("service_healthy", "service_started")


def _without_added(service: dict[str, Any], expected: dict[str, Any], poolers: set[str]) -> dict[str, Any]:
    """A service without the dependency on a pooler that it was given because it waits for the database only
    through others.
    """
    allowed = expected.get("depends_on") or {}
    depends = service.get("depends_on") or {}
    kept = {n: v for n, v in depends.items() if n in allowed or n not in poolers or not _waits(v)}
    without = {k: v for k, v in service.items() if k != "depends_on"}
    return without | ({"depends_on": kept} if kept or "depends_on" in expected else {})


def _waits(dependency: object) -> bool:
    return isinstance(dependency, dict) and dependency.get("condition") in _WAITS


def _depends_on(names: dict[str, str], service: dict[str, Any], links: list[str]) -> dict[str, Any]:
    """Dependencies with the database's service renamed. Compose makes one of other keys too: those stay."""
    kept = {name for name, _, alias in (link.partition(":") for link in links) if alias not in ("", name)}
    implied = dict.fromkeys(kept, _LINKED) | _implied(service)
    renamed = {names.get(n, n): v for n, v in service["depends_on"].items() if n in kept or implied.get(n) != v}
    # Services that are not databases keep their `depends_on`, even if they are also linked.
    said = service["depends_on"]
    return renamed | {n: v if n in names else said[n] for n, v in implied.items() if n in said}


def _implied(service: dict[str, Any]) -> dict[str, Any]:
    """The dependencies that Compose makes of sharing a network, a process space or volumes."""
    modes = (str(service.get(key) or "").partition(":") for key in ("network_mode", "ipc", "pid"))
    volumes = (str(source).partition(":")[0] for source in service.get("volumes_from") or [])
    shared = {name: {"condition": "service_started", "required": True} for name in volumes}
    return shared | {name: _LINKED for kind, _, name in modes if kind == "service"}


def _links(names: dict[str, str], links: list[str]) -> list[str]:
    """Links with the database's service renamed. Where it is linked only under other names, these stay, and the pooler
    is linked after the first of them.
    """
    plain = {name for name, _, alias in (link.partition(":") for link in links) if alias in ("", name)}
    expected: list[str] = []
    for link in links:
        name, _, alias = link.partition(":")
        renamed = name in names and alias in ("", name)
        expected += [names[name]] if renamed else [link]
        if name in names and name not in plain and names[name] not in expected:
            expected.append(names[name])
    return expected


def _prove_move(move: Move, after: Reading) -> None:
    """The new value of a connection variable, read again, names the pooler and its port."""
    variable = move.variable
    service = after.services[variable.service]
    values = service[variable.name] if variable.in_command else [service["environment"][variable.name]]
    if not any(leads_to(unescaped(v), variable.address, *move.target) for v in values):
        message = f"`{variable.service}.{variable.name}` would not point to {move.words}"
        raise ProofError("meaning-differs", message)


def prove_direct(after: Reading, poolers: Iterable[str]) -> None:
    """Nothing goes to these poolers any more: no service has the name, waits for it, is linked to it, or has it as the
    host of an address.

    Raises:
        DevpoolError: `not-recognised`, with the service that still does.
    """
    names = set(poolers)
    for name, service in after.services.items():
        values = [*(service.get("environment") or {}).values(), *_words_of(service)]
        hosts = {address.host for value in values if value for address in find_addresses(str(value))}
        linked = {link.partition(":")[0] for link in service.get("links") or []}
        waits = set(service.get("depends_on") or {})
        bare = {str(value) for value in values}
        if names & {name, *hosts, *linked, *waits, *bare}:
            raise DevpoolError(
                "not-recognised",
                f"`{name}` would still point to a pooler that is gone, and there is no record of its old value",
                where=name,
                hint="restore .devpool/state.json from version control, or write the database's address there",
            )


def _words_of(service: dict[str, Any]) -> list[str]:
    return [word for key in ("entrypoint", "command") for word in service.get(key) or []]
