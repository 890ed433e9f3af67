"""PgBouncer's SHOW tables, read by the names of their columns: a release may add some (PgBouncer's documentation)."""

from __future__ import annotations

from devpool.containers import Running, Stack, rows
from devpool.show import OURS


def show(stack: Stack, pooler: Running, what: str) -> list[dict[str, str]]:
    """`SHOW <what>` of a running pooler, a dict for each row, its columns by name.

    Raises:
        DevpoolError: `docker-failed`, where the pooler does not answer.
    """
    return rows(stack.execute(pooler, ["pooler-admin", f"SHOW {what}"]))


def of_apps(found: list[dict[str, str]]) -> list[dict[str, str]]:
    """The rows without those of the console and of the healthcheck."""
    return [row for row in found if row.get("database") not in OURS]
