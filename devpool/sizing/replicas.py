"""What all tasks of a pooler together may open at Postgres. Pure.

Each task has pools of its own. While one is replaced, start-first, there is one more; and in each the health check
keeps a connection (measured on a Swarm: N x (pool + 1)).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from devpool.decide.tuning import POOL_SIZE, POOL_SIZE_USUAL, PRESET

HEALTH = 1
# docker/pgbouncer/presets.txt: the columns in which these are not 0.
_STRICT: Mapping[str, int] = {"reserve_pool_size": 5, "max_db_connections": 80}
_STRICT_PRESETS = ("staging", "production")


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """The tasks of one pooler, at one database.

    Attributes:
        pooler: its service.
        database: the database.
        replicas: how many tasks it has.
        most: connections that they may open, with one more task.
        direct: connections of services that stay direct, at peak.
        room: connections that Postgres has for all of them.
        source: where that number is from.
    """

    pooler: str
    database: str
    replicas: int
    most: int
    direct: int
    room: int
    source: str

    @property
    def fits(self) -> bool:
        """Whether Postgres has room for all that may come."""
        return self.most + self.direct <= self.room

    @property
    def sentence(self) -> str:
        """What may come, and what there is room for."""
        tasks = f"{self.replicas} {'task' if self.replicas == 1 else 'tasks'}"
        direct = f", direct services hold up to {self.direct}" if self.direct else ""
        return (
            f"{tasks}, and one more while one is replaced, may open {self.most} connections{direct}; "
            f"Postgres has room for {self.room} ({self.source})"
        )


def at_once(replicas: int) -> int:
    """How many tasks there are while one of them is replaced."""
    return replicas + 1


def most_connections(settings: Mapping[str, str], replicas: int, *, pools: int, databases: int) -> int:
    """What the tasks of a pooler may open.

    Args:
        settings: its settings by key; the others are those of its preset.
        replicas: how many tasks it has.
        pools: pairs of user and database.
        databases: how many databases these are at.
    """
    strict = settings.get(PRESET) in _STRICT_PRESETS
    usual = {POOL_SIZE: POOL_SIZE_USUAL, **(_STRICT if strict else {})}
    size, reserve, most = (
        int(settings.get(key, usual.get(key, 0))) for key in (POOL_SIZE, "reserve_pool_size", "max_db_connections")
    )
    each = min(pools * (size + reserve), databases * most if most else pools * (size + reserve))
    return at_once(replicas) * (each + HEALTH)
