"""Tasks as a manager lists them: how many run, where, and what is wrong with the others."""

from __future__ import annotations

import json

from devpool.measurements.tasks import parse_tasks, problems, tasks_in_words


def row(name: str, node: str, state: str, *, desired: str = "Running", error: str = "") -> str:
    return json.dumps({"Name": name, "Node": node, "DesiredState": desired, "CurrentState": state, "Error": error})


LISTED = "\n".join(
    [
        row("shop_pgbouncer.1", "n1", "Running 3 minutes ago"),
        row("shop_pgbouncer.1", "n3", "Shutdown 3 minutes ago", desired="Shutdown"),
        row("shop_pgbouncer.2", "n1", "Running about an hour ago"),
        row("shop_pgbouncer.3", "n2", "Starting 2 seconds ago", desired="Ready"),
        row("shop_pgbouncer.4", "", "Pending 1 second ago", error="no suitable node"),
        row("shop_my.load.4h5ct2qa0h", "n2", "Running 1 second ago"),
    ]
)


def test_the_tasks_that_are_to_run_are_told_by_service_and_slot() -> None:
    tasks = parse_tasks(LISTED, "shop")
    assert [(t.service, t.slot, t.node, t.state) for t in tasks] == [
        ("pgbouncer", "pgbouncer.1", "n1", "running"),
        ("pgbouncer", "pgbouncer.2", "n1", "running"),
        ("pgbouncer", "pgbouncer.3", "n2", "starting"),
        ("pgbouncer", "pgbouncer.4", "", "pending"),
        ("my.load", "my.load.4h5ct2qa0h", "n2", "running"),
    ]
    assert parse_tasks("", "shop") == []


def test_they_are_told_in_words() -> None:
    tasks = [task for task in parse_tasks(LISTED, "shop") if task.service == "pgbouncer"]
    assert tasks_in_words(tasks) == "2 of 4 tasks run: 2 on n1"
    assert problems(tasks) == ["pgbouncer.3 is starting", "pgbouncer.4 is pending: no suitable node"]
    assert tasks_in_words(tasks[:1]) == "1 of 1 task runs: 1 on n1"
    assert (tasks_in_words([]), problems(tasks[:2])) == ("0 of 0 tasks run", [])
