"""Reasons that several suites share, as sentences for docs/compatibility.md."""

from __future__ import annotations

STALE_STATEMENT = (
    "PgBouncer prepares each text once on a server connection. After a table is changed, or dropped and made anew, the "
    "same text gets the old plan and the old parameter types, also for a client that prepares it again: reconnect the "
    "pooler after DDL, as `devpool migrate` does."
)
LISTEN = "LISTEN stays on a server connection, and its notifications do not reach the client: listen directly."
TEMPORARY = (
    "A temporary table is on one server connection, where it outlives its client: others lack it, and it is in the way "
    "of those that make it again. Create it with `ON COMMIT DROP`."
)
TERMINATED = (
    "The test terminates its own server process and waits for the server's words or for the broken connection; the "
    "pooler reports the loss in words of its own, and keeps an idle client's connection."
)
OWN_PROCESS = (
    "The process id that a client is given at login is the pooler's, for cancel requests; `pg_backend_pid()` gives "
    "that of the server."
)
