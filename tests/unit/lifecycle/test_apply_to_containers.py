"""Where nothing runs, the files alone change; which services go with a change is told by the records."""

from __future__ import annotations

from pathlib import Path

import pytest

from devpool.docker.container_values import ListedContainer
from devpool.docker.containers import Stack
from devpool.errors import DevpoolError
from devpool.lifecycle.apply_to_containers import Follow, gone
from unit.lifecycle.disk_project import SHOP, context, enable, planned_change, state_of, written


class NothingRuns(Stack):
    """A project without containers, of which docker is not asked."""

    name = "p"

    def __init__(self) -> None:
        self.ownership = None

    def wait(self) -> None:
        """Nothing is asked."""

    def everything(self) -> list[ListedContainer]:
        return []


def follow(directory: Path) -> Follow:
    return Follow(context(directory), NothingRuns())


def test_where_nothing_runs_only_the_files_are_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change = planned_change(written(tmp_path))
    assert follow(tmp_path).enabled(change, tmp_path, None, everything=False) == []
    assert state_of(tmp_path).poolers[0].name == "pgbouncer"
    assert capsys.readouterr().out == "changed compose.yml\n"


def test_a_file_that_changed_since_it_was_read_is_left_alone(tmp_path: Path) -> None:
    change = planned_change(written(tmp_path))
    mine = SHOP.replace("image: app", "image: app:2")
    (tmp_path / "compose.yml").write_text(mine)
    with pytest.raises(DevpoolError) as error:
        follow(tmp_path).enabled(change, tmp_path, None, everything=False)
    assert error.value.code == "changed-meanwhile"
    assert (tmp_path / "compose.yml").read_text() == mine
    assert not (tmp_path / ".devpool").exists()


def test_an_exporter_that_is_not_wanted_any_more_goes_with_its_pooler(tmp_path: Path) -> None:
    enable(written(tmp_path), metrics=True)
    before = state_of(tmp_path)
    plans = [planned_change(tmp_path, metrics=metrics).plan for metrics in (False, True)]
    assert plans[0] is not None and plans[1] is not None
    assert gone(before, plans[0]) == ["pgbouncer-exporter", "pgbouncer"]
    assert gone(before, plans[1]) == []
    assert gone(None, plans[0]) == []
