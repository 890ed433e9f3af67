"""User, password and database: those that an app logs in with, and those that a pooler can use.

An app's are in its address and the variables next to it. The image checks at startup what a pooler can use
(docker/pgbouncer/upstream.sh), for what only a secret file or the shell has; here the same checks run before a file
changes.

A file that Compose interpolates with (`.env`) is not given to the pooler at all: its entries name the variables. Any
other env file is, since its password must not be copied into a second file; its other variables are set empty there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from devpool.errors import Code, DevpoolError
from devpool.model.env_files import EnvFileUse
from devpool.model.project import ConnectionVariable, Project
from devpool.model.sources import Sources
from devpool.model.values import Value
from devpool.text.patterns import regex

PASSWORD, USER, DB = "POSTGRES_PASSWORD", "POSTGRES_USER", "POSTGRES_DB"
# The rest of a name after the prefix that it shares with a host variable.
_COMPANY = {
    USER: regex(r"_?(USER(_?NAME)?|LOGIN)", re.I),
    PASSWORD: regex(r"_?(PASS(WORD|WD)?|PWD?)", re.I),
    DB: regex(r"_?((DB|DATABASE)_?)?NAME|_?(DB|DATABASE)", re.I),
}
_USERINFO = regex(r"://(?P<user>[^:/@\s]+)(?::(?P<password>\S*))?@$")
_KEYWORDS = {
    USER: regex(r"(?:^|[?&;\s])user(?:[ _]?(?:id|name))?\s*=\s*(?P<value>[^&;\s'\"]+)", re.I),
    PASSWORD: regex(r"(?:^|[?&;\s])(?:password|pwd)\s*=\s*(?P<value>[^&;\s'\"]+)", re.I),
    DB: regex(r"(?:^|[?&;\s])(?:dbname|database)\s*=\s*(?P<value>[^&;\s'\"]+)", re.I),
}
_DATABASE = regex(r"(?::\d+)?/(?P<db>[^?\s,;'\"]*)")
LONGEST_PASSWORD = 4096
"""Bytes. While PgBouncer 1.26.1 hashes a password for SCRAM it answers nobody: 0.2 s with 4,096, 7 s with 65,000."""
# As PgBouncer keeps names: MAX_USERNAME in auth_file, where a quote is written twice; NAMEDATALEN of Postgres.
_LONGEST = {"POSTGRES_USER": 127, "POSTGRES_DB": 63}
# PgBouncer would take it for what the server stores, with which nobody can log in (its documentation, "auth_file").
_HASH = regex(r"md5[0-9a-f]{32}|SCRAM-SHA-256\$.*")
_OWN_DATABASES = ("pgbouncer", "devpool_health")
# The variables that the image reads (docker/pgbouncer/README.md).
_NEEDED = regex(r"POSTGRES_(USER|PASSWORD|DB)(_FILE)?|POSTGRES_HOST_AUTH_METHOD")
# Common to Postgres images and to all programs: no secrets, and nothing that the pooler would read as its own. PATH
# could be set empty, but then the pooler would not start.
_HARMLESS = regex(r"PG(DATA|HOST|PORT|USER|DATABASE)|POSTGRES_(HOST|PORT|INITDB_\w+)|TZ|PATH|LANG|LANGUAGE|LC_\w+")


def login_of(project: Project, variable: ConnectionVariable) -> dict[str, str]:
    """User, password and database with which an app enters, by the names of the pooler's variables."""
    values = userinfo(variable) if variable.kind in ("url", "jdbc", "dsn") else {}
    return dict(from_company(project, variable)) | values


def userinfo(variable: ConnectionVariable) -> dict[str, str]:
    """User, password and database of the one URL that a variable is."""
    text, (start, end) = variable.value.text, variable.address.host_span
    begin = text.rfind("://", 0, start)
    # If a value holds several URLs, only the text of this one matters.
    login = _USERINFO.search(text[max(begin, 0) : start]) if begin >= 0 else None
    database = _DATABASE.match(text, end)
    values = {USER: login and login["user"], PASSWORD: login and login["password"], DB: database and database["db"]}
    plain = {name: unquote(value) for name, value in values.items() if value}
    if variable.kind in ("jdbc", "dsn"):
        words = ((name, pattern.search(text)) for name, pattern in _KEYWORDS.items())
        plain = {name: unquote(word["value"]) for name, word in words if word} | plain
    return plain


def from_company(project: Project, variable: ConnectionVariable) -> Iterator[tuple[str, str]]:
    """User, password and database from the variables that share the variable's prefix.

    What comes before `HOST` can end in the middle of a word, as in `STATS_PGHOST` beside `STATS_PGPASSWORD`: where the
    whole words have no password, that counts.
    """
    yield from ((name, value.text) for name, value in company_of(project, variable).items())


def company_of(project: Project, variable: ConnectionVariable) -> dict[str, Value]:
    """The variables of `from_company`, by the names of the pooler's."""
    words = re.split(r"(?i)(?<=_)[^_]+$|HOST|SERVER|URL|JDBC", variable.name)[0]
    stem = re.split(r"(?i)(HOST|SERVER|URL|JDBC)[^_]*$", variable.name)[0]
    companies = [dict(_with_prefix(project, variable, prefix)) for prefix in (words, stem)]
    return next((f for f in companies if PASSWORD in f), companies[0])


def _with_prefix(project: Project, variable: ConnectionVariable, prefix: str) -> Iterator[tuple[str, Value]]:
    values = project.environments[variable.service]
    for name, pattern in _COMPANY.items():
        mine = (v for n, v in values.items() if n.startswith(prefix) and pattern.fullmatch(n, len(prefix)) and v.text)
        value = next(mine, None)
        if value:
            yield name, value


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One part of a login: `name` is POSTGRES_USER, POSTGRES_PASSWORD or POSTGRES_DB, `place` where it is written."""

    name: str
    text: str = field(repr=False)
    place: str


def said_by(place: str, login: Mapping[str, str]) -> tuple[Said, ...]:
    """The parts of a login that are all written at one place."""
    return tuple(Said(name=name, text=text, place=place) for name, text in login.items())


def refuse_unusable(said: Iterable[Said], apps: Iterable[str]) -> None:
    """Refuse a login that the pooler could not start with.

    Args:
        said: its parts.
        apps: the services that would go through the pooler.

    Raises:
        DevpoolError: `password-too-long`, `password-like-a-hash`, `login-unusable`.
    """
    direct = " ".join(f"--direct {app}" for app in apps)
    for part in said:
        for code, message, hint in _faults(part):
            raise DevpoolError(code, message, where=part.place, hint=f"{hint}, or keep the apps direct: {direct}")


def is_usable(said: Iterable[Said]) -> bool:
    """Whether the pooler could start with a login."""
    return not any(fault for part in said for fault in _faults(part))


def _faults(part: Said) -> Iterator[tuple[Code, str, str]]:
    if part.name == "POSTGRES_PASSWORD":
        yield from _faults_of_password(part.text)
    else:
        yield from _faults_of_name(part.name, part.text)


def _faults_of_password(text: str) -> Iterator[tuple[Code, str, str]]:
    size = len(text.encode())
    if size > LONGEST_PASSWORD:
        yield (
            "password-too-long",
            f"the password is {size:,} bytes long, and each login with it would block all other clients of the pooler",
            f"give the role a password of at most {LONGEST_PASSWORD:,} bytes",
        )
    if _HASH.fullmatch(text):
        yield (
            "password-like-a-hash",
            "the password looks like a stored hash (md5 or SCRAM), which PgBouncer cannot log in with",
            "write the plain password, or give the role another one",
        )
    if _broken(text):
        yield "login-unusable", "the password contains a line break", "give the role a password without line breaks"


def _faults_of_name(name: str, text: str) -> Iterator[tuple[Code, str, str]]:
    kind = "user" if name == "POSTGRES_USER" else "database"
    size = len((text.replace('"', '""') if kind == "user" else text).encode())
    if size > _LONGEST[name]:
        fault = f"has a name of {size} bytes, but PgBouncer keeps only {_LONGEST[name]}"
    elif text != text.strip() or _broken(text):
        fault = "has a name with a line break or a leading or trailing space, which PgBouncer cannot keep"
    elif kind == "database" and text in _OWN_DATABASES:
        fault = f"is `{text}`, a name that the pooler reserves for itself"
    else:
        return
    yield "login-unusable", f"the {kind} of the pooler {fault}", f"give the {kind} another name"


def _broken(text: str) -> bool:
    return "\n" in text or "\r" in text


def interpolated(sources: Sources, value: Value) -> bool:
    """Whether `${NAME}` in a compose file gives the value that an env file gives a service."""
    variable = sources.variables.get(value.name)
    path = value.origin.file.path
    return (
        value.origin.form == "env-file"
        and path in sources.dotenv
        and variable is not None
        and (variable.source, variable.value) == (path, value.text)
    )


def names_withheld(sources: Sources, uses: Iterable[EnvFileUse]) -> tuple[str, ...]:
    """The variables of env files that are not for the pooler, each once, in the order of the files."""
    files = (sources.env_files.get(use.path) for use in uses)
    names = dict.fromkeys(binding.name for file in files if file for binding in file.bindings)
    return tuple(n for n in names if not _NEEDED.fullmatch(n) and not _HARMLESS.fullmatch(n))


def said_of(values: Iterable[tuple[str, Value]]) -> tuple[Said, ...]:
    return tuple(Said(name=n, text=v.text, place=v.origin.place) for n, v in values if not n.endswith("_FILE"))
