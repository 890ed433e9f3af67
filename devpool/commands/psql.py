"""`devpool psql`: psql through the pooler, past it, or at its console."""

from __future__ import annotations

from typing import Any

import click

from devpool.after_dashes import AfterDashes, words_after_dashes
from devpool.context import context
from devpool.docker.containers import RunningContainer, Stack
from devpool.docker.interactive import execute
from devpool.errors import DevpoolError
from devpool.lifecycle.rollout import open_stack
from devpool.migrate.direct_container import Opened, open_direct
from devpool.migrate.psql_script import Way, choose, in_database, in_pooler
from devpool.project_options import project_options
from devpool.undo.state import not_enabled


@click.command(cls=AfterDashes)
@project_options
@click.argument("database", required=False)
@click.option("--direct", "way", flag_value="direct", help="Postgres itself, past the pooler.")
@click.option(
    "--pooled", "way", flag_value="pooled", help="Through the pooler; so without an option, where it is enabled."
)
@click.option("--admin", "way", flag_value="admin", help="The console of PgBouncer (SHOW POOLS, SHOW CLIENTS, ...).")
@click.pass_context
def psql(click_context: click.Context, /, database: str | None, way: Way | None, **options: Any) -> int:
    """Open psql through the pooler, past it, or at its console.

    \b
    devpool psql [DATABASE] [--direct|--pooled|--admin] [-- ARGUMENTS OF PSQL...]

    It runs in the pooler's container or in the database's. DATABASE is a database of the project, or an
    app that has one. The exit code is psql's own.
    """
    ctx = context(click_context.obj, options)
    opened = open_direct(ctx)
    chosen: Way = way or ("pooled" if opened.state else "direct")
    if opened.state is None and chosen != "direct":
        raise not_enabled("devpool enable")
    name = choose(opened.project, opened.state, database, chosen)
    stack = open_stack(ctx.selection, str(ctx.cwd))
    container, command = _where(opened, stack, name, chosen, words_after_dashes(click_context))
    code = execute(stack, container, command, apart=ctx.output.as_json)
    ctx.output.data({"database": name, "way": chosen, "container": container.name, "exit_code": code})
    return code


def _where(
    opened: Opened, stack: Stack, database: str, way: Way, arguments: tuple[str, ...]
) -> tuple[RunningContainer, list[str]]:
    """The container that psql runs in, and the command there.

    Raises:
        DevpoolError: `not-running`, `outside`, `another-project`.
    """
    pooler = next((p.name for p in opened.state.poolers if p.database == database), "") if opened.state else ""
    outside = opened.project.databases[database].service is None
    if outside and not pooler:
        raise DevpoolError(
            "outside",
            f"`{database}` is outside of this project, and there is no pooler whose container could reach it",
            hint="use a psql of your own, or one of an app's image: devpool direct SERVICE -- psql ...",
        )
    if way == "direct" and not outside:
        return _running(stack, database), in_database(arguments)
    return _running(stack, pooler), in_pooler(way, arguments)


def _running(stack: Stack, service: str) -> RunningContainer:
    stack.refuse_others()
    found = stack.running().get(service)
    if not found:
        raise DevpoolError("not-running", f"`{service}` is not running", hint=f"docker compose up --detach {service}")
    return found[0]
