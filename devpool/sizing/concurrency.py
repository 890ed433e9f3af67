"""How many connections an app can hold at once, read from what it starts and from its variables.

A process of a threaded server holds a connection for each thread; one with a pool of its own holds as many as that
pool has. The defaults are those of each program's documentation, named beside it. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from devpool.catalog.app_servers import (
    ASYNC_WORKERS,
    GREEN_WORKERS,
    POOL_OVERFLOW,
    POOL_SIZE,
    PROGRAMS,
    SQLALCHEMY,
    URL_POOL_SIZE,
    Program,
)
from devpool.text.patterns import regex


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A number and its source; `assumed` if nothing in the project says it."""

    value: int
    source: str
    assumed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """The connections that an app can hold at once: its containers, their processes, and the connections of each."""

    service: str
    containers: Fact
    processes: Fact
    each: Fact

    @property
    def total(self) -> int:
        """Connections of the whole app."""
        return self.containers.value * self.processes.value * self.each.value

    @property
    def assumed(self) -> bool:
        """Whether some part of it is an assumption."""
        return any(fact.assumed for fact in (self.containers, self.processes, self.each))


_FLAG = regex(r"-D(?P<name>[\w.-]+)=(?P<value>\d+)")
_SHELL = regex(r"\$\$?(?:\{(\w+)(?::?-([^}]*))?\}|(\w+))")


def demand(
    service: str, words: str, variables: Mapping[str, str], *, cores: int, containers: Fact, rest: int
) -> Demand:
    """The connections that an app can hold at once.

    Args:
        service: its name.
        words: entrypoint and command as one line.
        variables: its environment.
        cores: the cores that a program counts which starts a process for each.
        containers: how many containers of it run.
        rest: the connections of a process of which nothing is known.
    """
    words = _with_variables(words, variables)
    programs = ((p, m) for p in PROGRAMS if (m := re.search(p.pattern, words)))
    program, match = next(programs, (None, None))
    pool = _own_pool(words, variables)
    one = Fact(value=1, source="one process")
    if program is None or match is None:
        each = pool or Fact(value=rest, source="nothing says how many it opens", assumed=True)
        return Demand(service=service, containers=containers, processes=one, each=each)
    line = re.split(r"&&|;|\|", words[match.start() :])[0] + " " + variables.get("GUNICORN_CMD_ARGS", "")
    each = _each(program, line, variables, cores)
    if pool:
        each = min(each, pool, key=lambda fact: fact.value) if program.threaded and not _is_async(line) else pool
    processes = _said(line, program.processes, variables, program.process_names) or one
    return Demand(service=service, containers=containers, processes=processes, each=each)


def _each(program: Program, line: str, variables: Mapping[str, str], cores: int) -> Fact:
    if GREEN_WORKERS.search(line):
        usual = Fact(value=1000, source="gunicorn's default: worker_connections 1000", assumed=True)
        return _said(line, "--worker-connections", variables, ()) or usual
    if ASYNC_WORKERS.search(line):
        return Fact(value=SQLALCHEMY[0], source=SQLALCHEMY[1], assumed=True)
    usual = Fact(value=cores if program.usual is None else program.usual, source=program.why, assumed=True)
    return _said(line, program.each, variables, program.each_names) or usual


def _is_async(line: str) -> bool:
    return bool(GREEN_WORKERS.search(line) or ASYNC_WORKERS.search(line))


def _said(line: str, options: str, variables: Mapping[str, str], names: tuple[str, ...]) -> Fact | None:
    """The number after an option, or in a variable. In Puma's `MIN:MAX`, the second applies."""
    match = re.search(rf"(?:^|\s)({options})(?:[=\s]+|(?<=\s-\w))(?:\d+:)?(\d+)", line) if options else None
    if match and int(match[2]):
        return Fact(value=int(match[2]), source=match[1])
    for name in names:
        if is_number(variables.get(name, "")) and int(variables[name]):
            return Fact(value=int(variables[name]), source=name)
    return None


def _own_pool(words: str, variables: Mapping[str, str]) -> Fact | None:
    """The size of the app's own pool, including its overflow."""
    pool = next(_pools(words, variables), None)
    if pool is None:
        return None
    overflow = ((n, v) for n, v in variables.items() if POOL_OVERFLOW.search(_plain(n)) and is_number(v))
    name, more = next(overflow, ("", "0"))
    return Fact(value=pool.value + int(more), source=f"{pool.source} + {name}" if name else pool.source)


def _pools(words: str, variables: Mapping[str, str]) -> Iterator[Fact]:
    flags = {match["name"]: match["value"] for match in _FLAG.finditer(words)}
    for name, value in {**variables, **flags}.items():
        if is_number(value) and 0 < int(value) <= 10_000 and POOL_SIZE.search(_plain(name)):
            yield Fact(value=int(value), source=name)
    for name, value in variables.items():
        match = URL_POOL_SIZE.search(value)
        if match and int(match["value"]):
            yield Fact(value=int(match["value"]), source=f"{match['name']} in {name}")


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "_", name).upper()


def _with_variables(words: str, variables: Mapping[str, str]) -> str:
    """A command as its shell will read it: `$$WORKERS` and `${WORKERS:-4}` with their values."""
    return _SHELL.sub(lambda m: variables.get(m[1] or m[3] or "") or m[2] or "", words)


def is_number(text: str) -> bool:
    """Whether a text of the project is a number that counts something: Python takes other digits too, without end."""
    return re.fullmatch(r"[0-9]{1,9}", text) is not None
