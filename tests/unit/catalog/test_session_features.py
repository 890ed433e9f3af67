"""Which lines of source are taken for the use of something that a transaction pool does not keep."""

from __future__ import annotations

import pytest

from devpool.catalog.session_features import SESSION_FEATURES, SessionFeature


def found(line: str) -> list[str]:
    return [f.name for f in SESSION_FEATURES if any(w in line for w in f.words) and f.pattern.search(line)]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ('cursor.execute("LISTEN jobs")', "LISTEN"),
        ("await client.query('LISTEN jobs')", "LISTEN"),
        ('conn.execute(f"LISTEN {channel}")', "LISTEN"),
        ("await connection.add_listener('jobs', on_job)", "LISTEN"),
        ("listener := pq.NewListener(dsn, min, max, nil)", "LISTEN"),
        ("n, err := conn.WaitForNotification(ctx)", "LISTEN"),
        ("PGNotification[] n = connection.getNotifications();", "LISTEN"),
        ("conn.wait_for_notify(10) do |channel|", "LISTEN"),
        ("$pdo->pgsqlGetNotify(PDO::FETCH_ASSOC);", "LISTEN"),
        ("for notify in conn.notifies():", "LISTEN"),
        ('cursor.execute("SELECT pg_advisory_lock(%s)", [1])', "session advisory locks"),
        ("SELECT pg_try_advisory_lock(1)", "session advisory locks"),
        ("Order.with_advisory_lock('a') { work }", "session advisory locks"),
        ('cursor.execute("SET search_path TO tenant")', "SET for a session"),
        ("knex.raw('set session statement_timeout = 5')", "SET for a session"),
        ('db.Exec("CREATE TEMP TABLE a (b int)")', "temporary tables"),
        ('"create temporary table a as select 1"', "temporary tables"),
        ('cursor.execute("PREPARE totals (int) AS SELECT $1")', "SQL PREPARE"),
        ("await client.query('prepare totals as select 1')", "SQL PREPARE"),
        ("DECLARE c CURSOR WITH HOLD FOR SELECT 1", "WITH HOLD cursors"),
    ],
)
def test_what_needs_a_session_is_found(line: str, name: str) -> None:
    assert found(line) == [name]


@pytest.mark.parametrize(
    "line",
    [
        'cursor.execute("NOTIFY jobs")',
        "server.listen(8080)",
        "element.addEventListener('click', go)",
        'cursor.execute("SELECT pg_advisory_xact_lock(1)")',
        'cursor.execute("SET LOCAL search_path TO tenant")',
        '"UPDATE a SET role = 1"',
        'db.Exec("CREATE TEMP TABLE a (b int) ON COMMIT DROP")',
        "cursor.execute(\"PREPARE TRANSACTION 'order'\")",
        "notifications.send(user)",
        "hold = threshold with holding",
    ],
)
def test_what_works_in_a_transaction_pool_is_not(line: str) -> None:
    assert found(line) == []


@pytest.mark.parametrize("feature", SESSION_FEATURES, ids=lambda f: f.name)
def test_an_app_that_is_pooled_by_name_is_not_sent_to_a_session_pool(feature: SessionFeature) -> None:
    assert "--session" not in feature.ways("web", by_name=True)
    assert "--direct web" in feature.ways("web", by_name=True)
    assert ("--session web" in feature.ways("web")) == feature.session
