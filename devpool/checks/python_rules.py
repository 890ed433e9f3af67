"""What frameworks and drivers of Python need behind a transaction pool, each rule with its source. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from devpool.checks.app_context import Ground, Rule, listens, note, prepared
from devpool.checks.result import Result, warning

_DJANGO = "https://docs.djangoproject.com/en/stable/ref/databases/"
_PSYCOPG = "https://www.psycopg.org/psycopg3/docs/advanced/prepare.html"


def django(ground: Ground) -> Iterator[Result]:
    """Server-side cursors, persistent connections, the own pool, and `SET` at connect
    (Django's documentation, "Databases", "Transaction pooling and server-side cursors").
    """
    for database in ground.app.django:
        yield _cursors(ground, database)
        yield from _persistent(ground, database)
        yield from _options(ground, database)
    if ground.has("django") and not ground.app.django:
        yield note(
            ground,
            f"Django{ground.where('django')}: DISABLE_SERVER_SIDE_CURSORS = True is needed; its settings could not be "
            "read here",
            _DJANGO,
        )


def _named(database: Mapping[str, Any]) -> str:
    """`Django (default)`, with the place in a settings file where that is what is known."""
    place = database.get("place")
    return f"Django ({database.get('alias')}{f', {place}' if place else ''})"


def _cursors(ground: Ground, database: Mapping[str, Any]) -> Result:
    name = _named(database)
    if said := database.get("DISABLE_SERVER_SIDE_CURSORS"):
        return note(ground, f"{name}: DISABLE_SERVER_SIDE_CURSORS = {said}, still needed")
    return warning(
        "framework",
        ground.app.app,
        f"{name}: iterator() opens a cursor that outlives its transaction, and the next fetch reaches another server",
        f"DISABLE_SERVER_SIDE_CURSORS = True next to NAME and HOST ({_DJANGO})",
    )


def _persistent(ground: Ground, database: Mapping[str, Any]) -> Iterator[Result]:
    name, age = _named(database), database.get("CONN_MAX_AGE")
    if database.get("pool"):
        yield note(ground, f"obsolete: {name}: OPTIONS['pool'], a pool in front of a pool", "CONN_MAX_AGE is enough")
    elif age == 0:
        hint = f"CONN_MAX_AGE = 60 avoids that; an idle client costs PgBouncer a few kilobytes ({_DJANGO})"
        yield note(ground, f"{name}: CONN_MAX_AGE = 0 logs in again for each request", hint)
    elif "CONN_MAX_AGE" in database:
        yield note(ground, f"{name}: CONN_MAX_AGE = {age}, fine behind a pooler")


def _options(ground: Ground, database: Mapping[str, Any]) -> Iterator[Result]:
    lost = [name for name in database.get("options") or () if "options" in ground.ignored]
    name = _named(database)
    if lost:
        yield warning(
            "framework",
            ground.app.app,
            f"{name}: OPTIONS['options'] sets {', '.join(lost)}, which the pooler accepts and does not apply",
            f"ALTER ROLE ... SET {lost[0]} = ... applies to every connection",
        )


def psycopg(ground: Ground) -> Iterator[Result]:
    """psycopg 3 prepares frequent queries, and closes them over the protocol only with libpq 17 and PgBouncer 1.22."""
    if not ground.has("psycopg"):
        return
    libpq, threshold = ground.version("libpq"), ground.said("prepare_threshold", "prepared_max")
    where = ground.where("psycopg")
    both = libpq >= (17,) and ground.version("psycopg") >= (3, 2)
    good = both and ground.keeps_prepared and ground.pgbouncer >= (1, 22)
    if ground.app.django and all(d.get("prepare_threshold") is None for d in ground.app.django):
        yield note(
            ground,
            f"psycopg{where}: Django turns its prepared statements off, "
            + ("which is no longer needed" if good else "which this setup needs"),
            "OPTIONS = {'prepare_threshold': 5} turns them on: " + ground.behind + " supports them" if good else "",
        )
    elif good:
        text = f"psycopg's prepare_threshold=None or prepared_max{where} (libpq {libpq[0]}, {ground.behind})"
        yield note(
            ground, f"obsolete: {text}", f"take it out at {threshold}" if threshold else "leave them at their defaults"
        )
    elif threshold:
        yield note(ground, f"psycopg{where}: prepared statements are set at {threshold}, still needed")
    else:
        older = f"libpq {libpq[0]}" if libpq else "a libpq before 17"
        yield warning(
            "framework",
            ground.app.app,
            f"psycopg{where} on {older} deallocates prepared statements with SQL, which reaches another connection",
            f"connect with prepare_threshold=None, or use libpq 17 ({_PSYCOPG})",
        )


def asyncpg(ground: Ground) -> Iterator[Result]:
    """asyncpg prepares every statement (its documentation, "Why am I getting prepared statement errors?")."""
    if ground.has("asyncpg"):
        yield from prepared(ground, "asyncpg", "asyncpg", "statement_cache_size=0", ("statement_cache_size",))


def queues(ground: Ground) -> Iterator[Result]:
    """Procrastinate's workers listen (its documentation, "How it works")."""
    yield from listens(ground, "procrastinate")


RULES: tuple[Rule, ...] = (django, psycopg, asyncpg, queues)
