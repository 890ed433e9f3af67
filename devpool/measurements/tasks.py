"""The tasks of a stack's services, as a manager of the Swarm lists them. Pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One task that is to run.

    Attributes:
        service: its service, without the stack's name.
        slot: its name without the stack's, such as `pgbouncer.2`.
        node: the host name of its node; "" while it has none.
        state: `running`, which with a health check means healthy, `starting`, `pending`, `rejected`, ...
        error: what Swarm says against it; "" for nothing.
    """

    service: str
    slot: str
    node: str
    state: str
    error: str

    @property
    def runs(self) -> bool:
        """Whether it is at work."""
        return self.state == "running"


def parse_tasks(text: str, stack: str) -> list[Task]:
    """The tasks in the lines of `docker service ps --format '{{json .}}'`, those to be ended left out.

    Args:
        text: a JSON object a line.
        stack: the stack's name.
    """
    rows = [json.loads(line) for line in text.splitlines() if line]
    wanted = [row for row in rows if row["DesiredState"].lower() in ("running", "ready")]
    return [_task(row, f"{stack}_") for row in wanted]


def _task(row: dict[str, str], prefix: str) -> Task:
    slot = row["Name"].removeprefix(prefix)
    return Task(
        service=slot.rpartition(".")[0],
        slot=slot,
        node=row["Node"],
        state=row["CurrentState"].partition(" ")[0].lower(),
        error=row["Error"],
    )


def tasks_in_words(tasks: Sequence[Task]) -> str:
    """How many of a service's tasks run, and where: `4 of 4 tasks run: 2 on n1, 1 on n2, 1 on n3`."""
    at = Counter(task.node for task in tasks if task.runs)
    where = f": {', '.join(f'{number} on {node}' for node, number in sorted(at.items()))}" if at else ""
    return f"{sum(at.values())} of {len(tasks)} {'task runs' if len(tasks) == 1 else 'tasks run'}{where}"


def problems(tasks: Iterable[Task]) -> list[str]:
    """What is wrong with tasks that do not run, each once."""
    found = (f"{t.slot} is {t.state}{f': {t.error}' if t.error else ''}" for t in tasks if not t.runs)
    return list(dict.fromkeys(found))
