"""The same work as it should be done: nothing of it outlives its transaction."""

from __future__ import annotations


def test_advisory_lock(connect):
    one, other = connect(), connect()
    with one.transaction():
        one.execute("SELECT pg_advisory_xact_lock(4711)")
        assert other.execute("SELECT pg_try_advisory_xact_lock(4711)").fetchone() == (False,)


def test_set_local(connect):
    connection = connect()
    with connection.transaction():
        connection.execute("SET LOCAL statement_timeout = '55s'")
        assert connection.execute("SHOW statement_timeout").fetchone() == ("55s",)


def test_temporary_table(connect):
    connection = connect()
    with connection.transaction():
        connection.execute("CREATE TEMPORARY TABLE basket (id int) ON COMMIT DROP")
        connection.execute("INSERT INTO basket VALUES (1)")


def test_cursor(connect):
    connection = connect()
    with connection.transaction(), connection.cursor("report") as cursor:
        cursor.execute("SELECT generate_series(1, 3)")
        assert cursor.fetchall() == [(1,), (2,), (3,)]


def test_prepared_by_the_driver(connect):
    one, other = connect(), connect()
    for connection in (one, other, one, other):
        assert connection.execute("SELECT %s::int", [1], prepare=True).fetchone() == (1,)
