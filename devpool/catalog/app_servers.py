"""App servers and workers: how each is told its concurrency, and how many connections that means.

The defaults are those of each program's own documentation, named beside it. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from devpool.text.patterns import regex

UNKNOWN = 10
"""Connections of a process that devpool knows nothing about: the default of most pools."""


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
SQLALCHEMY = (15, "SQLAlchemy's default: pool_size 5 + max_overflow 10")
_CELERY = ("CELERY_WORKER_CONCURRENCY", "CELERYD_CONCURRENCY", "CELERY_CONCURRENCY")
_CHILDREN = ("PHP_FPM_PM_MAX_CHILDREN", "FPM_PM_MAX_CHILDREN", "PM_MAX_CHILDREN", "PHP_PM_MAX_CHILDREN")
# The first match in a command applies: a server before the language that starts it.
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
        usual=SQLALCHEMY[0],
        why=SQLALCHEMY[1],
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
        why="Celery's default: one process per core",
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
    Program(name="runserver", pattern=r"\b(runserver|flask\s+run)\b", why="one thread per request"),
    Program(name="python", pattern=r"\bpython[\d.]*\b", usual=1, why="a program with one connection"),
)
ASYNC_WORKERS = regex(r"(?:-k|--worker-class)[=\s]+\S*(uvicorn|aiohttp|asgi)")
GREEN_WORKERS = regex(r"(?:-k|--worker-class)[=\s]+\S*(gevent|eventlet)")
# Names that give the size of an app's own pool: QUARKUS_DATASOURCE_JDBC_MAX_SIZE and
# quarkus.datasource.jdbc.max-size are the same, MONGODB_POOL_SIZE belongs to another database.
POOL_SIZE = regex(
    r"(^|_)(DB|DATABASE|PG|POSTGRES(QL)?|SQL|SQLALCHEMY|ECTO|HIKARI|DATASOURCE|JDBC)(_CONNECTIONS?)?_"
    r"(MAX(IMUM)?_?POOL(_?SIZE)?|POOL(_?SIZE|_?MAX(_?SIZE)?|_?LIMIT)?|MAX_?SIZE|MAX_?(OPEN_?)?CONN(ECTION)?S?|LIMIT)$"
    r"|^(MAX(IMUM)?_?)?POOL_?(SIZE|MAX)$"
)
POOL_OVERFLOW = regex(r"(^|_)(POOL|DB|DATABASE|SQLALCHEMY)_MAX_?OVERFLOW$")
URL_POOL_SIZE = regex(
    r"[?&;](?P<name>connection_limit|pool_size|pool_max_conns|max_conns|pool|max(?:imum)? ?pool ?size)"
    r"\s*=\s*(?P<value>\d+)",
    re.I,
)
