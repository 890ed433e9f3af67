"""Finds where a value names a Postgres server: the spans of host and port, and nothing else.

Forms: URLs (libpq's `postgresql://`, with the driver suffixes of SQLAlchemy and Django's `postgis://`),
JDBC and R2DBC URLs, keyword strings (libpq's `host=... port=...`, .NET's `Host=...;Port=...`),
`host:port` pairs, and bare hosts and ports.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from devpool.text.patterns import regex

Kind = Literal["url", "jdbc", "dsn", "host", "port", "database"]
DEFAULT_PORT = "5432"
_LAST_PORT = 65535
# In a container, the container itself; on the host's network, the host.
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")

_PLAIN = r"[\w.:\[\]%-]"
_VARIABLE = rf"\$(?:[A-Za-z_]\w*|\{{\w+(?::?[-+]{_PLAIN}*|:?\?[^\r\n'\"#$`{{}}]*)?\}})"
_NESTED = rf"\$\{{\w+:?[-+](?:{_PLAIN}|{_VARIABLE})*\}}"
WRITTEN = regex(rf"(?:{_PLAIN}|{_VARIABLE}|{_NESTED})+")
"""A host with or without a port as a file writes it, possibly with variables and without escapes: Compose can read it,
and a shell finds no command in it.
"""
# Celery's result backend and others put a name before the scheme: `db+postgresql://`.
_SCHEME = (
    r"(?:[a-z][a-z0-9]*\+)?"
    r"(?:postgres(?:ql)?|postgis|psql|pgsql|pg|timescale(?:db)?|pgx5?|ecto|cockroachdb|asyncpg)(?:\+[a-z0-9_]+)?"
)
_HOST = r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+)"
_URL = regex(
    rf"(?<![A-Za-z0-9+.:-])(?P<scheme>(?:j|r2)dbc:(?:[a-z0-9-]+:)*postgresql(?:\+[a-z]+)?|vertx-reactive:postgresql|{_SCHEME})://"
    rf"(?:(?P<user>[^/?#\s]*)@)?(?P<host>{_HOST})(?::(?P<port>\d*))?(?=[/?#\s'\"`,;)\]}}\\]|$)",
    re.I,
)
# A password may contain an unescaped `/`, `?` or `#`: the last @ still separates it from the host.
_URL_ODD = regex(
    rf"^(?P<scheme>{_SCHEME})://(?P<user>[^:\s]+:\S+)@(?P<host>{_HOST})(?::(?P<port>\d*))?(?=[/?]|$)", re.I
)
# libpq: the host may be among the parameters instead, with an empty authority.
_URL_QUERY = regex(
    rf"(?<![A-Za-z0-9+.:-])(?P<scheme>{_SCHEME})://(?:[^/?#\s]*@)?/[^?#\s]{{0,500}}\?(?:[^#\s]{{0,500}}&)?host=(?P<host>[A-Za-z0-9_.-]+)"
    r"(?=[&#\s'\"]|$)",
    re.I,
)
# A host among the parameters overrides the authority's (libpq, "Connection URIs"): that is not one address.
_OTHER_HOST = regex(r"[^\s'\"#]{0,500}[?&]host(?:addr)?=(?!/)", re.I)
_FURTHER_HOST = regex(r"[^\s#]{0,500}&host(?:addr)?=")
_LONGEST_QUERY = 500  # characters of a URL's parameters: without a bound, many URLs in a value take the square of it
_QUERY_PORT = regex(r"[?&]port=(?P<port>\d+)")
_KEYWORD_HOST = regex(
    r"(?:^|[\s;'\"]|pgsql:)(?P<key>host|server|data source)\s*=\s*'?(?P<host>[A-Za-z0-9_.-]+)"
    r"(?:[:,](?P<port>\d+))?(?!\d*,|[A-Za-z0-9_.-])",
    re.I,
)
# The path of a URL is the database's name: `NAME` after an address, up to the end of the URL.
_PATH = regex(r"/(?P<database>[^/?#\s'\"`,;)\]}\\&$]+)(?=[?#\s'\"`,;)\]}\\]|$)")
_QUERY_PATH = regex(r"://(?:[^/?#\s]*@)?/(?P<database>[^?#\s]+)\?")
_KEYWORD_DATABASE = regex(
    r"(?:^|[\s;'\"]|pgsql:)(?:dbname|database|initial catalog)\s*=\s*'?(?P<database>[^\s;'\"]+)", re.I
)
_KEYWORD_PORT = regex(r"(?:^|[\s;'\"])port\s*=\s*'?(?P<port>\d+)", re.I)
_AUTHORITY = regex(rf"(?<![A-Za-z0-9+.-]){_SCHEME}://([^/?#\s]*)", re.I)
_SEVERAL = regex(rf"{_HOST}(?::\d+)?(?:,{_HOST}(?::\d+)?)+")
_KEYWORD_SEVERAL = regex(rf"\b(?:host|server)\s*=\s*'?({_HOST}(?::\d+)?(?:,{_HOST}(?::\d+)?)+)", re.I)
_PAIR = regex(r"(?P<host>[A-Za-z0-9_][A-Za-z0-9_.-]*):(?P<port>\d*)")
_BARE = regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One server address inside a value. Spans count characters of the value.

    `port` is None where the value names none, be it that `db:/shop` has a place for it; `port_sign` is
    what stands before one that is added. A kind "port" is a bare port whose host stands in another variable, "database"
    a bare database name. `database` is as it is written.
    """

    kind: Kind
    host: str
    host_span: Span
    port: str | None = None
    port_span: Span | None = None
    port_sign: str = ":"
    database: str = ""
    database_span: Span | None = None


def find_addresses(value: str) -> list[Address]:
    """Every Postgres URL or keyword string in a value, in order; `host:port` where that is all there is."""
    return list(_addresses(value))


@lru_cache(maxsize=1 << 15)  # each stage asks again, and a value that many services share is asked for by each
def _addresses(value: str) -> tuple[Address, ...]:
    addresses = list(_urls(value))
    if not addresses:
        addresses = list(_keywords(value))
    if not addresses and (pair := _PAIR.fullmatch(value)):
        addresses = [_address("host", pair)]
    return tuple(addresses)


def bare_host(value: str) -> Address | None:
    """The address that a value is when all of it is a host name."""
    return _address("host", found) if (found := _BARE.fullmatch(value)) else None


def _urls(value: str) -> Iterator[Address]:
    matches = list(_URL.finditer(value))
    if not matches:
        yield from _urls_with_parameters(value)
    if not matches and (odd := _URL_ODD.match(value)):
        matches = [odd]
    for match in matches:
        if _OTHER_HOST.match(value, match.end()):
            continue
        kind: Kind = "jdbc" if "dbc:" in match["scheme"].lower() else "url"
        yield _with_database(_address(kind, match), _PATH.match(value, match.end()))


def _urls_with_parameters(value: str) -> Iterator[Address]:
    for match in _URL_QUERY.finditer(value):
        if len(re.findall(r"[?&]host(?:addr)?=", match[0])) > 1 or _FURTHER_HOST.match(value, match.end()):
            continue
        port = _QUERY_PORT.search(value, match.start(), match.end() + _LONGEST_QUERY)
        address = Address(
            kind="url",
            host=match["host"],
            host_span=match.span("host"),
            port=port["port"] if port else None,
            port_span=port.span("port") if port else None,
            port_sign="&port=",
        )
        yield _with_database(address, _QUERY_PATH.search(value, match.start(), match.end()))


def _keywords(value: str) -> Iterator[Address]:
    hosts = list(_KEYWORD_HOST.finditer(value))
    if len(hosts) != 1 or re.search(r"\bhostaddr\s*=", value, re.I):
        return
    address = _address("dsn", hosts[0])
    start, end = _section(value, address.host_span[0])
    port = _KEYWORD_PORT.search(value, start, end) if address.port is None else None
    whole = replace(
        address,
        port=port["port"] if port else address.port,
        port_span=port.span("port") if port else address.port_span,
        port_sign=";Port=" if ";" in value else " port=",
    )
    yield _with_database(whole, _KEYWORD_DATABASE.search(value, start, end))


def _with_database(address: Address, match: re.Match[str] | None) -> Address:
    return replace(address, database=match["database"], database_span=match.span("database")) if match else address


def _section(value: str, position: int) -> Span:
    """The lines around a position up to a blank one or a `[heading]`: in a block of settings others follow."""
    edges = [(m.start(), m.end()) for m in re.finditer(r"\n[ \t]*(?=\n|\[)|\[[^\[\]\n]*\]", value)]
    start = max((end for _, end in edges if end <= position), default=0)
    return start, min((begin for begin, _ in edges if begin >= position), default=len(value))


def _address(kind: Kind, match: re.Match[str]) -> Address:
    port = match.groupdict().get("port")
    span = match.span("host") if "host" in match.re.groupindex else match.span()
    return Address(
        kind=kind,
        host=match.group("host") if "host" in match.re.groupindex else match[0],
        host_span=span,
        port=port or None,
        port_span=match.span("port") if port is not None else None,
    )


def is_port(text: str) -> bool:
    """Whether a text is a port: a number from 1 to 65535."""
    return re.fullmatch(r"[0-9]{1,5}", text) is not None and 0 < int(text) <= _LAST_PORT


def several_hosts(value: str) -> list[str]:
    """The hosts of the URLs and keyword strings that list several, which one pooler cannot stand for."""
    authorities = (found.rpartition("@")[2] for found in _AUTHORITY.findall(value))
    lists = [*(a for a in authorities if _SEVERAL.fullmatch(a)), *(m[1] for m in _KEYWORD_SEVERAL.finditer(value))]
    return [host.partition(":")[0] for listed in lists for host in listed.split(",")]


def moved(value: str, address: Address, host: str, port: str, suffix: str = "") -> str:
    """The value with its address replaced; everything else is kept, but for a suffix of the database's name.

    A port is added only where a URL or keyword string names none and `port` is not Postgres's default. The port of
    a bare host stands in another variable, or is the app's own default.
    """
    for (start, end), text in sorted(replacements(address, host, port, suffix), reverse=True):
        value = value[:start] + text + value[end:]
    return value


def replacements(address: Address, host: str, port: str, suffix: str = "") -> list[tuple[Span, str]]:
    """The spans of a value to replace so that it goes to `host` and `port`, and the database's name has a suffix."""
    end = address.database_span[1] if address.database_span else 0
    further = [((end, end), suffix)] if suffix and address.database_span else []
    return [*_server_replacements(address, host, port), *further]


def _server_replacements(address: Address, host: str, port: str) -> list[tuple[Span, str]]:
    if address.kind == "database":
        return []
    if address.kind == "port":
        return [(address.host_span, port)]
    changes = [(address.host_span, host)]
    if address.port_span:
        changes.append((address.port_span, port))
    elif port != DEFAULT_PORT and address.kind != "host":
        changes = [(address.host_span, f"{host}{address.port_sign}{port}")]
    return changes


def leads_to(value: str, address: Address, host: str, port: str, suffix: str = "") -> bool:
    """Whether a changed value goes where it should, read anew: the check of `moved` that does not trust it."""
    if address.kind == "port":
        return value == port
    database = address.database + suffix if address.database else ""
    if address.kind == "database":
        return value == database
    bare = bare_host(value) if address.kind == "host" else None
    addresses = [bare] if bare else find_addresses(value)
    usual = port if bare else DEFAULT_PORT
    return any((a.host, a.port or usual, a.database) == (host, port, database) for a in addresses)
