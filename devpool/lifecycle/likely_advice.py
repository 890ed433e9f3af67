"""What `check` would say of the drivers of apps that do not run: likely, by their files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from devpool.catalog.direct_programs import LISTEN
from devpool.checks.app_context import Ground
from devpool.checks.driver_rules import judged
from devpool.checks.installed import Installed
from devpool.checks.poolers import FLOOR
from devpool.checks.result import Result, warning
from devpool.decide.plan import Plan
from devpool.load.declared_drivers import declared_drivers
from devpool.load.session_use import session_use
from devpool.model.project import Project

# What the pooler's image sets by itself (docker/pgbouncer: presets.txt and pgbouncer.ini.template).
_PREPARED, _IGNORED = "200", "options"


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """What is known of an app at a pooler that does not run yet.

    Attributes:
        settings: the pooler's settings.
        by_name: whether the app is pooled by name.
        listener: an app that stays direct at the same database because it listens; "" where there is none.
    """

    settings: Mapping[str, str] = field(default_factory=dict)
    by_name: bool = False
    listener: str = ""


def behind_poolers(plan: Plan) -> dict[str, Behind]:
    """The pooled apps that share sessions, with what is known of each at its pooler."""
    named = {b.service for b in plan.by_name}
    listeners = {r.database: r.service for r in plan.routes if r.code == LISTEN.code and not r.pooled}
    return {
        app: Behind(settings=pooler.settings, by_name=app in named, listener=listeners.get(pooler.database, ""))
        for pooler in plan.poolers
        for app in plan.sharing_sessions(pooler)
    }


def ground_of(app: Installed, behind: Behind) -> Ground:
    """An app at a pooler of devpool's that does not run yet."""
    return Ground(
        app=app,
        pgbouncer=FLOOR,
        prepared=int(behind.settings.get("max_prepared_statements", _PREPARED)),
        ignored=frozenset({_IGNORED}),
        postgres=(),
        by_name=behind.by_name,
        listener=behind.listener,
    )


def likely_needs(project: Project, behind: Mapping[str, Behind]) -> Iterator[Result]:
    """What the drivers need that the files of apps name, with `file:line`.

    Args:
        project: the project without devpool.
        behind: its pooled apps that do not have a session to themselves.
    """
    for app in declared_drivers(project, behind):
        yield from judged(ground_of(app, behind[app.app]))


def likely_sessions(project: Project, apps: Iterable[str]) -> Iterator[Result]:
    """What the source of these apps does that a transaction pool does not keep, with `file:line`."""
    for name, feature, place in session_use(project, apps):
        remedy = feature.remedy.format(service=name)
        yield warning("session", name, f"it uses {feature.name} ({place}): {feature.harm}", remedy)
