"""Which services read a value where it is written, and so where and how it may be changed."""

from __future__ import annotations

from collections.abc import Iterable, Set
from types import MappingProxyType
from typing import Literal

from devpool.decide.address_edits import raw_replacements, restatable, restatable_in_override, shows_no_secret
from devpool.decide.alias_copies import AliasCopies
from devpool.decide.credentials import home
from devpool.decide.inherited_copies import InheritedCopies
from devpool.decide.key_ownership import Readers
from devpool.decide.session_alias import SUFFIX
from devpool.errors import DevpoolError
from devpool.model.environment import env_file_uses, variable_holding
from devpool.model.pass_through import taken_over
from devpool.model.project import BARE, ConnectionVariable, Project
from devpool.text.interpolation import SHELL, Piece
from devpool.text.nodes import Entry, MappingNode, holding

Where = Literal["origin", "own"]
How = Literal["text", "second"]
_READ_ELSEWHERE = "other compose files read its text"


class Placements:
    """Which other services read a value where it is written.

    Args:
        project: the project.
        pooled: (service, database) of the routes that are pooled.
        shields: what direct services get a copy of.
        session: those of them that go to the session alias.
        names: settings with a database's name, which move too.
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
        self.project = project
        self.unaliased = unaliased
        self.session = session
        self.moved = {(s.service, s.variable, s.database) for s in moving}
        self.movers: dict[tuple[str, str], set[str]] = {}
        for service, variable, database in self.moved:
            self.movers.setdefault((variable, database), set()).add(service)
        self.in_session = {(s.service, s.variable, s.database) for s in moving if self._in_session(s)}
        named: dict[tuple[str, str], set[str]] = {}
        for setting in project.connection_variables:
            named.setdefault((setting.service, setting.variable), set()).add(setting.database)
        self.several = {key for key, databases in named.items() if len(databases) > 1}
        self.readers: dict[tuple[str, int], dict[tuple[str, str], None]] = {}
        self._alike: dict[tuple[tuple[str, int], str, bool], bool] = {}
        for service, values in project.environments.items():
            shield = shields.get((service, "environment"))
            for name, value in values.items():
                # A direct service that gets a copy of a text no longer reads the original.
                covered = shield and value.origin.form != "env-file" and shield.covers(value.origin.start)
                if not covered and (service, name) not in unaliased:
                    self.readers.setdefault(value.origin.key, {})[service, name] = None
        for setting in (s for s in project.connection_variables if s.in_command):
            self.readers.setdefault(setting.value.origin.key, {})[setting.service, setting.variable] = None
        self.taken_over = taken_over(project)
        self.environments = Readers("environment", project.services, shields)
        self.loaded = _loaded(project)
        self.heirs = _heirs(project)

    def where(self, setting: ConnectionVariable) -> Where:
        """Where to change the variable.

        Raises:
            DevpoolError: `shared-value`, `outside-root`.
        """
        sources, origin = self.project.sources, setting.value.origin
        if sources.override not in (None, origin.file):
            return "own"
        if origin.file.path in sources.closed:
            # An entry in the app itself, overriding an env file; nothing else can be placed elsewhere.
            if origin.form != "env-file":
                sources.refuse_closed(origin.file.path, origin.place, setting.service)
        elif self._all_move(setting):
            return "origin"
        if origin.form != "env-file" and (reader := self._reader(setting)):
            raise read_by(setting, reader)
        if setting.in_command or (setting.kind not in BARE and self._is_one_of_several(setting)):
            raise shared_value(setting)
        self._refuse_extended(setting)
        return "own"

    def _reader(self, setting: ConnectionVariable) -> str:
        """The other compose file that reads a variable's value where it is written, and has no pooler."""
        origin, homes = setting.value.origin, {home(self.project, setting.database, [setting]).path}
        return self.project.sources.reader_of(origin.file.path, origin.start, setting.variable, homes)

    def _awaited_elsewhere(self, setting: ConnectionVariable) -> str:
        """The other compose file that also reads what names the database in the app's dependencies; "" for none."""
        homes = {home(self.project, setting.database, [setting]).path}
        service = self.project.services[setting.service]
        found = (
            self.project.sources.reader_of(s.document.path, s.entry.key.start, "", homes)
            for key in ("depends_on", "links")
            for s in service.names(key).get(setting.database, [])
        )
        return next(filter(None, found), "")

    def _is_beside_its_host(self, setting: ConnectionVariable) -> bool:
        """Whether a port stands in an env file together with its host: else it is that of another host, of programs on
        the machine itself for instance.
        """
        path = setting.value.origin.file.path
        mine = (s for s in self.project.of(setting.service) if s.database == setting.database and s.kind != "port")
        return any(s.value.origin.file.path == path for s in mine)

    def _refuse_extended(self, setting: ConnectionVariable) -> None:
        """What another service takes over with `extends` comes whole: neither can have it otherwise than the other."""
        service, value = self.project.services[setting.service], setting.value
        own = [f for f in service.fragments if f.own]
        strongest = next(reversed(service.statements("environment")), None)
        raw = value.origin.file.text[value.origin.start : value.origin.end]
        if strongest and strongest.fragment.own and (setting.kind in BARE or shows_no_secret(value, raw)):
            own = [strongest.fragment]  # the entry goes there: what `extends` takes of weaker files has none of it
        heirs = (heir for fragment in own for heir in self.heirs.get(id(fragment.node), []))
        direct = next((h for h in heirs if (h, setting.variable, setting.database) not in self.moved), None)
        if direct:
            raise extended(setting, direct)

    def _is_one_of_several(self, setting: ConnectionVariable) -> bool:
        """Whether other databases are named in the same value: an entry of its own could move only one."""
        return (setting.service, setting.variable) in self.several

    def _in_session(self, setting: ConnectionVariable) -> bool:
        return (setting.service, setting.database) in self.session

    def _all_move(self, setting: ConnectionVariable) -> bool:
        """Whether all who read the value where it is written go to a pooler with this address of it. Who goes to the
        session alias has an entry of its own over what others take from the same place.
        """
        origin = setting.value.origin
        if origin.form == "env-file" and setting.variable in self.taken_over.get(origin.file.path, frozenset()):
            return False
        if origin.form == "env-file" and not self._can_be_cut_out(setting):
            return False
        if origin.form == "env-file" and setting.kind == "port" and not self._is_beside_its_host(setting):
            return False
        if self._reader(setting):
            return False
        return self._readers_move(setting) and (
            setting.kind in BARE or setting.in_command or self._may_hold_more(setting)
        )

    def _readers_move(self, setting: ConnectionVariable) -> bool:
        """Whether all who read the value go where this one goes: worked out once, thousands may read it."""
        key = (setting.value.origin.key, setting.database, self._in_session(setting))
        if key not in self._alike:
            movers = self.in_session if key[2] else self.moved
            self._alike[key] = all((*reader, setting.database) in movers for reader in self.readers[key[0]])
        return self._alike[key]

    def _may_hold_more(self, setting: ConnectionVariable) -> bool:
        """Whether a further variable, the old value's, can stand beside the value: all who read what holds it move."""
        origin = setting.value.origin
        moved = self.movers[setting.variable, setting.database]
        if origin.form == "env-file":
            return self.loaded.get(origin.file.path, set()) <= moved
        container = origin.container
        if isinstance(container, MappingNode) and isinstance(origin.holder, Entry):
            container = holding(container, origin.holder)
        return container is None or self.environments.of(container) <= moved

    def _can_be_cut_out(self, setting: ConnectionVariable) -> bool:
        suffix = SUFFIX if self._in_session(setting) else ""
        return raw_replacements(setting.value, setting.address, "host", "1", suffix) is not None

    def how(self, setting: ConnectionVariable) -> How:
        """How its text is changed.

        Raises:
            DevpoolError: `only-in-shell`, `value-not-plain`, `shared-value`.
        """
        if self.project.sources.override not in (None, setting.value.origin.file) or self._can_be_cut_out(setting):
            return "text"
        holding = self._holding(setting)
        if holding is None:
            raise not_plain(setting)
        if setting.kind in BARE:
            return "text"
        if holding.source in (SHELL, None):
            raise only_in_shell(setting, holding.variable or "")
        if setting.value.origin.form == "env-file":
            return "text"
        if self._is_one_of_several(setting) or holding.source in self.loaded:
            raise shared_value(setting)
        self.project.sources.refuse_closed(holding.source, setting.value.origin.place, setting.service)
        return "second"

    def why_by_name(self, setting: ConnectionVariable) -> str:
        """Why an app is pooled by name because of one of its settings; "" where its text can change."""
        if self.project.sources.override not in (None, setting.value.origin.file):
            return self._why_not_in_override(setting)
        if self._awaited_elsewhere(setting) or (setting.value.origin.form != "env-file" and self._reader(setting)):
            return _READ_ELSEWHERE
        if not self._needs_copy(setting):
            return ""
        if self._is_only_outside(setting):
            return "its variables are in a file outside the repository (--allow-outside lets devpool edit it)"
        return _READ_ELSEWHERE if self._reader(setting) else "changing its text would copy a secret"

    def _why_not_in_override(self, setting: ConnectionVariable) -> str:
        if setting.in_command:
            return "an override file would repeat its command"
        if setting.kind not in BARE and self._is_one_of_several(setting):
            return "its text names several databases, and an override file would repeat it"
        stated = restatable_in_override(self.project, setting)
        return "" if stated else "an override file would repeat a secret or another file's text"

    def _is_only_outside(self, setting: ConnectionVariable) -> bool:
        """Whether a variable could change in place, were its file not outside the repository."""
        return setting.value.origin.file.path in self.project.sources.closed and self._all_move(setting)

    def why_no_session(self, setting: ConnectionVariable) -> DevpoolError:
        """The error for an app at the session alias whose text cannot change.

        Raises:
            DevpoolError: `outside-root`.
        """
        if self.project.sources.override:
            return repeats_secret(setting)
        if self._is_only_outside(setting):
            origin = setting.value.origin
            self.project.sources.refuse_closed(origin.file.path, origin.place, setting.service)
        reader = self._reader(setting) or self._awaited_elsewhere(setting)
        return read_by(setting, reader) if reader else shared_value(setting)

    def _needs_copy(self, setting: ConnectionVariable) -> bool:
        """Whether the new value could only stand in a file that would repeat a secret: beside a variable that a service
        gets with a whole file, or in place of one of an env file that others read too.
        """
        if setting.kind in BARE or setting.in_command or self._is_one_of_several(setting):
            return False
        if setting.value.origin.form == "env-file":
            stays = setting.value.origin.file.path in self.project.sources.closed or not self._all_move(setting)
            return stays and not restatable(self.project, setting)
        holding = None if self._can_be_cut_out(setting) else self._holding(setting)
        return holding is not None and holding.source in self.loaded

    def _holding(self, setting: ConnectionVariable) -> Piece | None:
        """The single variable that contains the whole address."""
        address = setting.address
        start, end = address.host_span[0], max(address.host_span[1], (address.port_span or (0, 0))[1])
        return variable_holding(setting.value, start, end) if setting.value.origin.exact else None


def _loaded(project: Project) -> dict[str, set[str]]:
    """By env file: the services that load it."""
    found: dict[str, set[str]] = {}
    for service in project.services.values():
        for use in env_file_uses(service):
            found.setdefault(use.path, set()).add(service.name)
    return found


def _heirs(project: Project) -> dict[int, list[str]]:
    """By the id of a mapping: the services that take it over with `extends`."""
    found: dict[int, list[str]] = {}
    for service in project.services.values():
        for fragment in (f for f in service.fragments if not f.own):
            found.setdefault(id(fragment.node), []).append(service.name)
    return found


def read_by(setting: ConnectionVariable, reader: str) -> DevpoolError:
    """The error for a variable that another compose file reads too, where the app has no place of its own for it."""
    name = setting.service
    return DevpoolError(
        "shared-value",
        f"`{name}.{setting.variable}` is also read by {reader}, which has no pooler",
        where=setting.value.origin.place,
        hint=f"give `{name}` its own {setting.variable} in a file of this project, or keep it direct: --direct {name}; "
        "or pass --allow-shared, and give the other file the pooler, too",
    )


def only_in_shell(setting: ConnectionVariable, variable: str) -> DevpoolError:
    """The error for a value that is in no file."""
    return DevpoolError(
        "only-in-shell",
        f"`{setting.service}.{setting.variable}` gets its value from the shell's `{variable}`, which no file sets",
        where=setting.value.origin.place,
        hint=f"set {variable} in .env and unset it in the shell, which overrides the file; "
        f"or leave it as it is and pool the app by name: --by-name {setting.service}",
    )


def not_plain(setting: ConnectionVariable) -> DevpoolError:
    """The error for a variable whose text cannot be edited yet."""
    return DevpoolError(
        "value-not-plain",
        f"`{setting.service}.{setting.variable}` is written in a form that devpool cannot edit yet",
        where=setting.value.origin.place,
        hint=f"write it on one line without escapes, pool it by name (--by-name {setting.service}), or keep it direct "
        f"(--direct {setting.service})",
    )


def extended(setting: ConnectionVariable, heir: str) -> DevpoolError:
    """The error for a variable that a direct service inherits from the app with `extends`."""
    name = setting.service
    return DevpoolError(
        "shared-value",
        f"`{heir}` stays direct but inherits `{name}.{setting.variable}` with `extends`, which copies all or nothing",
        where=setting.value.origin.place,
        hint=f"use a YAML merge, which devpool can split: `{name}: &{name}`, and `<<: *{name}` in `{heir}` instead "
        f"of `extends`; or keep `{name}` direct as well (--direct {name})",
    )


def with_secret(setting: ConnectionVariable) -> DevpoolError:
    """The error for a value that would have to be repeated in another file, which does not contain its password."""
    name, variable = setting.service, setting.variable
    return DevpoolError(
        "shared-value",
        f"`{name}.{variable}` shares its value with services that stay direct and is defined in another file",
        where=setting.value.origin.place,
        hint=f"replace its password with a variable, `${{DB_PASSWORD}}`, and set that in .env, so that `{name}` gets "
        f"its own {variable}; or pool it by name (--by-name {name}), or keep it direct (--direct {name})",
    )


def repeats_secret(setting: ConnectionVariable) -> DevpoolError:
    """The error for a variable that leads to the session alias, where a link does not, and cannot be stated anew."""
    name = setting.service
    return DevpoolError(
        "override-repeats-secret",
        f"an override file would have to repeat `{name}.{setting.variable}`, and a secret or another file's text in it",
        where=setting.value.origin.place,
        hint=f"write its password as a variable, `${{DB_PASSWORD}}`, and set that in .env; keep `{name}` direct "
        f"(--direct {name}); or pass --no-override",
    )


def shared_value(setting: ConnectionVariable) -> DevpoolError:
    """The error for a variable that direct services share and that has no place of its own."""
    name = setting.service
    return DevpoolError(
        "shared-value",
        f"`{name}.{setting.variable}` shares its value with services or databases that stay direct, "
        "and devpool found no place for a separate value",
        where=setting.value.origin.place,
        hint=f"pool it by name (--by-name {name}), give each its own {setting.variable}, keep it direct "
        f"(--direct {name}), or pool the others (--pool)",
    )
