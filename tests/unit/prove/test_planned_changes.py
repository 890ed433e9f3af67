"""Compose's model after the edits is the one before, changed by the plan and by nothing else."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from memory_project import COMPOSE, planned

from devpool.errors import DevpoolError, ProofError
from devpool.model.sources import Reading
from devpool.prove.planned_changes import prove_direct, prove_meaning, prove_reading, prove_text
from devpool.text.edits import Copy, Edit, around

TEXT = """\
services:
  db: {image: postgres:17, environment: {POSTGRES_PASSWORD: sesame}}
  web:
    image: app
    environment: {URL: 'postgres://postgres:se$$same@db:5432/x'}
    depends_on: [db]
  cache: {image: redis}
"""
STARTED = {"condition": "service_started", "required": True}
BEFORE: dict[str, Any] = {
    "name": "p",
    "networks": {"default": {}},
    "services": {
        "db": {"image": "postgres:17", "environment": {"POSTGRES_PASSWORD": "sesame"}},
        "web": {
            "image": "app",
            "environment": {"URL": "postgres://postgres:se$$same@db:5432/x"},
            "depends_on": {"db": STARTED},
        },
        "cache": {"image": "redis"},
    },
}
HASHES = {"db": "1", "web": "2", "cache": "3"}


def afterwards() -> dict[str, Any]:
    """Compose's model after the edits, as the plan wants it."""
    model = copy.deepcopy(BEFORE)
    model["services"]["pgbouncer"] = {"build": {}}
    web = model["services"]["web"]
    web["environment"] = {
        "URL": "postgres://postgres:se$$same@pgbouncer:6432/x",
        "URL_DIRECT": "postgres://postgres:se$$same@db:5432/x",
    }
    web["depends_on"] = {"pgbouncer": STARTED}
    return model


def prove(model: dict[str, Any], hashes: dict[str, str] | None = None, **more: Any) -> None:
    _, plan = planned(TEXT)
    after = Reading(model=model, hashes=HASHES | {"web": "4"} | (hashes or {}), **more)
    prove_meaning(plan, Reading(model=BEFORE, hashes=HASHES), after)


def test_the_plan_and_nothing_else_is_proved() -> None:
    prove(afterwards())


def test_text_below_an_extension_may_change() -> None:
    prove(afterwards() | {"x-env": {"URL": "x"}})


@pytest.mark.parametrize(
    ("service", "key", "value", "where"),
    [
        ("db", "image", "postgres:18", "`db` would change beyond the plan (at image)"),
        ("cache", "restart", "always", "`cache` would change beyond the plan (at restart)"),
        ("web", "image", "app:2", "`web` would change beyond the plan (at image)"),
        ("web", "depends_on", {"db": STARTED}, "`web` would change beyond the plan (at depends_on.db)"),
        ("web", "depends_on", {"pgbouncer": STARTED, "cache": STARTED}, "(at depends_on.cache)"),
        ("web", "environment", {"URL": "postgres://postgres:se$$same@pgbouncer:6432/x"}, "environment.URL_DIRECT"),
    ],
)
def test_any_other_change_of_a_service_is_told(service: str, key: str, value: object, where: str) -> None:
    model = afterwards()
    model["services"][service][key] = value
    with pytest.raises(ProofError) as error:
        prove(model)
    assert where in error.value.message
    assert "same@" not in error.value.message


def test_a_value_that_leads_elsewhere_is_told() -> None:
    model = afterwards()
    model["services"]["web"]["environment"]["URL"] = "postgres://postgres:se$$same@other:6432/x"
    with pytest.raises(ProofError, match=r"at environment\.URL\)"):
        prove(model)


def test_other_changes_of_the_project_are_told() -> None:
    with pytest.raises(ProofError, match="the project"):
        prove(afterwards() | {"networks": {}})
    with pytest.raises(ProofError, match="which profiles Compose accepts"):
        prove(afterwards(), accepted=frozenset({"dev"}))
    with pytest.raises(ProofError, match="the hash of `cache`"):
        prove(afterwards(), {"cache": "4"})
    model = afterwards()
    del model["services"]["cache"]
    with pytest.raises(ProofError, match="the list of services"):
        prove(model)


def test_an_app_may_wait_for_the_pooler_though_it_waited_through_others() -> None:
    text = TEXT.replace("    depends_on: [db]\n", "")
    before, model = copy.deepcopy(BEFORE), afterwards()
    del before["services"]["web"]["depends_on"]
    _, plan = planned(text)
    hashes = HASHES | {"web": "4"}
    model["services"]["web"]["depends_on"] = {"pgbouncer": {"condition": "service_healthy", "required": True}}
    prove_meaning(plan, Reading(model=before, hashes=HASHES), Reading(model=model, hashes=hashes))
    model["services"]["web"]["depends_on"] = {"pgbouncer": {"condition": "service_completed_successfully"}}
    with pytest.raises(ProofError):
        prove_meaning(plan, Reading(model=before, hashes=HASHES), Reading(model=model, hashes=hashes))


@pytest.mark.parametrize(
    ("theirs", "differs"),
    [
        ("postgres://postgres:se$$same@db:5432/x", False),
        ("postgres://postgres:sesame@db:5432/x", True),
        (None, True),
    ],
)
def test_devpool_reads_a_variable_as_compose_does_or_refuses(theirs: str | None, differs: bool) -> None:
    project, _ = planned(TEXT)
    before = Reading(model={"services": {"web": {"environment": {"URL": theirs}}}}, hashes={})
    if not differs:
        prove_reading(project, project.of("web"), before)
        return
    with pytest.raises(DevpoolError) as error:
        prove_reading(project, project.of("web"), before)
    assert (error.value.code, error.value.where) == ("reading-differs", f"{COMPOSE}:5")
    assert "--direct web" in error.value.hint


def test_the_new_text_leads_back_to_the_old_one() -> None:
    edit = around(COMPOSE, Copy(2, 8), "${B:-", ("}",), ("A",))
    assert prove_text("A=sesame\n", [edit]) == "A=${B:-sesame}\n"
    lost = Edit(path=COMPOSE, start=2, end=8, old=None, new=("x",), at=("A",))
    with pytest.raises(ProofError) as error:
        prove_text("A=sesame\n", [lost])
    assert error.value.code == "not-reversible"


@pytest.mark.parametrize(
    "service",
    [
        {"environment": {"URL": "postgres://u:p@pool:6432/x"}},
        {"environment": {"PGHOST": "pool"}},
        {"command": ["serve", "--db", "postgres://u:p@pool/x"]},
        {"entrypoint": ["wait", "pool"]},
        {"links": ["pool:db"]},
        {"depends_on": {"pool": {}}},
    ],
)
def test_what_still_leads_to_a_pooler_that_is_gone_is_refused(service: dict[str, Any]) -> None:
    with pytest.raises(DevpoolError) as error:
        prove_direct(Reading(model={"services": {"web": service}}, hashes={}), ["pool"])
    assert (error.value.code, error.value.where) == ("not-recognised", "web")


def test_a_longer_name_than_the_poolers_is_not_the_pooler() -> None:
    service = {"environment": {"URL": "postgres://u:p@pool.lan/pool", "A": None}, "links": ["x:pool"], "command": None}
    prove_direct(Reading(model={"services": {"web": service}}, hashes={}), ["pool"])
