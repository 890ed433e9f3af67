"""Asks a project's poolers and databases all that there is to know, each in one call and all at the same time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from devpool.docker.console import Row, Told, question
from devpool.docker.container_values import ListedContainer
from devpool.docker.containers import Stack
from devpool.docker.live_routes import ACTIVITY, Counts, at_database, at_pooler
from devpool.docker.questions import Question, answered, asking
from devpool.errors import DevpoolError

T = TypeVar("T")
_SHOWN = ("VERSION", "CONFIG", "DATABASES", "POOLS", "STATS", "CLIENTS", "SERVERS")
LIMITS = (
    "SELECT name, setting FROM pg_catalog.pg_settings WHERE name IN ('server_version', 'max_connections', "
    "'superuser_reserved_connections', 'reserved_connections') UNION ALL "
    "SELECT 'connections', count(*)::text FROM pg_catalog.pg_stat_activity WHERE backend_type = 'client backend'"
)
"""A server's version, its limits and how many connections it has, as rows of name and setting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What the containers answered, or why there is no answer.

    Attributes:
        poolers: of each container of a pooler, by service: of the first one all, of the others their clients.
        servers: of each container of a database, by service: the rows of `ACTIVITY`, and of `LIMITS` if asked for.
    """

    poolers: Mapping[str, list[Told | DevpoolError]]
    servers: Mapping[str, list[list[list[Row]] | DevpoolError]]

    def at_pooler(self, name: str) -> Counts:
        """The connections at a pooler, by address.

        Raises:
            DevpoolError: why they are unknown.
        """
        return _sum(at_pooler(answered(told).shown["CLIENTS"]) for told in self.poolers[name])

    def at_database(self, name: str) -> Counts:
        """The connections at a database, by address.

        Raises:
            DevpoolError: why they are unknown.
        """
        return _sum(at_database(answered(rows)[0]) for rows in self.servers[name])

    def limits(self, name: str) -> list[Row]:
        """The rows of `LIMITS` of a database.

        Raises:
            DevpoolError: why they are unknown.
        """
        return answered(self.servers[name][0])[1]


def ask_all(
    stack: Stack,
    running: Mapping[str, list[ListedContainer]],
    poolers: Iterable[str],
    databases: Iterable[str],
    known: Collection[str],
    *,
    deep: bool,
) -> Answers:
    """Ask poolers and databases.

    Args:
        stack: the project's containers.
        running: those that run, by service.
        poolers: the poolers' services.
        databases: the databases' services; one that does not run, or is outside of the project, is left out.
        known: the poolers whose report is known: logging in every time would fill the log.
        deep: whether to send a query through each pooler, and to ask each database for its limits.
    """
    about_poolers = {
        name: [
            _about(stack, c, first=number == 0, known=name in known, deep=deep)
            for number, c in enumerate(running.get(name, []))
        ]
        for name in poolers
    }
    sql = (ACTIVITY, LIMITS) if deep else (ACTIVITY,)
    about_servers = {name: [stack.queries(c, *sql) for c in running[name]] for name in databases if name in running}
    with asking(_each(about_poolers)) as told, asking(_each(about_servers)) as rows:
        stack.inspected()  # in the meantime: whose connections these are is told by the containers' addresses
        return Answers(poolers=_by_name(about_poolers, told()), servers=_by_name(about_servers, rows()))


def _about(stack: Stack, pooler: ListedContainer, *, first: bool, known: bool, deep: bool) -> Question[Told]:
    if not first:
        return question(stack, pooler, "CLIENTS")
    # A pooler whose database does not answer is not made to wait for it.
    reports = not known and pooler.health != "unhealthy"
    return question(stack, pooler, *_SHOWN, reports=reports, queries=deep)


def _each(questions: Mapping[str, list[Question[T]]]) -> list[Question[T]]:
    return [question for each in questions.values() for question in each]


def _by_name(
    questions: Mapping[str, list[Question[T]]], answers: list[T | DevpoolError]
) -> dict[str, list[T | DevpoolError]]:
    rest = iter(answers)
    return {name: [next(rest) for _ in each] for name, each in questions.items()}


def _sum(counts: Iterable[Counts]) -> Counts:
    return sum(counts, Counter())
