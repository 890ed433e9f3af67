"""What is seen of an application in its story. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """Work for a while: pieces of work and errors, their rate, the most connections Postgres held, rows it got."""

    done: int
    errors: int
    per_second: float
    held: int
    rows: int
    reasons: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something recreated under load: whether it healed, the seconds until the last error, and the errors."""

    healed: bool
    seconds: float
    errors: int
    reasons: list[str]


@dataclass(kw_only=True)
class Story:
    """What was seen, in the order in which it happened."""

    title: str
    driver: str
    version: str = ""
    postgres: str = ""
    pgbouncer: str = ""
    machine: str = ""
    direct: Phase | None = None
    direct_event: Event | None = None
    direct_reaction: float | None = None
    notes: list[str] = field(default_factory=list)
    routes: dict[str, str] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    pooled: Phase | None = None
    pooled_reaction: float | None = None
    findings: list[str] = field(default_factory=list)
    migration: str = ""
    database_event: Event | None = None
    pooler_event: Event | None = None
    bytes_differ: list[str] = field(default_factory=list)
    rows_lost: int = 0
    after: Phase | None = None
