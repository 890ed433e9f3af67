"""What running apps need behind the pooler, said before the pooler is there: by their drivers and their sessions."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping

from devpool.catalog.direct_programs import LISTEN
from devpool.checks.app_context import Ground
from devpool.checks.driver_rules import judged
from devpool.checks.installed import Installed
from devpool.checks.poolers import FLOOR
from devpool.decide.plan import Plan, Pooler
from devpool.docker.installed_drivers import installed_in
from devpool.docker.live_sessions import held_by_sessions
from devpool.errors import DevpoolError
from devpool.lifecycle.open_project import OpenProject
from devpool.lifecycle.plan_notes import migrates_at_start
from devpool.load.container_files import start_of
from devpool.model.container_start import Start, StartText, migrating

# What the pooler's image sets by itself (docker/pgbouncer: presets.txt and pgbouncer.ini.template).
_PREPARED, _IGNORED = "200", "options"


def live_notes(opened: OpenProject, plan: Plan) -> list[str]:
    """A sentence for each need; nothing where nothing runs or the engine does not answer.

    Args:
        opened: the project.
        plan: the plan, whose pooled apps may be running directly.
    """
    shared = [(pooler, apps) for pooler in plan.poolers if (apps := plan.sharing_sessions(pooler))]
    try:
        return list(_of_running(opened, plan, shared)) if shared else []
    except DevpoolError:
        return []


def _of_running(opened: OpenProject, plan: Plan, shared: list[tuple[Pooler, list[str]]]) -> Iterator[str]:
    stack, services = opened.stack, opened.without_devpool.services
    running = stack.inspected()
    poolers = {app: pooler for pooler, apps in shared for app in apps}
    named = {b.service for b in plan.by_name}
    listeners = {r.database: r.service for r in plan.routes if r.code == LISTEN.code and not r.pooled}
    for app in installed_in(stack, running, poolers):
        yield from _warnings(app, poolers[app.app], listeners, by_name=app.app in named)
        yield from _of_start(app, start_of(services[app.app], opened.root))
    for pooler, apps in shared:
        yield from _of_sessions(held_by_sessions(stack, running, pooler.database, apps), pooler.database, named)


def _warnings(app: Installed, pooler: Pooler, listeners: Mapping[str, str], *, by_name: bool) -> Iterator[str]:
    ground = Ground(
        app=app,
        pgbouncer=FLOOR,
        prepared=int(pooler.settings.get("max_prepared_statements", _PREPARED)),
        ignored=frozenset({_IGNORED}),
        postgres=(),
        by_name=by_name,
        listener=listeners.get(pooler.database, ""),
    )
    yield from (f"{app.app}: {r.message}: {r.hint}" for r in judged(ground) if r.level == "warning")


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
