"""One command in a running task of an app of a stack, connected directly to the database: shared by migrate and direct.

A one-off container could not join the stack's network, and a service of its own would carry the values in its
specification. A task that runs has image, network and secrets already; the values are given to this one command.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from devpool.docker.interactive import execute
from devpool.docker.stack_tasks import StackTasks
from devpool.errors import DevpoolError
from devpool.output import Output


def run_in_task(
    tasks: StackTasks,
    service: str,
    command: tuple[str, ...],
    values: Mapping[str, str],
    *,
    kept: bytearray | None = None,
) -> int:
    """Run a command in a task of a service on this node; its exit code.

    Args:
        tasks: the stack's tasks.
        service: the service.
        command: the words.
        values: variables that the command gets, over those of the task.
        kept: what gets what it says on stdout; None where that goes to stdout.

    Raises:
        DevpoolError: `on-a-stack` without a command, `not-on-this-node`, and what docker raises.
    """
    if not command:
        raise DevpoolError(
            "on-a-stack",
            f"`{service}` migrates by its own command, which on a stack would take a task of its own",
            hint=f"name the command, and it runs in a task that is there: devpool migrate {service} -- COMMAND",
        )
    return execute(tasks.call, tasks.here(service), list(command), environ=values, kept=kept)


def tell_of_old_plans(tasks: StackTasks, poolers: Iterable[str], output: Output) -> None:
    """After a migration: the poolers' tasks keep their connections, and statements that were prepared before it."""
    for pooler in poolers:
        output.warn(
            f"the tasks of {pooler} keep statements that were prepared before the migration; if clients report "
            f"`cached plan must not change result type`: docker service update --force {tasks.name}_{pooler}"
        )
