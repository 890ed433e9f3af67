"""Where the pooler's user, password and database come from, without moving any of them to a less private place.

In this order: the database's own variables, copied as they are written; a URL of an app in the same
file; else a private file below `.devpool/`, mode 0600 and never committed. From an env file, the pooler only gets
what it needs (devpool/decide/logins.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from devpool.decide.address_edits import VARIABLE, restatable_in_override
from devpool.decide.logins import (
    DB,
    PASSWORD,
    USER,
    Said,
    from_company,
    interpolated,
    login_of,
    names_withheld,
    refuse_unusable,
    said_by,
    userinfo,
)
from devpool.decide.ports import upstream_port
from devpool.errors import DevpoolError
from devpool.model.environment import EnvFileUse, Value, env_file_uses
from devpool.model.project import ConnectionVariable, Project
from devpool.model.services import Service
from devpool.text import layout
from devpool.text.address import find_addresses
from devpool.text.document import Document
from devpool.text.nodes import MappingNode as Node
from devpool.text.nodes import ScalarNode, SequenceNode, entries, inner, lookup, resolved

# The official image's name first, then those of other Postgres images.
_NAMES = {
    "POSTGRES_USER": ("POSTGRES_USER", "POSTGRESQL_USERNAME", "POSTGRESQL_USER"),
    "POSTGRES_PASSWORD": ("POSTGRES_PASSWORD", "POSTGRESQL_PASSWORD", "POSTGRES_PASS"),
    "POSTGRES_DB": ("POSTGRES_DB", "POSTGRESQL_DATABASE", "POSTGRES_DBNAME"),
}
_METHOD = "POSTGRES_HOST_AUTH_METHOD"
_METHODS = ("trust", "scram-sha-256", "md5", "password")  # those that the pooler knows


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
        secrets: Compose secrets of the database, which the pooler is given too.
        written_secrets: whether Compose writes one of them into the container, which cannot be read-only then.
        private: variables for the private file.
    """

    document: Document
    copied: tuple[tuple[str, Value], ...] = ()
    stated: tuple[tuple[str, str], ...] = ()
    env_files: tuple[EnvFileUse, ...] = ()
    secrets: tuple[str, ...] = ()
    written_secrets: bool = False
    private: Mapping[str, str] = field(default_factory=dict, repr=False)
    withheld: tuple[str, ...] = ()
    said: tuple[Said, ...] = ()
    further: tuple[Further, ...] = ()
    missing: tuple[Missing, ...] = ()

    @property
    def user(self) -> str:
        """The pooler's own user; "" where only a secret tells it, or the server's default is meant."""
        return next((part.text for part in self.said if part.name == USER), "")


def find_credentials(project: Project, database: str, settings: list[ConnectionVariable]) -> Credentials:
    """The credentials for the pooler of a database, whose pooled settings are given.

    Raises:
        DevpoolError: `no-credentials`, `password-too-long`, `password-like-a-hash`, `login-unusable`.
    """
    found = _with_method(project, database, _find(project, database, settings))
    refuse_unusable(found.said, dict.fromkeys(s.service for s in settings))
    return found


def _with_method(project: Project, database: str, found: Credentials) -> Credentials:
    """The credentials with the way in that the database states, also next to a password: the pooler asks the server
    which of the two applies (docker/pgbouncer/authentication.sh).
    """
    method = project.environments.get(database, {}).get(_METHOD)
    if method is None or method.text not in _METHODS or _METHOD in dict(found.stated):
        return found
    read = method.origin.file.path in {use.path for use in found.env_files}
    return found if read else replace(found, stated=((_METHOD, method.text), *found.stated))


def _find(project: Project, database: str, settings: list[ConnectionVariable]) -> Credentials:
    mine = set(settings)
    others = [s for s in (*project.connection_variables, *project.kept) if s.database == database and s not in mine]
    if project.databases[database].service is None:
        return _of_app_url(project, database, settings) or _private(project, database, settings, others)
    own = of_database(project, database)
    return (
        (_with_user_of_app(project, database, own, settings) if own else None)
        or of_database_elsewhere(project, database)
        or _of_app_url(project, database, settings)
        or _of_app_env_file(project, database, settings)
        or _of_database_env_files(project, database, alone=not settings)
        or (None if own else _of_database_privately(project, database))
        or _private(project, database, settings, others)
    )


def of_database_alone(project: Project, database: str) -> Credentials | None:
    """The database's own login where the pooler is given that whichever of its apps are pooled; None where it may be
    an app's.
    """
    own = of_database(project, database) or of_database_elsewhere(project, database)
    settings = [s for s in project.connection_variables if s.database == database]
    told = (
        own
        or _of_app_url(project, database, settings)
        or _of_app_env_file(project, database, settings)
        or _of_database_env_files(project, database, alone=not settings)
    )
    return own if told else _of_database_privately(project, database)


def of_database_elsewhere(project: Project, database: str) -> Credentials | None:
    """A database's own login in the private file, where an override file, which alone is edited, must not repeat it."""
    own = _told(project, database) if project.sources.override else []
    if dict(own).get(PASSWORD) is None or dict(own)[PASSWORD].origin.form == "env-file":
        return None
    private = {name: value.text for name, value in own}
    return Credentials(document=home(project, database, []), private=private, said=_said(own))


def home(project: Project, database: str, settings: list[ConnectionVariable]) -> Document:
    """The file that the pooler goes into: where the database's service is stated first, or else its first app's; an
    override file, where that alone is edited.
    """
    if project.sources.override:
        return project.sources.override
    service = project.databases[database].service or project.services[settings[0].service]
    return next(f.document for f in service.fragments if f.own)


def of_database(project: Project, database: str) -> Credentials | None:
    """The login that a database's own text tells; None where it tells none that the pooler can be given."""
    service, values = project.services[database], project.environments[database]
    password = named_value(values, PASSWORD)
    secret = password or values.get(PASSWORD + "_FILE")
    if secret is None:
        trusts = _METHOD in values and values[_METHOD].text == "trust"
        return _stated(project, database, values) if trusts else None
    if password is None and not _given_by_secret(service, secret.text):
        return None
    name = PASSWORD if password else PASSWORD + "_FILE"
    if interpolated(project.sources, secret):
        return _stated(project, database, values, copied=((name, secret),))
    if secret.origin.form == "env-file":
        uses = _telling(project, service, secret)
        return _stated(project, database, values, env_files=uses) if uses and secret.name == name else None
    document = secret.origin.file
    if project.sources.override not in (None, document):
        repeated = _is_repeatable(name, secret)
        return _stated(project, database, values, copied=((name, secret),)) if repeated else None
    if not isinstance(document, Document) or not _states(project, database, document) or not copyable(secret):
        return None
    return _stated(project, database, values, document=document, copied=((name, secret),))


def _telling(project: Project, service: Service, secret: Value) -> tuple[EnvFileUse, ...]:
    """The env files of a database that may tell its password: the one that does, and where one is optional also those
    that tell it in a clone without that, or with it.
    """
    uses = list(env_file_uses(service))
    telling = [u for u in uses if u.path == secret.origin.file.path]
    if not any(not u.required for u in uses):
        return tuple(telling[-1:])
    files = {u.path: project.sources.env_files.get(u.path) for u in uses}
    names = {n for each in _NAMES.values() for n in each} | {PASSWORD + "_FILE"}
    told = {path for path, file in files.items() if file and any(b.name in names for b in file.bindings)}
    return tuple(u for u in uses if u.path in told or not (u.required or files[u.path]))


def _with_user_of_app(
    project: Project, database: str, own: Credentials, settings: list[ConnectionVariable]
) -> Credentials:
    """A replica of some images is told no user, though it has the one of its primary: then the app's own is taken."""
    values = project.environments[database]
    secret = named_value(values, PASSWORD)
    if secret is None or not secret.name.startswith("POSTGRESQL_") or named_value(values, USER):
        return own
    logins = (userinfo(s) if s.kind in ("url", "jdbc") else dict(from_company(project, s)) for s in settings)
    user = next((login[USER] for login in logins if USER in login and login.get(PASSWORD) == secret.text), None)
    return replace(own, stated=(*own.stated, (USER, user))) if user else own


def _stated(
    project: Project,
    database: str,
    values: Mapping[str, Value],
    *,
    document: Document | None = None,
    copied: tuple[tuple[str, Value], ...] = (),
    env_files: tuple[EnvFileUse, ...] = (),
) -> Credentials:
    """User and database beside a password that is taken over; what stands in the same file is copied too."""
    stated: list[tuple[str, str]] = []
    document = document or home(project, database, [])
    form = copied[0][1].origin.form if copied else None
    passed = form == "env-file"  # as `${NAME}`
    kept = {use.path for use in env_files}
    told = list(_user_and_database(project.services[database], values))
    for name, value in told:
        if value.origin.file.path in kept and value.name == name:
            continue
        beside = value.origin.file is document and value.origin.form in (form, "map" if passed else form)
        written = (beside and copyable(value)) or (document is project.sources.override and _is_repeatable(name, value))
        if written or (passed and interpolated(project.sources, value)):
            copied = (*copied, (name, value))
        else:
            stated.append((name, value.text))
    needs = any(name.endswith("_FILE") for name, _ in (*copied, *told)) or PASSWORD + "_FILE" in values
    secrets = tuple(_secrets(project.services[database])) if needs else ()
    password = named_value(values, PASSWORD)
    return Credentials(
        document=document,
        copied=copied,
        stated=tuple(stated),
        env_files=env_files,
        secrets=secrets,
        written_secrets=bool(secrets) and _are_written(project, project.services[database]),
        withheld=names_withheld(project.sources, env_files),
        said=_said([*told, *([(PASSWORD, password)] if password else [])]),
    )


def _said(values: Iterable[tuple[str, Value]]) -> tuple[Said, ...]:
    return tuple(Said(name=n, text=v.text, place=v.origin.place) for n, v in values if not n.endswith("_FILE"))


def _user_and_database(service: Service, values: Mapping[str, Value]) -> Iterator[tuple[str, Value]]:
    """A database's settings for its user and database: plain, or through one of its secrets."""
    for name in (USER, DB):
        value, file = named_value(values, name), values.get(name + "_FILE")
        if value is not None:
            yield name, value
        elif file is not None and _given_by_secret(service, file.text):
            yield name + "_FILE", file


def _secrets(service: Service) -> Iterator[str]:
    """The secrets of a service as YAML text, each in the form that it has."""
    for statement in service.statements("secrets"):
        items = statement.value.items if isinstance(statement.value, SequenceNode) else ()
        for item in map(resolved, items):
            if isinstance(item, ScalarNode):
                yield layout.quoted(item.value)
            elif isinstance(item, Node):
                said = {k: " ".join(service.deep_texts(e.value)) for k, e in entries(item).items()}
                yield f"{{{', '.join(f'{k}: {layout.quoted(v)}' for k, v in said.items())}}}"


def _are_written(project: Project, service: Service) -> bool:
    """Whether Compose copies one of a service's secrets into its containers instead of mounting it: one whose source is
    a variable (Compose specification, "secrets"; pkg/compose/secrets.go). It refuses that where they are read-only.
    """
    roots, names = [document.root for document in project.sources.documents], service.granted("secrets")
    return any(lookup(root, "secrets", name, "environment") is not None for root in roots for name in names)


def _given_by_secret(service: Service, path: str) -> bool:
    """Whether a file in the database's container is one of its secrets, which the pooler can be given too."""
    text = " ".join(_secrets(service))
    return path.startswith("/run/secrets/") and path.removeprefix("/run/secrets/") in text


def named_value(values: Mapping[str, Value], name: str) -> Value | None:
    """What a database is told of its user, password or database, under any name that an image has for it."""
    found = [values[n] for n in _NAMES[name] if n in values]
    return next((v for v in found if v.text), found[0] if found else None)


def copyable(value: Value) -> bool:
    """Whether a value can be copied as it is written."""
    origin = value.origin
    if origin.form == "list" or not origin.given:
        return (origin.exact and origin.one_line) or not origin.given
    return origin.exact and origin.one_line and isinstance(getattr(origin.holder, "value", None), ScalarNode)


def _is_repeatable(name: str, value: Value) -> bool:
    """Whether any compose file may repeat a value's text: it is the path of a secret, or only names a variable."""
    origin = value.origin
    raw = origin.file.text[origin.start : origin.end]
    plain = origin.form in ("map", "list") and origin.given and origin.exact and not set(raw) & set("'\"\\\n")
    return plain and (name.endswith("_FILE") or VARIABLE.fullmatch(raw) is not None)


def _states(project: Project, database: str, document: Document) -> bool:
    return any(f.own and f.document is document for f in project.services[database].fragments)


def _of_app_url(project: Project, database: str, settings: list[ConnectionVariable]) -> Credentials | None:
    """An app's URL, if it holds a password and stands in the file that the pooler goes into."""
    document = home(project, database, settings)
    for setting in settings:
        if setting.kind != "url" or setting.in_command or not userinfo(setting).get(PASSWORD):
            continue
        if _is_at_home(project, setting, document) and copyable(setting.value) and is_whole(setting):
            return Credentials(
                document=document,
                copied=(("DATABASE_URL", setting.value),),
                said=said_by(setting.value.origin.place, userinfo(setting)),
            )
    return None


def _of_app_env_file(project: Project, database: str, settings: list[ConnectionVariable]) -> Credentials | None:
    """An app's env file that names user and password as the pooler does."""
    for app in dict.fromkeys(s.service for s in settings):
        login = [(n, v) for n, v in project.environments[app].items() if n in (USER, PASSWORD, DB) and v.text]
        password = dict(login).get(PASSWORD)
        if password is None or password.origin.form != "env-file":
            continue
        path = password.origin.file.path
        use = next((u for u in env_file_uses(project.services[app]) if u.path == path), None)
        passed = interpolated(project.sources, password)
        if use or passed:
            uses = (use,) if use and not passed else ()
            copied = [(n, v) for n, v in login if passed and interpolated(project.sources, v)]
            return Credentials(
                document=home(project, database, settings),
                copied=tuple(copied),
                stated=tuple((n, v.text) for n, v in login if v.origin.file.path != path),
                env_files=uses,
                withheld=names_withheld(project.sources, uses),
                said=_said(login),
            )
    return None


def _of_database_env_files(project: Project, database: str, *, alone: bool) -> Credentials | None:
    """The env files of a database that no file gives a password yet: there the user will write it.

    Where no app says anything of a login (`alone`), these files are all that can.
    """
    uses = tuple(env_file_uses(project.services[database]))
    known = any(n in project.environments[database] for names in _NAMES.values() for n in names)
    if not uses or not (known or alone):
        return None
    withheld = names_withheld(project.sources, uses)
    return Credentials(document=home(project, database, []), env_files=uses, withheld=withheld)


def _is_at_home(project: Project, setting: ConnectionVariable, document: Document) -> bool:
    """Whether a URL stands in the file that the pooler goes into, or may be repeated there."""
    file, override = setting.value.origin.file, project.sources.override
    return file is document or (
        document is override and isinstance(file, Document) and restatable_in_override(project, setting)
    )


def is_whole(setting: ConnectionVariable) -> bool:
    """Whether the value is just the URL, so that the pooler can parse it."""
    holder = setting.value.origin.holder
    scalar = holder if isinstance(holder, ScalarNode) else getattr(holder, "value", None)
    plain = isinstance(scalar, ScalarNode) and inner(setting.value.origin.file.text, scalar) is not None
    alone = len(find_addresses(setting.value.text)) == 1
    return plain and alone and re.fullmatch(r"postgres(ql)?(\+\w+)?://\S+", setting.value.text) is not None


def _private(
    project: Project, database: str, pooled: list[ConnectionVariable], others: list[ConnectionVariable]
) -> Credentials:
    for setting in (*pooled, *others):
        values = login_of(project, setting)
        if values.get(PASSWORD):
            outside = project.databases[database].service is None
            address = {"POSTGRES_HOST": database, "POSTGRES_PORT": upstream_port(pooled, {})} if outside else {}
            said = said_by(setting.value.origin.place, values)
            return Credentials(document=home(project, database, pooled), private=address | values, said=said)
    if own := _of_database_privately(project, database):
        return own
    place = pooled[0].value.origin.place if pooled else project.services[database].place
    kept = " ".join(dict.fromkeys(f"--direct {s.service}" for s in pooled))
    raise DevpoolError(
        "no-credentials",
        f"no file gives the password for `{database}`",
        where=place,
        hint=f"give `{database}` a POSTGRES_PASSWORD (or POSTGRES_HOST_AUTH_METHOD: trust) in the compose file"
        if project.databases[database].service
        else f"give the user and password next to this address, or keep the apps direct: {kept}",
    )


def _of_database_privately(project: Project, database: str) -> Credentials | None:
    """A database's own login in the private file: it stands where the pooler cannot repeat it."""
    own = _told(project, database)
    private = {name: value.text for name, value in own}
    return Credentials(document=home(project, database, []), private=private, said=_said(own)) if own else None


def _told(project: Project, database: str) -> list[tuple[str, Value]]:
    """What a database is told of its login, where that holds a password: it stands in a file that the pooler does not
    go into, one that `extends` names for instance.
    """
    values = project.environments.get(database, {})
    found = [(name, value) for name in _NAMES if (value := named_value(values, name)) and value.text]
    return found if PASSWORD in dict(found) else []
