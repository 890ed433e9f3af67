"""Six faults. Each test passes directly; through a transaction pool it fails, or leaves something behind."""

from __future__ import annotations


def test_listen(connect):
    listener, other = connect(), connect()
    listener.execute("LISTEN jobs")
    other.execute("NOTIFY jobs, 'one'")
    assert [n.payload for n in listener.notifies(timeout=1, stop_after=1)] == ["one"], "no notification came"


def test_advisory_lock(connect):
    one, other = connect(), connect()
    one.execute("SELECT pg_advisory_lock(4711)")
    assert other.execute("SELECT pg_try_advisory_lock(4711)").fetchone() == (False,), "both hold the lock"


def test_set(connect):
    connection = connect()
    connection.execute("SET statement_timeout = '55s'")
    assert connection.execute("SHOW statement_timeout").fetchone() == ("55s",)


def test_temporary_table(connect):
    connection = connect()
    connection.execute("CREATE TEMPORARY TABLE basket (id int)")
    connection.execute("INSERT INTO basket VALUES (1)")
    assert connection.execute("SELECT count(*) FROM basket").fetchone() == (1,)


def test_with_hold_cursor(connect):
    connection = connect()
    connection.execute("DECLARE report CURSOR WITH HOLD FOR SELECT generate_series(1, 3)")
    assert connection.execute("FETCH ALL FROM report").fetchall() == [(1,), (2,), (3,)]


def test_prepare(connect):
    one, other = connect(), connect()
    for connection in (one, other):
        connection.execute("PREPARE totals AS SELECT 1")
        assert connection.execute("EXECUTE totals").fetchone() == (1,)
