"""A plan and its result as data, for `--json`. Pure; no value is shown unredacted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NotRequired, TypedDict

from devpool.decide.plan import Move, Pooler
from devpool.decide.routing import Route
from devpool.lifecycle.change_set import ChangeSet
from devpool.lifecycle.container_plan import ContainerPlan
from devpool.lifecycle.plan_report import variable_shown
from devpool.measurements.routes import Connections, ConnectionsData, as_json


class FilesData(TypedDict):
    """The files that change.

    Attributes:
        directory: the project directory.
        files: the user's own files that change.
    """

    directory: str
    files: list[str]


def files_data(prepared: ChangeSet) -> FilesData:
    """The files that change, for `--json`."""
    return {"directory": prepared.sources.directory, "files": list(prepared.rewrites)}


def connections_data(prepared: ChangeSet, connections: Iterable[Connections]) -> list[ConnectionsData]:
    """Where the connections of apps arrive after enable, for `--json`."""
    routes = prepared.plan.routes if prepared.plan else ()
    pooled = {(r.service, r.database): r.pooled for r in routes}
    return [as_json(c, pooled=pooled[c.service, c.database]) for c in connections]


def _value(prepared: ChangeSet, move: Move) -> str:
    variable, sources = move.variable, prepared.sources
    hidden = sources.is_hidden(variable.value.origin.file.path)
    return "***" if hidden else variable_shown(variable, sources, sources.services) or "***"


class NamedData(TypedDict):
    """An app that is pooled by name.

    Attributes:
        service: the app.
        database: the database.
        links: the links that it is given.
    """

    service: str
    database: str
    links: list[str]


class MoveData(TypedDict):
    """A connection variable that moves to a pooler.

    Attributes:
        service: the app.
        variable: its variable.
        kind: `url`, `dsn`, `jdbc`, `host`, `port` or `database`.
        database: the database.
        value: the old value, without passwords.
        origin: where it is written.
        pooler: where it goes.
        where: `origin`, if it is changed in place for all that share it; `own`, if the app gets an entry of its own.
        session: whether it goes to the session alias.
    """

    service: str
    variable: str
    kind: str
    database: str
    value: str
    origin: str
    pooler: str
    where: str
    session: bool


class EnableAnswer(FilesData):
    """What enable did, or would do.

    Attributes:
        directory: the project directory.
        files: the user's own files that change.
        written: whether a file was written.
        proved: whether Compose's readings of the project before and after were compared.
        replaced: files of the build contexts that this devpool did not write.
        notes: what to know about the plan.
        private: private files, each with a copy of a password.
        poolers: the poolers.
        routes: the route of each app.
        by_name: the apps that are pooled by name.
        settings: the connection variables that move.
        containers: what happens to containers; null where none are touched, or the engine does not tell.
        connections: where the apps' connections arrive, if apps were recreated.
        diff: the changes to the files, with `--diff`.
    """

    written: bool
    proved: bool
    replaced: list[str]
    notes: list[str]
    private: list[str]
    poolers: list[Pooler]
    routes: list[Route]
    by_name: list[NamedData]
    settings: list[MoveData]
    containers: ContainerPlan | None
    connections: NotRequired[list[ConnectionsData]]
    diff: NotRequired[str]


def plan_data(prepared: ChangeSet, *, written: bool, containers: ContainerPlan | None = None) -> EnableAnswer:
    """The plan, for `--json`."""
    plan = prepared.plan
    assert plan is not None, "enable always has a plan"
    return {
        "containers": containers,
        "directory": prepared.sources.directory,
        "files": list(prepared.rewrites),
        "written": written,
        "proved": prepared.proved,
        "replaced": list(prepared.replaced),
        "notes": list(prepared.notes),
        "private": list(prepared.private),
        "poolers": list(plan.poolers),
        "routes": list(plan.routes),
        "by_name": [{"service": b.service, "database": b.database, "links": list(b.links)} for b in plan.by_name],
        "settings": [
            {
                "service": m.variable.service,
                "variable": m.variable.name,
                "kind": m.variable.kind,
                "database": m.variable.database,
                "value": _value(prepared, m),
                "origin": m.variable.value.origin.place,
                "pooler": m.pooler.name,
                "where": m.where,
                "session": m.session,
            }
            for m in plan.moves
        ],
    }
