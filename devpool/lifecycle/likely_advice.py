"""What `check` would say of the drivers of apps that do not run: likely, by their files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from devpool.checks.app_context import Ground
from devpool.checks.driver_rules import judged
from devpool.checks.installed import Installed
from devpool.checks.poolers import FLOOR
from devpool.checks.result import Result, warning
from devpool.load.declared_drivers import declared_drivers
from devpool.load.session_use import session_use
from devpool.model.project import Project

# What the pooler's image sets by itself (docker/pgbouncer: presets.txt and pgbouncer.ini.template).
_PREPARED, _IGNORED = "200", "options"


def ground_of(app: Installed, settings: Mapping[str, str]) -> Ground:
    """An app at a pooler of devpool's that does not run yet.

    Args:
        app: what the app has.
        settings: the pooler's settings.
    """
    return Ground(
        app=app,
        pgbouncer=FLOOR,
        prepared=int(settings.get("max_prepared_statements", _PREPARED)),
        ignored=frozenset({_IGNORED}),
        postgres=(),
    )


def likely_needs(project: Project, apps: Iterable[str], settings: Mapping[str, str]) -> Iterator[Result]:
    """What the drivers need that the files of apps name, with `file:line`.

    Args:
        project: the project without devpool.
        apps: its pooled apps that do not have a session to themselves.
        settings: the pooler's settings.
    """
    for app in declared_drivers(project, apps):
        yield from judged(ground_of(app, settings))


def likely_sessions(project: Project, apps: Iterable[str]) -> Iterator[Result]:
    """What the source of these apps does that a transaction pool does not keep, with `file:line`."""
    for name, feature, place in session_use(project, apps):
        remedy = feature.remedy.format(service=name)
        yield warning("session", name, f"it uses {feature.name} ({place}): {feature.harm}", remedy)
