"""A project that is enabled and runs, as it is seen, and what its pooler and its database answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from devpool.decide.options import Options
from devpool.docker.console import Told
from devpool.measurements.routes import Connections
from devpool.observe.ask_containers import Answers
from devpool.observe.overview import Overview
from devpool.undo.state import AddedPooler, State
from unit.checks.healthy_project import HELD, ROUTE, SIGHT
from unit.docker.stand_ins import END, inspected

POOLER = AddedPooler(name="pgbouncer", database="db", port="6432")
STATE = State(options=Options(), edits=(), poolers=(POOLER,), routes=(ROUTE,))
RUNNING = {
    "web": [inspected("web", "10.0.0.3")],
    "db": [inspected("db", "10.0.0.9")],
    "pgbouncer": [inspected("pgbouncer", "10.0.0.8", health="healthy")],
}
SEEN = Overview(
    directory=Path("/shop"),
    state=STATE,
    routes=(ROUTE,),
    drift=(),
    running=RUNNING,
    poolers=(SIGHT,),
    connections=(Connections.of("web", "db", (HELD,)),),
)
CLIENTS = [{"database": "app", "user": "web", "addr": "10.0.0.3", "type": "C"}] * 3
SHOWN: dict[str, list[dict[str, str]]] = {
    "VERSION": [{"version": "PgBouncer 1.26.1"}],
    "CONFIG": [{"key": "pool_mode", "value": "transaction"}, {"key": "default_pool_size", "value": "20"}],
    "DATABASES": [{"name": "app", "pool_size": "20", "reserve_pool_size": "0", "max_connections": "0"}],
    "POOLS": [{"database": "app", "user": "web", "pool_mode": "transaction", "cl_active": "3", "sv_idle": "2"}],
    "STATS": [{"database": "app", "total_xact_count": "10", "total_query_count": "20"}],
    "CLIENTS": CLIENTS,
    "SERVERS": [{"database": "app", "user": "web", "remote_pid": "7"}],
}
ACTIVITY = [{"addr": "10.0.0.8", "connections": "2"}]
TOLD = Told(shown=SHOWN, reported={"pgbouncer.version": "1.26.1", "pgbouncer.pool_mode": "session"})
ANSWERS = Answers(poolers={"pgbouncer": [TOLD]}, servers={"db": [[ACTIVITY]]})


def seen(**changes: object) -> Overview:
    """The same where this is different."""
    return replace(SEEN, **changes)  # type: ignore[arg-type]


def csv(*rows: Mapping[str, str]) -> str:
    """An answer as psql prints it: rows of the same columns, and the line that ends it."""
    lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)] if rows else ["none"]
    return "".join(f"{line}\n" for line in lines) + END


def shown(*what: str, **instead: list[dict[str, str]]) -> str:
    """What a pooler's console prints that is asked for several tables, without a report and a query."""
    return "".join(csv(*(SHOWN | instead)[name]) for name in what) + END + END
