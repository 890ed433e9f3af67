"""Throw-away databases: a server of the database's own image, with a copy of all that the database holds.

`CREATE DATABASE ... TEMPLATE` is no way: it fails while anybody is connected. pg_dumpall takes roles and their
passwords along, so that every login works as it did.
"""

from __future__ import annotations

from devpool.compare.variant_model import FRESH
from devpool.docker.container_values import Container, RunningContainer
from devpool.docker.containers import Stack
from devpool.docker.database_ready import start_databases
from devpool.docker.kept_run import pour
from devpool.docker.psql import in_database
from devpool.errors import DevpoolError
from devpool.output import Output

# The new server has some of it already: its first role and its first database (PostgreSQL documentation, "pg_dumpall").
_THERE = "already exists"
_SHOWN = 5


def start_fresh(stack: Stack, source: Container, output: Output) -> RunningContainer:
    """Start a throw-away database and fill it.

    Args:
        stack: the containers of a model that has its service.
        source: the database's container.
        output: what gets the progress, and warnings of what could not be copied.

    Raises:
        DevpoolError: `database-not-ready`, `not-copied`, and what asking the engine raises.
    """
    name = source.service + FRESH
    start_databases(stack, [name], output)
    (target,) = stack.inspected()[name]
    give = ["docker", "exec", source.id, *in_database(("--no-comments",), "pg_dumpall")]
    take = ["docker", "exec", "--interactive", target.id, *in_database(("-Xq", "-d", "postgres"))]
    try:
        with output.doing(f"copying {source.service} into a throw-away database"):
            said = pour(stack.call, give, take)
    except DevpoolError as error:
        raise DevpoolError(
            "not-copied",
            f"the database `{source.service}` could not be copied: {error.said}",
            hint="leave out --fresh to let all runs use the database that is there",
        ) from None
    output.progress(f"copied {source.service} into a throw-away database")
    problems = [line for line in said.splitlines() if "ERROR" in line and _THERE not in line]
    if problems:
        output.warn(f"not all of {source.service} could be copied: {'; '.join(problems[:_SHOWN])}")
    return target
