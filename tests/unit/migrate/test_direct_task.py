"""A command in a task of a stack gets direct values by name, and the poolers' old statements are told of."""

from __future__ import annotations

from pathlib import Path

import pytest

from devpool.errors import DevpoolError
from devpool.migrate.direct_task import run_in_task, tell_of_old_plans
from devpool.output import Output
from unit.docker.test_stack_tasks import tasks

HERE = "abc shop_web.1.xyz"


def test_values_are_passed_by_name_and_never_on_the_command_line(tmp_path: Path) -> None:
    found = tasks(tmp_path, here=HERE)
    script = (tmp_path / "docker").read_text().replace("esac", "    'exec '*) echo \"$URL\"; exit 7 ;;\nesac")
    (tmp_path / "docker").write_text(script)
    kept = bytearray()
    assert run_in_task(found, "web", ("migrate", "up"), {"URL": "postgres://u:hunter2@db/x"}, kept=kept) == 7
    assert kept.decode() == "postgres://u:hunter2@db/x\n"
    calls = (tmp_path / "calls").read_text()
    assert "exec --interactive --env URL abc migrate up" in calls
    assert "hunter2" not in calls


def test_its_own_command_needs_a_task_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(DevpoolError) as error:
        run_in_task(tasks(tmp_path, here=HERE), "web", (), {})
    assert error.value.code == "on-a-stack"
    assert "devpool migrate web -- COMMAND" in error.value.hint


def test_statements_that_were_prepared_before_are_told_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tell_of_old_plans(tasks(tmp_path), ["pgbouncer"], Output())
    assert "docker service update --force shop_pgbouncer" in capsys.readouterr().err
