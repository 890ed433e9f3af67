"""`devpool migrate`: run migrations in the app's service, without the pooler."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

import click

from devpool import completing
from devpool.command_options import AfterDashes, project_options, words_after_dashes
from devpool.context import Context, context
from devpool.lifecycle.direct_variables import databases_of
from devpool.lifecycle.open_project import OpenProject, open_project
from devpool.migrate.choose_migration import Migration, given, no_tool
from devpool.migrate.direct_container import ended, refuse_service, run_past_pooler
from devpool.migrate.find_tool import search, team
from devpool.model.container_start import joined
from devpool.output import printed


class MigrateAnswer(TypedDict):
    """The migration that was run.

    Attributes:
        service: the app.
        command: the words of the command; none for the service's own.
        tool: the migration tool; null where it is not known.
        how: how service and command were found.
        exit_code: the command's.
        output: what it printed on stdout, which also goes to stderr.
    """

    service: str
    command: list[str]
    tool: str | None
    how: str
    exit_code: int
    output: NotRequired[str]


@click.command(cls=AfterDashes)
@project_options
@click.argument("service", required=False, shell_complete=completing.services)
@click.pass_context
def migrate(click_context: click.Context, /, service: str | None, **options: Any) -> int:
    """Run migrations directly against Postgres.

    \b
    devpool migrate [SERVICE] [-- COMMAND...]

    A one-off container of the app's own service runs the command with every connection variable at its
    direct value. Without COMMAND, devpool finds the tool from the project's files (see
    docs/migrations.md). The exit code is the command's.

    \b
    Examples:
      devpool migrate                               with the project's own tool
      devpool migrate web -- alembic upgrade head   this command, in this app
    """
    ctx = context(click_context.obj, options)
    opened = open_project(ctx, "look")
    migration = _migration(ctx, opened, service, words_after_dashes(click_context))
    ctx.output.progress(_sentence(opened, migration))
    service, command, tool, kept = migration.service, migration.command, migration.tool, ctx.output.kept()
    code = run_past_pooler(ctx, opened, service, command, tool=tool, migrates=True, kept=kept)
    if code:
        raise ended(service, command, code)
    answer: MigrateAnswer = {
        "service": service,
        "command": list(command),
        "tool": tool.name if tool else None,
        "how": migration.how,
        "exit_code": code,
    }
    ctx.output.data(answer, verbatim=printed(kept))
    return code


def _migration(ctx: Context, opened: OpenProject, service: str | None, command: tuple[str, ...]) -> Migration:
    """The command to run, and its service.

    Raises:
        DevpoolError: `unknown-service`, `which-service`, `which-migration`, `no-migration-tool`,
            `no-database-setting`, `bad-team-setting`.
    """
    fixed = team(opened)
    if migration := given(opened.without_devpool, service, command, fixed):
        return migration
    chosen = service or (fixed.service if fixed and fixed.service else None)
    if chosen:
        refuse_service(opened, chosen)
    looked, migration = search(ctx, opened, chosen)
    if migration is None:
        raise no_tool(opened.without_devpool, chosen, looked)
    return migration


def _sentence(opened: OpenProject, migration: Migration) -> str:
    what = joined(migration.command) or "its own command"
    tool = f"{migration.tool.name}, " if migration.tool else ""
    where = ", ".join(databases_of(opened.without_devpool, opened.state, migration.service)) or "its database"
    return f"migrating in {migration.service}, directly on {where}: {what} ({tool}{migration.how})"
