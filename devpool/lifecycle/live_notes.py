"""What apps need behind the pooler, said before the pooler is there: by their drivers and sessions where they run, else
likely, by their files.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress

from devpool.checks.driver_rules import judged
from devpool.checks.installed import Installed
from devpool.checks.result import Result
from devpool.decide.plan import Plan, Pooler
from devpool.docker.installed_drivers import installed_in
from devpool.docker.live_sessions import held_by_sessions
from devpool.errors import DevpoolError
from devpool.lifecycle.likely_advice import ground_of, likely_needs
from devpool.lifecycle.open_project import OpenProject


def live_notes(opened: OpenProject, plan: Plan) -> list[str]:
    """A sentence for each need. Where nothing runs or the engine does not answer, files tell it.

    Args:
        opened: the project.
        plan: the plan, whose pooled apps may be running directly.
    """
    shared = [(pooler, plan.sharing_sessions(pooler)) for pooler in plan.poolers]
    poolers = {app: pooler for pooler, apps in shared for app in apps}
    if not poolers:
        return []
    asked: list[Installed] = []
    told: list[str] = []
    with suppress(DevpoolError):
        stack = opened.stack
        running = stack.inspected()
        asked = [app for app in installed_in(stack, running, poolers) if not app.problem]
        told = [note for app in asked for note in _warnings(app, poolers[app.app])]
        for pooler, apps in shared:
            told += _of_sessions(held_by_sessions(stack, running, pooler.database, apps), pooler.database)
    return [*told, *likely_notes(opened, plan, {app.app for app in asked})]


def likely_notes(opened: OpenProject, plan: Plan, running: Collection[str]) -> Iterator[str]:
    """A sentence for each need that the files of apps tell.

    Args:
        opened: the project.
        plan: the plan.
        running: the apps that told more than their files do.
    """
    for pooler in plan.poolers:
        apps = [app for app in plan.sharing_sessions(pooler) if app not in running]
        if apps:
            yield from _harmful(likely_needs(opened.without_devpool, apps, pooler.settings), "likely: ")


def _warnings(app: Installed, pooler: Pooler) -> Iterator[str]:
    yield from _harmful(judged(ground_of(app, pooler.settings)))


def _harmful(results: Iterable[Result], how: str = "") -> Iterator[str]:
    yield from (f"{r.subject}: {how}{r.message}: {r.hint}" for r in results if r.level == "warning")


def _of_sessions(held: Mapping[str, list[str]], database: str) -> Iterator[str]:
    for app, kinds in held.items():
        yield (
            f"{app}: a session of it at {database} uses {' and '.join(kinds)} right now, which a transaction pool does "
            f"not keep: keep it direct with --direct {app}, or give it a session pool with --session {app}"
        )
