"""The login that a database's own text tells, as its pooler can be given it: by variables, env files, and secrets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from devpool.decide.credentials import Credentials, copyable, is_repeatable, pooler_file
from devpool.decide.logins import DB, PASSWORD, USER, interpolated, names_withheld, said_of
from devpool.decide.password_files import given_files, is_given
from devpool.model.env_files import EnvFileUse, env_file_uses, is_given_alone
from devpool.model.project import Project
from devpool.model.services import Service
from devpool.model.values import Value
from devpool.text.document import Document

# The official image's name first, then those of other Postgres images.
_NAMES = {
    "POSTGRES_USER": ("POSTGRES_USER", "POSTGRESQL_USERNAME", "POSTGRESQL_USER"),
    "POSTGRES_PASSWORD": ("POSTGRES_PASSWORD", "POSTGRESQL_PASSWORD", "POSTGRES_PASS"),
    "POSTGRES_DB": ("POSTGRES_DB", "POSTGRESQL_DATABASE", "POSTGRES_DBNAME"),
}
_FILES = (PASSWORD + "_FILE",)
_METHOD = "POSTGRES_HOST_AUTH_METHOD"
_METHODS = ("trust", "scram-sha-256", "md5", "password")  # those that the pooler knows


def of_database(project: Project, database: str) -> Credentials | None:
    """The login that a database's own text tells; None where it tells none that the pooler can be given."""
    service, values = project.services[database], project.environments[database]
    password = named_value(values, PASSWORD)
    secret = password or values.get(PASSWORD + "_FILE")
    if secret is None:
        trusts = _METHOD in values and values[_METHOD].text == "trust"
        return _stated(project, database, values) if trusts else None
    if password is None and not is_given(project, service, secret.text):
        return None
    name = PASSWORD if password else PASSWORD + "_FILE"
    if interpolated(project.sources, secret):
        return _stated(project, database, values, copied=((name, secret),))
    if secret.origin.form == "env-file":
        uses = _telling(project, service, secret) if is_given_alone(secret, project.sources.variables) else ()
        return _stated(project, database, values, env_files=uses) if uses and secret.name == name else None
    document = secret.origin.file
    if project.sources.override not in (None, document):
        repeated = is_repeatable(project, service, name, secret)
        return _stated(project, database, values, copied=((name, secret),)) if repeated else None
    if not isinstance(document, Document) or not _states(project, database, document) or not copyable(secret):
        # The path of a file is no secret, as a password is.
        told = None if password else _stated(project, database, values)
        return replace(told, stated=((name, secret.text), *told.stated)) if told else None
    return _stated(project, database, values, document=document, copied=((name, secret),))


def of_database_elsewhere(project: Project, database: str) -> Credentials | None:
    """A database's own login in the private file, where an override file, which alone is edited, must not repeat it."""
    own = told_login(project, database) if project.sources.override else []
    if dict(own).get(PASSWORD) is None or dict(own)[PASSWORD].origin.form == "env-file":
        return None
    private = {name: value.text for name, value in own}
    return Credentials(document=pooler_file(project, database, []), private=private, said=said_of(own))


def of_database_privately(project: Project, database: str) -> Credentials | None:
    """A database's own login in the private file: it stands where the pooler cannot repeat it."""
    own = told_login(project, database)
    private = {name: value.text for name, value in own}
    return Credentials(document=pooler_file(project, database, []), private=private, said=said_of(own)) if own else None


def of_database_env_files(project: Project, database: str, *, alone: bool) -> Credentials | None:
    """The env files of a database that no file gives a password yet: there the user will write it.

    Where no app says anything of a login (`alone`), these files are all that can.
    """
    uses = tuple(env_file_uses(project.services[database]))
    known = any(n in project.environments[database] for names in _NAMES.values() for n in names)
    if not uses or not (known or alone) or told_login(project, database):
        return None
    withheld = names_withheld(project.sources, uses)
    return Credentials(document=pooler_file(project, database, []), env_files=uses, withheld=withheld)


def with_method(project: Project, database: str, credentials: Credentials) -> Credentials:
    """The credentials with the way in that the database states, also next to a password: the pooler asks the server
    which of the two applies (docker/pgbouncer/authentication.sh).
    """
    method = project.environments.get(database, {}).get(_METHOD)
    if method is None or method.text not in _METHODS or _METHOD in dict(credentials.stated):
        return credentials
    read = method.origin.file.path in {use.path for use in credentials.env_files}
    return credentials if read else replace(credentials, stated=((_METHOD, method.text), *credentials.stated))


def _states(project: Project, database: str, document: Document) -> bool:
    return any(f.own and f.document is document for f in project.services[database].fragments)


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
    service, password = project.services[database], named_value(values, PASSWORD)
    document = document or pooler_file(project, database, [])
    told = list(_user_and_database(project, service, values))
    read = {use.path for use in env_files}
    variables = project.sources.variables
    further = [
        (n, v) for n, v in told if not (v.origin.file.path in read and v.name == n and is_given_alone(v, variables))
    ]
    beside = [(n, v) for n, v in further if _goes_with(project, service, document, copied, n, v)]
    paths = [v for n, v in (*copied, *told) if n.endswith("_FILE")] + [v for n, v in values.items() if n in _FILES]
    return Credentials(
        document=document,
        copied=(*copied, *beside),
        stated=tuple((name, value.text) for name, value in further if (name, value) not in beside),
        env_files=env_files,
        files=tuple(given_files(project, service, dict.fromkeys(v.text for v in paths))),
        withheld=names_withheld(project.sources, env_files),
        said=said_of([*told, *([(PASSWORD, password)] if password else [])]),
    )


def _goes_with(
    project: Project,
    service: Service,
    document: Document,
    copied: tuple[tuple[str, Value], ...],
    name: str,
    value: Value,
) -> bool:
    """Whether a value is copied as it is written, beside a password that is."""
    form = copied[0][1].origin.form if copied else None
    passed = form == "env-file"  # as `${NAME}`
    beside = value.origin.file is document and value.origin.form in (form, "map" if passed else form)
    repeated = document is project.sources.override and is_repeatable(project, service, name, value)
    written = (beside and copyable(value)) or repeated
    return written or (passed and interpolated(project.sources, value))


def told_login(project: Project, database: str) -> list[tuple[str, Value]]:
    """What a database is told of its login, where that holds a password: it stands in a file that the pooler does not
    go into, one that `extends` names for instance.
    """
    values = project.environments.get(database, {})
    login = [(name, value) for name in _NAMES if (value := named_value(values, name)) and value.text]
    return login if PASSWORD in dict(login) else []


def named_value(values: Mapping[str, Value], name: str) -> Value | None:
    """What a database is told of its user, password or database, under any name that an image has for it."""
    found = [values[n] for n in _NAMES[name] if n in values]
    return next((v for v in found if v.text), found[0] if found else None)


def _user_and_database(project: Project, service: Service, values: Mapping[str, Value]) -> Iterator[tuple[str, Value]]:
    """A database's settings for its user and database: plain, or in a file that the pooler can be given."""
    for name in (USER, DB):
        value, file = named_value(values, name), values.get(name + "_FILE")
        if value is not None:
            yield name, value
        elif file is not None and is_given(project, service, file.text):
            yield name + "_FILE", file
