"""How the pooler gets its user, password and database, as values, and which text may be copied for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from devpool.decide.address_edits import VARIABLE, reads_alike, restatable_in_override
from devpool.decide.logins import USER, Said
from devpool.decide.password_files import GivenFile
from devpool.model.env_files import EnvFileUse
from devpool.model.project import ConnectionVariable, Project
from devpool.model.services import Service
from devpool.model.values import Value
from devpool.text.address import find_addresses
from devpool.text.document import Document
from devpool.text.nodes import ScalarNode, inner


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Further:
    """A login besides the pooler's own: the variable that gives it, or its password alone beside `user`, and whose text
    is copied.
    """

    name: str
    user: str
    service: str
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Missing:
    """An app whose login the pooler is not given and cannot look up: its user, and the variable that leads there."""

    service: str
    user: str
    variable: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Credentials:
    """How the pooler gets its user, password and database.

    Attributes:
        document: the file that the pooler's block goes into.
        copied: variables of the pooler whose value is copied as it is written in that file.
        stated: variables with a value that is no secret.
        env_files: env files that the pooler reads too.
        withheld: variables of these files that are not for the pooler.
        said: the login itself, as far as the files tell it.
        further: the logins of apps, where the pooler's own user may not look them up.
        missing: those of them that the pooler cannot be given.
        files: files of the database that hold its login, which the pooler is given too.
        private: variables for the private file.
    """

    document: Document
    copied: tuple[tuple[str, Value], ...] = ()
    stated: tuple[tuple[str, str], ...] = ()
    env_files: tuple[EnvFileUse, ...] = ()
    files: tuple[GivenFile, ...] = ()
    private: Mapping[str, str] = field(default_factory=dict, repr=False)
    withheld: tuple[str, ...] = ()
    said: tuple[Said, ...] = ()
    further: tuple[Further, ...] = ()
    missing: tuple[Missing, ...] = ()

    @property
    def is_written_to(self) -> bool:
        """Whether Compose writes a file into the container, which cannot be read-only then."""
        return any(file.written for file in self.files)

    @property
    def user(self) -> str:
        """The pooler's own user; "" where only a secret tells it, or the server's default is meant."""
        return next((part.text for part in self.said if part.name == USER), "")


def pooler_file(project: Project, database: str, variables: list[ConnectionVariable]) -> Document:
    """The file that the pooler goes into: where the database's service is stated first, or else its first app's; an
    override file, where that alone is edited.
    """
    if project.sources.override:
        return project.sources.override
    service = project.databases[database].service or project.services[variables[0].service]
    return next(f.document for f in service.fragments if f.own)


def copyable(value: Value) -> bool:
    """Whether a value can be copied as it is written."""
    origin = value.origin
    if origin.form == "list" or not origin.given:
        return (origin.exact and origin.one_line) or not origin.given
    return origin.exact and origin.one_line and isinstance(getattr(origin.holder, "value", None), ScalarNode)


def is_repeatable(project: Project, service: Service, name: str, value: Value) -> bool:
    """Whether any compose file may repeat a value's text: it is the path of a secret, or only names a variable."""
    origin = value.origin
    raw = origin.file.text[origin.start : origin.end]
    plain = origin.form in ("map", "list") and origin.given and origin.exact and not set(raw) & set("'\"\\\n")
    alike = reads_alike(value, service, project)
    return plain and alike and (name.endswith("_FILE") or VARIABLE.fullmatch(raw) is not None)


def is_in_pooler_file(project: Project, variable: ConnectionVariable, document: Document) -> bool:
    """Whether a URL stands in the file that the pooler goes into, or may be repeated there."""
    file, override = variable.value.origin.file, project.sources.override
    return file is document or (
        document is override and isinstance(file, Document) and restatable_in_override(project, variable)
    )


def is_whole(variable: ConnectionVariable) -> bool:
    """Whether the value is just the URL, so that the pooler can parse it."""
    holder = variable.value.origin.holder
    scalar = holder if isinstance(holder, ScalarNode) else getattr(holder, "value", None)
    plain = isinstance(scalar, ScalarNode) and inner(variable.value.origin.file.text, scalar) is not None
    alone = len(find_addresses(variable.value.text)) == 1
    return plain and alone and re.fullmatch(r"postgres(ql)?(\+\w+)?://\S+", variable.value.text) is not None
