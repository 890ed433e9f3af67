"""How many connections an app can hold at once, read from what it starts and from its variables.

A process of a threaded server holds a connection for each thread; one with a pool of its own holds as many as that
pool has. The defaults are those of each program's documentation, named beside it. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from devpool.text.patterns import regex

UNKNOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A number and where it is from; `assumed` where nothing of the project says it."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program that serves or works, and how it is told how much at once.

    Attributes:
        name: its name, to be shown.
        pattern: finds it in a command.
        processes, process_names: options and variables that say how many processes.
        each, each_names: options and variables that say how many threads each has.
        usual: connections of a process where nothing is said; None for one for each core.
        why: where that number is from.
        threaded: whether a process holds at most one connection for each thread, whatever its pool may hold.
    """

    name: str
    pattern: str
    processes: str = ""
    process_names: tuple[str, ...] = ()
    each: str = ""
    each_names: tuple[str, ...] = ()
    usual: int | None = UNKNOWN
    why: str = ""
    threaded: bool = False


_RAILS = ("RAILS_MAX_THREADS", "PUMA_MAX_THREADS", "MAX_THREADS")
_SQLALCHEMY = (15, "SQLAlchemy's default: pool_size 5 + max_overflow 10")
_CELERY = ("CELERY_WORKER_CONCURRENCY", "CELERYD_CONCURRENCY", "CELERY_CONCURRENCY")
_CHILDREN = ("PHP_FPM_PM_MAX_CHILDREN", "FPM_PM_MAX_CHILDREN", "PM_MAX_CHILDREN", "PHP_PM_MAX_CHILDREN")
# The first that a command names counts: a server before the language that it is started with.
PROGRAMS = (
    Program(
        name="gunicorn",
        pattern=r"\bgunicorn\b",
        processes=r"-w|--workers",
        process_names=("WEB_CONCURRENCY", "GUNICORN_WORKERS"),
        each="--threads",
        each_names=("GUNICORN_THREADS",),
        usual=1,
        why="gunicorn's default: one thread",
        threaded=True,
    ),
    Program(
        name="uvicorn",
        pattern=r"\b(uvicorn|hypercorn|granian|fastapi)\b",
        processes=r"-w|--workers",
        process_names=("WEB_CONCURRENCY", "UVICORN_WORKERS"),
        usual=_SQLALCHEMY[0],
        why=_SQLALCHEMY[1],
    ),
    Program(
        name="sidekiq",
        pattern=r"\bsidekiq\b",
        each=r"-c|--concurrency",
        each_names=("SIDEKIQ_CONCURRENCY", *_RAILS),
        usual=5,
        why="Sidekiq's default concurrency: 5",
        threaded=True,
    ),
    Program(
        name="puma",
        pattern=r"\bpuma\b|\brails\s+s(erver)?\b",
        processes=r"-w|--workers",
        process_names=("WEB_CONCURRENCY", "PUMA_WORKERS"),
        each=r"-t|--threads",
        each_names=_RAILS,
        usual=5,
        why="Puma's default: 5 threads",
        threaded=True,
    ),
    Program(
        name="celery worker",
        pattern=r"\bcelery\b[^;&|]*\bworker\b",
        each=r"-c|--concurrency",
        each_names=_CELERY,
        usual=None,
        why="Celery's default: a process for each core",
        threaded=True,
    ),
    Program(name="celery beat", pattern=r"\bcelery\b[^;&|]*\b(beat|flower)\b", usual=1, why="one process"),
    Program(
        name="php-fpm",
        pattern=r"\bphp-fpm\b",
        each_names=_CHILDREN,
        usual=5,
        why="php-fpm's default: pm.max_children 5",
        threaded=True,
    ),
    Program(name="java", pattern=r"\bjava\b|\.jar\b|\.war\b|\bkc\.sh\b", why="HikariCP's default: maximumPoolSize 10"),
    Program(name="dotnet", pattern=r"\bdotnet\b", usual=100, why="Npgsql's default: Maximum Pool Size 100"),
    Program(name="elixir", pattern=r"\b(mix|iex|elixir)\b", why="Ecto's default: pool_size 10"),
    Program(
        name="node",
        pattern=r"\b(node|nodejs|npm|npx|yarn|pnpm|tsx|ts-node|nest|next|pm2(-runtime)?|bun|deno)\b",
        processes=r"-i|--instances",
        process_names=("PM2_INSTANCES", "NODE_CLUSTER_WORKERS"),
        why="node-postgres' default: max 10",
    ),
    Program(name="runserver", pattern=r"\b(runserver|flask\s+run)\b", why="a thread for each request"),
    Program(name="python", pattern=r"\bpython[\d.]*\b", usual=1, why="a program with one connection"),
)
_ASYNC = regex(r"(?:-k|--worker-class)[=\s]+\S*(uvicorn|aiohttp|asgi)")
_GREEN = regex(r"(?:-k|--worker-class)[=\s]+\S*(gevent|eventlet)")
# The names that say how much an app's own pool may hold: QUARKUS_DATASOURCE_JDBC_MAX_SIZE and
# quarkus.datasource.jdbc.max-size are the same, MONGODB_POOL_SIZE is another's.
_POOL = regex(
    r"(^|_)(DB|DATABASE|PG|POSTGRES(QL)?|SQL|SQLALCHEMY|ECTO|HIKARI|DATASOURCE|JDBC)(_CONNECTIONS?)?_"
    r"(MAX(IMUM)?_?POOL(_?SIZE)?|POOL(_?SIZE|_?MAX(_?SIZE)?|_?LIMIT)?|MAX_?SIZE|MAX_?(OPEN_?)?CONN(ECTION)?S?|LIMIT)$"
    r"|^(MAX(IMUM)?_?)?POOL_?(SIZE|MAX)$"
)
_OVERFLOW = regex(r"(^|_)(POOL|DB|DATABASE|SQLALCHEMY)_MAX_?OVERFLOW$")
_IN_URL = regex(
    r"[?&;](?P<name>connection_limit|pool_size|pool_max_conns|max_conns|pool|max(?:imum)? ?pool ?size)"
    r"\s*=\s*(?P<value>\d+)",
    re.I,
)
_FLAG = regex(r"-D(?P<name>[\w.-]+)=(?P<value>\d+)")
_SHELL = regex(r"\$\$?(?:\{(\w+)(?::?-([^}]*))?\}|(\w+))")


def demand(
    service: str, words: str, variables: Mapping[str, str], *, cores: int, containers: Fact, rest: int
) -> Demand:
    """What an app can hold at once.

    Args:
        service: its name.
        words: entrypoint and command as one line.
        variables: its environment.
        cores: the cores that a program counts which starts a process for each.
        containers: how many containers of it run.
        rest: the connections of a process of which nothing is known.
    """
    words = _with_variables(words, variables)
    found = ((p, m) for p in PROGRAMS if (m := re.search(p.pattern, words)))
    program, match = next(found, (None, None))
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
    if _GREEN.search(line):
        usual = Fact(value=1000, source="gunicorn's default: worker_connections 1000", assumed=True)
        return _said(line, "--worker-connections", variables, ()) or usual
    if _ASYNC.search(line):
        return Fact(value=_SQLALCHEMY[0], source=_SQLALCHEMY[1], assumed=True)
    usual = Fact(value=cores if program.usual is None else program.usual, source=program.why, assumed=True)
    return _said(line, program.each, variables, program.each_names) or usual


def _is_async(line: str) -> bool:
    return bool(_GREEN.search(line) or _ASYNC.search(line))


def _said(line: str, options: str, variables: Mapping[str, str], names: tuple[str, ...]) -> Fact | None:
    """The number behind an option, or in a variable. Of `MIN:MAX`, as Puma writes it, the second counts."""
    match = re.search(rf"(?:^|\s)({options})(?:[=\s]+|(?<=\s-\w))(?:\d+:)?(\d+)", line) if options else None
    if match and int(match[2]):
        return Fact(value=int(match[2]), source=match[1])
    for name in names:
        if is_number(variables.get(name, "")) and int(variables[name]):
            return Fact(value=int(variables[name]), source=name)
    return None


def _own_pool(words: str, variables: Mapping[str, str]) -> Fact | None:
    """The size of the app's own pool, with what it may grow by."""
    pool = next(_pools(words, variables), None)
    if pool is None:
        return None
    overflow = ((n, v) for n, v in variables.items() if _OVERFLOW.search(_plain(n)) and is_number(v))
    name, more = next(overflow, ("", "0"))
    return Fact(value=pool.value + int(more), source=f"{pool.source} + {name}" if name else pool.source)


def _pools(words: str, variables: Mapping[str, str]) -> Iterator[Fact]:
    flags = {match["name"]: match["value"] for match in _FLAG.finditer(words)}
    for name, value in {**variables, **flags}.items():
        if is_number(value) and 0 < int(value) <= 10_000 and _POOL.search(_plain(name)):
            yield Fact(value=int(value), source=name)
    for name, value in variables.items():
        match = _IN_URL.search(value)
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
