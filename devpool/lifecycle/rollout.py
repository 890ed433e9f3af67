"""Updates the running containers after the files change, and undoes the change if that fails."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from devpool.decide.plan import Move, Plan
from devpool.docker.compose_oracle import call_for, quoting_nothing
from devpool.docker.compose_reading import read_compose
from devpool.docker.container_values import Container, ListedContainer, RunningContainer
from devpool.docker.containers import Stack
from devpool.docker.engine import Call, environ
from devpool.docker.leftovers import halfway, settle
from devpool.docker.live_routes import wait_for
from devpool.docker.ownership import Ownership, Place, sentence
from devpool.docker.removal import remove
from devpool.errors import DevpoolError
from devpool.lifecycle.open_project import OpenProject
from devpool.lifecycle.pooler_start import build_poolers, unhealthy
from devpool.load.bounded_read import identity
from devpool.load.locate import find_project
from devpool.load.read_project import refuse_remote
from devpool.measurements.routes import Connections
from devpool.model.sources import ProjectFiles, Selection, Sources
from devpool.output import Output
from devpool.text.address import find_addresses, leads_to

Running = Mapping[str, list[ListedContainer]]  # by service
_PROOF_SECONDS = 15.0
_NO_ENGINE = ("engine-not-running", "no-docker-cli", "no-compose-plugin")


def open_stack(selection: Selection, cwd: str) -> Stack:
    """The project's containers, read-only, found by the name that Compose gives the project.

    Raises:
        DevpoolError: `no-docker-cli`, `no-compose-plugin`, `compose-refuses`, `remote-file` and what reading raises.
    """
    files = find_project(selection, Path(cwd), environ())
    refuse_remote(files)
    call = call_for(selection, cwd)
    return Stack(call, _ownership(files), lambda: _model(call, files))


def _model(call: Call, files: ProjectFiles) -> Mapping[str, Any]:
    try:
        return read_compose(call).model
    except DevpoolError as error:
        raise _of_project(error, files) from None


def _of_project(error: DevpoolError, compose_files: ProjectFiles) -> DevpoolError:
    """Compose's error about a project, without the values in its files."""
    from devpool.load.read_project import read_project

    files: ProjectFiles | Sources = compose_files
    with suppress(DevpoolError):
        files = read_project(compose_files)
    return quoting_nothing(error, files)


def _ownership(files: ProjectFiles) -> Ownership | None:
    if files.selection.same_project:
        return None
    return Ownership(Place(directory=files.directory, files=files.files), identity)


def reach(opened: OpenProject, output: Output, said: str, *, looks: bool = False) -> Stack | None:
    """The project's containers; without an engine, None and a warning.

    Args:
        opened: the project.
        output: what gets the warning.
        said: the consequence, as the end of the warning.
        looks: whether the command only reads them. Then another project's containers are left out with a warning;
            otherwise they are a refusal.

    Raises:
        DevpoolError: `another-project`, and what `open_stack` raises, except for a missing engine.
    """
    try:
        stack = opened.stack
        if not looks:
            stack.refuse_others()
        elif others := stack.others():
            output.warn(f"{sentence(stack.name, others)}: devpool ignores them")
        stack.everything()
    except DevpoolError as error:
        if error.code not in _NO_ENGINE:
            raise
        output.warn(f"{error.message}; {said}")
        return None
    return stack


def start_poolers(stack: Stack, plan: Plan, databases: list[str], output: Output, *, recreate_pending: bool) -> None:
    """Build and start the poolers and wait until each is healthy.

    Args:
        stack: the project's containers.
        plan: the plan.
        databases: the services behind the poolers. One that runs is left alone, even if it changed in the files.
        output: where to say what is done.
        recreate_pending: whether Compose may recreate such a database.

    Raises:
        DevpoolError: `pooler-not-built`, `pooler-unhealthy`, with what the build said, or the last lines of the log.
    """
    names, words = plan.added, ", ".join(plan.added)
    ready = {pooler.name for pooler in plan.poolers if pooler.image}
    build_poolers(stack, [n for n in names if n not in ready], output, said=", and devpool undid everything")
    settle(stack, names)
    missing = [name for name in databases if name not in stack.running()]
    try:
        with output.doing(f"starting {words}, waiting until a query succeeds"):
            if missing and len(missing) < len(databases) and not recreate_pending:
                stack.up(missing, wait=True, deps=True, recreate=False)
                missing = []
            stack.up(names, wait=True, deps=bool(missing) or recreate_pending)
    except DevpoolError as error:
        raise unhealthy(stack, names, error, "the pooler did not become healthy; devpool undid everything") from None
    output.progress(f"started {words}: a query through it succeeds")


def restart_apps(stack: Stack, apps: list[str], running: Running, output: Output) -> list[str]:
    """Recreate the apps that were running, each with the same number of containers. An app whose recreation was
    interrupted earlier counts as running.
    """
    left = halfway(stack)
    counts = {a: max(len(running.get(a, [])), left.get(a, 0)) for a in apps if a in running or a in left}
    if counts:
        with output.doing(f"recreating {', '.join(counts)}"):
            settle(stack, counts.keys() & left.keys())
            made = stack.up(counts, scale=counts)
        if made:
            output.progress(f"recreated {', '.join(made)}")
    return list(counts)


def prove_live(stack: Stack, plan: Plan, restarted: list[str], before: Running) -> list[Connections]:
    """Where the apps' connections arrive now.

    Args:
        stack: the project's containers.
        plan: the plan.
        restarted: the services that were recreated by the plan.
        before: the containers that ran before.

    Raises:
        DevpoolError: `old-address`, if a container still has the old address.
    """
    stack.look_again()
    running = stack.inspected()
    for move in (m for m in plan.moves if m.variable.service in restarted):
        for container in running.get(move.variable.service, []):
            environment = container.environment.get(move.variable.name, "")
            values = container.words if move.variable.in_command else [environment]
            if not any(leads_to(v, move.variable.address, *move.target) for v in values):
                raise _old_address(move, container)
    return wait_for(
        stack,
        running,
        pairs=[(r.service, r.database) for r in plan.routes if r.service in restarted],
        poolers={p.database: p.name for p in plan.poolers},
        services={r.service for r in plan.routes if r.pooled},
        fresh={name for name in restarted if _ids(running.get(name, [])) - _ids(before.get(name, []))},
        seconds=_PROOF_SECONDS,
    )


def _ids(containers: Iterable[Container]) -> set[str]:
    return {container.id for container in containers}


def _old_address(move: Move, container: RunningContainer) -> DevpoolError:
    return DevpoolError(
        "old-address",
        f"`{container.name}` was recreated and still does not have the pooler's address in {move.variable.name}",
        hint=f"find out what sets it: docker inspect {container.name}",
    )


def still_at(running: Mapping[str, list[RunningContainer]], poolers: Iterable[str]) -> list[str]:
    """The services with a container that has the address of one of these poolers, or a link to it (Compose waits for
    what is linked).
    """
    names = set(poolers)
    return [s for s, containers in running.items() if s not in names and any(_names_one(c, names) for c in containers)]


def _names_one(container: RunningContainer, names: set[str]) -> bool:
    values = [*container.environment.values(), *container.words]
    named = any(v in names or any(a.host in names for a in find_addresses(v)) for v in values)
    return named or bool(container.awaited & names)


def remove_services(stack: Stack, names: Iterable[str], output: Output) -> None:
    """Remove containers and images of services, whether or not the files still name them."""
    gone = list(names)
    if not gone:
        return
    with output.doing(f"removing {', '.join(gone)}"):
        remove(stack, gone)
    output.progress(f"removed {', '.join(gone)}")


@contextmanager
def taken_back(action: Callable[[], None]) -> Iterator[None]:
    """Runs `action` if the block fails or is interrupted, then raises the failure again. The action itself cannot be
    interrupted, because a half-undone change would be the worst outcome.
    """
    try:
        yield
    except BaseException:
        with uninterrupted():
            action()
        raise


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ignores signals that ask this process to end until the block is done."""
    asked = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, signal.SIG_IGN) for number in asked}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def connection_lines(connections: list[Connections], plan_pooled: set[tuple[str, str]]) -> list[str]:
    """A sentence for each app."""
    return [_sentence(c, (c.service, c.database) in plan_pooled) for c in connections]


def _sentence(c: Connections, pooled: bool) -> str:
    if c.at_database is None:
        way = f"{c.at_pooler} at the pooler" if pooled else "direct"
        return f"{c.service}: {way}; devpool cannot see which connections reach {c.database}"
    if not pooled:
        return f"{c.service}: direct, {c.at_database} at {c.database}"
    if c.at_database:
        return f"{c.service}: NOT PROVED, {c.at_pooler} at the pooler and still {c.at_database} at {c.database}"
    if c.at_pooler:
        return f"{c.service}: pooled, {c.at_pooler} at the pooler and none at {c.database}"
    return (
        f"{c.service}: no connection yet, none at {c.database}; it has the pooler's address: use it once, and "
        "`devpool status` shows where it connects"
    )
