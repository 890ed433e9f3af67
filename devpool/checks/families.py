"""All checks, in reading order: earlier ones explain later ones."""

from __future__ import annotations

from devpool.checks.apps import check_routes, check_sessions
from devpool.checks.database import check_databases, check_tasks
from devpool.checks.driver_rules import check_frameworks
from devpool.checks.facts import Facts
from devpool.checks.files import check_files
from devpool.checks.logs import check_logs
from devpool.checks.poolers import check_load, check_poolers
from devpool.checks.result import Result

FAMILIES = (
    check_files,
    check_poolers,
    check_databases,
    check_tasks,
    check_routes,
    check_load,
    check_sessions,
    check_frameworks,
    check_logs,
)


def evaluate(facts: Facts) -> list[Result]:
    """The results of all checks."""
    return [result for family in FAMILIES for result in family(facts)]
