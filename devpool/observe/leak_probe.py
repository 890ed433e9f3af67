"""Inspects the idle server connections of every pool for leftover session state.

It never takes more of them at a time than are idle, and returns them after three seconds at most
(docker/inside/leaks.pl). Busy ones are not inspected, and are reported as such.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from devpool.checks.installed import Mention, read_mentions
from devpool.checks.leaks import Kept, Leak, PoolOf, ProbedPool, states, tracked, who
from devpool.docker.console import ask, query_directly
from devpool.docker.container_values import RunningContainer
from devpool.docker.containers import Stack
from devpool.errors import DevpoolError
from devpool.measurements.show_tables import Pool, PoolerStatus, links, pools
from devpool.observe.overview import Overview
from devpool.resources import inside

_SECONDS = 3  # for which they are taken at most
_WATCHED = 3  # seconds for which connections gather, where the pooler would close them sooner
_KEPT_OPEN = 30  # seconds, more than the look takes
_MOST = 50  # of one pool at a time: each is a small process in the pooler's container
_SHOWN = ("POOLS", "SERVERS", "CLIENTS")
_SESSIONS = (
    "SELECT pid, left(coalesce(query, ''), 300) AS query, (SELECT json_agg(json_build_object("
    "'classid', classid::bigint, 'objid', objid::bigint, 'two', objsubid = 2, 'shared', mode = 'ShareLock')) "
    "FROM pg_catalog.pg_locks AS l WHERE l.pid = a.pid AND locktype = 'advisory' AND granted) AS advisory "
    "FROM pg_catalog.pg_stat_activity AS a WHERE backend_type = 'client backend' AND state = 'idle'"
)
Answers = dict[int, Mapping[str, Any]]  # of docker/inside/leaks.sql, by the pid of the backend


@dataclass(kw_only=True)
class LeakReport:
    """What the look found."""

    leaks: list[Leak] = field(default_factory=list)
    looked: list[ProbedPool] = field(default_factory=list)


def find_leaks(seen: Overview) -> LeakReport:
    """Inspect the pools of every pooler that answers."""
    report = LeakReport()
    for pooler in seen.poolers:
        if seen.stack is not None and pooler.running and not pooler.problem:
            try:
                with _kept_open(seen.stack, pooler, seen.running[pooler.name][0]):
                    _Probe(seen, seen.stack, pooler).look(report)
            except DevpoolError as error:
                all_of_it = ProbedPool(pooler=pooler.name, pool="all pools", servers=0, seen=0, problem=error.message)
                report.looked.append(all_of_it)
    return report


@contextmanager
def _kept_open(stack: Stack, pooler: PoolerStatus, container: RunningContainer) -> Iterator[None]:
    """Under the presets that close idle connections after a second, hardly any would be there to inspect: none is
    closed for a moment, in which the apps work as they do.

    The pooler's own value comes back at the end; after a kill, with `devpool reload` or the next start.
    """
    usual = pooler.setting("server_idle_timeout")
    if not 0 < usual < _KEPT_OPEN:
        yield
        return
    _set_idle_timeout(stack, container, _KEPT_OPEN)
    try:
        time.sleep(_WATCHED)
        yield
    finally:
        _set_idle_timeout(stack, container, usual)


def _set_idle_timeout(stack: Stack, container: RunningContainer, seconds: int) -> None:
    stack.execute(container, ["pooler-admin", f"SET server_idle_timeout = {seconds}"])


class _Probe:
    """One pooler at one moment."""

    def __init__(self, seen: Overview, stack: Stack, pooler: PoolerStatus) -> None:
        self.seen, self.stack, self.pooler = seen, stack, pooler
        self.container = seen.running[pooler.name][0]
        self.owners = {a: s for s, cs in seen.running.items() for c in cs for a in c.addresses}
        self.apart = tracked(
            pooler.reported,
            pooler.config.get("track_extra_parameters", ""),
            self.container.environment.get("PGBOUNCER_DB_CONNECT_QUERY", ""),
        )
        self.routed = tuple(r.service for r in seen.routes if r.pooled and r.database == pooler.database)

    def look(self, report: LeakReport) -> None:
        # Before anything else: inspecting a connection makes that query its last statement.
        self.sessions = {int(row["pid"]): row for row in _sessions(self.stack, self.seen, self.pooler, self.container)}
        answers = ask(self.stack, self.container, *_SHOWN)
        self.servers = {s.pid: s for s in links(answers["SERVERS"])}
        self.clients = links(answers["CLIENTS"])
        kept: list[tuple[Pool, int, Kept]] = []
        for pool in pools(answers["POOLS"]):
            kept += [(pool, pid, s) for pid, a in self._look_into(pool, report).items() for s in states(a, self.apart)]
        mentions = self._mentions({state.pattern for _, _, state in kept})
        report.leaks += [self._leak(pool, pid, state, mentions) for pool, pid, state in kept]

    def _look_into(self, pool: Pool, report: LeakReport) -> Answers:
        kept: Answers = {}
        problem = not_shared(pool)
        if not problem and pool.servers_idle:
            kept, problem = ask_idle(lambda words: self.stack.execute(self.container, words), pool)
        report.looked.append(
            ProbedPool(
                pooler=self.pooler.name,
                pool=f"{pool.user}@{pool.database}",
                servers=pool.servers,
                seen=len(kept),
                problem=problem,
            )
        )
        return kept if pool.mode == "session" else self._seen_from_outside(pool) | kept

    def _mentions(self, patterns: set[str]) -> dict[str, tuple[Mention, ...]]:
        """Where the source of each app that goes there has what was found."""
        given = [word for pattern in sorted(patterns) for word in ("-e", pattern)]
        apps = [app for app in self.routed if app in self.seen.running] if given else []
        return {app: _search(self.stack, self.seen.running[app][0], given) for app in apps}

    def _seen_from_outside(self, pool: Pool) -> Answers:
        """Advisory locks of idle sessions: these are visible from outside."""
        mine = (s.pid for s in self.servers.values() if (s.database, s.user) == (pool.database, pool.user))
        rows = {pid: self.sessions[pid].get("advisory") for pid in mine if pid in self.sessions}
        return {pid: {"advisory": json.loads(locks)} for pid, locks in rows.items() if locks}

    def _leak(self, pool: Pool, pid: int, state: Kept, mentions: Mapping[str, tuple[Mention, ...]]) -> Leak:
        mine = tuple(c for c in self.clients if (c.database, c.user) == (pool.database, pool.user))
        users = PoolOf(clients=mine, owners=self.owners, routed=self.routed, mentions=mentions)
        apps, evidence = who(users, state, self.servers.get(pid), self.sessions.get(pid, {}).get("query", ""))
        return Leak(
            pooler=self.pooler.name,
            pool=f"{pool.user}@{pool.database}",
            pid=pid,
            kind=state.kind,
            what=state.what,
            statement=state.statement,
            apps=apps,
            evidence=evidence,
        )


def _search(stack: Stack, app: RunningContainer, patterns: list[str]) -> tuple[Mention, ...]:
    """Lines of the source in a container's working directory; none where it has no shell, or nothing is found."""
    try:
        return tuple(read_mentions(stack.execute(app, ["sh", "-c", inside("search.sh"), "sh", *patterns])))
    except DevpoolError:
        return ()


def ask_idle(execute: Callable[[list[str]], str], pool: Pool, seconds: int = _SECONDS) -> tuple[Answers, str]:
    """What each idle server connection of a pool keeps, by the pid of its backend, and why that cannot be told.

    Args:
        execute: what runs a command in the pooler's container.
        pool: a pool of it, as it was a moment ago.
        seconds: for which the connections may be taken at most.
    """
    count = str(min(pool.servers_idle, _MOST))
    words = [inside("leaks.pl"), pool.user, pool.database, count, inside("leaks.sql"), str(seconds)]
    try:
        text = execute(["perl", "-e", *words])
    except DevpoolError as error:
        return {}, error.said
    # JSON may hold further characters at which `splitlines` splits, such as U+2028.
    answers = [json.loads(line) for line in text.split("\n") if line]
    return {int(answer["pid"]): answer for answer in answers}, ""


def not_shared(pool: Pool) -> str:
    """Why nothing that a session leaves in a pool reaches another client; "" where it does."""
    if pool.mode == "session":
        return "session mode: each client has its own, and PgBouncer resets it afterward"
    return "statement mode has no transaction to inspect it in" if pool.mode == "statement" else ""


def _sessions(stack: Stack, seen: Overview, pooler: PoolerStatus, container: RunningContainer) -> list[dict[str, str]]:
    """The idle sessions of Postgres, as far as the querying user may see them."""
    try:
        own = seen.running.get(pooler.database)
        return stack.query(own[0], _SESSIONS) if own else query_directly(stack, container, _SESSIONS)
    except DevpoolError:
        return []
