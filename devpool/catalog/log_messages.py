"""Well-known messages of PgBouncer and of Postgres behind it, with cause and fix. Pure.

The messages come from the sources of PgBouncer and PostgreSQL; what to do about each is in the documentation that
its entry names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

CONFIG = "https://www.pgbouncer.org/config.html"
FEATURES = "https://www.pgbouncer.org/features.html"
FAQ = "https://www.pgbouncer.org/faq.html"
_STATEMENT = re.compile(r"\bSTATEMENT: ")
POSTGRES = "https://www.postgresql.org/docs/current"


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """What a message means.

    Attributes:
        code: its name here.
        pattern: what the message looks like; `(?P<what>...)` is the word that `cause` and `fix` may name as {what}.
        cause: one sentence.
        fix: what to type or to change.
        source: the documentation that says so.
        sharing: whether it happens only to clients that share connections. Of Postgres's own log, nothing else is
            told: the rest may be of direct clients.
    """

    code: str
    pattern: re.Pattern[str]
    cause: str
    fix: str
    source: str
    sharing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Translated:
    """A message that was found, and what it means.

    Attributes:
        code: its stable code.
        line: the message itself.
        cause: what it means.
        fix: what to do about it.
        source: where that is documented.
        sharing: whether it happens only to clients that share connections.
    """

    code: str
    line: str
    cause: str
    fix: str
    source: str
    sharing: bool = False


def _entry(code: str, pattern: str, cause: str, fix: str, source: str, *, sharing: bool = False) -> Translation:
    return Translation(
        code=code, pattern=re.compile(pattern, re.I), cause=cause, fix=fix, source=source, sharing=sharing
    )


# The more specific ones first: the first that matches a line is its translation.
TABLE = (
    _entry(
        "startup-parameter",
        r"unsupported startup parameter(?: in options)?: (?P<what>[\w.]+)",
        "the driver sends `{what}` when it connects, and PgBouncer accepts no startup parameter that it does not track",
        "add `{what}` to the ignored ones (devpool set ignore_startup_parameters=..., with those it has); it then has "
        "no effect: set it with ALTER ROLE ... SET {what}",
        f"{CONFIG}#ignore_startup_parameters",
    ),
    _entry(
        "wrong-password-type",
        r"wrong password type|cannot do SCRAM authentication",
        "the server asks for SCRAM and PgBouncer has only a hash of the password, which is not enough to log in",
        "give the pooler the plain password (POSTGRES_PASSWORD or DATABASE_URL), or an auth_query that reads the "
        "server's own SCRAM secret",
        f"{CONFIG}#authentication-file-format",
    ),
    _entry(
        "login-failing",
        r"server login has been failing",
        "the last logins to Postgres failed, so PgBouncer rejects clients until `server_login_retry` is over",
        "see Postgres's own reason just before it in the pooler's log; then check whether the database is running",
        f"{CONFIG}#server_login_retry",
    ),
    _entry(
        "too-many-clients",
        r"no more connections allowed",
        "more clients are connecting than `max_client_conn` (or a limit of the user or database) allows",
        "raise it, `devpool set max_client_conn=2000`, or look for an app that keeps opening connections",
        f"{CONFIG}#max_client_conn",
    ),
    _entry(
        "server-full",
        r"sorry, too many clients already|remaining connection slots are reserved|too many connections for "
        r"(?:role|database)",
        "Postgres has no connection left: the pools and the direct services together ask for more than it allows",
        "lower `default_pool_size`, set `max_db_connections`, or raise the server's max_connections",
        f"{POSTGRES}/runtime-config-connection.html",
    ),
    _entry(
        "waited-too-long",
        r"query_wait_timeout",
        "a client waited longer than `query_wait_timeout` for a server connection: all were busy, or Postgres was away",
        "check WAITING in `devpool status`: long transactions block the pool; otherwise raise `default_pool_size`",
        f"{CONFIG}#query_wait_timeout",
    ),
    _entry(
        "transaction-too-long",
        r"idle_transaction_timeout|transaction_timeout|idle transaction timeout",
        "a transaction stayed open longer than PgBouncer allows, so its connection was closed",
        "end transactions before waiting for anything else, or raise that timeout with `devpool set`",
        f"{CONFIG}#idle_transaction_timeout",
    ),
    _entry(
        "query-too-long",
        r"(?:pooler error|FATAL|closing because): +query[_ ]timeout",
        "a query ran longer than PgBouncer's `query_timeout`",
        "`devpool set query_timeout=0` removes the limit; Postgres's statement_timeout gives finer control",
        f"{CONFIG}#query_timeout",
    ),
    _entry(
        "statements-mixed",
        r"bind message supplies \d+ parameters?, but prepared statement \"\" requires"
        r"|unnamed prepared statement does not exist",
        "the driver parses a statement and binds it in two steps, as Go's lib/pq does, and another client's was parsed "
        "on the server connection in between",
        "lib/pq: add binary_parameters=yes to the address; or give the app the session alias: devpool enable --session "
        "SERVICE",
        f"{POSTGRES}/protocol-flow.html",
        sharing=True,
    ),
    _entry(
        "deallocate-missing",
        r"prepared statement \"[^\"]*\" does not exist\n.*STATEMENT: +DEALLOCATE",
        "the app ends a prepared statement with SQL DEALLOCATE, and PgBouncer gave that statement another name; in a "
        "transaction, that fails too",
        "turn the prepared statements of its driver off, or give the app the session alias: devpool enable --session "
        "SERVICE; where the app goes on as before, nothing has to change",
        f"{CONFIG}#max_prepared_statements",
        sharing=True,
    ),
    _entry(
        "prepared-missing",
        r"prepared statement \"?(?P<what>[^\"]*)\"? does not exist",
        "the statement was prepared on one server connection and run on another",
        "prepare over the protocol, not with SQL PREPARE; PgBouncer 1.21 and newer supports such statements if "
        "max_prepared_statements is above 0",
        f"{CONFIG}#max_prepared_statements",
        sharing=True,
    ),
    _entry(
        "prepared-twice",
        r"prepared statement \"?(?P<what>[^\"]*)\"? already exists",
        "another client left a statement of that name on the shared server connection",
        "use the driver's own prepared statements, with max_prepared_statements above 0; `devpool check --leaks` finds "
        "which app leaves them",
        f"{CONFIG}#max_prepared_statements",
        sharing=True,
    ),
    _entry(
        "cached-plan",
        r"cached plan must not change result type|cached statement plan is invalid due to a database schema"
        r"|cache lookup failed for type \d+",
        "a table changed while server connections still held prepared statements that read it",
        "make the pooler reconnect: docker compose exec pgbouncer pooler-admin RECONNECT; `devpool migrate` does this "
        "after every migration",
        f"{CONFIG}#max_prepared_statements",
    ),
    _entry(
        "cursor-missing",
        r"cursor \"(?P<what>[^\"]*)\" does not exist",
        "a cursor was used after its transaction, and the next transaction ran on another server connection",
        "Django: DISABLE_SERVER_SIDE_CURSORS = True; elsewhere read the cursor inside one transaction, or give the "
        "app the session alias: devpool enable --session SERVICE",
        FEATURES,
        sharing=True,
    ),
    _entry(
        "lock-not-held",
        r"you don't own a lock of type",
        "a session advisory lock was taken on one server connection and released on another; the first still holds it",
        "use pg_advisory_xact_lock, or lock on a direct connection (`devpool migrate`); `devpool check --leaks` "
        "names the leftover lock",
        FEATURES,
        sharing=True,
    ),
    _entry(
        "migration-lock",
        r"ConcurrentMigrationError|timed out trying to acquire a postgres advisory lock",
        "a migration takes a session advisory lock, which does not work through a pooler in transaction mode",
        "run migrations directly: devpool migrate",
        FEATURES,
    ),
    _entry(
        "no-such-database",
        r"database \"(?P<what>[^\"]*)\" does not exist|no such database: (?P<other>\S+)",
        "the app asks for a database that the server does not have",
        "create it, or correct the name in the app's address",
        f"{CONFIG}#section-databases",
    ),
    _entry(
        "password-wrong",
        r"password authentication failed|SASL authentication failed|no such user: ",
        "the user or password does not match the server's",
        "make sure app and database use the same; a database's volume keeps the password of its first start, whatever "
        "the compose file says later",
        f"{CONFIG}#auth_file",
    ),
    _entry(
        "no-address",
        r"DNS lookup failed|could not translate host name",
        "the database's name does not resolve on the pooler's networks: its container is down, or on none of them",
        "start it, and make sure that both share a network: docker compose ps",
        f"{CONFIG}#dns_max_ttl",
    ),
    _entry(
        "server-away",
        r"closing because: connect (?:failed|timeout)|server conn crashed|connection to server .*connection refused",
        "nothing answers at the database's address and port",
        "check that the database is running and healthy: docker compose ps; docker compose logs DATABASE",
        f"{CONFIG}#server_connect_timeout",
    ),
    _entry(
        "starting-up",
        r"the database system is (?:starting up|shutting down|in recovery mode)",
        "Postgres is not ready yet, or is shutting down",
        "wait for its healthcheck: `depends_on: {{condition: service_healthy}}` makes the pooler wait",
        f"{POSTGRES}/server-start.html",
    ),
    _entry(
        "tls",
        r"server (?:refused|does not support) SSL|FATAL: +SSL required|TLS handshake failed",
        "one side requires TLS and the other does not support it, or its certificate's authority is unknown",
        "check server_tls_sslmode and client_tls_sslmode; a Postgres in a container has TLS only with a certificate",
        f"{CONFIG}#tls-settings",
    ),
    _entry(
        "bad-setting",
        r"unrecognized configuration parameter \"(?P<what>[^\"]*)\"",
        "the server does not know `{what}`; through a pooler, an earlier SET may have run on another connection",
        "set it where it is used (SET LOCAL in the transaction), or permanently with ALTER ROLE ... SET",
        FEATURES,
    ),
    _entry(
        "not-in-statement-mode",
        r"transaction blocks not allowed in statement pooling mode",
        "the pooler runs in statement mode, which does not allow transactions",
        "devpool set pool_mode=transaction",
        f"{CONFIG}#pool_mode",
    ),
)


def translate(line: str) -> Translated | None:
    """What a line of a log, or an error's text, means; None where no entry knows it.

    Args:
        line: the line; after a line end, the statement that Postgres logs with it.
    """
    for entry in TABLE:
        if match := entry.pattern.search(line):
            words = {k: v for k, v in match.groupdict().items() if v}
            what = words.get("what") or words.get("other") or "it"
            cause, fix = (text.format(what=what) for text in (entry.cause, entry.fix))
            said = line.strip().partition("\n")[0]
            return Translated(
                code=entry.code, line=said, cause=cause, fix=fix, source=entry.source, sharing=entry.sharing
            )
    return None


def translate_all(lines: Iterable[str]) -> list[Translated]:
    """What the lines of a log mean, each entry of the table once, with the last line that it was found in."""
    by_code = {t.code: t for t in map(translate, _with_statements(lines)) if t}
    return list(by_code.values())


def _with_statements(lines: Iterable[str]) -> Iterator[str]:
    """The lines, each with the statement that Postgres logs after it
    (https://www.postgresql.org/docs/current/runtime-config-logging.html, `log_min_error_statement`).
    """
    for line, following in pairwise([*lines, ""]):
        yield f"{line}\n{following}" if _STATEMENT.search(following) else line
