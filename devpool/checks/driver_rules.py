"""What the installed drivers and frameworks need under transaction pooling, and what they no longer need.

The rules are those of PgBouncer's "features" page and of each driver's own documentation; the address stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from devpool.checks import python_rules
from devpool.checks.app_context import Ground, Rule, grounds, listens, note, prepared
from devpool.checks.facts import Facts
from devpool.checks.result import Result, ok, skipped, warning

_PDO = "pdo_pgsql.so"
_DIRECT = "`devpool migrate` connects directly"


def check_frameworks(facts: Facts) -> Iterator[Result]:
    """Each pooled app: what it still needs, and what is obsolete."""
    for app in facts.installed:
        if app.problem:
            yield skipped("framework", app.app, app.problem)
    for ground in grounds(facts):
        yield from _searched(ground)
    yield from facts.likely


def _searched(ground: Ground) -> Iterator[Result]:
    """What the rules say; where a search was cut off, what they miss may be there, and nothing is certain."""
    results = judged(ground)
    if not ground.app.cut:
        yield from results or [ok("framework", ground.app.app, "no driver was found that needs a change")]
        return
    yield from (replace(r, level="skipped") if r.level == "warning" else r for r in results)
    yield skipped(
        "framework",
        ground.app.app,
        "the search for drivers in its container took too long and was stopped",
        hint="run `devpool check` again when the machine is less busy",
    )


def judged(ground: Ground) -> list[Result]:
    """What the rules say of one app."""
    return [result for rule in RULES for result in rule(ground)]


def rails(ground: Ground) -> Iterator[Result]:
    """Migrations take a session advisory lock (Rails guides, "Configuring a Database", `advisory_locks`)."""
    if not ground.has("activerecord"):
        return
    place, where = ground.said("advisory_locks"), ground.where("activerecord")
    yield note(
        ground,
        f"Rails{where}: migrations take a session lock and still have to connect directly",
        place or _DIRECT,
    )
    yield from prepared(ground, "activerecord", "Rails", "prepared_statements: false", ("prepared_statements",))
    yield from listens(ground, "good_job", "que")


def prisma(ground: Ground) -> Iterator[Result]:
    """`pgbouncer=true` is for PgBouncer before 1.21; Migrate takes a session lock (Prisma's documentation)."""
    if not ground.has("prisma", "@prisma/client"):
        return
    where = ground.where("prisma", "@prisma/client")
    yield note(
        ground, f"Prisma{where}: `prisma migrate` takes a session lock and still has to connect directly", _DIRECT
    )
    flag = ground.said("pgbouncer=true")
    if ground.keeps_prepared:
        hint = f"remove it from {flag}" if flag else ""
        yield note(ground, f"obsolete: Prisma's pgbouncer=true{where} ({ground.behind})", hint)
    elif not flag:
        yield warning(
            "framework",
            ground.app.app,
            f"Prisma{where} needs pgbouncer=true behind {ground.behind}",
            "add it to its address",
        )


def node(ground: Ground) -> Iterator[Result]:
    """postgres.js names its statements, node-postgres does not (README of each)."""
    if ground.has("postgres"):
        yield from prepared(ground, "postgres", "postgres.js", "prepare: false", ("prepare: false", "prepare:false"))
    yield from listens(ground, "graphile-worker")
    if ground.has("node-pg-migrate"):
        where = ground.where("node-pg-migrate")
        yield note(ground, f"node-pg-migrate{where} takes a session lock and still has to connect directly", _DIRECT)
    if ground.has("knex") and ground.postgres and ground.postgres < (18,):
        yield note(
            ground,
            "Knex: `searchPath` runs SET on each connection, and the value stays there for others (before Postgres 18)",
            "ALTER ROLE ... SET search_path instead",
        )


def locks(ground: Ground) -> Iterator[Result]:
    """Advisory locks of a session (https://www.pgbouncer.org/features.html), mostly for migrations at every start."""
    for package in ground.app.locks:
        yield warning(
            "framework",
            ground.app.app,
            f"{package} takes advisory locks for a session: such a lock stays on a connection that others get, and is "
            "released by nobody",
            ground.apart,
        )


def php(ground: Ground) -> Iterator[Result]:
    """PDO deallocates its statements with SQL DEALLOCATE (https://github.com/pgbouncer/pgbouncer/issues/991), unless it
    is PHP 8.4's with libpq 17, which closes them over the protocol (https://github.com/php/php-src/pull/13316).
    """
    if not ground.has("pdo_pgsql"):
        return
    where, place = ground.where("pdo_pgsql"), ground.said("ATTR_EMULATE_PREPARES")
    # Neither a file nor a search that was stopped tells which PDO it is.
    if _PDO not in ground.app.deallocates and not where and not ground.app.cut:
        hint = f"take it out at {place}" if place else ""
        yield note(ground, "obsolete: PDO's ATTR_EMULATE_PREPARES (this PDO closes statements over the protocol)", hint)
    elif place:
        yield note(ground, f"PDO{where}: ATTR_EMULATE_PREPARES at {place}, still needed")
    else:
        yield warning(
            "framework",
            ground.app.app,
            f"PDO{where} deallocates prepared statements with SQL, which reaches another connection",
            "PDO::ATTR_EMULATE_PREPARES => true in the options of the connection",
        )


def compiled(ground: Ground) -> Iterator[Result]:
    """What a program or library in C does as PDO did: PgBouncer gives a statement that is prepared over the protocol a
    name of its own (https://www.pgbouncer.org/config.html#max_prepared_statements).
    """
    for name in ground.app.deallocates:
        if name != _PDO:
            yield warning(
                "framework",
                ground.app.app,
                f"{name} ends prepared statements with SQL DEALLOCATE, which knows them by another name: it fails, and "
                "so does the transaction where it is in one",
                f"turn its prepared statements off, or {ground.apart}",
            )


def go(ground: Ground) -> Iterator[Result]:
    """pgx: the cache of statements works, DescribeExec never (documentation of pgx, `QueryExecMode`). lib/pq parses an
    unnamed statement and binds it after a Sync (its documentation, `binary_parameters`).
    """
    where = ground.where("github.com/lib/pq")
    if ground.has("github.com/lib/pq") and not ground.said("binary_parameters=yes"):
        yield warning(
            "framework",
            ground.app.app,
            f"lib/pq{where} parses and binds in two steps, and another client's statement may be bound",
            f"add binary_parameters=yes to the address, or {ground.apart}",
        )
    if pgx := ground.has("github.com/jackc/pgx/v5", "github.com/jackc/pgx/v4"):
        if place := ground.said("DescribeExec", "describe_exec"):
            yield warning(
                "framework",
                ground.app.app,
                f"pgx: describe_exec ({place}) sends two requests, and the second may reach another connection",
                "leave default_query_exec_mode at its default",
            )
        simple = "simple protocol (default_query_exec_mode=exec)"
        yield from prepared(ground, pgx, "pgx", simple, ("SimpleProtocol", "=exec"))
    if migrate := ground.has("github.com/golang-migrate/migrate/v4"):
        where = ground.where(migrate)
        yield note(ground, f"golang-migrate{where} takes a session lock and still has to connect directly", _DIRECT)


def elixir(ground: Ground) -> Iterator[Result]:
    """Postgrex names its statements (README of Postgrex, "PgBouncer"); Oban's notifier listens."""
    if ground.has("postgrex"):
        yield from prepared(ground, "postgrex", "Postgrex", "prepare: :unnamed", (":unnamed",))
    if ground.has("oban"):
        yield note(
            ground,
            f"Oban{ground.where('oban')}: its notifier uses LISTEN, which pooling does not support",
            "Oban.Notifiers.PG, or a direct repo",
        )


def java(ground: Ground) -> Iterator[Result]:
    """pgjdbc prepares a query that it runs five times (its documentation, "Server Prepared Statements")."""
    if ground.has("postgresql"):
        yield from prepared(ground, "postgresql", "pgjdbc", "prepareThreshold=0", ("prepareThreshold=0",))


def dotnet(ground: Ground) -> Iterator[Result]:
    """Npgsql resets a connection that returns to its own pool (https://www.npgsql.org/doc/compatibility.html#pgbouncer)."""
    if ground.has("npgsql") and not ground.said("No Reset On Close=true", "Pooling=false"):
        text = f"Npgsql{ground.where('npgsql')} sends DISCARD ALL for each use of a connection, which is of no use here"
        yield note(ground, text, "No Reset On Close=true in the connection string")


RULES: tuple[Rule, ...] = (
    *python_rules.RULES,
    rails,
    prisma,
    node,
    locks,
    php,
    compiled,
    go,
    elixir,
    java,
    dotnet,
)
