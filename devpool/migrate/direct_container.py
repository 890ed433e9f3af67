"""One command in a container of an app's service, connected directly to the database: shared by migrate and direct."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from devpool.catalog.migration_tools import Tool
from devpool.commit.private_folder import private_folder
from devpool.context import Context
from devpool.docker.compose_oracle import call_for
from devpool.docker.compose_reading import read_compose
from devpool.docker.database_ready import build_missing, start_databases
from devpool.docker.engine import Call
from devpool.docker.interactive import run_once
from devpool.errors import Code, DevpoolError
from devpool.lifecycle.direct_variables import (
    databases_of,
    direct_links,
    direct_values,
    exported,
    moved_commands,
    refuse_without_database,
)
from devpool.lifecycle.open_project import OpenProject
from devpool.load.container_files import files_in, folders, start_of
from devpool.load.locate import compose_files
from devpool.migrate.direct_task import run_in_task, tell_of_old_plans
from devpool.migrate.fresh_connections import fresh_connections
from devpool.model.project import Project, unknown_service
from devpool.model.tool_detection import direct_names
from devpool.text.nodes import SequenceNode

# A shell's exit codes for a program that cannot run and for one that does not exist.
NOT_RUN = (126, 127)


class CommandError(DevpoolError):
    """The command itself failed: its exit code is devpool's."""

    def __init__(self, code: Code, message: str, *, exit_code: int, hint: str) -> None:
        super().__init__(code, message, hint=hint)
        self.exit_code = exit_code


def refuse_service(opened: OpenProject, service: str) -> None:
    """Refuse a service that does not exist or names no database.

    Raises:
        DevpoolError: `unknown-service`, `no-database-setting`.
    """
    if service not in opened.without_devpool.services:
        raise unknown_service(opened.without_devpool, service)
    refuse_without_database(opened.without_devpool, service, opened.state)


def run_past_pooler(
    ctx: Context,
    opened: OpenProject,
    service: str,
    command: tuple[str, ...],
    *,
    tool: Tool | None = None,
    migrates: bool,
    kept: bytearray | None = None,
) -> int:
    """Run a command in a one-off container of a service, every pooled variable back at its direct value.

    The service's image is built and its databases are started if need be, and nothing else is. In a stack, the command
    runs in a task that is there.

    Args:
        ctx: the command's context.
        opened: the project.
        service: the service.
        command: the words; none for the service's own.
        tool: the migration tool, if it is known.
        migrates: whether it changes the schema, so that the pooler's connections are replaced.
        kept: what gets what it says on stdout; None where that goes to stdout.

    Returns:
        The exit code of the command.

    Raises:
        DevpoolError: `unknown-service`, `no-database-setting`, `database-not-ready`, `link-kept`, and what docker
            raises.
    """
    project, state = opened.without_devpool, opened.state
    refuse_service(opened, service)
    values = _values(opened, service, tool)
    poolers = _poolers(opened, service) if migrates else []
    if opened.selection.swarm:
        code = run_in_task(opened.tasks, service, command, values, kept=kept)
        tell_of_old_plans(opened.tasks, poolers if code == 0 else [], ctx.output)
        return code
    stack = opened.stack
    stack.refuse_others()
    build_missing(stack, project.services[service], ctx.output)
    databases = databases_of(project, state, service)
    start_databases(stack, [name for name in databases if name in project.services], ctx.output)
    with (
        fresh_connections(stack, poolers, ctx.output),
        _past(ctx, opened, service) as direct,
    ):
        words, first = over_dead_end(opened, service, list(command))
        return run_once(direct, service, words, values, entrypoint=first, kept=kept)


def _values(opened: OpenProject, service: str, tool: Tool | None) -> dict[str, str]:
    """The variables by which a command in an app's container connects directly."""
    project = opened.without_devpool
    places = folders(project.services[service], opened.root)
    texts = [text for folder in places for text in files_in(folder, opened.root).values()]
    return exported(project, service, tool, direct_names(texts)) | direct_values(project, opened.state, service)


def ended(service: str, command: tuple[str, ...], code: int) -> CommandError:
    """The error for a command that failed, with its exit code."""
    what = shlex.join(command) or "its own command"
    if code in NOT_RUN:
        program = command[0] if command else "its program"
        return CommandError(
            "command-not-found",
            f"`{program}` could not be run in `{service}` (exit code {code})",
            exit_code=code,
            hint=f"see what the image contains: devpool direct {service}",
        )
    return CommandError(
        "command-failed",
        f"`{what}` failed in `{service}` (exit code {code})",
        exit_code=code,
        hint="see its own output above; it connected directly to the database, not through a pooler",
    )


def _poolers(opened: OpenProject, service: str) -> list[str]:
    mine = databases_of(opened.without_devpool, opened.state, service)
    return [p.name for p in opened.state.poolers if p.database in mine] if opened.state else []


def over_dead_end(opened: OpenProject, service: str, command: list[str]) -> tuple[list[str], list[str] | None]:
    """An entrypoint that serves, and never runs the command that it is given, gives way to the command."""
    if command and start_of(opened.without_devpool.services[service], opened.root).dead_end:
        return command[1:], [shlex.quote(command[0])]
    return command, None


@contextmanager
def _past(ctx: Context, opened: OpenProject, service: str) -> Iterator[Call]:
    """How to call Compose.

    Where the entrypoint, the command or a link of a service names the pooler, a further compose file states it anew.

    That file holds no value: they are interpolated from the environment of docker alone.

    Raises:
        DevpoolError: `link-kept`.
    """
    keys = moved_commands(opened.without_devpool, opened.state, service)
    stack = opened.stack
    links = _direct_links(opened, stack.declared.get(service, {})) if opened.state else None
    if not keys and links is None:
        yield stack.call
        return
    body, values = _restated(opened.without_devpool, service, keys)
    with private_folder() as folder, (folder / "words.yml").open("w") as file:
        file.write(_override(service, body, links))
        file.flush()
        files = [str(path) for path in compose_files(ctx.selection, ctx.cwd, ctx.shell)]
        selection = replace(
            ctx.selection,
            files=(*files, file.name),
            project_directory=str(opened.directory),
            project_name=stack.name,
        )
        call = call_for(selection, str(ctx.cwd))
        call = replace(call, environ={**call.environ, **values})
        if links is not None:
            _prove_links(opened, service, read_compose(call).services[service])
        yield call


def _override(service: str, body: dict[str, object], links: list[str] | None) -> str:
    """The further compose file, as JSON. A list is merged with the one before, unless it says that it overrides it
    (Compose specification, "Merge", `!override`; since Compose 2.24.4).
    """
    text = json.dumps({"services": {service: {**body, **({} if links is None else {"links": []})}}})
    return text if links is None else text.replace('"links": []', f'"links": !override {json.dumps(links)}')


def _direct_links(opened: OpenProject, stated: Mapping[str, Any]) -> list[str] | None:
    return direct_links(opened.state, stated.get("links") or [], opened.without_devpool.services)


def _prove_links(opened: OpenProject, service: str, stated: Mapping[str, Any]) -> None:
    if _direct_links(opened, stated) is not None:
        raise DevpoolError(
            "link-kept",
            f"the database's name still points to the pooler in a container of `{service}`",
            where=opened.without_devpool.services[service].place,
            hint="update Compose to 2.24.4 or newer, in which an extra file can remove a link",
        )


def _restated(project: Project, service: str, keys: list[str]) -> tuple[dict[str, object], dict[str, str]]:
    """`entrypoint` and `command` with a variable for each word, and the variables."""
    body: dict[str, object] = {}
    values: dict[str, str] = {}
    for key in keys:
        statement = project.services[service].statements(key)[-1]
        texts = project.services[service].texts(statement.value)
        names = [f"DEVPOOL_{key.upper()}_{number}" for number in range(len(texts))]
        values |= dict(zip(names, texts, strict=True))
        words = [f"${{{name}}}" for name in names]
        body[key] = words if isinstance(statement.value, SequenceNode) else words[0]
    return body, values
