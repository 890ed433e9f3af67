"""What sessions at Postgres hold right now that a transaction pool would not keep for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from devpool.docker.container_values import RunningContainer
from devpool.docker.containers import Stack
from devpool.docker.questions import answered, answers

# Who waits for notifications sends nothing after its LISTEN. A lock that an idle session holds is not a transaction's
# (PostgreSQL documentation, "LISTEN", and "The Cumulative Statistics System", pg_stat_activity).
_HELD = (
    "SELECT host(client_addr) AS addr, 'LISTEN' AS held FROM pg_catalog.pg_stat_activity "
    "WHERE backend_type = 'client backend' AND client_addr IS NOT NULL AND query ~* '^\\s*LISTEN\\s' "
    "UNION SELECT host(client_addr), 'session advisory locks' FROM pg_catalog.pg_locks "
    "JOIN pg_catalog.pg_stat_activity USING (pid) "
    "WHERE locktype = 'advisory' AND granted AND state = 'idle' AND client_addr IS NOT NULL ORDER BY 1, 2"
)


def held_by_sessions(
    stack: Stack, running: Mapping[str, list[RunningContainer]], database: str, apps: Iterable[str]
) -> dict[str, list[str]]:
    """What the sessions of apps at a database hold, by app; those that hold nothing are left out.

    Args:
        stack: the project's containers.
        running: those that run, by service.
        database: the database's service.
        apps: the services to ask for.

    Raises:
        DevpoolError: what `Stack.queries` raises.
    """
    each = answers(stack.queries(server, _HELD) for server in running.get(database, []))
    rows = [row for answer in each for row in answered(answer)[0]]
    owners = {address: app for app in apps for c in running.get(app, []) for address in c.addresses}
    by_feature: dict[str, list[str]] = {}
    for row in rows:
        if owner := owners.get(row["addr"]):
            by_feature.setdefault(owner, []).append(row["held"])
    return {app: list(dict.fromkeys(held)) for app, held in by_feature.items()}
