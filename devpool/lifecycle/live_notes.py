"""What apps need behind the pooler, said before the pooler is there: by their drivers and sessions where they run, else
likely, by their files.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from contextlib import suppress

from devpool.checks.driver_rules import judged
from devpool.checks.installed import Installed
from devpool.checks.result import Result
from devpool.decide.plan import Plan
from devpool.docker.installed_drivers import installed_in
from devpool.docker.live_sessions import held_by_sessions
from devpool.errors import DevpoolError
from devpool.lifecycle.likely_advice import Behind, behind_poolers, ground_of, likely_needs
from devpool.lifecycle.open_project import OpenProject
from devpool.lifecycle.plan_notes import migrates_at_start
from devpool.load.container_files import start_of
from devpool.model.container_start import Start, StartText, migrating


def live_notes(opened: OpenProject, plan: Plan) -> list[str]:
    """A sentence for each need. Where nothing runs or the engine does not answer, files tell it.

    Args:
        opened: the project.
        plan: the plan, whose pooled apps may be running directly.
    """
    behind = behind_poolers(plan)
    if not behind:
        return []
    asked: list[Installed] = []
    told: list[str] = []
    with suppress(DevpoolError):
        stack = opened.stack
        running = stack.inspected()
        asked = [app for app in installed_in(stack, running, behind) if not app.problem]
        told = [note for app in asked for note in _of_running(opened, app, behind[app.app])]
        for pooler in plan.poolers:
            held = held_by_sessions(stack, running, pooler.database, plan.sharing_sessions(pooler))
            told += _of_sessions(held, pooler.database, {b.service for b in plan.by_name})
    return [*told, *likely_notes(opened, plan, {app.app for app in asked})]


def likely_notes(opened: OpenProject, plan: Plan, running: Collection[str]) -> Iterator[str]:
    """A sentence for each need that the files of apps tell.

    Args:
        opened: the project.
        plan: the plan.
        running: the apps that told more than their files do.
    """
    likely = {app: behind for app, behind in behind_poolers(plan).items() if app not in running}
    yield from _harmful(likely_needs(opened.without_devpool, likely), "likely: ")


def _of_running(opened: OpenProject, app: Installed, behind: Behind) -> Iterator[str]:
    yield from _harmful(judged(ground_of(app, behind)))
    service = opened.without_devpool.services.get(app.app)  # gone, where an editor has saved the file meanwhile
    yield from _of_start(app, start_of(service, opened.root)) if service else ()


def _harmful(results: Iterable[Result], how: str = "") -> Iterator[str]:
    yield from (f"{r.subject}: {how}{r.message}: {r.hint}" for r in results if r.level == "warning")


def _of_start(app: Installed, own: Start) -> Iterator[str]:
    """A script of the image that migrates, where no text of the project does, of which the plan's own notes tell."""
    texts = tuple(StartText(where=f"{line.place} of its image", text=line.text) for line in app.start)
    for found in [] if migrating(own) else migrating(Start(entrypoint=texts))[:1]:
        said = migrates_at_start(app.app, found)
        yield f"{said}: skip that step, if the image has a variable for it, and run `devpool migrate {app.app}`"


def _of_sessions(held: Mapping[str, list[str]], database: str, named: Container[str]) -> Iterator[str]:
    for app, kinds in held.items():
        yield (
            f"{app}: a session of it at {database} uses {' and '.join(kinds)} right now, which a transaction pool does "
            f"not keep: keep it direct with --direct {app}"
            + ("" if app in named else f", or give it a session pool with --session {app}")
        )
