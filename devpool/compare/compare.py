"""Runs a command directly and through poolers, each time in a new container of the app, and gathers what came of it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from devpool.commit.private_folder import private_folder
from devpool.compare import kept_output
from devpool.compare.comparison import Column, Comparison, Run
from devpool.compare.find_in_source import with_places
from devpool.compare.leftovers import note, sweep
from devpool.compare.run_command import Command, run_watched
from devpool.compare.stand import Stand
from devpool.compare.ways import Route, Way, routes
from devpool.context import Context
from devpool.docker.database_ready import build_missing, start_databases
from devpool.docker.leftovers import present, remove_created
from devpool.errors import DevpoolError
from devpool.lifecycle.open_project import OpenProject
from devpool.lifecycle.rollout import uninterrupted
from devpool.migrate.direct_container import over_dead_end, refuse_service
from devpool.output import Output


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is to be compared.

    Attributes:
        service: the app.
        command: the words of the command.
        ways: the pooled ways.
        runs: how often each way is gone.
        fresh: whether each run gets databases of its own.
        pooled_first: whether the direct way comes last.
        junit: the paths of test reports in the container; none to look where the command's tools write them.
        output: the folder that keeps the output; None for one in the state folder.
    """

    service: str
    command: tuple[str, ...]
    ways: Sequence[Way]
    runs: int = 1
    fresh: bool = False
    pooled_first: bool = False
    junit: tuple[str, ...] = ()
    output: str | None = None


def compare(ctx: Context, opened: OpenProject, request: Request) -> Comparison:
    """Compare.

    Raises:
        DevpoolError: `not-pooled`, `not-fresh`, `command-not-found`, `not-junit`, `no-junit`, every refusal of
            `enable`, and what the engine raises.
    """
    _refuse_no_app(opened, request.service)
    opened.stack.refuse_others()
    sweep(ctx, opened)
    with private_folder() as holder:
        planned = routes(opened, request.service, request.ways, _name(holder))
        _refuse_fresh(opened, request, planned[0])
        folder = kept_output.new_folder(opened.directory, ctx.shell, request.output)
        ctx.output.progress(f"the output of each run is kept in {folder}")
        stand = Stand(
            opened=opened,
            output=ctx.output,
            service=request.service,
            fresh=request.fresh,
            holder=holder,
            note=note(opened.directory, ctx.shell, holder),
        )
        with _project_ready(ctx, opened, request.service, planned[0]), stand.removed_in_the_end():
            return _compared(ctx, request, planned, stand, folder)


def _refuse_no_app(opened: OpenProject, service: str) -> None:
    """Refuse what is not there, and a database. Whether any other service can be pooled, by name for one that has no
    variable, the plan tells.
    """
    project = opened.without_devpool
    if service not in project.services or any(
        d.service and d.service.name == service for d in project.databases.values()
    ):
        refuse_service(opened, service)


def _name(holder: Path) -> str:
    """A name that no service has, for the poolers."""
    letters = "".join(c for c in holder.name.lower() if c.isascii() and c.isalnum())
    return f"devpool-compare-{letters[-8:]}"


def _refuse_fresh(opened: OpenProject, request: Request, direct: Route) -> None:
    project = opened.without_devpool
    unreached = [
        s.database for s in project.of(request.service) if s.published or not project.databases[s.database].service
    ]
    if request.fresh and (unreached or not direct.databases):
        raise DevpoolError(
            "not-fresh",
            f"`{[*unreached, 'its database'][0]}` is no container that `{request.service}` reaches by its name, so "
            "devpool cannot put a copy in its place",
            where=project.services[request.service].place,
            hint="leave out --fresh: all runs then use the database that is there",
        )


@contextmanager
def _project_ready(ctx: Context, opened: OpenProject, service: str, direct: Route) -> Iterator[None]:
    """The app's image is built, and what it depends on runs. What was started for that is stopped in the end."""
    stack, services = opened.stack, opened.without_devpool.services
    needed = [name for name in direct.model["services"][service].get("depends_on") or {} if name in services]
    running = stack.running()
    before = present(stack, {*needed, *direct.databases})
    try:
        build_missing(stack, services[service], ctx.output)
        start_databases(stack, list(direct.databases), ctx.output)
        if missing := [name for name in needed if name not in {*running, *direct.databases}]:
            with ctx.output.doing(f"starting {', '.join(missing)}"):
                stack.up(missing, deps=True, recreate=False)
            ctx.output.progress(f"started {', '.join(missing)}")
        stack.look_again()
        yield
    finally:
        with uninterrupted(), suppress(DevpoolError):
            stack.look_again()
            if stack.running().keys() != running.keys():
                remove_created(stack, before, running)


def _compared(ctx: Context, request: Request, planned: Sequence[Route], stand: Stand, folder: Path) -> Comparison:
    order = [*planned[1:], planned[0]] if request.pooled_first else list(planned)
    runs: dict[str, list[Run]] = {route.name: [] for route in planned}
    problems: dict[str, None] = {}
    number = 0
    for turn in range(request.runs):
        for route in order:
            number += 1
            times = f", run {turn + 1} of {request.runs}" if request.runs > 1 else ""
            with stand.standing(route, number) as standing:
                log = folder / f"{number}-{route.name.replace(' ', '-')}.log"
                shown = route is order[-1] and not ctx.output.quiet
                with _told(ctx.output, f"{route.name}{times}", shown=shown):
                    run, unseen = run_watched(
                        _command(request, route, stand), standing, str(stand.holder), log, shown=shown
                    )
            runs[route.name].append(run)
            problems |= dict.fromkeys(unseen)
    stack = stand.stack(planned[0], number + 1)
    placed = {name: with_places(mine, stack, request.service, str(stand.holder)) for name, mine in runs.items()}
    columns = tuple(Column(name=r.name, pooler=", ".join(r.poolers), runs=tuple(placed[r.name])) for r in planned)
    return Comparison(
        service=request.service,
        command=request.command,
        fresh=request.fresh,
        columns=columns,
        notes=(*planned[0].notes, *_notes(request, columns), *problems),
    )


@contextmanager
def _told(output: Output, way: str, *, shown: bool) -> Iterator[None]:
    """Says that the command runs: where its output is shown, above it; else in a line that goes, and what it took."""
    if shown:
        output.progress(f"running the command: {way}")
        yield
        return
    began = time.monotonic()
    with output.doing(f"running the command: {way}"):
        yield
    output.progress(f"ran the command: {way}, {time.monotonic() - began:.1f} s")


def _command(request: Request, route: Route, stand: Stand) -> Command:
    words, first = over_dead_end(stand.opened, request.service, list(request.command))
    return Command(
        service=request.service,
        words=request.command,
        arguments=tuple(words),
        entrypoint=tuple(first) if first else None,
        environment=route.model["services"][request.service].get("environment") or {},
        junit=request.junit,
    )


def _notes(request: Request, columns: Sequence[Column]) -> Iterator[str]:
    if not request.fresh:
        yield "all runs used the same database, one after the other; --fresh gives each a copy of its own"
    for name in (column.name for column in columns if len({run.exit_code for run in column.runs}) > 1):
        yield f"{name}: the exit code varies from run to run: the command is flaky, or a run colored the next one"
    if not any(column.reports for column in columns):
        yield "no test report was found, so only exit codes were compared; --junit PATH names one"
