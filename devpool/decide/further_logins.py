"""The logins of apps that a pooler has to be given, because its own user may not look them up at the server.

PgBouncer knows a user from its own list, or from the server's pg_authid, which superusers alone may read (PostgreSQL
documentation, "pg_authid"). Servers of providers make nobody a superuser, nor do some images.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from devpool.catalog.database_images import DEFAULT_USER, SUPERUSERS
from devpool.decide.credentials import Credentials, Further, Missing, copyable, is_whole
from devpool.decide.database_login import named_value
from devpool.decide.find_credentials import of_database_alone
from devpool.decide.logins import PASSWORD, USER, company_of, interpolated, is_usable, login_of, said_by, userinfo
from devpool.model.project import ConnectionVariable, Project
from devpool.model.values import Value
from devpool.text.address import DEFAULT_PORT
from devpool.text.patterns import regex

_FIRST = 2  # the pooler's own login has no number
# What the pooler takes from a URL besides login and address, for all of its servers (docker/pgbouncer/upstream.sh).
_ASKED = regex(r"(?<=[?&])(sslmode|sslrootcert|host|port|user|password|dbname)=[^&]*")
_UNREADABLE = regex(r"%(?![0-9A-Fa-f]{2})|%0[0ADad]")
"""What the pooler would not start with (docker/pgbouncer/upstream.sh)."""
_TRUST = ("POSTGRES_HOST_AUTH_METHOD", "trust")


def knows_logins(project: Project, database: str) -> bool:
    """Whether the pooler gets a login of the server's with which it looks up every other one."""
    own = of_database_alone(project, database)
    return own is not None and _looks_up(project, database, own)


def with_further(
    project: Project, server: tuple[str, str], credentials: Credentials, variables: list[ConnectionVariable]
) -> Credentials:
    """The credentials of a pooler with the logins of its apps, where it cannot look them up.

    Args:
        project: the project.
        server: the pooler's database, and the port where that listens.
        credentials: its own credentials.
        variables: the variables that lead to it.
    """
    if _looks_up(project, server[0], credentials):
        return credentials
    for login in _logins(project, variables):
        known = {credentials.user or DEFAULT_USER, *(f.user for f in credentials.further)}
        if login.user not in known:
            credentials = _with(project, server, credentials, login)
    return credentials


def _looks_up(project: Project, database: str, credentials: Credentials) -> bool:
    """Whether the pooler's own user may read the server's logins, or needs none of them."""
    service = project.databases[database].service
    if service is None or _TRUST in credentials.stated:
        return service is not None
    told = named_value(project.environments[database], USER)
    known = (name for pattern, name in SUPERUSERS if pattern.search(service.text("image")))
    superuser = next(known, told.text if told else "")
    return (credentials.user or DEFAULT_USER) == (superuser or DEFAULT_USER)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Login:
    """With which user a variable's app logs in."""

    variable: ConnectionVariable
    user: str
    password: str = field(repr=False)


def _logins(project: Project, variables: list[ConnectionVariable]) -> Iterator[_Login]:
    for variable in (s for s in variables if s.kind not in ("port", "database")):
        login = login_of(project, variable)
        if login.get(USER):
            yield _Login(variable=variable, user=login[USER], password=login.get(PASSWORD, ""))


def _with(project: Project, server: tuple[str, str], credentials: Credentials, login: _Login) -> Credentials:
    """The credentials with one more login, or with what is missing of it."""
    variable, number = login.variable, len(credentials.further) + _FIRST
    in_url = userinfo(variable) if variable.kind == "url" else {}
    said = said_by(variable.value.origin.place, in_url | {USER: login.user, PASSWORD: login.password})
    url, password = in_url.get(PASSWORD), company_of(project, variable).get(PASSWORD)
    if is_usable(said) and url and _fits(credentials, variable.value) and _is_plain(server, credentials, variable):
        name, value = f"DATABASE_URL_{number}", variable.value
    elif is_usable(said) and not url and password and _may_be_copied(project, credentials, password):
        name, value = f"POSTGRES_PASSWORD_{number}", password
        credentials = replace(credentials, stated=(*credentials.stated, (f"POSTGRES_USER_{number}", login.user)))
    else:
        at = Missing(
            service=variable.service, user=login.user, variable=variable.name, place=variable.value.origin.place
        )
        return replace(credentials, missing=(*credentials.missing, at))
    further = Further(name=name, user=login.user, service=variable.service, value=value)
    return replace(credentials, further=(*credentials.further, further))


def _is_plain(server: tuple[str, str], credentials: Credentials, variable: ConnectionVariable) -> bool:
    """Whether a URL is just the login and the address of the pooler's server, and can be copied as it is written."""
    address, value = variable.address, variable.value
    there = (address.host, address.port or DEFAULT_PORT) == server
    whole = variable.kind == "url" and not variable.in_command and is_whole(variable)
    first = dict(credentials.copied).get("DATABASE_URL")
    same = _asked(value) <= (_asked(first) if first else set())
    plain = value.origin.file is credentials.document and copyable(value) and not _UNREADABLE.search(value.text)
    return there and whole and same and plain


def _asked(value: Value) -> set[str]:
    return {match[0] for match in _ASKED.finditer(value.text)}


def _may_be_copied(project: Project, credentials: Credentials, password: Value) -> bool:
    return interpolated(project.sources, password) or (_fits(credentials, password) and copyable(password))


def _fits(credentials: Credentials, value: Value) -> bool:
    """Whether a value stands in the pooler's own file, in the form that the pooler's `environment` has."""
    forms = {v.origin.form for v in (*dict(credentials.copied).values(), *(f.value for f in credentials.further))}
    alike = forms <= {"list"} if value.origin.form == "list" else value.origin.form == "map" and "list" not in forms
    return value.origin.file is credentials.document and alike
