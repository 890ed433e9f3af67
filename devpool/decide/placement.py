"""Where and how a connection variable changes: where its value is written, or in an entry of its app's own."""

from __future__ import annotations

from typing import Literal

from devpool.decide.address_edits import raw_replacements, restatable, restatable_elsewhere, restatable_in_override
from devpool.decide.placement_refusals import extended, not_plain, only_in_shell, read_by, repeats_secret, shared_value
from devpool.decide.sessions import SUFFIX
from devpool.decide.value_readers import ValueReaders
from devpool.errors import DevpoolError
from devpool.model.project import BARE, ConnectionVariable, Project
from devpool.model.values import variable_holding
from devpool.text.interpolation import SHELL, Piece

Where = Literal["origin", "own"]
How = Literal["text", "second"]
_READ_ELSEWHERE = "other compose files read its text"


class Placements:
    """Where and how each connection variable of the pooled apps changes.

    Args:
        project: the project.
        readers: which services read each value.
    """

    def __init__(self, project: Project, readers: ValueReaders) -> None:
        self.project = project
        self.readers = readers

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
        if origin.form != "env-file" and (reader := self.readers.other_file(setting)):
            raise read_by(setting, reader)
        if setting.in_command or (setting.kind not in BARE and self.readers.is_one_of_several(setting)):
            raise shared_value(setting)
        if heir := self.readers.direct_heir(setting):
            # What a service takes over with `extends` comes whole: neither can have it otherwise than the other.
            services = self.project.services
            raise extended(setting, services[setting.service], services[heir])
        return "own"

    def _is_beside_its_host(self, setting: ConnectionVariable) -> bool:
        """Whether a port stands in an env file together with its host: else it is that of another host, of programs on
        the machine itself for instance.
        """
        path = setting.value.origin.file.path
        mine = (s for s in self.project.of(setting.service) if s.database == setting.database and s.kind != "port")
        return any(s.value.origin.file.path == path for s in mine)

    def _all_move(self, setting: ConnectionVariable) -> bool:
        """Whether all who read the value where it is written go to a pooler with this address of it. Who goes to the
        session alias has an entry of its own over what others take from the same place.
        """
        origin = setting.value.origin
        if self.readers.is_taken_over(setting):
            return False
        if origin.form == "env-file" and not self._can_be_cut_out(setting):
            return False
        if origin.form == "env-file" and setting.kind == "port" and not self._is_beside_its_host(setting):
            return False
        if self.readers.other_file(setting):
            return False
        return self.readers.all_move(setting) and (
            setting.kind in BARE or setting.in_command or self.readers.all_take_more(setting)
        )

    def _can_be_cut_out(self, setting: ConnectionVariable) -> bool:
        suffix = SUFFIX if self.readers.in_session(setting) else ""
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
        if self.readers.is_one_of_several(setting) or self.readers.is_loaded(holding.source):
            raise shared_value(setting)
        self.project.sources.refuse_closed(holding.source, setting.value.origin.place, setting.service)
        return "second"

    def why_by_name(self, setting: ConnectionVariable) -> str:
        """Why an app is pooled by name because of one of its settings; "" where its text can change."""
        if not setting.in_command and self.readers.is_mentioned(setting):
            return f"its env file makes other variables of {setting.variable}"
        if self.project.sources.override not in (None, setting.value.origin.file):
            return self._why_not_in_override(setting)
        shared = setting.value.origin.form != "env-file" and self.readers.other_file(setting)
        if shared or self.readers.awaiting_file(setting):
            return _READ_ELSEWHERE
        if self.readers.waits_with_others(setting):
            return "what it extends waits for the database"
        if not self._needs_copy(setting):
            return ""
        if self._is_only_outside(setting):
            return "its variables are in a file outside the repository (--allow-outside lets devpool edit it)"
        return _READ_ELSEWHERE if self.readers.other_file(setting) else "changing its text would copy a secret"

    def _why_not_in_override(self, setting: ConnectionVariable) -> str:
        if setting.in_command:
            return "an override file would repeat its command"
        if setting.kind not in BARE and self.readers.is_one_of_several(setting):
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
        reader = self.readers.other_file(setting) or self.readers.awaiting_file(setting)
        return read_by(setting, reader) if reader else shared_value(setting)

    def _needs_copy(self, setting: ConnectionVariable) -> bool:
        """Whether the new value could only stand in a file that would repeat a secret: beside a variable that a service
        gets with a whole file, or in place of one that others read too, of an env file or of what it extends.
        """
        if setting.kind in BARE or setting.in_command or self.readers.is_one_of_several(setting):
            return False
        if setting.value.origin.form == "env-file":
            stays = setting.value.origin.file.path in self.project.sources.closed or not self._all_move(setting)
            return stays and not restatable(self.project, setting)
        if self._is_of_another_file(setting) and not self._all_move(setting):
            return not restatable_elsewhere(setting)
        holding = None if self._can_be_cut_out(setting) else self._holding(setting)
        return holding is not None and self.readers.is_loaded(holding.source)

    def _is_of_another_file(self, setting: ConnectionVariable) -> bool:
        """Whether a value stands in no file of the app itself, brought in by `extends`."""
        own = (f.document for f in self.project.services[setting.service].fragments if f.own)
        return all(document is not setting.value.origin.file for document in own)

    def _holding(self, setting: ConnectionVariable) -> Piece | None:
        """The single variable that contains the whole address."""
        address = setting.address
        start, end = address.host_span[0], max(address.host_span[1], (address.port_span or (0, 0))[1])
        return variable_holding(setting.value, start, end) if setting.value.origin.exact else None
