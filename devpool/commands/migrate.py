"""`devpool migrate`: run migrations in the app's own service, past the pooler."""

from __future__ import annotations

from typing import Any

import click

from devpool.containers import Stack
from devpool.context import context
from devpool.errors import DevpoolError
from devpool.journal import recover
from devpool.migrations import django_command, django_service
from devpool.model import Project, unknown_service
from devpool.project import project_directory, read_project
from devpool.project_options import project_options
from devpool.read_model import read_model
from devpool.rollback import read_state, undone
from devpool.rollout import open_stack
from devpool.session import name_setting
from devpool.state import State


class _AfterDashes(click.Command):
    """Keeps what follows `--` apart, so that it is never taken for a service."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own, rest = (args[: args.index("--")], args[args.index("--") + 1 :]) if "--" in args else (args, [])
        ctx.meta["devpool.command"] = rest
        return super().parse_args(ctx, own)


@click.command(cls=_AfterDashes)
@project_options
@click.argument("service", required=False)
@click.pass_context
def migrate(ctx: click.Context, /, service: str | None, **options: Any) -> int:
    """Run migrations directly against Postgres.

    \b
    devpool migrate [SERVICE] [-- COMMAND...]

    A one-off container of the app's own service runs the command with every pooled setting back at its
    direct value. Without COMMAND: `python manage.py migrate`, where the app is Django.
    """
    own = context(ctx.obj, options)
    directory = project_directory(own.selection, own.cwd, own.shell)
    recover(directory)
    state = read_state(directory)
    direct = read_model(read_project(own.selection, own.cwd, own.shell, undone(state) if state else None))
    command: list[str] = ctx.meta["devpool.command"]
    name = service or django_service(direct, command)
    if not command and django_service(direct, command, name) != name:
        raise _no_tool(name)
    values = _direct_values(direct, state, name)
    stack = open_stack(own.selection, str(own.cwd))
    own.output.progress(f"migrating in {name}, directly at {', '.join(_databases(direct, name)) or 'its database'}")
    if _databases(direct, name):
        stack.up(_databases(direct, name), wait=True)
    code = stack.run_once(name, command or django_command(direct), values)
    _reconnect(stack, state)
    return code


def _no_tool(service: str) -> DevpoolError:
    return DevpoolError(
        "no-migration-tool",
        f"no manage.py was found in the folders that `{service}` is built from or mounts",
        hint=f"name the command: devpool migrate {service} -- COMMAND...",
    )


def _databases(project: Project, service: str) -> list[str]:
    """The services that are the databases of an app."""
    return list(dict.fromkeys(s.database for s in project.of(service) if s.database in project.services))


def _direct_values(project: Project, state: State | None, service: str) -> dict[str, str]:
    """The settings of an app that enable had moved, as they are without it.

    Raises:
        DevpoolError: `unknown-service`.
    """
    if service not in project.services:
        raise unknown_service(project, service)
    pooled = {(r.service, r.database) for r in state.routes if r.pooled} if state else set()
    mine = [s for s in project.of(service) if (service, s.database) in pooled and not s.in_command]
    names = [name_setting(s, project.environments[service]) for s in mine if s.kind == "host"]
    return {s.variable: s.value.text for s in (*mine, *names) if s}


def _reconnect(stack: Stack, state: State | None) -> None:
    """After DDL, prepared statements on the pooler's connections may no longer fit: they are replaced."""
    running = stack.running() if state else {}
    for pooler in state.poolers if state else ():
        for container in running.get(pooler.name, []):
            stack.reconnect(container)
