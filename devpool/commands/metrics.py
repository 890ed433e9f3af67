"""`devpool metrics`: the poolers' metrics as Prometheus text."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any, NotRequired, TypedDict

import click

from devpool import resources
from devpool.command_options import project_options
from devpool.context import Context, context
from devpool.docker.console import ask
from devpool.docker.container_values import Container
from devpool.docker.containers import Stack
from devpool.errors import DevpoolError
from devpool.lifecycle.open_project import OpenProject, open_project
from devpool.lifecycle.rollout import reach
from devpool.measurements.pooler_metrics import SHOWN, Family, Kind, exposition, families, merged
from devpool.undo.state import State, not_enabled


class SampleData(TypedDict):
    """A sample.

    Attributes:
        labels: its labels.
        value: its value; null where it is not a number.
    """

    labels: dict[str, str]
    value: float | None


class FamilyData(TypedDict):
    """A metric.

    Attributes:
        name: its name.
        type: its type.
        help: what it is.
        samples: its samples.
    """

    name: str
    type: Kind
    help: str
    samples: list[SampleData]


class MetricsAnswer(TypedDict):
    """The metrics, or a dashboard.

    Attributes:
        metrics: each metric.
        dashboard: a Grafana dashboard, with `--dashboard`.
    """

    metrics: NotRequired[list[FamilyData]]
    dashboard: NotRequired[dict[str, Any]]


@click.command()
@project_options
@click.option("--dashboard", is_flag=True, help="Print a Grafana dashboard instead.")
@click.pass_obj
def metrics(parent: dict[str, Any], /, **options: Any) -> None:
    """Print the poolers' metrics, with pgbouncer_exporter's names.

    For a pooler that does not answer, pgbouncer_up is 0 and there are no other metrics. With several poolers, the label
    `pooler` tells them apart.

    \b
    Examples:
      devpool metrics
      devpool metrics --dashboard > devpool.json    to import into Grafana
    """
    ctx = context(parent, options)
    if options["dashboard"]:
        ctx.output.text(resources.dashboard())
        board: MetricsAnswer = {"dashboard": json.loads(resources.dashboard())}
        ctx.output.data(board)
        return
    opened = open_project(ctx, "look")
    if opened.state is None:
        raise not_enabled("devpool enable")
    each = list(_each(ctx, opened, opened.state))
    metrics = each[0][1] if len(each) == 1 else merged(each)
    ctx.output.text(exposition(metrics))
    answer: MetricsAnswer = {"metrics": list(map(_data, metrics))}
    ctx.output.data(answer)


def _each(ctx: Context, opened: OpenProject, state: State) -> Iterator[tuple[str, list[Family]]]:
    """The metrics of each pooler, or of each of its containers if it has several."""
    stack = reach(opened, ctx.output, "cannot reach any pooler", looks=True)
    for pooler in state.poolers:
        containers = stack.running().get(pooler.name, []) if stack else []
        if not containers:
            ctx.output.warn(f"{pooler.name} is not running")
            yield pooler.name, families(None)
        for container in containers:
            assert stack is not None, "it gave the containers"
            yield (pooler.name if len(containers) == 1 else container.name), _of(ctx, stack, container)


def _of(ctx: Context, stack: Stack, container: Container) -> list[Family]:
    try:
        return families(ask(stack, container, *SHOWN))
    except DevpoolError as error:
        ctx.output.warning(error)
        return families(None)


def _data(family: Family) -> FamilyData:
    samples: list[SampleData] = [
        {"labels": dict(s.labels), "value": None if math.isnan(s.value) else s.value} for s in family.samples
    ]
    return {"name": family.name, "type": family.kind, "help": family.help, "samples": samples}
