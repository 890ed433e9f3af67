"""What connections prove about a route: some at the pooler and none at Postgres, for each container of an app."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypedDict

Proof = Literal["proved", "not proved", "idle", "pooler only", "direct", "unseen"]
WORDS: dict[Proof, str] = {
    "proved": "proved",
    "not proved": "NOT PROVED",
    "idle": "no connection now",
    "pooler only": "at the pooler",  # what reaches an outside server itself cannot be seen
    "direct": "direct",
    "unseen": "not visible by address",  # it uses the host's network
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Replica:
    """The connections of one container: at the pooler, and at Postgres itself, None where that cannot be seen.

    `addressed` tells whether the container has an address of its own, by which its connections are told from others.
    """

    container: str
    at_pooler: int
    at_database: int | None
    addressed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Connections:
    """How many connections one service holds to one database, all its containers together, and each of them."""

    service: str
    database: str
    at_pooler: int
    at_database: int | None
    containers: tuple[Replica, ...]

    @classmethod
    def of(cls, service: str, database: str, replicas: Iterable[Replica]) -> Connections:
        """The sum over containers; what cannot be seen of one is unknown of all."""
        each = tuple(replicas)
        counts = [r.at_database for r in each]
        return cls(
            service=service,
            database=database,
            at_pooler=sum(r.at_pooler for r in each),
            at_database=None if None in counts else sum(c for c in counts if c is not None),
            containers=each,
        )


def proof(replica: Replica, *, pooled: bool) -> Proof:
    """What the connections of a container say of its route."""
    if not replica.addressed:
        return "unseen"
    wrong, right = (replica.at_database, replica.at_pooler) if pooled else (replica.at_pooler, replica.at_database)
    if wrong:
        return "not proved"
    if not right:
        return "idle"
    if not pooled:
        return "direct"
    return "pooler only" if replica.at_database is None else "proved"


class ReplicaData(TypedDict):
    """The connections of one container, and what they prove of its route.

    Attributes:
        container: its name.
        at_pooler: connections at the pooler.
        at_database: connections at Postgres itself; null where they cannot be seen.
        proof: what they prove.
    """

    container: str
    at_pooler: int
    at_database: int | None
    proof: Proof


class ConnectionsData(TypedDict):
    """The connections of one app to one database.

    Attributes:
        service: the app.
        database: the database.
        at_pooler: connections at the pooler.
        at_database: connections at Postgres itself; null where they cannot be seen.
        containers: each of its containers.
    """

    service: str
    database: str
    at_pooler: int
    at_database: int | None
    containers: list[ReplicaData]


def as_json(connections: Connections, *, pooled: bool) -> ConnectionsData:
    """Connections for `--json`, with the proof of each container."""
    return {
        "service": connections.service,
        "database": connections.database,
        "at_pooler": connections.at_pooler,
        "at_database": connections.at_database,
        "containers": [
            {
                "container": r.container,
                "at_pooler": r.at_pooler,
                "at_database": r.at_database,
                "proof": proof(r, pooled=pooled),
            }
            for r in connections.containers
        ],
    }
