"""asyncpg's tests: those that need no cluster of their own."""

from __future__ import annotations

from suites.reasons import LISTEN, STALE_STATEMENT, TERMINATED
from suites.suite import Reason, Suite

_STALE = r"cached statement plan is invalid|cache lookup failed for type|test_custom_codec_override_tuple"
_AFTER = "A test before it failed and left its table: it fails with that one."
SUITE = Suite(
    title="asyncpg",
    driver="itself",
    source="https://magicstack.github.io/asyncpg/current/installation.html#running-tests",
    version=("pip", "show", "asyncpg"),
    part="all tests that need no server of their own",
    command=("pytest", "-q", "-p", "no:cacheprovider", "--timeout=20", "--ignore=tests/test__sourcecode.py", "tests"),
    reasons=(
        Reason(tests=r"TestListeners", why=LISTEN),
        Reason(tests=_STALE, why=STALE_STATEMENT),
        Reason(
            tests=r"client_min_messages",
            why="The driver sends `client_min_messages` at login, which PgBouncer refuses: set it with `ALTER ROLE`, "
            "or in the transaction.",
        ),
        Reason(
            tests=r"test_prepare_explicitly_named|test_copy_records_to_table_no_stmt_cache",
            why="The test looks for its prepared statements on the server, where they have the pooler's names.",
            concerns_apps=False,
        ),
        Reason(
            tests=r"test_get_settings",
            why="The client's encoding is reported as the client wrote it, `utf-8`, not as Postgres does, `UTF8`.",
            concerns_apps=False,
        ),
        Reason(tests=r'relation "copytab" already exists', why=_AFTER, concerns_apps=False),
        Reason(
            tests=r"interrupted_by_server|test_pool_remote_close|idle_connection_loss",
            why=TERMINATED,
            concerns_apps=False,
        ),
        Reason(
            tests=r"test_pool_release_after_background_cancel_timeout",
            why="The test gives a statement a tenth of a second, which is not enough on a busy machine.",
            concerns_apps=False,
        ),
        Reason(
            tests=r"test_executemany_server_failure_during_writes",
            why="The test expects that the server's error stops the driver while it still writes; the pooler has taken "
            "all of it by then.",
            concerns_apps=False,
        ),
    ),
)
