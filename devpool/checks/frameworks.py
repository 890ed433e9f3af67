"""What the installed drivers and frameworks need under transaction pooling, and what they no longer need.

The rules are those of PgBouncer's "features" page and of each driver's own documentation; the address stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterator

from devpool.checks.app_context import Ground, grounds
from devpool.checks.facts import Facts
from devpool.checks.other_drivers import OTHERS
from devpool.checks.python_drivers import PYTHON
from devpool.checks.result import Result, ok, skipped

RULES = (*PYTHON, *OTHERS)


def check_frameworks(facts: Facts) -> Iterator[Result]:
    """Each pooled app: what it still needs, and what is obsolete."""
    for app in facts.installed:
        if app.problem:
            yield skipped("framework", app.app, app.problem)
    for ground in grounds(facts):
        found = [result for rule in RULES for result in rule(ground)]
        yield from found or [_nothing(ground)]


def _nothing(ground: Ground) -> Result:
    return ok("framework", ground.app.app, "no driver was found that needs a change")
