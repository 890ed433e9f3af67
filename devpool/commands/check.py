"""`devpool check`: everything that has to hold, a line each, for people, CI and monitoring."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import click

from devpool.check_lines import check_lines, nagios_line
from devpool.checks.every import evaluate
from devpool.checks.result import Result, worst
from devpool.context import Context, context
from devpool.errors import DONE, FOUND, DevpoolError, UsageError
from devpool.gather import gather
from devpool.overview import Overview, look
from devpool.project_options import project_options

# Exit codes of a monitoring plugin (https://www.monitoring-plugins.org/doc/guidelines.html, "Plugin Return Codes").
_NAGIOS = {"ok": 0, "warning": 1, "critical": 2, "skipped": 3}


@click.command()
@project_options
@click.option("--warn", default="80%", metavar="N%", show_default=True, help="Share of a limit that is a warning.")
@click.option("--crit", default="90%", metavar="N%", show_default=True, help="Share of a limit that is critical.")
@click.option("--leaks", is_flag=True, help="Look for session state left on pooled server connections.")
@click.option("--nagios", is_flag=True, help="One line, and exit 0, 1, 2 or 3 as a monitoring plugin.")
@click.pass_obj
def check(parent: dict[str, Any], /, warn: str, crit: str, leaks: bool, nagios: bool, **options: Any) -> int:
    """Check files, poolers, databases, routes, load, frameworks and logs.

    Exit code 0 where all is well, 4 where something was found.
    """
    ctx = context(parent, options)
    thresholds = _percent("--warn", warn), _percent("--crit", crit)
    if thresholds[0] > thresholds[1]:
        raise UsageError("bad-threshold", "--warn is above --crit", hint="--warn 80% --crit 90%")
    judge = _leaks if leaks else _all
    if nagios:
        return _nagios(ctx, judge, thresholds)
    results = judge(look(ctx), *thresholds)
    ctx.output.lines(*check_lines(results))
    ctx.output.data({"status": worst(results), "checks": [asdict(r) for r in results]})
    return FOUND if worst(results) in ("warning", "critical") else DONE


Judge = Callable[[Overview, int, int], list[Result]]


def _all(seen: Overview, warn: int, crit: int) -> list[Result]:
    return evaluate(gather(seen, warn=warn, crit=crit))


def _leaks(seen: Overview, warn: int, crit: int) -> list[Result]:
    raise NotImplementedError


def _nagios(ctx: Context, judge: Judge, thresholds: tuple[int, int]) -> int:
    """One line whatever happens: what stops the look is unknown to the monitoring."""
    try:
        results = judge(look(ctx), *thresholds)
    except DevpoolError as error:
        ctx.output.lines(f"DEVPOOL UNKNOWN - {error.message}")
        return _NAGIOS["skipped"]
    ctx.output.lines(nagios_line(results))
    ctx.output.data({"status": worst(results), "checks": [asdict(r) for r in results]})
    return _NAGIOS[worst(results)]


def _percent(option: str, text: str) -> int:
    number = text.removesuffix("%").strip()
    if not (number.isascii() and number.isdigit() and 0 < int(number) <= 100):
        raise UsageError("bad-threshold", f"{option} takes a share from 1% to 100%", hint=f"{option} 80%")
    return int(number)
