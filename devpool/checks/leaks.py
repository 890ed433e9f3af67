"""Session state on shared server connections: what it is, which app most likely left it, and the check of it. Pure.

What does not last under transaction pooling, and so stays for others, is listed in PgBouncer's documentation
(https://www.pgbouncer.org/features.html, "SQL feature map for pooling modes").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from devpool.checks.installed import Mention
from devpool.checks.result import Result, ok, skipped, warning
from devpool.measurements.show_tables import Link

Kind = Literal["advisory lock", "LISTEN", "SET", "temporary table", "PREPARE", "WITH HOLD cursor"]
# What Postgres reports to every client; PgBouncer 1.26 gives each client its own values of these
# (PostgreSQL documentation, "Asynchronous Operations", and https://www.pgbouncer.org/config.html#track_extra_parameters).
_REPORTED = {
    *("application_name", "client_encoding", "DateStyle", "default_transaction_read_only", "in_hot_standby"),
    *("integer_datetimes", "IntervalStyle", "is_superuser", "scram_iterations", "server_encoding", "server_version"),
    *("session_authorization", "standard_conforming_strings", "TimeZone"),
}
_LONGEST = 70
WAYS: dict[Kind, str] = {
    "advisory lock": "pg_advisory_xact_lock ends with its transaction",
    "LISTEN": "listen on a direct connection",
    "SET": "SET LOCAL ends with its transaction; ALTER ROLE ... SET applies to all",
    "temporary table": "CREATE TEMPORARY TABLE ... ON COMMIT DROP ends with its transaction",
    "PREPARE": "let the driver prepare over the protocol",
    "WITH HOLD cursor": "read it inside its transaction, without WITH HOLD",
}
"""How to do without each kind of state."""
HARMS: dict[Kind, str] = {
    "advisory lock": "the lock stays on a connection that others get: they hold it too, and its owner cannot free it",
    "LISTEN": "notifications go to the server connection that listens, and no longer reach the client",
    "SET": "the value stays for the next client of the connection, and others serve this one without it",
    "temporary table": "the table is on one server connection: gone in the next transaction, and in the way of others",
    "PREPARE": "the statement is on one server connection: unknown on others, and its name is taken for other clients",
    "WITH HOLD cursor": "the cursor is on one server connection, and the next FETCH may reach another",
}
"""What each kind of state does in a transaction pool."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Something that a session keeps: its kind, what it is in words, the statement that makes it, and what that looks
    like in a source, as an extended regular expression of grep's.
    """

    kind: Kind
    what: str
    statement: str
    pattern: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolOf:
    """Who uses a pool: its clients now, the service of each address, the apps that are routed to its database, and
    what the source of each of these says of what was found.
    """

    clients: tuple[Link, ...]
    owners: Mapping[str, str]
    routed: tuple[str, ...]
    mentions: Mapping[str, tuple[Mention, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """State on a shared server connection.

    Attributes:
        pooler: whose server connection it is.
        pool: `user@database`.
        pid: of the Postgres backend.
        kind: what kind of state.
        what: it, in words.
        statement: what to look for in the app's source.
        apps: the services that most likely did it.
        evidence: why they.
    """

    pooler: str
    pool: str
    pid: int
    kind: Kind
    what: str
    statement: str
    apps: tuple[str, ...]
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbedPool:
    """How one pool was inspected: its server connections, how many of them were seen, and why not more."""

    pooler: str
    pool: str
    servers: int
    seen: int
    problem: str = ""


def tracked(reported: Iterable[str], extra: str, connect_query: str = "") -> frozenset[str]:
    """The settings, in lower case, that are no leak: PgBouncer gives them back to each client, or sets them for all.

    Args:
        reported: the parameters that it reported at a login.
        extra: its `track_extra_parameters`.
        connect_query: what it runs on each new server connection.
    """
    for_all = re.findall(r"\bset\s+(?:session\s+)?([\w.]+)", connect_query, re.I)
    names = {*_REPORTED, *reported, *for_all, *(n.strip() for n in extra.split(","))}
    return frozenset(n.lower() for n in names)


def states(answer: Mapping[str, Any], apart: frozenset[str]) -> Iterator[Kept]:
    """What a session keeps.

    Args:
        answer: that of docker/inside/leaks.sql.
        apart: the settings that are each client's own (`tracked`).
    """
    for lock in answer.get("advisory") or ():
        yield _lock(lock)
    for channel in answer.get("listen") or ():
        yield _state("LISTEN", f"listens to `{channel}`", f"LISTEN {channel}", f'listen +"?{re.escape(channel)}')
    for name in answer.get("temporary") or ():
        pattern = f"temp(orary)? .*{re.escape(name)}"
        yield _state("temporary table", f"temporary `{name}`", f"CREATE TEMPORARY TABLE {name}", pattern)
    for statement in answer.get("prepared") or ():
        name = statement["name"]
        yield _state("PREPARE", f"prepared `{name}`", _short(statement["statement"]), f"prepare +{re.escape(name)}")
    for statement in answer.get("cursor") or ():
        pattern = f"{re.escape(statement['name'])}.* with hold|with hold"
        yield _state("WITH HOLD cursor", f"cursor `{statement['name']}`", _short(statement["statement"]), pattern)
    yield from _settings(answer, apart)


def _state(kind: Kind, what: str, statement: str, pattern: str) -> Kept:
    return Kept(kind=kind, what=what, statement=statement, pattern=pattern)


def _settings(answer: Mapping[str, Any], apart: frozenset[str]) -> Iterator[Kept]:
    for row in answer.get("setting") or ():
        if row["name"].lower() not in apart:
            name = row["name"]
            # Settings with a dot belong to an app and may identify a logged-in user: their values are not shown.
            value = "..." if "." in name else _short(row["value"]) or "''"
            yield _setting(f"`{name}` = {value}", f"SET {name}", name)
    for name in answer.get("own") or ():
        yield _setting(f"`{name}`", f"SET {name}, or set_config('{name}', ..., false)", name)
    if answer.get("role", "none") != "none":
        yield _setting(f"role `{answer['role']}`", f"SET ROLE {answer['role']}", "role")


def _setting(what: str, statement: str, name: str) -> Kept:
    return _state("SET", what, statement, f"set +(session +)?{re.escape(name)}|set_config\\(.{re.escape(name)}")


def _lock(lock: Mapping[str, Any]) -> Kept:
    """A key of 64 bits is kept as two halves (PostgreSQL documentation, `pg_locks`)."""
    high, low = int(lock["classid"]), int(lock["objid"])
    key = f"{_signed(high, 32)}, {_signed(low, 32)}" if lock["two"] else str(_signed((high << 32) | low, 64))
    function = "pg_advisory_lock_shared" if lock["shared"] else "pg_advisory_lock"
    return _state("advisory lock", f"advisory lock {key}", f"{function}({key})", "advisory_lock")


def _signed(number: int, bits: int) -> int:
    return number - (1 << bits) if number >> (bits - 1) else number


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _LONGEST else words[: _LONGEST - 1] + "…"


def who(pool: PoolOf, state: Kept, server: Link | None, last_query: str) -> tuple[tuple[str, ...], str]:
    """The apps that most likely left a state, and the evidence.

    Args:
        pool: who uses the pool.
        state: what was left.
        server: the server connection, as it was before anybody looked into it.
        last_query: the last statement there, before that.
    """
    written = {app: place for app, item in pool.mentions.items() if (place := _place(state, item))}
    mine = [c for c in pool.clients if c.address in pool.owners]
    every = {pool.owners[c.address] for c in mine}
    if server and _is(state, last_query):
        same = [c for c in mine if (c.asked, c.application) == (server.asked, server.application)]
        last = {pool.owners[c.address] for c in same}
        if len(last) == 1:
            return tuple(last), "from the last statement on the connection and its last client"
    if len(written) == 1:
        return tuple(written), f"found in its source: {next(iter(written.values()))}"
    if len(every) == 1:
        return tuple(every), "the only app with clients in this pool"
    if written:
        return tuple(sorted(written)), f"found in their source: {next(iter(written.values()))}"
    if every:
        return tuple(sorted(every)), "these apps have clients in this pool"
    return tuple(dict.fromkeys(pool.routed)), "no client of this pool is connected now; these apps use it"


def _is(state: Kept, query: str) -> bool:
    return re.search(state.pattern, query, re.I) is not None


def _place(state: Kept, mentions: Iterable[Mention]) -> str:
    return next((m.place for m in mentions if _is(state, m.text)), "")


def leak_results(leaks: Iterable[Leak], looked: Iterable[ProbedPool]) -> Iterator[Result]:
    """A warning for each leak; for each pool without one, how much of it was inspected."""
    dirty = set()
    for leak in leaks:
        dirty.add((leak.pooler, leak.pool))
        apps = " or ".join(leak.apps) or "somebody"
        yield warning(
            "leak",
            leak.pooler,
            f"{leak.kind} on backend {leak.pid} of {leak.pool}: {leak.what}; most likely {apps} ({leak.evidence})",
            f"look for `{leak.statement}`; {WAYS[leak.kind]}{_apart(leak.apps)}",
        )
    for pool in looked:
        yield from [_clean(pool)] if (pool.pooler, pool.pool) not in dirty else _part(pool)


def _apart(apps: tuple[str, ...]) -> str:
    """The other way, where one app is known or some may have done it."""
    if len(apps) > 1:
        return f", or `devpool enable --session SERVICE` for the one of {', '.join(apps)} that has it"
    return f", or `devpool enable --session {apps[0]}`" if apps else ""


def _clean(pool: ProbedPool) -> Result:
    if pool.problem:
        return skipped("leak", pool.pooler, f"{pool.pool}: {pool.problem}")
    if not pool.seen:
        return skipped(
            "leak",
            pool.pooler,
            f"{pool.pool}: no idle server connection to inspect",
            "check while the apps are busy, or keep connections longer: devpool set server_idle_timeout=600",
        )
    return ok("leak", pool.pooler, f"{pool.pool}: nothing left on {pool.seen} of {pool.servers} server connections")


def _part(pool: ProbedPool) -> Iterator[Result]:
    if pool.problem:
        yield skipped("leak", pool.pooler, f"{pool.pool}: not inspected: {pool.problem}")
    elif pool.seen < pool.servers:
        busy = pool.servers - pool.seen
        yield skipped("leak", pool.pooler, f"{pool.pool}: {busy} busy server connections were not inspected")
