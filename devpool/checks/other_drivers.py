"""Ruby, Node, PHP, Go, Elixir and Java."""

from __future__ import annotations

from collections.abc import Iterator

from devpool.checks.app_context import Ground
from devpool.checks.driver_rules import Rule, listens, note, prepared
from devpool.checks.result import Result, warning

_DIRECT = "`devpool migrate` connects directly"


def rails(ground: Ground) -> Iterator[Result]:
    """Migrations take a session advisory lock (Rails guides, "Configuring a Database", `advisory_locks`)."""
    if not ground.has("activerecord"):
        return
    place = ground.said("advisory_locks")
    yield note(ground, "Rails: migrations take a session lock and still have to connect directly", place or _DIRECT)
    yield from prepared(ground, "Rails", "prepared_statements: false", ("prepared_statements",))
    yield from listens(ground, "good_job", "que")


def prisma(ground: Ground) -> Iterator[Result]:
    """`pgbouncer=true` is for PgBouncer before 1.21; Migrate takes a session lock (Prisma's documentation)."""
    if not ground.has("prisma", "@prisma/client"):
        return
    yield note(ground, "Prisma: `prisma migrate` takes a session lock and still has to connect directly", _DIRECT)
    flags = ", ".join(ground.app.flags) or ground.said("pgbouncer=true")
    if ground.keeps_prepared:
        hint = f"remove it from {flags}" if flags else ""
        yield note(ground, f"obsolete: Prisma's pgbouncer=true ({ground.behind})", hint)
    elif not flags:
        yield warning(
            "framework", ground.app.app, f"Prisma needs pgbouncer=true behind {ground.behind}", "add it to its address"
        )


def node(ground: Ground) -> Iterator[Result]:
    """postgres.js names its statements, node-postgres does not (README of each)."""
    if ground.has("postgres"):
        yield from prepared(ground, "postgres.js", "prepare: false", ("prepare: false", "prepare:false"))
    yield from listens(ground, "graphile-worker")
    if ground.has("node-pg-migrate"):
        yield note(ground, "node-pg-migrate takes a session lock and still has to connect directly", _DIRECT)
    if ground.has("knex") and ground.postgres and ground.postgres < (18,):
        yield note(
            ground,
            "Knex: `searchPath` runs SET on each connection, and the value stays there for others (before Postgres 18)",
            "ALTER ROLE ... SET search_path instead",
        )


def php(ground: Ground) -> Iterator[Result]:
    """PDO deallocates its statements with SQL DEALLOCATE (https://github.com/pgbouncer/pgbouncer/issues/991)."""
    if not ground.has("pdo_pgsql"):
        return
    if place := ground.said("ATTR_EMULATE_PREPARES"):
        yield note(ground, f"PDO: ATTR_EMULATE_PREPARES at {place}, still needed")
    else:
        yield warning(
            "framework",
            ground.app.app,
            "PDO deallocates prepared statements with SQL, which reaches another connection",
            "PDO::ATTR_EMULATE_PREPARES => true in the options of the connection",
        )


def go(ground: Ground) -> Iterator[Result]:
    """pgx: the cache of statements works, DescribeExec never (documentation of pgx, `QueryExecMode`)."""
    if ground.has("github.com/jackc/pgx/v5", "github.com/jackc/pgx/v4"):
        if place := ground.said("DescribeExec", "describe_exec"):
            yield warning(
                "framework",
                ground.app.app,
                f"pgx: describe_exec ({place}) sends two requests, and the second may reach another connection",
                "leave default_query_exec_mode at its default",
            )
        simple = "simple protocol (default_query_exec_mode=exec)"
        yield from prepared(ground, "pgx", simple, ("SimpleProtocol", "=exec"))
    if ground.has("github.com/golang-migrate/migrate/v4"):
        yield note(ground, "golang-migrate takes a session lock and still has to connect directly", _DIRECT)


def elixir(ground: Ground) -> Iterator[Result]:
    """Postgrex names its statements (README of Postgrex, "PgBouncer"); Oban's notifier listens."""
    if ground.has("postgrex"):
        yield from prepared(ground, "Postgrex", "prepare: :unnamed", (":unnamed",))
    if ground.has("oban"):
        yield note(
            ground,
            "Oban: its notifier uses LISTEN, which pooling does not support",
            "Oban.Notifiers.PG, or a direct repo",
        )


def java(ground: Ground) -> Iterator[Result]:
    """pgjdbc prepares a query that it runs five times (its documentation, "Server Prepared Statements")."""
    if ground.has("postgresql"):
        yield from prepared(ground, "pgjdbc", "prepareThreshold=0", ("prepareThreshold=0",))


OTHERS: tuple[Rule, ...] = (rails, prisma, node, php, go, elixir, java)
