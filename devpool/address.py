"""Where a value names a Postgres server: the spans of host and port, and nothing else of the value.

Forms: URLs (libpq's `postgresql://`, with the driver suffixes of SQLAlchemy and Django's `postgis://`),
JDBC and R2DBC URLs, keyword strings (libpq's `host=... port=...`, .NET's `Host=...;Port=...`),
`host:port` pairs, and bare hosts and ports.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["url", "jdbc", "dsn", "host", "port"]
DEFAULT_PORT = "5432"

_SCHEME = r"(?:postgres(?:ql)?|postgis|psql|pgsql|timescale(?:db)?|pgx5?|cockroachdb)(?:\+[a-z0-9_]+)?"
_HOST = r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+)"
_URL = re.compile(
    rf"(?<![A-Za-z0-9+.:-])(?P<scheme>(?:j|r2)dbc:postgresql(?:\+[a-z]+)?|{_SCHEME})://"
    rf"(?:(?P<user>[^/?#\s]*)@)?(?P<host>{_HOST})(?::(?P<port>\d+))?(?=[/?#\s'\"`,;)\]}}\\]|$)",
    re.I,
)
# A password with an unescaped `/`, `?` or `#`: the last @ still separates it from the host.
_URL_ODD = re.compile(
    rf"^(?P<scheme>{_SCHEME})://(?P<user>[^:\s]+:\S+)@(?P<host>{_HOST})(?::(?P<port>\d+))?(?=[/?]|$)", re.I
)
_KEYWORD_HOST = re.compile(
    r"(?:^|[\s;'\"])(?P<key>host|server|data source)\s*=\s*'?(?P<host>[A-Za-z0-9_.-]+)(?:[:,](?P<port>\d+))?",
    re.I,
)
_KEYWORD_PORT = re.compile(r"(?:^|[\s;'\"])port\s*=\s*'?(?P<port>\d+)", re.I)
_PAIR = re.compile(r"(?P<host>[A-Za-z0-9_][A-Za-z0-9_.-]*):(?P<port>\d+)")
_BARE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
# In a URL up to the last @, over blanks if it must be; in a keyword string up to the quote, the `;`, or the next word.
_SECRET = re.compile(
    r"(?P<url>://[^:/@\s]*:)(?:\S*(?=@)|[^\r\n]*(?=@))"
    r"|(?P<word>\b(?:password|passwd|pwd)\s*=\s*)(?:'[^'\r\n]*'|\"[^\"\r\n]*\"|[^;&\r\n]*?(?=\s+\w+\s*=|[;&\r\n]|$))"
    r"|(?P<name>\b\w*(?:PASS|PASSWORD|PASSWD|PWD|SECRET|TOKEN)=)[^\s;]+",
    re.I,
)
_SECRET_SETTING = re.compile(
    r"^(.*\b\w*(?:PASS(?:WORD|WD|PHRASE)?|SECRET|TOKEN|PRIVATE_KEY|API_?KEY)\w*(?<!_FILE)[\"']?[ \t]*[:=][ \t]*)"
    r"(?!\$\{?\w+\}?[\"']?\s*$)(?=\S)[^\r\n]*",
    re.I | re.M,
)

Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One server address inside a value. Spans count characters of the value.

    `port` is None where the value names none. A kind "port" is a bare port whose host stands in another variable.
    """

    kind: Kind
    host: str
    host_span: Span
    port: str | None = None
    port_span: Span | None = None

    @property
    def end(self) -> int:
        """Where a port would be added."""
        return self.host_span[1]


def find_addresses(value: str) -> list[Address]:
    """Every Postgres URL or keyword string in a value, in order; `host:port` where that is all there is."""
    found = list(_urls(value))
    if not found:
        found = list(_keywords(value))
    if not found and (pair := _PAIR.fullmatch(value)):
        found = [_address("host", pair)]
    return found


def bare_host(value: str) -> Address | None:
    """The address that a value is when all of it is a host name."""
    return _address("host", found) if (found := _BARE.fullmatch(value)) else None


def _urls(value: str) -> Iterator[Address]:
    matches = list(_URL.finditer(value))
    if not matches and (odd := _URL_ODD.match(value)):
        matches = [odd]
    for match in matches:
        kind: Kind = "jdbc" if "dbc:" in match["scheme"].lower() else "url"
        yield _address(kind, match)


def _keywords(value: str) -> Iterator[Address]:
    hosts = list(_KEYWORD_HOST.finditer(value))
    if len(hosts) != 1 or "=" not in value:
        return
    address = _address("dsn", hosts[0])
    port = _KEYWORD_PORT.search(value)
    if port and address.port is None:
        yield Address(
            kind="dsn",
            host=address.host,
            host_span=address.host_span,
            port=port["port"],
            port_span=port.span("port"),
        )
    else:
        yield address


def _address(kind: Kind, match: re.Match[str]) -> Address:
    port = match.groupdict().get("port")
    span = match.span("host") if "host" in match.re.groupindex else match.span()
    return Address(
        kind=kind,
        host=match.group("host") if "host" in match.re.groupindex else match[0],
        host_span=span,
        port=port,
        port_span=match.span("port") if port else None,
    )


def names_several_hosts(value: str) -> bool:
    """Whether a URL lists several hosts, which one pooler cannot stand for."""
    authorities = re.findall(rf"{_SCHEME}://([^/?#\s]*)", value, re.I)
    return any("," in authority.rpartition("@")[2] for authority in authorities)


def moved(value: str, address: Address, host: str, port: str) -> str:
    """The value with its address replaced; everything else is kept.

    A port is added only where a URL or keyword string names none and `port` is not Postgres's default. The port of
    a bare host stands in another variable, or is the app's own default.
    """
    for (start, end), text in sorted(replacements(address, host, port), reverse=True):
        value = value[:start] + text + value[end:]
    return value


def replacements(address: Address, host: str, port: str) -> list[tuple[Span, str]]:
    """The spans of a value to replace so that it goes to `host` and `port`."""
    if address.kind == "port":
        return [(address.host_span, port)]
    changes = [(address.host_span, host)]
    if address.port_span:
        changes.append((address.port_span, port))
    elif port != DEFAULT_PORT and address.kind != "host":
        added = f":{port}" if address.kind in ("url", "jdbc") else f" port={port}"
        changes = [(address.host_span, host + added)]
    return changes


def leads_to(value: str, address: Address, host: str, port: str) -> bool:
    """Whether a changed value goes where it should, read anew: the check of `moved` that does not trust it."""
    if address.kind == "port":
        return value == port
    bare = bare_host(value) if address.kind == "host" else None
    found = [bare] if bare else find_addresses(value)
    return any(a.host == host and (a.port or (port if bare else DEFAULT_PORT)) == port for a in found)


def redact_settings(text: str) -> str:
    """A text of settings without passwords, and without the values of names that tell of a secret. What is only
    a `${...}` stays.
    """
    return redact(_SECRET_SETTING.sub(r"\1***", text))


def redact(text: str) -> str:
    """A text without the passwords in its URLs and keyword strings."""
    return _SECRET.sub(lambda m: f"{m['url'] or m['word'] or m['name']}***", text)
