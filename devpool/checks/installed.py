"""Which Postgres drivers an app's container has installed, from the output of docker/inside/installed.sh. Pure."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from devpool.text.patterns import regex

# A name with its version, as pip, gem, mix and Java builds write it to disk.
_NAMED = regex(
    r"(?P<name>[A-Za-z][\w.]*?)-(?P<version>\d[\w.]*?)(?:-py3[\w.]*)?(?:\.(?:dist|egg)-info|\.gemspec|\.jar)?"
)
# libpq.so.5.17 belongs to PostgreSQL 17.
_LIBPQ = regex(r"libpq(?:-\w+)?\.so\.5\.(\d+)")
_SOURCE = regex(r"(?:\./)?(?P<path>.+?):(?P<line>\d+):(?P<text>.+)")
_FLAGS = ("pgbouncer=true", "binary_parameters=yes", "prepareThreshold=0", "No Reset On Close=true", "Pooling=false")
_PLAIN = {"pdo_pgsql.so": "pdo_pgsql", "framework": "laravel", "Npgsql.dll": "npgsql"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A driver's setting in the app's source: `settings.py:12` and the text there."""

    place: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """What one app has.

    Attributes:
        app: its service.
        problem: why its container could not be looked into, "" where it could.
        packages: versions by name, in lower case with `_`; "" where the version is not known. `libpq` is one of them.
        mentions: settings of drivers in its source.
        start: lines of the script that its container starts with, which may migrate.
        django: Django's own settings of each Postgres database.
        deallocates: names of the programs and libraries that end prepared statements with SQL.
        locks: packages that take advisory locks for a session.
        flags: parameters of a driver in the app's addresses, each with the variable that holds it.
        places: where a file names a package: `requirements.txt:3`. It is then not known to be installed.
        cut: whether a search in its container took too long and was stopped: what was not found may be there.
    """

    app: str
    problem: str = ""
    packages: Mapping[str, str] = field(default_factory=dict)
    mentions: tuple[Mention, ...] = ()
    start: tuple[Mention, ...] = ()
    django: tuple[Mapping[str, Any], ...] = ()
    deallocates: tuple[str, ...] = ()
    locks: tuple[str, ...] = ()
    flags: tuple[Mention, ...] = ()
    places: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False


def flags_in(environment: Mapping[str, str]) -> list[Mention]:
    """The parameters of drivers in an app's variables: Prisma's and lib/pq's."""
    return [Mention(place=n, text=flag) for n, value in environment.items() for flag in _FLAGS if flag in value]


def read_installed(app: str, answer: str, flags: Iterable[Mention] = ()) -> Installed:
    """Parse the output; other lines are skipped (an app's settings may print)."""
    packages: dict[str, str] = {}
    mentions: list[Mention] = []
    start: list[Mention] = []
    django: list[Mapping[str, Any]] = []
    deallocates: list[str] = []
    locks: list[str] = []
    lines = answer.splitlines()
    for line in lines:
        kind, _, rest = line.partition(" ")
        if kind == "file":
            path, _, version = rest.rpartition(" ")
            packages |= _package(path, version)
        elif kind in ("go", "libpq"):
            name, _, version = rest.rpartition(" ")
            packages[name or kind] = version.removeprefix("v")
        elif kind == "sql":
            deallocates.append(posixpath.basename(rest))
        elif kind == "lock":
            locks.append(rest)
        elif kind == "source":
            mentions += read_mentions(rest)
        elif kind == "start":
            start += read_mentions(rest)
        elif kind == "django":
            django += _object(rest)
    return Installed(
        app=app,
        packages=packages,
        mentions=tuple(mentions),
        start=tuple(start),
        django=tuple(django),
        deallocates=tuple(dict.fromkeys(deallocates)),
        locks=tuple(locks),
        flags=tuple(flags),
        cut="cut" in lines,
    )


def read_mentions(answer: str) -> list[Mention]:
    """Lines as `grep -n` gives them for several files."""
    matches = (_SOURCE.fullmatch(line) for line in answer.splitlines())
    return [Mention(place=f"{m['path']}:{m['line']}", text=m["text"].strip()) for m in matches if m]


def _package(path: str, version: str) -> dict[str, str]:
    name = posixpath.basename(path)
    if name == "package.json":
        return {path.rpartition("node_modules/")[2].removesuffix("/package.json"): version}
    if match := _LIBPQ.fullmatch(name):
        return {"libpq": match[1]}
    if name in _PLAIN:
        return {_PLAIN[name]: ""}
    match = _NAMED.fullmatch(name)
    return {match["name"].lower().replace("-", "_"): match["version"]} if match else {}


def _object(text: str) -> list[Mapping[str, Any]]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return [value] if isinstance(value, dict) else []
