"""Whether a text that a service reads names a database's host as an address, and on which line. Pure.

A mention is no address: what counts is a Postgres URL, a keyword string with a login, a host key among words about a
database, or the default of a variable that the service is not given.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from devpool.catalog import address_files
from devpool.catalog.variable_names import NO_HOST, OTHER_SERVER
from devpool.model.tls_demands import Demand, as_demand, strongest
from devpool.text.address import DEFAULT_PORT, find_addresses
from devpool.text.patterns import regex

_TRAILING = regex(r"\s(#|//)\s.*$")
_LOGIN = regex(r"\b(dbname|database|user( ?(name|id))?|uid|password|pwd)\s*=", re.I)
_KEY = regex(r"(^|[\s_.\-:'\"{(\[]|pg)(host(_?name)?|server(_?name)?|addr(ess)?)$", re.I)
_WAITS = regex(r"pg_isready|wait-?for|\bnc\s+-|dockerize", re.I)
_VARIABLE = regex(r"\b[A-Z][A-Z0-9_]{3,}\b")
_OF_ADDRESS = regex(r"HOST|SERVER|URL|URI|DSN|ADDR")
_NAME = regex(r"^[\s\-{\[(]*['\"]?(?P<name>[\w.-]+)['\"]?\s*(?::|=>|=|\()")
_HEADING = regex(r"\s*\[+(?P<name>[^\[\]\n]+)\]+\s*$")
_HOST_WORD = regex(r"(host(_?name)?|server(_?name)?|addr(ess)?)$", re.I)
_PORT = regex(r"^[\s\-'\"]*(?P<prefix>(?:[\w.]*[_.]|pg)?)port['\"]?\s*(?::|=>|=)\s*['\"]?(?P<port>\d{1,5})\b", re.I)
_FURTHER_PORT = regex(r"[\s,'\":]port['\"]?\s*(?::|=>|=)\s*['\"]?(?P<port>\d{1,5})\b", re.I)
_MODE = regex(r"ssl_?mode['\"]?\s*(?::|=>|=)\s*['\"]?(?P<mode>[a-z-]+)", re.I)
# What a text may cost that was made to cost much: a real one states its address early, in a small block.
_LONGEST_LINE = 1000
_MOST_LINES = 50
_MOST_ABOVE = 500
_MOST_BESIDE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedAddress:
    """One address in a text: its host, its 1-based line, its port, and what it demands of TLS."""

    host: str
    line: int
    port: str = DEFAULT_PORT
    demand: Demand = ""


def may_say(name: str) -> bool:
    """Whether a file in a folder may say where a database is, by its path below that folder."""
    *folders, file = name.split("/")
    if only_mentions(name) or any(map(address_files.NEVER_FOLDERS.fullmatch, folders)):
        return False
    return bool(address_files.CONFIG.fullmatch(file) or address_files.SOURCE.fullmatch(file))


def only_mentions(path: str) -> bool:
    """Whether a file names a database for another reason than to connect to it, by its own name."""
    return address_files.NEVER.fullmatch(posixpath.basename(path)) is not None


def stated_addresses(
    path: str, text: str, hosts: Collection[str], variables: Mapping[str, str]
) -> Iterator[StatedAddress]:
    """The addresses of a database in a text.

    Args:
        path: the file that it is from.
        text: the text.
        hosts: the database's names.
        variables: what the service is given: the default of a variable that it has does not count.
    """
    if not any(host in text for host in hosts) or not _is_read(posixpath.basename(path), variables):
        return
    if path.endswith((".yml", ".yaml")) and address_files.ORCHESTRATION.search(text):
        return
    named = _Named(hosts)
    lines = _without_docstrings(text.split("\n")) if path.endswith(".py") else text.split("\n")
    for number, raw in islice(_naming(lines, named), _MOST_LINES):
        line = _TRAILING.sub("", raw).rstrip()
        given = any(variables.get(v) for v in _VARIABLE.findall(line) if _OF_ADDRESS.search(v))
        if given or _WAITS.search(line):
            continue
        around = _Around(lines, number)
        stated = None if around.is_for_another_mode(variables) else _of_line(path, line, number + 1, named, around)
        if stated:
            yield stated


def _naming(lines: list[str], named: _Named) -> Iterator[tuple[int, str]]:
    """The lines that name a database, with their index."""
    for number, line in enumerate(lines):
        if len(line) <= _LONGEST_LINE and named.word.search(line) and not address_files.COMMENT.match(line):
            yield number, line


class _Named:
    """How the names of a database are looked for."""

    def __init__(self, hosts: Collection[str]) -> None:
        self.hosts = hosts
        host = rf"(?P<host>{'|'.join(re.escape(h) for h in sorted(hosts, key=len, reverse=True))})"
        self.word = re.compile(rf"(?<![\w.-]){host}(?![\w.-])")
        self.value = re.compile(
            rf"^(?P<key>.*?[\w.-])['\"]?\]?\s*(?::|=>|=|,)\s*(?P<q>['\"]?){host}(?::(?P<port>\d+))?(?P=q)"
            r"(?P<rest>\s*[,;)}\]]*$|\s*,\s*['\":]?[\w.-]+['\"]?\s*(?::|=>|=).*)"
        )
        # `ENV["DB_HOST"] || "db"`, `getenv("DB_HOST", "db")`, `fetch("DB_HOST") { "db" }`, `${DB_HOST:db}`.
        self.default = re.compile(
            r"\b(?P<name>[A-Za-z_]\w*)(?:['\"]?[\])]*\s*(?:,\s*(?:default\s*=\s*)?|\{|\|\||\?\?|\?:|\bor\b)\s*['\"]"
            rf"{host}['\"]|:-?(?P<inner>{host.replace('?P<host>', '?:')})\}})"
        )


class _Around:
    """The lines around one: those of the same block, and those above it that it is indented under."""

    def __init__(self, lines: list[str], number: int) -> None:
        self.above = list(_above(lines, number))
        self.beside = [*_siblings(lines, number, -1), *_siblings(lines, number, 1)]

    def is_for_another_mode(self, variables: Mapping[str, str]) -> bool:
        """Whether the block counts in tests only, or in a mode that is not the service's."""
        names = {
            m["name"].split(".")[0].strip() for line in self.above if (m := _NAME.match(line) or _HEADING.match(line))
        }
        mode = _mode(variables)
        others = {name for name in names if name in address_files.MODES and mode and name != mode}
        return bool(others) or any(map(address_files.TEST_SECTION.fullmatch, names))

    def is_about_a_database(self) -> bool:
        """Whether the block speaks of a database."""
        return any(address_files.ABOUT_POSTGRES.search(line) for line in (*self.above, *self.beside))

    def port(self, line: str) -> str:
        """The port that the block names beside a line with a host: `DB_PORT` for `DB_HOST`, `port` for `host`."""
        key = _NAME.match(line)
        word = _HOST_WORD.search(key["name"]) if key else None
        prefix = key["name"][: word.start()].lower() if key and word else None
        ports = (m for each in self.beside if (m := _PORT.match(each)))
        return next((m["port"] for m in ports if prefix in (None, m["prefix"].lower())), DEFAULT_PORT)


def _of_line(path: str, line: str, number: int, named: _Named, around: _Around) -> StatedAddress | None:
    for address in find_addresses(line):
        login = address.kind in ("url", "jdbc") or (address.kind == "dsn" and _LOGIN.search(line))
        if address.host in named.hosts and login:
            return StatedAddress(
                host=address.host, line=number, port=address.port or DEFAULT_PORT, demand=_demand([line])
            )
    stated = _of_host(path, line, named, around)
    if stated is None:
        return None
    host, port = stated
    return StatedAddress(host=host, line=number, port=port or around.port(line), demand=_demand([line, *around.beside]))


def _of_host(path: str, line: str, named: _Named, around: _Around) -> tuple[str, str | None] | None:
    """The host and the port that a host key has, or a variable by default."""
    default = named.default.search(line)
    if default and _OF_ADDRESS.search(default["name"].upper()):
        key, found = line[: default.end("name")], default["host"] or default["inner"]
        return (found, None) if _is_host_of_database(path, key, around) else None
    value = named.value.match(line)
    if value and _KEY.search(value["key"]) and _is_host_of_database(path, value["key"], around, value["rest"]):
        port = _FURTHER_PORT.search(value["rest"])
        return value["host"], value["port"] or (port["port"] if port else None)
    return None


def _is_host_of_database(path: str, key: str, around: _Around, rest: str = "") -> bool:
    *before, last = re.split(r"[\s({\[]", key.strip())
    if NO_HOST.search(last) or OTHER_SERVER.search(last):
        return False
    sure = address_files.OF_DATABASE.fullmatch(posixpath.basename(path))
    if sure or re.search(r"(db|database|pg|postgres|sql)", last, re.I):
        return True
    # Where the entries beside it are on its own line, those of other lines are none of its block.
    if not rest.strip(" \t,;)}]"):
        return around.is_about_a_database()
    return address_files.ABOUT_POSTGRES.search(f"{' '.join(before)} {rest}") is not None


def _is_read(file: str, variables: Mapping[str, str]) -> bool:
    """Whether the service reads a file with this name in the mode in which it runs."""
    mode = _mode(variables)
    stem = file.partition(".")[0].lower()
    if file.endswith(".exs") and mode and stem in address_files.MODES:
        return stem == mode
    profiled = address_files.PROFILE.fullmatch(file)
    if profiled is None:
        return True
    active = (variables.get(name, "") for name in address_files.PROFILES[profiled["kind"].lower()])
    return profiled["profile"].lower() in {p.strip().lower() for value in active for p in value.split(",")}


def _mode(variables: Mapping[str, str]) -> str:
    """The mode in which a service runs, such as `production`; "" where it is not told."""
    return next((variables[name] for name in address_files.MODE if variables.get(name)), "")


def _demand(lines: Collection[str]) -> Demand:
    found = (_MODE.search(line) for line in lines if not address_files.COMMENT.match(line))
    return strongest(as_demand(m["mode"]) for m in found if m)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _above(lines: list[str], number: int) -> Iterator[str]:
    """The lines that a line is indented under, and the heading of its section."""
    depth, heading = _indent(lines[number]), False
    for line in reversed(lines[max(number - _MOST_ABOVE, 0) : number]):
        if not line.strip() or address_files.COMMENT.match(line):
            continue
        if not heading and _HEADING.match(line):
            heading = True
            yield line
        elif _indent(line) < depth:
            depth = _indent(line)
            yield line
        if depth == 0 and heading:
            return


def _siblings(lines: list[str], number: int, step: int) -> Iterator[str]:
    """The lines next to a line in its block, in one direction."""
    depth = _indent(lines[number])
    for at in range(number + step, number + step * _MOST_BESIDE, step):
        line = lines[at] if 0 <= at < len(lines) else ""
        if not line.strip() or _indent(line) < depth or _HEADING.match(line):
            return
        if _indent(line) == depth and not address_files.COMMENT.match(line):
            yield line


def _without_docstrings(lines: list[str]) -> list[str]:
    """Lines with those of Python's longer strings emptied, which are mostly documentation."""
    inside, kept = False, []
    for line in lines:
        marks = line.count('"""') + line.count("'''")
        kept.append("" if inside or (marks and line.strip()[:3] in ('"""', "'''")) else line)
        inside ^= marks % 2 == 1
    return kept
