"""`devpool check`: one line for each check, for people, CI and monitoring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict

import click

from devpool.checks.families import evaluate
from devpool.checks.leaks import Leak, leak_results
from devpool.checks.result import Level, Result, check_lines, monitored, nagios_line, skipped, verdict
from devpool.command_options import project_options
from devpool.context import Context, context
from devpool.errors import COULD_NOT_TELL, DONE, FOUND, DevpoolError, UsageError
from devpool.lifecycle.open_project import open_project
from devpool.observe.check_facts import gather
from devpool.observe.leak_probe import find_leaks
from devpool.observe.overview import look

# Exit codes of a monitoring plugin (https://www.monitoring-plugins.org/doc/guidelines.html, "Plugin Return Codes").
_NAGIOS = {"ok": 0, "warning": 1, "critical": 2, "skipped": 3}


class CheckAnswer(TypedDict):
    """The results of the checks.

    Attributes:
        status: `critical` or `warning` if something was found, `skipped` if something could not be judged, else `ok`.
        checks: each result.
        leaks: session state on shared server connections, with `--leaks`.
    """

    status: Level
    checks: list[Result]
    leaks: NotRequired[list[Leak]]


@click.command()
@project_options
@click.option("--warn", default="80%", metavar="N%", show_default=True, help="Warn above this share of a limit.")
@click.option("--crit", default="90%", metavar="N%", show_default=True, help="Critical above this share of a limit.")
@click.option("--leaks", is_flag=True, help="Also look for session state on pooled connections.")
@click.option(
    "--strict/--no-strict",
    default=None,
    help="Exit with 5 if something could not be judged; the default where CI is set.",
)
@click.option("--nagios", is_flag=True, help="Print one line and exit with 0, 1, 2 or 3, as a monitoring plugin.")
@click.pass_obj
def check(
    parent: dict[str, Any],
    /,
    warn: str,
    crit: str,
    leaks: bool,
    strict: bool | None,
    nagios: bool,
    **options: Any,
) -> int:
    """Check the whole setup, from the files to the logs.

    Checks files, poolers, databases, routes, load, frameworks and logs. The exit code is 0 if all is well, and 4 if
    there is a warning or worse. With --strict it is 5 if something could not be judged, be it that the project is
    not enabled or not running; that is the default in CI.

    \b
    Examples:
      devpool check               all checks
      devpool check --leaks       also look for what sessions left behind
      devpool check --nagios      one line for monitoring
    """
    ctx = context(parent, options)
    thresholds = _percent("--warn", warn), _percent("--crit", crit)
    if thresholds[0] > thresholds[1]:
        raise UsageError("bad-threshold", "--warn is above --crit", hint="--warn 80% --crit 90%")
    try:
        with ctx.output.doing("checking", on_terminal_only=True):
            judged = _judged(ctx, *thresholds, leaks=leaks)
    except DevpoolError as error:
        if not nagios:
            raise
        # One line in any case: for the monitoring, the state is unknown.
        judged = Judged(results=[skipped("check", "", error.message, error.hint)])
    ctx.output.lines(*([nagios_line(judged.results)] if nagios else check_lines(judged.results)))
    ctx.output.data(_answer(judged))
    if nagios:
        return _NAGIOS[monitored(judged.results)]
    return _exit_code(judged.results, strict=_in_ci(ctx.shell) if strict is None else strict)


def _in_ci(shell: Mapping[str, str]) -> bool:
    return shell.get("CI", "").lower() not in ("", "0", "false")


def _exit_code(results: list[Result], *, strict: bool) -> int:
    level = verdict(results)
    if level == "skipped":
        return COULD_NOT_TELL if strict else DONE
    return DONE if level == "ok" else FOUND


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The results of the checks, and the leaks with `--leaks`."""

    results: list[Result]
    leaks: list[Leak] | None = None


def _judged(ctx: Context, warn: int, crit: int, *, leaks: bool) -> Judged:
    opened = open_project(ctx, "look")
    seen = look(ctx, opened, deep=True)
    left = find_leaks(seen) if leaks else None
    results = evaluate(gather(seen, opened, warn=warn, crit=crit))
    if left is None:
        return Judged(results=results)
    return Judged(results=results + list(leak_results(left.leaks, left.looked)), leaks=left.leaks)


def _answer(judged: Judged) -> CheckAnswer:
    answer: CheckAnswer = {"status": verdict(judged.results), "checks": judged.results}
    return answer if judged.leaks is None else {**answer, "leaks": judged.leaks}


def _percent(option: str, text: str) -> int:
    number = text.removesuffix("%").strip()
    if not (number.isascii() and number.isdigit() and 0 < int(number) <= 100):
        raise UsageError("bad-threshold", f"{option} takes a share from 1% to 100%", hint=f"{option} 80%")
    return int(number)
