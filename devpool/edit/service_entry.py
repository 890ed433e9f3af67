"""Separate entries for a pooled app that shares a value with services that stay direct.

An entry goes into the app's `environment` if that exposes no secret that was not in the file before; an app for
which it would is pooled by name (by_name.py). `service_environment.py` writes them there.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping

from devpool.decide.address_edits import moved_copy, moved_raw, shows_no_secret
from devpool.decide.inherited_copies import InheritedCopies
from devpool.decide.key_ownership import Readers
from devpool.decide.placement_refusals import shared_value, with_secret
from devpool.decide.plan import Move
from devpool.edit.pooled_variable import Second, second_variable
from devpool.edit.service_environment import Copied, Entries, Stated, Text, in_environment
from devpool.model.project import BARE, Project
from devpool.text import nodes
from devpool.text.address import DEFAULT_PORT, moved
from devpool.text.document import Document
from devpool.text.edits import Copy, Edit
from devpool.text.envfile import EnvFile
from devpool.text.nodes import Entry, ScalarNode


def edits(project: Project, moves: list[Move], shields: InheritedCopies) -> Iterator[Edit]:
    """The edits of all moves that need an entry of their own.

    Raises:
        DevpoolError: `shared-value` where an app has no place of its own for it.
    """
    wanted, further = wanted_entries(project, moves)
    yield from further
    environments = Readers("environment", project.services if wanted else {}, shields)
    stated_alike = _alike({name: mine.stated for name, mine in wanted.items()})
    for name, mine in wanted.items():
        if mine.stated:
            yield from in_environment(project, mine, environments.held(name, stated_alike[name], mine.source))


def wanted_entries(project: Project, moves: Iterable[Move]) -> tuple[dict[str, Entries], list[Edit]]:
    """The entries that each app gets of its own, and the edits elsewhere that these need.

    Raises:
        DevpoolError: `shared-value`.
    """
    wanted: dict[str, Entries] = {}
    further: list[Edit] = []
    for move in moves:
        further += _add(project, move, wanted.setdefault(move.variable.service, Entries(move.variable)))
    return wanted, further


def _alike(wanted: Mapping[str, Mapping[str, Hashable]]) -> dict[str, set[str]]:
    """By app: the apps that get the same, itself among them."""
    groups: dict[frozenset[tuple[str, Hashable]], set[str]] = {}
    keys = {name: frozenset(mine.items()) for name, mine in wanted.items()}
    for name, key in keys.items():
        groups.setdefault(key, set()).add(name)
    return {name: groups[key] for name, key in keys.items()}


def _add(project: Project, move: Move, wanted: Entries) -> Iterator[Edit]:
    variable, twin = move.variable, move.twin
    if variable.kind in BARE:
        wanted.stated[variable.name] = Stated(moved(variable.value.text, variable.address, *move.target))
    elif isinstance(variable.value.origin.file, Document):
        if move.how == "text" and (_is_elsewhere(project, move) or _may_stand_in_the_strongest(project, move)):
            _stated_anew(move, variable.value.origin.file, wanted, twin)
        else:
            yield from _in_same_file(project, move, variable.value.origin.file, wanted, twin)
    else:
        _from_env_file(move, variable.value.origin.file, wanted, twin)


def _in_same_file(
    project: Project, move: Move, document: Document, wanted: Entries, twin: str | None
) -> Iterator[Edit]:
    """New and old value as copies of the shared one, which stands in the same file."""
    if wanted.source not in (None, document):
        raise shared_value(move.variable)
    old, new = _copied(move)
    if move.how == "second":
        second = second_variable(project, move)
        yield second.line
        new = _second(old, second)
    if new is None:
        raise shared_value(move.variable)
    wanted.source = document
    wanted.stated[move.variable.name] = new
    if twin:
        wanted.stated[twin] = old


def _is_elsewhere(project: Project, move: Move) -> bool:
    """Whether a value stands in another file than the app itself, brought in by `extends`, or than the file that alone
    is edited.
    """
    if project.sources.override:
        return move.variable.value.origin.file is not project.sources.override
    own = (f.document for f in project.services[move.variable.service].fragments if f.own)
    return all(document is not move.variable.value.origin.file for document in own)


def _may_stand_in_the_strongest(project: Project, move: Move) -> bool:
    """Whether another file than the value's gives the app an `environment`, and the value shows it no secret."""
    value, address = move.variable.value, move.variable.address
    strongest = project.services[move.variable.service].statements("environment")[-1]
    raw = value.origin.file.text[value.origin.start : value.origin.end]
    elsewhere = strongest.fragment.own and strongest.document is not value.origin.file
    return elsewhere and shows_no_secret(value, raw) and moved_raw(value, address.host, move.target, raw) is not None


def _stated_anew(move: Move, document: Document, wanted: Entries, twin: str | None) -> None:
    """New and old value with their variables, in a file that the value did not stand in: only without a secret."""
    value, address = move.variable.value, move.variable.address
    raw = document.text[value.origin.start : value.origin.end]
    new = moved_raw(value, address.host, move.target, raw)
    old = moved_raw(value, address.host, (address.host, address.port or DEFAULT_PORT, ""), raw)
    if not shows_no_secret(value, raw) or new is None or old is None:
        raise with_secret(move.variable)
    wanted.stated |= {move.variable.name: Stated(new)} | ({twin: Stated(old)} if twin else {})


def _second(old: Text, second: Second) -> Text:
    if isinstance(old, Copied):
        return Copied(second.within(old.parts), old.quote)
    return Stated(second.around(old.value))


def _copied(move: Move) -> tuple[Text, Text | None]:
    """The old value as a copy, or as `${NAME}` where only the name is written, and the new one; None where the
    address cannot be cut out.
    """
    value, origin = move.variable.value, move.variable.value.origin
    if not origin.given:
        return Stated(f"${{{move.variable.name}}}"), None
    if not origin.one_line:
        raise shared_value(move.variable)
    if isinstance(origin.holder, Entry):
        scalar = nodes.resolved(origin.holder.value)
        whole, quote = Copy(scalar.start, scalar.end), None
    elif isinstance(origin.holder, ScalarNode):
        whole, quote = Copy(origin.start, origin.end), origin.holder.style
    else:
        raise shared_value(move.variable)
    new = moved_copy(value, move.variable.address.host, move.target, whole)
    return Copied((whole,), quote), Copied(new, quote) if new else None


def _from_env_file(move: Move, file: EnvFile, wanted: Entries, twin: str | None) -> None:
    """A value of an env file that others read too: stated anew with its variables, which shows no secret."""
    variable, value = move.variable, move.variable.value
    raw = file.text[value.origin.start : value.origin.end]
    host, port = variable.address.host, variable.address.port or DEFAULT_PORT
    new_raw = moved_raw(value, host, move.target, raw)
    # The old value holds its address as plain text: the variables of that address may have changed since.
    old_raw = moved_raw(value, host, (host, port, ""), raw)
    if new_raw is None or old_raw is None or not shows_no_secret(value, raw):
        raise shared_value(variable)
    lines = {variable.name: new_raw} | ({twin: old_raw} if twin else {})
    wanted.stated |= {name: Stated(text) for name, text in lines.items()}
