"""Where psql runs and what it connects to: shell lines for the pooler's container and for the database's. Pure.

Each sets libpq's variables (PostgreSQL documentation, "Environment Variables") inside the container, from what
is there: no password leaves it, and the user's own `-d` or `-U` still apply.
"""

from __future__ import annotations

from typing import Literal

from devpool.errors import DevpoolError
from devpool.lifecycle.direct_variables import databases_of
from devpool.model.project import Project
from devpool.text.nearest import meant
from devpool.undo.state import State

Way = Literal["direct", "pooled", "admin"]

# What docker/pgbouncer/configuration.sh writes when the container starts.
_FILE = "/run/pgbouncer/private/pg_service.conf"
_OF_POOLER = (
    f'said() {{ sed -n "/^\\[direct\\]/,/^\\[/s/^$1=//p" {_FILE} | head -n 1; }}; '
    "export PGAPPNAME=devpool-psql PSQL_HISTORY=/dev/null PGCONNECT_TIMEOUT=10; "
)
_ACCOUNT = (
    "PGPASSFILE=$(said passfile) PGUSER=$(said user) PGDATABASE=$(said dbname); export PGPASSFILE PGUSER PGDATABASE; "
)
_SOCKET = "export PGHOST=/run/pgbouncer/private PGPORT=${PGBOUNCER_LISTEN_PORT:-6432}; "
_RUN = 'exec psql "$@"'
_IN_POOLER = {
    "pooled": _OF_POOLER + _ACCOUNT + _SOCKET + _RUN,
    "admin": _OF_POOLER + _SOCKET + "export PGUSER=pgbouncer PGDATABASE=pgbouncer; " + _RUN,
    "direct": _OF_POOLER
    + _ACCOUNT
    + "PGHOST=$(said host) PGPORT=$(said port) PGSSLMODE=$(said sslmode) PGSSLROOTCERT=$(said sslrootcert); "
    + 'export PGHOST PGPORT PGSSLMODE; [ -z "$PGSSLROOTCERT" ] || export PGSSLROOTCERT; '
    + _RUN,
}


def in_pooler(way: Way, arguments: tuple[str, ...]) -> list[str]:
    """The command for the pooler's container."""
    return ["sh", "-c", _IN_POOLER[way], "psql", *arguments]


def choose(project: Project, state: State | None, name: str | None, way: Way) -> str:
    """The database that the user means.

    Args:
        project: the project as it is without devpool.
        state: what enable did.
        name: what the user named: a database, or an app or a pooler that has one.
        way: how it is to be reached.

    Raises:
        DevpoolError: `unknown-service`, `which-database`, `no-database`.
    """
    pooled = {p.name: p.database for p in state.poolers} if state else {}
    possible = list(pooled.values()) if way != "direct" else list(project.databases)
    wanted = {name, pooled.get(name, ""), *databases_of(project, state, name)} if name else set(possible)
    asked = [d for d in possible if d in wanted]
    if len(asked) == 1:
        return asked[0]
    if not asked and (name is None or name in project.services):
        raise DevpoolError(
            "no-database",
            f"`{name}` has no database that can be reached this way" if name else "this project has no database",
            hint="`devpool explain` shows which service has which database",
        )
    if not asked:
        raise DevpoolError(
            "unknown-service",
            f"there is no database or app `{name}`",
            hint=f"{meant(name or '', possible)}{_known(possible)}",
        )
    raise DevpoolError(
        "which-database",
        "there are several databases",
        details=tuple(f"devpool psql --{way} {database}" for database in asked),
        hint="choose one of the commands above",
    )


def _known(databases: list[str]) -> str:
    return f"databases of this project: {', '.join(databases) or 'none'}"
