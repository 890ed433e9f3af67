"""One run of the command: a one-off container of the app, watched, its output kept and its test report read."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from devpool.compare import kept_output
from devpool.compare.comparison import Run
from devpool.compare.fetch_report import Ended, fetch_report, variables_for
from devpool.compare.figures import Figures
from devpool.compare.logs import logged_since, moment
from devpool.compare.measure_run import Watch
from devpool.compare.stand import Standing
from devpool.compare.variant_model import LABEL
from devpool.docker.containers import Stack
from devpool.docker.kept_run import run_kept
from devpool.errors import DevpoolError
from devpool.migrate.direct_container import NOT_RUN

_RUN = "devpool.compare.run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What is run.

    Attributes:
        service: the app.
        words: the command, as the user gave it.
        arguments, entrypoint: the same as the container gets it.
        environment: the app's own variables.
        junit: the paths of test reports in the container that the user named.
    """

    service: str
    words: tuple[str, ...]
    arguments: tuple[str, ...]
    entrypoint: tuple[str, ...] | None
    environment: Mapping[str, str]
    junit: tuple[str, ...]


def run_watched(command: Command, standing: Standing, holder: str, log: Path, *, shown: bool) -> tuple[Run, list[str]]:
    """Run the command once; what came of it, and what could not be watched.

    Args:
        command: it.
        standing: what it stands on.
        holder: the value of the comparison's label.
        log: the file for its output.
        shown: whether the output is shown as it comes.

    Raises:
        DevpoolError: `command-not-found`, `not-junit`, `no-junit`, `disk-full`, and what the engine raises.
    """
    watch = Watch(standing.stack, standing.databases, standing.poolers, standing.known)
    services = [container.service for container in (*standing.databases, *standing.poolers)]
    with closing(watch):
        watch.start()
        try:
            run = _run(command, standing.stack, (f"{LABEL}={holder}", f"{_RUN}={log.name}"), log, shown=shown)
        finally:
            watch.end()
        figures = watch.figures(run.ended - run.began)
    logged = tuple(logged_since(standing.stack, services, run.began))
    return replace(run, figures=figures, left=watch.left, logged=logged), list(watch.problems)


def _run(command: Command, stack: Stack, labels: tuple[str, ...], log: Path, *, shown: bool) -> Run:
    began = time.time()
    with kept_output.new_file(log) as kept:
        code = run_kept(
            stack.call,
            command.service,
            list(command.arguments),
            variables_for(command.words, command.junit, command.environment),
            labels=labels,
            kept=kept,
            most=kept_output.MOST,
            shown=shown,
            entrypoint=list(command.entrypoint) if command.entrypoint else None,
        )
    container = _ended(stack, labels, code, log)
    if code in NOT_RUN or container is None:
        raise _not_run(command, code, log)
    return Run(
        exit_code=code,
        began=container.began or began,
        ended=container.ended or time.time(),
        output=str(log),
        figures=Figures(seconds=0.0),
        report=fetch_report(stack, container, command.words, command.junit),
    )


def _ended(stack: Stack, labels: Sequence[str], code: int, log: Path) -> Ended | None:
    """The container; None where none was made."""
    ids = stack.docker("ps", "--all", "--quiet", *(f"--filter=label={label}" for label in labels)).split()
    inspected = stack.inspect(ids)
    if not inspected:
        return None
    container, state = inspected[0], inspected[0]["State"]
    return Ended(
        id=container["Id"],
        folder=container["Config"].get("WorkingDir") or "/",
        began=moment(state["StartedAt"]),
        ended=moment(state["FinishedAt"]),
        code=code,
        said=kept_output.end_of(log),
    )


def _not_run(command: Command, code: int, log: Path) -> DevpoolError:
    return DevpoolError(
        "command-not-found",
        f"`{command.words[0]}` could not be run in `{command.service}` (exit code {code})",
        hint=f"see what the image contains: devpool direct {command.service}",
        details=kept_output.last_lines(kept_output.end_of(log)),
    )
