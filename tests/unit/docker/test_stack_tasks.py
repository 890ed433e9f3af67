"""The tasks of a stack are asked of a manager, and one on this node is entered."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from devpool.docker.stack_tasks import StackTasks
from devpool.errors import Code, DevpoolError

PS = '{"Name":"shop_pgbouncer.1","Node":"n2","DesiredState":"Running","CurrentState":"Running 1 s","Error":""}'


def tasks(folder: Path, *, named: str = "", services: str = "shop_pgbouncer shop_db", here: str = "") -> StackTasks:
    """The tasks of a stack, as a docker on the path tells of them."""
    program = folder / "docker"
    program.write_text(
        f"""#!/bin/sh
echo "$*" >>'{folder}/calls'
case "$1 $2" in
    'service ls') printf '%s\\n' {services} ;;
    'service ps') echo '{PS}' ;;
    'ps '*) printf '%s' '{here}' ;;
esac
"""
    )
    program.chmod(0o755)
    shell = os.environ | {"PATH": f"{folder}:{os.environ['PATH']}"}
    return StackTasks(named, ["pgbouncer"], str(folder), shell)


def code_of(action: object) -> Code:
    with pytest.raises(DevpoolError) as error:
        action()  # type: ignore[operator]
    return error.value.code


def test_the_stack_is_the_one_that_has_the_pooler(tmp_path: Path) -> None:
    assert tasks(tmp_path).name == "shop"
    assert tasks(tmp_path, named="other").name == "other"
    assert code_of(lambda: tasks(tmp_path, services="a_db").name) == "not-running"
    assert code_of(lambda: tasks(tmp_path, services="a_pgbouncer b_pgbouncer").name) == "which-stack"


def test_the_tasks_of_all_nodes_are_listed(tmp_path: Path) -> None:
    (task,) = tasks(tmp_path).list(["pgbouncer", "db"])
    assert (task.service, task.node, task.runs) == ("pgbouncer", "n2", True)
    assert (tmp_path / "calls").read_text().splitlines()[-1].endswith("shop_pgbouncer shop_db")


def test_a_task_on_this_node_is_entered_and_one_elsewhere_is_named(tmp_path: Path) -> None:
    found = tasks(tmp_path, here="abc shop_pgbouncer.1.xyz").here("pgbouncer")
    assert (found.service, found.id, found.name) == ("pgbouncer", "abc", "shop_pgbouncer.1.xyz")
    with pytest.raises(DevpoolError, match="its tasks run on n2") as error:
        tasks(tmp_path).here("pgbouncer")
    assert error.value.code == "not-on-this-node"
    assert "ssh://n2" in error.value.hint


def test_a_node_that_is_no_manager_is_named(tmp_path: Path) -> None:
    found = tasks(tmp_path)
    refusal = 'Error response from daemon: This node is not a swarm manager. Use "docker swarm init".'
    (tmp_path / "docker").write_text(f"#!/bin/sh\necho '{refusal}' >&2\nexit 1\n")
    assert code_of(lambda: found.name) == "not-a-manager"
