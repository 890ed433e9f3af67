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

    def where(self, variable: ConnectionVariable) -> Where:
        """Where to change the variable.

        Raises:
            DevpoolError: `shared-value`, `outside-root`.
        """
        sources, origin = self.project.sources, variable.value.origin
        if sources.override not in (None, origin.file):
            return "own"
        if origin.file.path in sources.closed:
            # An entry in the app itself, overriding an env file; nothing else can be placed elsewhere.
            if origin.form != "env-file":
                sources.refuse_closed(origin.file.path, origin.place, variable.service)
        elif self._all_move(variable):
            return "origin"
        if origin.form != "env-file" and (reader := self.readers.other_file(variable)):
            raise read_by(variable, reader)
        if variable.in_command or (variable.kind not in BARE and self.readers.is_one_of_several(variable)):
            raise shared_value(variable)
        if heir := self.readers.direct_heir(variable):
            # What a service takes over with `extends` comes whole: neither can have it otherwise than the other.
            services = self.project.services
            raise extended(variable, services[variable.service], services[heir])
        return "own"

    def _is_beside_its_host(self, variable: ConnectionVariable) -> bool:
        """Whether a port stands in an env file together with its host: else it is that of another host, of programs on
        the machine itself for instance.
        """
        path = variable.value.origin.file.path
        mine = (s for s in self.project.of(variable.service) if s.database == variable.database and s.kind != "port")
        return any(s.value.origin.file.path == path for s in mine)

    def _all_move(self, variable: ConnectionVariable) -> bool:
        """Whether all who read the value where it is written go to a pooler with this address of it. Who goes to the
        session alias has an entry of its own over what others take from the same place.
        """
        origin = variable.value.origin
        if self.readers.is_taken_over(variable):
            return False
        if origin.form == "env-file" and not self._can_be_cut_out(variable):
            return False
        if origin.form == "env-file" and variable.kind == "port" and not self._is_beside_its_host(variable):
            return False
        if self.readers.other_file(variable):
            return False
        return self.readers.all_move(variable) and (
            variable.kind in BARE or variable.in_command or self.readers.all_take_more(variable)
        )

    def _can_be_cut_out(self, variable: ConnectionVariable) -> bool:
        suffix = SUFFIX if self.readers.in_session(variable) else ""
        return raw_replacements(variable.value, variable.address, "host", "1", suffix) is not None

    def how(self, variable: ConnectionVariable) -> How:
        """How its text is changed.

        Raises:
            DevpoolError: `only-in-shell`, `value-not-plain`, `shared-value`.
        """
        if self.project.sources.override not in (None, variable.value.origin.file) or self._can_be_cut_out(variable):
            return "text"
        holding = self._holding(variable)
        if holding is None:
            raise not_plain(variable)
        if variable.kind in BARE:
            return "text"
        if holding.source in (SHELL, None):
            raise only_in_shell(variable, holding.variable or "")
        if variable.value.origin.form == "env-file":
            return "text"
        if self.readers.is_one_of_several(variable) or self.readers.is_loaded(holding.source):
            raise shared_value(variable)
        self.project.sources.refuse_closed(holding.source, variable.value.origin.place, variable.service)
        return "second"

    def why_by_name(self, variable: ConnectionVariable) -> str:
        """Why an app is pooled by name because of one of its variables; "" where its text can change."""
        if not variable.in_command and self.readers.is_mentioned(variable):
            return f"its env file makes other variables of {variable.name}"
        if self.project.sources.override not in (None, variable.value.origin.file):
            return self._why_not_in_override(variable)
        shared = variable.value.origin.form != "env-file" and self.readers.other_file(variable)
        if shared or self.readers.awaiting_file(variable):
            return _READ_ELSEWHERE
        if self.readers.waits_with_others(variable):
            return "what it extends waits for the database"
        if not self._needs_copy(variable):
            return ""
        if self._is_only_outside(variable):
            return "its variables are in a file outside the repository (--allow-outside lets devpool edit it)"
        return _READ_ELSEWHERE if self.readers.other_file(variable) else "changing its text would copy a secret"

    def _why_not_in_override(self, variable: ConnectionVariable) -> str:
        if variable.in_command:
            return "an override file would repeat its command"
        if variable.kind not in BARE and self.readers.is_one_of_several(variable):
            return "its text names several databases, and an override file would repeat it"
        stated = restatable_in_override(self.project, variable)
        return "" if stated else "an override file would repeat a secret or another file's text"

    def _is_only_outside(self, variable: ConnectionVariable) -> bool:
        """Whether a variable could change in place, were its file not outside the repository."""
        return variable.value.origin.file.path in self.project.sources.closed and self._all_move(variable)

    def why_no_session(self, variable: ConnectionVariable) -> DevpoolError:
        """The error for an app at the session alias whose text cannot change.

        Raises:
            DevpoolError: `outside-root`.
        """
        if self.project.sources.override:
            return repeats_secret(variable)
        if self._is_only_outside(variable):
            origin = variable.value.origin
            self.project.sources.refuse_closed(origin.file.path, origin.place, variable.service)
        reader = self.readers.other_file(variable) or self.readers.awaiting_file(variable)
        return read_by(variable, reader) if reader else shared_value(variable)

    def _needs_copy(self, variable: ConnectionVariable) -> bool:
        """Whether the new value could only stand in a file that would repeat a secret: beside a variable that a service
        gets with a whole file, or in place of one that others read too, of an env file or of what it extends.
        """
        if variable.kind in BARE or variable.in_command or self.readers.is_one_of_several(variable):
            return False
        if variable.value.origin.form == "env-file":
            stays = variable.value.origin.file.path in self.project.sources.closed or not self._all_move(variable)
            return stays and not restatable(self.project, variable)
        if self._is_of_another_file(variable) and not self._all_move(variable):
            return not restatable_elsewhere(variable)
        holding = None if self._can_be_cut_out(variable) else self._holding(variable)
        return holding is not None and self.readers.is_loaded(holding.source)

    def _is_of_another_file(self, variable: ConnectionVariable) -> bool:
        """Whether a value stands in no file of the app itself, brought in by `extends`."""
        own = (f.document for f in self.project.services[variable.service].fragments if f.own)
        return all(document is not variable.value.origin.file for document in own)

    def _holding(self, variable: ConnectionVariable) -> Piece | None:
        """The single variable that contains the whole address."""
        address = variable.address
        start, end = address.host_span[0], max(address.host_span[1], (address.port_span or (0, 0))[1])
        return variable_holding(variable.value, start, end) if variable.value.origin.exact else None
