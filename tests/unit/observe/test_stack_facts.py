"""What the files of a stack say of its poolers' tasks."""

from __future__ import annotations

from pathlib import Path

from devpool.observe.stack_facts import crowd_lines, crowds
from unit.lifecycle.disk_project import SHOP, context, enable, opened, written

STACK = {"swarm": True, "image": "registry.example/pgbouncer:1"}
LIMITED = SHOP.replace("image: postgres:17", "image: postgres:17\n    command: -c max_connections=30")


def test_the_tasks_are_held_against_the_servers_limit(tmp_path: Path) -> None:
    enable(written(tmp_path, LIMITED), **STACK, replicas=3, settings={"default_pool_size": "5"})
    project = opened(tmp_path)
    assert project.state is not None
    (found,) = crowds(project, project.state)
    assert (found.pooler, found.database, found.replicas, found.most, found.room) == ("pgbouncer", "db", 3, 24, 27)
    assert (found.fits, found.direct) == (True, 0)
    assert "max_connections in the command" in found.source
    assert crowd_lines(context(tmp_path)) == []


def test_what_does_not_fit_is_a_line(tmp_path: Path) -> None:
    enable(written(tmp_path, LIMITED), **STACK, replicas=3)
    (line,) = crowd_lines(context(tmp_path))
    assert "may open 84 connections" in line
