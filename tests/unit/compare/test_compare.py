"""What is refused before anything starts, and what is said of how it was done."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from memory_project import project

from devpool.compare.compare import Request, _name, _notes, _refuse_fresh, _refuse_no_app
from devpool.compare.comparison import Column
from devpool.compare.ways import Route
from devpool.errors import DevpoolError
from devpool.lifecycle.open_project import OpenProject
from unit.compare.comparisons import run

REQUEST = Request(service="web", command=("pytest",), ways=(), fresh=True)
INSIDE = "services: {web: {image: a, environment: {DATABASE_URL: 'postgres://u:p@db/x'}}, db: {image: postgres}}\n"
OUTSIDE = "services: {web: {image: a, environment: {DATABASE_URL: 'postgres://u:p@db.example.com/x'}}}\n"


def test_the_poolers_name_is_one_that_compose_allows() -> None:
    assert _name(Path("/run/user/0/devpool/copy-aB_9x_zQ")) == "devpool-compare-pyab9xzq"


@pytest.mark.parametrize("text", [OUTSIDE, INSIDE])
def test_what_cannot_be_copied_is_refused(text: str) -> None:
    opened = cast("OpenProject", SimpleNamespace(without_devpool=project(text)))
    with pytest.raises(DevpoolError) as raised:
        _refuse_fresh(opened, REQUEST, Route(name="direct", model={}))
    assert raised.value.code == "not-fresh"


def test_a_database_of_the_project_can_be_copied() -> None:
    opened = cast("OpenProject", SimpleNamespace(without_devpool=project(INSIDE)))
    _refuse_fresh(opened, REQUEST, Route(name="direct", model={}, databases=("db",)))


@pytest.mark.parametrize(("service", "code"), [("db", "no-database-setting"), ("wbe", "unknown-service")])
def test_what_is_no_app_is_refused(service: str, code: str) -> None:
    opened = cast("OpenProject", SimpleNamespace(without_devpool=project(INSIDE), state=None))
    with pytest.raises(DevpoolError) as raised:
        _refuse_no_app(opened, service)
    assert raised.value.code == code


def test_a_service_that_names_no_database_may_be_one_that_is_pooled_by_name() -> None:
    text = INSIDE.replace("web: {", "job: {image: b}, web: {")
    opened = cast("OpenProject", SimpleNamespace(without_devpool=project(text)))
    _refuse_no_app(opened, "job")
    _refuse_no_app(opened, "web")


def test_what_is_not_compared_is_said() -> None:
    columns = [Column(name="direct", runs=(run(report=None),))]
    shared = Request(service="web", command=("make",), ways=())
    assert [note.partition(",")[0] for note in _notes(shared, columns)] == [
        "all runs used the same database",
        "no test report was found",
    ]
    assert list(_notes(REQUEST, [Column(name="direct", runs=(run(),))])) == []
