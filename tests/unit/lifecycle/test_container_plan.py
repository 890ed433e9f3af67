"""What happens to containers is known before it happens: by what runs, by what changes, and by what waits."""

from __future__ import annotations

from pathlib import Path

import pytest

from devpool.docker.container_values import ListedContainer
from devpool.lifecycle.build_disable import build_disable
from devpool.lifecycle.change_set import ChangeSet
from devpool.lifecycle.container_plan import (
    ContainerPlan,
    databases_of,
    planned,
    planned_back,
    touched_services,
)
from devpool.model.sources import Selection
from devpool.undo.state import State
from unit.docker.stand_ins import KnownStack, listed
from unit.lifecycle.disk_project import enable, planned_change, state_of, written

DB, WEB, POOLER = listed("db"), listed("web"), listed("pgbouncer")


def plan(
    prepared: ChangeSet, containers: list[ListedContainer], before: State | None = None, *waiting: str, **asked: bool
) -> ContainerPlan:
    said = "\n".join(f" DRY-RUN MODE -  Container {name}  Recreate" for name in waiting)
    stack = KnownStack(containers, lambda *_: said)
    options = {"up": False, "recreate_pending": False} | asked
    return planned(stack, prepared, before, (), **options)


def test_a_pooler_is_created_and_the_apps_are_recreated(tmp_path: Path) -> None:
    found = plan(planned_change(written(tmp_path)), [DB, WEB])
    assert (found.created, found.recreated, found.removed, found.pending) == (("pgbouncer",), ("shop-web-1",), (), ())
    assert found.lines() == ["", "containers:", "  created    pgbouncer", "  recreated  shop-web-1"]


@pytest.mark.parametrize("asked", [False, True])
def test_an_edit_that_waits_for_the_database_is_carried_out_only_where_that_is_asked_for(
    asked: bool, tmp_path: Path
) -> None:
    found = plan(planned_change(written(tmp_path)), [DB, WEB], None, "shop-db-1", recreate_pending=asked)
    assert found.pending == (() if asked else ("shop-db-1",))
    assert ("shop-db-1" in found.recreated) is asked
    assert any("--recreate-pending" in line for line in found.lines()) is not asked


@pytest.mark.parametrize(
    ("up", "created"),
    [(True, ("db", "pgbouncer", "web")), (False, ())],
)
def test_where_nothing_runs_nothing_is_touched_unless_it_is_to_be_started(
    up: bool, created: tuple[str, ...], tmp_path: Path
) -> None:
    found = plan(planned_change(written(tmp_path)), [listed("web", state="exited")], up=up)
    assert (found.created, found.recreated) == (created, ())
    assert bool(found.lines()) is up


def test_enabled_again_nothing_is_recreated_but_what_changes(tmp_path: Path) -> None:
    enable(written(tmp_path))
    before = state_of(tmp_path)
    assert plan(planned_change(tmp_path), [DB, WEB, POOLER], before).lines() == []
    found = plan(planned_change(tmp_path, settings={"default_pool_size": "7"}), [DB, WEB, POOLER], before)
    assert (found.created, found.recreated) == ((), ("shop-pgbouncer-1",))
    found = plan(planned_change(tmp_path, metrics=True), [DB, WEB, POOLER], before)
    assert (found.created, found.recreated) == (("pgbouncer-exporter",), ("shop-pgbouncer-1",))


def test_an_app_whose_own_edit_waits_is_recreated_with_it(tmp_path: Path) -> None:
    enable(written(tmp_path))
    found = plan(planned_change(tmp_path), [DB, WEB, POOLER], state_of(tmp_path), "shop-web-1")
    assert found.recreated == ("shop-web-1",)


def test_another_build_context_is_another_pooler(tmp_path: Path) -> None:
    enable(written(tmp_path))
    (tmp_path / ".devpool/pgbouncer/Dockerfile").write_text("FROM other\n")
    assert touched_services(planned_change(tmp_path), state_of(tmp_path)) == {"pgbouncer"}


def test_the_databases_are_those_of_the_poolers(tmp_path: Path) -> None:
    assert databases_of(planned_change(written(tmp_path))) == ["db"]


def test_disable_recreates_the_apps_that_run_and_removes_what_is_devpools(tmp_path: Path) -> None:
    enable(written(tmp_path))
    rollback = build_disable(Selection(), tmp_path, {})
    assert rollback is not None
    stack = KnownStack([DB, WEB, listed("pgbouncer", role="pooler"), listed("other")])
    found = planned_back(stack, rollback)
    assert (found.created, found.recreated, found.removed) == ((), ("shop-web-1",), ("shop-pgbouncer-1",))
