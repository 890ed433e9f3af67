"""Python: Django, psycopg, asyncpg and SQLAlchemy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from devpool.checks.ground import Ground
from devpool.checks.result import Result, ok, warning

Rule = Callable[[Ground], Iterator[Result]]
_DJANGO = "https://docs.djangoproject.com/en/stable/ref/databases/"
_PSYCOPG = "https://www.psycopg.org/psycopg3/docs/advanced/prepare.html"
_ASYNCPG = "https://magicstack.github.io/asyncpg/current/faq.html"


def _obsolete(ground: Ground, what: str, why: str) -> Result:
    place = ground.app.app
    return ok("framework", place, f"obsolete: {what}", why)


def django(ground: Ground) -> Iterator[Result]:
    """Server-side cursors, persistent connections, the own pool, and `SET` at connect
    (Django's documentation, "Databases", "Transaction pooling and server-side cursors").
    """
    for database in ground.app.django:
        yield _cursors(ground, database)
        yield from _persistent(ground, database)
        yield from _options(ground, database)
    if ground.has("django") and not ground.app.django:
        yield ok(
            "framework",
            ground.app.app,
            "Django: DISABLE_SERVER_SIDE_CURSORS = True is needed; its settings could not be read here",
            _DJANGO,
        )


def _cursors(ground: Ground, database: Mapping[str, Any]) -> Result:
    name = f"Django ({database.get('alias')})"
    if database.get("DISABLE_SERVER_SIDE_CURSORS"):
        return ok("framework", ground.app.app, f"{name}: DISABLE_SERVER_SIDE_CURSORS = True, still needed")
    return warning(
        "framework",
        ground.app.app,
        f"{name}: iterator() opens a cursor that outlives its transaction, and the next one is on another connection",
        f"DISABLE_SERVER_SIDE_CURSORS = True beside NAME and HOST ({_DJANGO})",
    )


def _persistent(ground: Ground, database: Mapping[str, Any]) -> Iterator[Result]:
    name, age = f"Django ({database.get('alias')})", database.get("CONN_MAX_AGE")
    if database.get("pool"):
        yield _obsolete(ground, f"{name}: OPTIONS['pool'], a pool in front of a pool", "CONN_MAX_AGE does as well")
    elif age == 0:
        hint = f"CONN_MAX_AGE = 60 saves it; an idle client costs PgBouncer a few kilobytes ({_DJANGO})"
        yield ok("framework", ground.app.app, f"{name}: CONN_MAX_AGE = 0 logs in anew for each request", hint)
    else:
        yield ok("framework", ground.app.app, f"{name}: CONN_MAX_AGE = {age}, fine behind a pooler")


def _options(ground: Ground, database: Mapping[str, Any]) -> Iterator[Result]:
    lost = [name for name in database.get("options") or () if "options" in ground.ignored]
    if lost:
        yield warning(
            "framework",
            ground.app.app,
            f"Django: OPTIONS['options'] sets {', '.join(lost)}, which the pooler accepts and does not apply",
            f"ALTER ROLE ... SET {lost[0]} = ... counts for every connection",
        )


def psycopg(ground: Ground) -> Iterator[Result]:
    """psycopg 3 prepares what it runs often, and takes that back by protocol only with libpq 17 and PgBouncer 1.22."""
    if not ground.has("psycopg"):
        return
    libpq, threshold = ground.version("libpq"), ground.said("prepare_threshold", "prepared_max")
    good = libpq >= (17,) and ground.version("psycopg") >= (3, 2) and ground.keeps_prepared
    if ground.app.django and all(d.get("prepare_threshold") is None for d in ground.app.django):
        yield ok(
            "framework",
            ground.app.app,
            "psycopg: Django turns its prepared statements off, "
            + ("and need not any more" if good else "which is needed here"),
            "OPTIONS = {'prepare_threshold': 5} turns them on: " + ground.behind + " carries them" if good else "",
        )
    elif good:
        text = f"psycopg's prepare_threshold=None or prepared_max (libpq {libpq[0]}, {ground.behind})"
        yield _obsolete(ground, text, f"take it out at {threshold}" if threshold else "leave them at their defaults")
    elif threshold:
        yield ok("framework", ground.app.app, f"psycopg: prepared statements are set at {threshold}, still needed")
    else:
        older = f"libpq {libpq[0]}" if libpq else "a libpq before 17"
        yield warning(
            "framework",
            ground.app.app,
            f"psycopg on {older} takes prepared statements back with SQL, which meets another connection",
            f"connect with prepare_threshold=None, or use libpq 17 ({_PSYCOPG})",
        )


def asyncpg(ground: Ground) -> Iterator[Result]:
    """asyncpg's statement cache works since PgBouncer carries prepared statements."""
    if not ground.has("asyncpg"):
        return
    place = ground.said("statement_cache_size")
    if ground.keeps_prepared:
        hint = f"take it out at {place}" if place else f"the cache may stay on: {ground.behind}"
        yield _obsolete(ground, "asyncpg's statement_cache_size=0 and unique statement names", hint)
    elif place:
        yield ok("framework", ground.app.app, f"asyncpg: statement_cache_size=0 at {place}, still needed")
    else:
        yield warning(
            "framework",
            ground.app.app,
            f"asyncpg prepares every statement, and {ground.behind} does not carry them",
            f"devpool set max_prepared_statements=200, or statement_cache_size=0 ({_ASYNCPG})",
        )


PYTHON: tuple[Rule, ...] = (django, psycopg, asyncpg)
