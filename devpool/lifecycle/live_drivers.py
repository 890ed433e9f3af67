"""What the drivers in the apps' running containers need behind the pooler, said before the pooler is there."""

from __future__ import annotations

from collections.abc import Iterator

from devpool.checks.app_context import Ground
from devpool.checks.driver_rules import judged
from devpool.checks.facts import version
from devpool.checks.installed import Installed
from devpool.context import Context
from devpool.decide.plan import Plan, Pooler
from devpool.decide.tuning import POOL_MODE
from devpool.docker.installed_drivers import installed_in
from devpool.errors import DevpoolError
from devpool.lifecycle.rollout import open_stack

# What the pooler's image is at least and sets by itself (docker/pgbouncer: Dockerfile, presets.txt and
# pgbouncer.ini.template).
_PGBOUNCER, _PREPARED, _IGNORED = "1.26.1", "200", "options"


def live_drivers(ctx: Context, plan: Plan) -> list[str]:
    """What `check` will warn about, a sentence each; nothing where nothing runs or the engine does not answer.

    Args:
        ctx: the command's context.
        plan: the plan, whose pooled apps may be running directly.
    """
    poolers = {app: pooler for pooler in plan.poolers for app in pooler.apps if _shares_sessions(plan, pooler, app)}
    try:
        stack = open_stack(ctx.selection, str(ctx.cwd)) if poolers else None
        found = installed_in(stack, stack.running(), poolers) if stack else ()
    except DevpoolError:
        return []
    return [note for app in found for note in _warnings(app, poolers[app.app])]


def _shares_sessions(plan: Plan, pooler: Pooler, app: str) -> bool:
    return app not in plan.in_session and pooler.settings.get(POOL_MODE) != "session"


def _warnings(app: Installed, pooler: Pooler) -> Iterator[str]:
    ground = Ground(
        app=app,
        pgbouncer=version(_PGBOUNCER),
        prepared=int(pooler.settings.get("max_prepared_statements", _PREPARED)),
        ignored=frozenset({_IGNORED}),
        postgres=(),
    )
    yield from (f"{app.app}: {r.message}: {r.hint}" for r in judged(ground) if r.level == "warning")
