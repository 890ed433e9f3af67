"""The input of the checks. It is all plain values: the code that gathers them does the I/O."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from devpool.checks.installed import Installed
from devpool.checks.result import Result
from devpool.measurements.routes import Connections
from devpool.measurements.show_tables import PoolerStatus
from devpool.measurements.tasks import Task
from devpool.sizing.replicas import Crowd
from devpool.undo.state import AppRoute

Version = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseServer:
    """What a Postgres server reports. `problem` is why it did not answer; counts are of connections."""

    database: str
    problem: str = ""
    version: Version = ()
    most: int = 0
    reserved: int = 0
    connections: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """A published port: the address it is bound to ("" is every one), and the port on the host."""

    host: str
    published: str

    @property
    def is_open(self) -> bool:
        """Whether other machines can reach it."""
        return not (self.host.startswith("127.") or self.host in ("::1", "localhost"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that the checks look at.

    Attributes:
        enabled: whether devpool is enabled here.
        drifted: files (and places in them) that are not as devpool wrote them.
        routes: of every app.
        compose_version: of the plugin; nothing where it does not tell.
        compose_problem: why Compose does not accept the project, "" where it does.
        engine_problem: why containers cannot be asked, "" where they can.
        another: that containers under the project's name are another project's, in words; "" where none are.
        ways_on: what can be typed then.
        running: the services that run.
        failed: those that do not, because their program ended with an error.
        poolers: what each of devpool's poolers shows.
        queries: by pooler, what a query through its pool met; "" where it was answered.
        servers: each database, by its service.
        connections: of each app; None where they are unknown.
        installed: what the pooled apps have installed.
        likely: what the files of the pooled apps say of their drivers, where their containers could not be asked.
        unkept: by pooled app, what it sets for its session and loses; None where that is unknown.
        sessions: the apps at the session alias, where a session lasts as it does without a pooler.
        ports: the published ports of poolers and databases, by service; None where they are unknown.
        logged: the last lines of poolers and apps, by service.
        warn: share of a limit, in percent, from which it is a warning.
        crit: share of a limit, in percent, from which it is critical.
        patience: how many times as long as usual something may take on this machine now.
        stack: whether the files are a stack's; `compose_problem` is then what `docker stack` says.
        crowds: what the tasks of each pooler of a stack may open.
        tasks: the tasks of a stack; None where they are unknown.
    """

    enabled: bool
    drifted: tuple[str, ...] = ()
    routes: tuple[AppRoute, ...] = ()
    compose_version: Version = ()
    compose_problem: str = ""
    engine_problem: str = ""
    another: str = ""
    ways_on: str = ""
    running: frozenset[str] = frozenset()
    failed: frozenset[str] = frozenset()
    poolers: tuple[PoolerStatus, ...] = ()
    queries: Mapping[str, str] = field(default_factory=dict)
    servers: Mapping[str, DatabaseServer] = field(default_factory=dict)
    connections: tuple[Connections, ...] | None = None
    installed: tuple[Installed, ...] = ()
    likely: tuple[Result, ...] = ()
    unkept: Mapping[str, tuple[str, ...]] | None = field(default_factory=dict)
    sessions: frozenset[str] = frozenset()
    ports: Mapping[str, tuple[Port, ...]] | None = None
    logged: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    warn: int = 80
    crit: int = 90
    patience: int = 1
    stack: bool = False
    crowds: tuple[Crowd, ...] = ()
    tasks: tuple[Task, ...] | None = None

    def asleep(self) -> str:
        """Why nothing running can be checked; "" if it can."""
        if self.engine_problem:
            # Said once, of the files: every other check would repeat it.
            return "see `compose` above" if self.engine_problem == self.compose_problem else self.engine_problem
        return "" if self.running else "the project is not running"

    def answering(self) -> list[PoolerStatus]:
        """The poolers that answer."""
        return [p for p in self.poolers if p.running and not p.problem]


def version(text: str) -> Version:
    """`1.26.1` as numbers; nothing where there is none."""
    found = re.match(r"\d+(\.\d+)*", text)
    return tuple(int(n) for n in found.group().split(".")) if found else ()
