"""`devpool psql`: psql through the pooler, directly on Postgres, or on the pooler's console."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

import click

from devpool import completing
from devpool.command_options import AfterDashes, project_options, words_after_dashes
from devpool.context import context
from devpool.docker.container_values import Container
from devpool.docker.interactive import execute
from devpool.docker.psql import in_database
from devpool.errors import DevpoolError
from devpool.lifecycle.open_project import OpenProject, open_project
from devpool.migrate.psql_script import Way, choose, in_pooler
from devpool.output import printed
from devpool.undo.state import not_enabled


class PsqlAnswer(TypedDict):
    """What psql said.

    Attributes:
        database: the database.
        way: how it was reached.
        container: the container that psql ran in.
        exit_code: that of psql.
        output: what it printed on stdout.
    """

    database: str
    way: Way
    container: str
    exit_code: int
    output: NotRequired[str]


@click.command(cls=AfterDashes)
@project_options
@click.argument("database", required=False, shell_complete=completing.databases)
@click.option("--direct", "way", flag_value="direct", help="Connect directly to Postgres.")
@click.option(
    "--pooled", "way", flag_value="pooled", help="Connect through the pooler; the default in an enabled project."
)
@click.option("--admin", "way", flag_value="admin", help="Connect to PgBouncer's console (SHOW POOLS, ...).")
@click.pass_context
def psql(click_context: click.Context, /, database: str | None, way: Way | None, **options: Any) -> int:
    """Open psql: pooled, direct, or on the pooler's console.

    \b
    devpool psql [DATABASE] [--direct|--pooled|--admin] [-- PSQL ARGUMENTS...]

    psql runs in the container of the pooler or of the database. DATABASE is a database of the project or
    an app that uses one. The exit code is psql's.

    \b
    Examples:
      devpool psql                                  through the pooler
      devpool psql --direct -- -c 'SELECT 1'        Postgres itself, one statement
      devpool psql --admin -- -c 'SHOW POOLS'       PgBouncer's console
    """
    ctx = context(click_context.obj, options)
    opened = open_project(ctx, "look")
    project = opened.without_devpool
    chosen: Way = way or ("pooled" if opened.state else "direct")
    if opened.state is None and chosen != "direct":
        raise not_enabled("devpool enable")
    name = choose(project, opened.state, database, chosen)
    container, command = _where(opened, name, chosen, words_after_dashes(click_context))
    kept = ctx.output.kept()
    call = opened.tasks.call if opened.selection.swarm else opened.stack.call
    code = execute(call, container, command, kept=kept)
    answer: PsqlAnswer = {"database": name, "way": chosen, "container": container.name, "exit_code": code}
    ctx.output.data(answer, verbatim=printed(kept))
    return code


def _where(opened: OpenProject, database: str, way: Way, arguments: tuple[str, ...]) -> tuple[Container, list[str]]:
    """The container that psql runs in, and the command.

    Raises:
        DevpoolError: `not-running`, `outside`, `another-project`, `not-on-this-node`.
    """
    pooler = next((p.name for p in opened.state.poolers if p.database == database), "") if opened.state else ""
    outside = opened.without_devpool.databases[database].service is None
    if outside and not pooler:
        raise DevpoolError(
            "outside",
            f"`{database}` is outside this project, and there is no pooler container to reach it from",
            hint="use your own psql, or the one in an app's image: devpool direct SERVICE -- psql ...",
        )
    if way == "direct" and not outside:
        return _running(opened, database), in_database(arguments)
    return _running(opened, pooler), in_pooler(way, arguments)


def _running(opened: OpenProject, service: str) -> Container:
    if opened.selection.swarm:
        return opened.tasks.here(service)
    stack = opened.stack
    stack.refuse_others()
    containers = stack.running().get(service)
    if not containers:
        raise DevpoolError("not-running", f"`{service}` is not running", hint=f"docker compose up --detach {service}")
    return containers[0]
