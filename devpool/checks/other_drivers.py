"""Ruby, Node, PHP, Go, Elixir and Java."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from devpool.checks.ground import Ground
from devpool.checks.result import Result, ok, warning

Rule = Callable[[Ground], Iterator[Result]]
_DIRECT = "`devpool migrate` goes past the pooler"


def _note(ground: Ground, message: str, hint: str = "") -> Result:
    return ok("framework", ground.app.app, message, hint)


def _prepared(ground: Ground, name: str, setting: str, words: tuple[str, ...]) -> Iterator[Result]:
    """A driver whose named statements PgBouncer carries where `max_prepared_statements` is above 0."""
    place = ground.said(*words)
    if ground.keeps_prepared:
        hint = f"take it out at {place}" if place else ""
        yield _note(ground, f"obsolete: {name}'s {setting} ({ground.behind} carries prepared statements)", hint)
    elif place:
        yield _note(ground, f"{name}: {setting} at {place}, still needed")
    else:
        yield warning(
            "framework",
            ground.app.app,
            f"{name} prepares statements by name, and {ground.behind} does not carry them",
            f"devpool set max_prepared_statements=200, or {setting}",
        )


def rails(ground: Ground) -> Iterator[Result]:
    """Migrations take a session advisory lock (Rails guides, "Configuring a Database", `advisory_locks`)."""
    if not ground.has("activerecord"):
        return
    place = ground.said("advisory_locks")
    yield _note(ground, "Rails: migrations take a session lock and still have to go directly", place or _DIRECT)
    yield from _prepared(ground, "Rails", "prepared_statements: false", ("prepared_statements",))
    if listening := ground.has("good_job", "que"):
        yield warning(
            "framework",
            ground.app.app,
            f"{listening} uses LISTEN and session locks, which a pool does not keep",
            f"devpool enable --session {ground.app.app}, or --direct {ground.app.app}",
        )


def prisma(ground: Ground) -> Iterator[Result]:
    """`pgbouncer=true` is for PgBouncer before 1.21; Migrate takes a session lock (Prisma's documentation)."""
    if not ground.has("prisma", "@prisma/client"):
        return
    yield _note(ground, "Prisma: `prisma migrate` takes a session lock and still has to go directly", _DIRECT)
    flags = ", ".join(ground.app.flags) or ground.said("pgbouncer=true")
    if ground.keeps_prepared:
        hint = f"take it out of {flags}" if flags else ""
        yield _note(ground, f"obsolete: Prisma's pgbouncer=true ({ground.behind})", hint)
    elif not flags:
        yield warning(
            "framework", ground.app.app, f"Prisma needs pgbouncer=true behind {ground.behind}", "add it to its address"
        )


def node(ground: Ground) -> Iterator[Result]:
    """postgres.js names its statements, node-postgres does not (README of each)."""
    if ground.has("postgres"):
        yield from _prepared(ground, "postgres.js", "prepare: false", ("prepare: false", "prepare:false"))
    if listening := ground.has("graphile-worker", "pg-boss"):
        yield _note(
            ground, f"{listening}: a job queue; where it uses LISTEN it needs a session of its own", "--session"
        )
    if ground.has("node-pg-migrate"):
        yield _note(ground, "node-pg-migrate takes a session lock and still has to go directly", _DIRECT)
    if ground.has("knex") and ground.postgres and ground.postgres < (18,):
        yield _note(
            ground,
            "Knex: `searchPath` runs SET on each connection, which stays there for others (before Postgres 18)",
            "ALTER ROLE ... SET search_path instead",
        )


def php(ground: Ground) -> Iterator[Result]:
    """PDO takes its statements back with the SQL word DEALLOCATE (https://github.com/pgbouncer/pgbouncer/issues/991)."""
    if not ground.has("pdo_pgsql"):
        return
    if place := ground.said("ATTR_EMULATE_PREPARES"):
        yield _note(ground, f"PDO: ATTR_EMULATE_PREPARES at {place}, still needed")
    else:
        yield warning(
            "framework",
            ground.app.app,
            "PDO takes prepared statements back with SQL, which meets another connection",
            "PDO::ATTR_EMULATE_PREPARES => true in the options of the connection",
        )


def go(ground: Ground) -> Iterator[Result]:
    """pgx: the cache of statements works, DescribeExec never (documentation of pgx, `QueryExecMode`)."""
    if ground.has("github.com/jackc/pgx/v5", "github.com/jackc/pgx/v4"):
        if place := ground.said("DescribeExec", "describe_exec"):
            yield warning(
                "framework",
                ground.app.app,
                f"pgx: describe_exec ({place}) asks twice, and the second may be on another connection",
                "leave default_query_exec_mode at its default",
            )
        yield from _prepared(
            ground,
            "pgx",
            "simple protocol (default_query_exec_mode=exec)",
            ("SimpleProtocol", "=exec"),
        )
    if ground.has("github.com/golang-migrate/migrate/v4"):
        yield _note(ground, "golang-migrate takes a session lock and still has to go directly", _DIRECT)


def elixir(ground: Ground) -> Iterator[Result]:
    """Postgrex names its statements (README of Postgrex, "PgBouncer"); Oban's notifier listens."""
    if ground.has("postgrex"):
        yield from _prepared(ground, "Postgrex", "prepare: :unnamed", (":unnamed",))
    if ground.has("oban"):
        yield _note(
            ground, "Oban: its notifier uses LISTEN, which a pool does not keep", "Oban.Notifiers.PG, or a direct repo"
        )


def java(ground: Ground) -> Iterator[Result]:
    """pgjdbc prepares what it runs five times (its documentation, "Server Prepared Statements")."""
    if ground.has("postgresql"):
        yield from _prepared(ground, "pgjdbc", "prepareThreshold=0", ("prepareThreshold=0",))


OTHERS: tuple[Rule, ...] = (rails, prisma, node, php, go, elixir, java)
