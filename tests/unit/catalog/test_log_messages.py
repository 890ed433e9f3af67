"""The classic messages become cause and fix. The texts are those that PgBouncer, Postgres and drivers really say."""

from __future__ import annotations

import pytest

from devpool.catalog.log_messages import TABLE, translate, translate_all

_AT = "2026-11-21 09:22:02.358 UTC [1] "
_CLIENT, _SERVER = "C-0x55: app/web@10.0.0.3:5", "S-0x56: app/web@10.0.0.2:5432"
MESSAGES = [
    ("startup-parameter", "FATAL:  unsupported startup parameter: statement_timeout"),
    (
        "startup-parameter",
        f"{_AT}WARNING {_CLIENT} pooler error: unsupported startup parameter in options: geqo",
    ),
    ("wrong-password-type", f"{_AT}WARNING server login failed: wrong password type"),
    ("wrong-password-type", "FATAL:  server login failed: wrong password type"),
    (
        "wrong-password-type",
        f"{_AT}ERROR {_SERVER} cannot do SCRAM authentication: wrong password type",
    ),
    ("login-failing", "FATAL:  server login has been failing, cached error: connect failed (server_login_retry)"),
    ("login-failing", "FATAL:  server login has been failing, try again later (server_login_retry)"),
    ("too-many-clients", "FATAL:  no more connections allowed (max_client_conn)"),
    ("server-full", "FATAL:  sorry, too many clients already"),
    ("server-full", "FATAL:  remaining connection slots are reserved for roles with the SUPERUSER attribute"),
    ("server-full", 'FATAL:  too many connections for role "web"'),
    ("waited-too-long", "FATAL:  query_wait_timeout"),
    ("waited-too-long", f"{_AT}LOG {_CLIENT} closing because: query_wait_timeout (age=120s)"),
    ("transaction-too-long", "FATAL:  idle transaction timeout"),
    ("query-too-long", "FATAL:  query_timeout"),
    ("query-too-long", f"{_AT}WARNING {_CLIENT} pooler error: query timeout"),
    ("statements-mixed", 'pq: bind message supplies 1 parameters, but prepared statement "" requires 2'),
    ("statements-mixed", "pq: unnamed prepared statement does not exist"),
    (
        "deallocate-missing",
        'ERROR:  prepared statement "stmt4" does not exist\nUTC [7] STATEMENT:  DEALLOCATE stmt4',
    ),
    (
        "prepared-missing",
        'ERROR:  prepared statement "stmt4" does not exist\nUTC [7] STATEMENT:  EXECUTE stmt4',
    ),
    ("prepared-missing", 'ERROR:  prepared statement "S_1" does not exist'),
    ("prepared-missing", 'psycopg.errors.InvalidSqlStatementName: prepared statement "_pg3_0" does not exist'),
    ("prepared-twice", 'ERROR:  prepared statement "lrupsc_1_0" already exists'),
    ("cached-plan", "ERROR:  cached plan must not change result type"),
    ("cached-plan", "asyncpg.exceptions.InternalServerError: cache lookup failed for type 16476"),
    (
        "cached-plan",
        "asyncpg.exceptions.InvalidCachedStatementError: cached statement plan is invalid due to a database schema or "
        "configuration change",
    ),
    ("cursor-missing", 'django.db.utils.OperationalError: cursor "_django_curs_1_sync_1" does not exist'),
    ("lock-not-held", "WARNING:  you don't own a lock of type ExclusiveLock"),
    ("migration-lock", "ActiveRecord::ConcurrentMigrationError: Failed to release advisory lock"),
    (
        "migration-lock",
        "Context: Timed out trying to acquire a postgres advisory lock (SELECT pg_advisory_lock(72))",
    ),
    ("no-such-database", 'FATAL:  database "nosuch" does not exist'),
    ("no-such-database", f"{_AT}LOG C-0x55: closing because: no such database: nosuch (age=0s)"),
    ("password-wrong", 'FATAL:  password authentication failed for user "web"'),
    ("password-wrong", "FATAL:  SASL authentication failed"),
    ("no-address", f"{_AT}LOG S-0x56: app/web@(bad-af):0 closing because: server DNS lookup failed (age=0s)"),
    ("no-address", f"{_AT}WARNING DNS lookup failed: nosuchhost: result=0"),
    ("no-address", 'could not translate host name "db" to address: Temporary failure in name resolution'),
    ("server-away", f"{_AT}LOG {_SERVER} closing because: connect failed (age=0s)"),
    ("server-away", f"{_AT}LOG {_SERVER} closing because: server conn crashed? (age=9s)"),
    ("starting-up", "FATAL:  the database system is starting up"),
    ("tls", "FATAL:  SSL required"),
    ("tls", f"{_AT}LOG {_SERVER} closing because: server refused SSL (age=0s)"),
    ("bad-setting", 'ERROR:  unrecognized configuration parameter "app.tenant"'),
    ("not-in-statement-mode", "FATAL:  transaction blocks not allowed in statement pooling mode"),
]


@pytest.mark.parametrize(("code", "line"), MESSAGES)
def test_a_message_is_translated(code: str, line: str) -> None:
    found = translate(line)
    assert found is not None
    assert found.code == code
    assert found.line == line.partition("\n")[0]
    assert "{" not in (found.cause + found.fix).replace("{condition: service_healthy}", "")


def test_every_entry_has_a_message_here() -> None:
    assert {entry.code for entry in TABLE} == {code for code, _ in MESSAGES}


def test_every_entry_names_documentation_of_pgbouncer_or_postgresql() -> None:
    known = ("https://www.pgbouncer.org/", "https://www.postgresql.org/docs/")
    assert [entry.code for entry in TABLE if not entry.source.startswith(known)] == []


@pytest.mark.parametrize(
    "line",
    [
        "",
        "LOG process up: PgBouncer 1.26.1, libevent 2.1.13-stable",
        "LOG stats: 0 xacts/s, 0 queries/s, 0 client parses/s",
        f"LOG {_CLIENT} login attempt: db=app user=web tls=no",
        f"LOG {_CLIENT} closing because: client close request (age=1s)",
        "database notes is ready",
        '"GET /query_timeouts HTTP/1.1" 200',
        "redis.exceptions.ConnectionError: Error 111 connecting to cache:6379. Connection refused.",
        "requests.exceptions.SSLError: certificate verify failed",
    ],
)
def test_what_is_no_trouble_is_not_translated(line: str) -> None:
    assert translate(line) is None


def test_the_word_of_the_message_is_in_its_cause_and_fix() -> None:
    found = translate("FATAL: unsupported startup parameter: lock_timeout")
    assert found is not None
    assert "`lock_timeout`" in found.cause
    assert "ALTER ROLE ... SET lock_timeout" in found.fix


def test_a_message_that_comes_again_and_again_is_said_once_with_its_last_line() -> None:
    found = translate_all(["FATAL: query_wait_timeout", "ok", "FATAL:  query_wait_timeout again"])
    assert [(t.code, t.line) for t in found] == [("waited-too-long", "FATAL:  query_wait_timeout again")]


def test_a_message_is_read_with_the_statement_that_postgres_logs_after_it() -> None:
    error = 'ERROR:  prepared statement "stmt4" does not exist'
    assert [(t.code, t.line) for t in translate_all([error, "STATEMENT:  DEALLOCATE stmt4"])] == [
        ("deallocate-missing", error)
    ]
    assert [t.code for t in translate_all([error, "LOG:  ok", "STATEMENT:  DEALLOCATE stmt4"])] == ["prepared-missing"]
