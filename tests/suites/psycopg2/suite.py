"""psycopg2's tests: all of them but those of replication, which is no work for a pooler."""

from __future__ import annotations

from suites.reasons import LISTEN, OWN_PROCESS, TEMPORARY, TERMINATED
from suites.suite import Reason, Suite

SUITE = Suite(
    title="psycopg2",
    driver="itself, libpq",
    source="https://www.psycopg.org/docs/install.html#running-the-test-suite",
    version=("pip", "show", "psycopg2-binary"),
    part="all tests but those of replication",
    command=("pytest", "-q", "-p", "no:cacheprovider", "--timeout=20", "tests"),
    reasons=(
        Reason(
            tests=r'relation "(table1|extrasdictcursortests|nttest)" (already exists|does not exist)', why=TEMPORARY
        ),
        Reason(tests=r"NotifiesTests|_notif", why=LISTEN),
        Reason(tests=r"test_backend_pid", why=OWN_PROCESS, concerns_apps=False),
        Reason(tests=r"test_external_close", why=TERMINATED, concerns_apps=False),
    ),
)
