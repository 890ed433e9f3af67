"""The ways to the database that are compared, and Compose's models of the project for each.

A pooled way is what `enable` would make of the project, with a pooler of its own that has a name of its own: decided,
edited and proved in the same way, but nothing is written. So a comparison needs no file of the user's to change, and
it finds the project as `enable` leaves it, whether it is enabled or not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from devpool.compare.comparison import DIRECT
from devpool.decide.options import Options
from devpool.decide.plan import Plan
from devpool.decide.tuning import POOL_MODE, POOL_SIZE
from devpool.docker.compose_oracle import models
from devpool.errors import DevpoolError
from devpool.lifecycle.open_project import OpenProject
from devpool.lifecycle.prepare_enable import prepare_enable

POOLED = "pooled"
# As the preset of CI has it: in a small pool a test that needs two connections waits for itself, and a developer's two
# minutes are for a debugger, which a one-off container has not.
_WAITS, _SECONDS = "query_wait_timeout", "30"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way: its name, and the settings that its pooler has besides those of the project; and those that it has where
    the project says nothing else.
    """

    name: str
    settings: Mapping[str, str] = field(default_factory=dict)
    usual: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A way that can be gone.

    Attributes:
        name: of the way.
        model: Compose's model of the project.
        poolers: the services of the app's poolers in it; none on the direct way.
        databases: the app's databases that are services.
        notes: what was decided for the comparison alone.
    """

    name: str
    model: Mapping[str, Any] = field(repr=False)
    poolers: tuple[str, ...] = ()
    databases: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def pooled_ways(modes: Sequence[str], size: int | None) -> list[Way]:
    """The pooled ways: as the project has its pooler, and then each with one setting that is another.

    Args:
        modes: further pool modes.
        size: a further pool size.
    """
    further = [Way(name=mode, settings={POOL_MODE: mode}) for mode in dict.fromkeys(modes)]
    if size is not None:
        further.append(Way(name=f"pool size {size}", settings={POOL_SIZE: str(size)}, usual={_WAITS: _SECONDS}))
    return [Way(name=POOLED), *further]


def routes(opened: OpenProject, service: str, ways: Sequence[Way], name: str) -> list[Route]:
    """The direct way and the pooled ones.

    Args:
        opened: the project.
        service: the app.
        ways: the pooled ways.
        name: what the poolers' services are called, or begin with.

    Raises:
        DevpoolError: `not-pooled`, and every refusal of `enable`.
    """
    chosen: list[Route] = []
    for number, way in enumerate(ways):
        plan, (direct, pooled), notes = _planned(opened, service, _options(opened.options, way, f"{name}-{number}"))
        mine = [pooler for pooler in plan.poolers if service in pooler.apps]
        databases = tuple(p.database for p in mine if not p.external)
        if not chosen:
            chosen.append(Route(name=DIRECT, model=direct, databases=databases, notes=notes))
        poolers = tuple(pooler.name for pooler in mine)
        chosen.append(Route(name=way.name, model=pooled, poolers=poolers, databases=databases))
    return chosen


def _options(options: Options, way: Way, name: str) -> Options:
    """The options for a pooler that stands there for a moment: nothing is written, published or measured by others."""
    own = {key for settings in (options.settings, *options.settings_of.values()) for key in settings}
    usual = {key: value for key, value in way.usual.items() if key not in own}
    tuned = options.tuned("", {**usual, **way.settings}, alone=True) if way.settings else options
    return replace(tuned, name=name, publish=None, metrics=False, allow_shared=True, override=False)


def _planned(
    opened: OpenProject, service: str, options: Options
) -> tuple[Plan, tuple[dict[str, Any], dict[str, Any]], tuple[str, ...]]:
    """The plan in which the app is pooled, Compose's models before and after, and a note where that is not as usual."""
    notes: tuple[str, ...] = ()
    prepared = prepare_enable(opened, options, verify=True)
    plan = prepared.plan
    assert plan, "enable has one"
    if service not in plan.apps:
        reason = next(
            (r.reason for r in plan.routes if r.service == service), "it connects to no database of devpool's"
        )
        notes = (f"{service} stays direct otherwise ({reason}); it is pooled for the comparison",)
        chosen = replace(options, direct=_without(options.direct, service), pool=(*options.pool, service))
        prepared = prepare_enable(opened, chosen, verify=True)
        plan = prepared.plan
        assert plan, "enable has one"
    if service not in plan.apps:
        raise DevpoolError(
            "not-pooled",
            f"`{service}` cannot be pooled, so there is nothing to compare: {reason}",
            where=opened.without_devpool.services[service].place,
            hint="see its settings and routes: devpool explain",
        )
    after = {path: data for path, data in prepared.after.items() if data is not None}
    return plan, models(prepared.sources, after), notes


def _without(names: Sequence[str], service: str) -> tuple[str, ...]:
    return tuple(name for name in names if name.partition(":")[0] != service)
