"""Watches a database while the command runs: what it has counted, and the most connections that it held."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import suppress

from devpool.compare.figures import ServerCounts, counted
from devpool.docker.container_values import RunningContainer
from devpool.docker.containers import Stack
from devpool.docker.conversation import Conversation
from devpool.docker.live_routes import ACTIVITY, at_database
from devpool.docker.psql import in_database, rows
from devpool.errors import DevpoolError

_SETTLED = 0.3  # seconds in which a server notices that a client has gone
_OWN_SESSIONS = 2  # that of the looks, and the one that counted before them
_COUNTS = (
    "SELECT sum(xact_commit + xact_rollback) AS transactions, "
    "sum((pg_catalog.to_jsonb(d) ->> 'sessions')::bigint) AS sessions FROM pg_catalog.pg_stat_database AS d"
)


class DatabaseWatch:
    """A database that is watched.

    Args:
        stack: the project's containers.
        container: the database's.
        known: the addresses of the containers whose connections do not count.

    Attributes:
        databases: the names of the databases that were there before.
        held: the most connections that it held for others; None before it held any.
    """

    def __init__(self, stack: Stack, container: RunningContainer, known: Iterable[str]) -> None:
        # No database of the app's is in use for it: one that is to be dropped or copied must not be.
        self._words = in_database(("-XqwA", "--csv", "-d", "postgres"))
        self._stack, self._container = stack, container
        self._before = self._counts()
        self._psql = Conversation(stack.call, container.id, self._words)
        self._known = {*known, "127.0.0.1", "::1"}
        self._looks = 1
        self.databases = [row["datname"] for row in rows(self._psql.ask("SELECT datname FROM pg_catalog.pg_database"))]
        self.held: int | None = None

    def look(self) -> None:
        """Count the connections that it holds now.

        Raises:
            DevpoolError: `docker-failed`, where it does not answer.
        """
        self._looks += 1
        counts = at_database(rows(self._psql.ask(ACTIVITY)))
        held = sum(number for address, number in counts.items() if address not in self._known)
        self.held = max(self.held or 0, held) or None

    def counted(self) -> tuple[int | None, int | None]:
        """The transactions of others since the beginning, and their sessions. A session that ends tells its counts."""
        self.close()
        time.sleep(_SETTLED)
        transactions, sessions = counted(self._before, self._counts())
        return (
            None if transactions is None else max(0, transactions - self._looks - _OWN_SESSIONS),
            None if sessions is None else max(0, sessions - _OWN_SESSIONS),
        )

    def _counts(self) -> ServerCounts | None:
        with suppress(DevpoolError, IndexError, KeyError):
            row = rows(self._stack.execute(self._container, [*self._words, "-c", _COUNTS]))[0]
            sessions = int(row["sessions"]) if row["sessions"] else None
            return ServerCounts(transactions=int(row["transactions"] or 0), sessions=sessions)
        return None

    def close(self) -> None:
        """End the program in the container."""
        self._psql.close()
