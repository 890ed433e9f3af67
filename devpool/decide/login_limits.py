"""Which user, password and database a pooler can use.

The image makes the same checks at startup (docker/pgbouncer/upstream.sh), for what only a secret file or the shell has;
here they run before a file changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from devpool.errors import DevpoolError
from devpool.text.patterns import regex

LONGEST_PASSWORD = 4096
"""Bytes. While PgBouncer 1.26.1 hashes a password for SCRAM it answers nobody: 0.2 s with 4,096, 7 s with 65,000."""
# As PgBouncer keeps names: MAX_USERNAME in auth_file, where a quote is written twice; NAMEDATALEN of Postgres.
_LONGEST = {"POSTGRES_USER": 127, "POSTGRES_DB": 63}
# PgBouncer would take it for what the server stores, with which nobody can log in (its documentation, "auth_file").
_HASH = regex(r"md5[0-9a-f]{32}|SCRAM-SHA-256\$.*")
_OWN_DATABASES = ("pgbouncer", "devpool_health")


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


def _faults(part: Said) -> Iterator[tuple[str, str, str]]:
    if part.name == "POSTGRES_PASSWORD":
        yield from _faults_of_password(part.text)
    else:
        yield from _faults_of_name(part.name, part.text)


def _faults_of_password(text: str) -> Iterator[tuple[str, str, str]]:
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


def _faults_of_name(name: str, text: str) -> Iterator[tuple[str, str, str]]:
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
