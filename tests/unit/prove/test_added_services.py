"""A pooler or an exporter that differs from the plan by one key of Compose's model is not written."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from memory_project import COMPOSE, planned

from devpool.decide.plan import Plan
from devpool.decide.planning import with_credentials
from devpool.errors import ProofError
from devpool.model.sources import Reading
from devpool.prove.added_services import prove_exporter, prove_pooler, prove_waits
from devpool.text.edits import Edit

TEXT = """\
services:
  db:
    image: postgres:17
    environment: {POSTGRES_PASSWORD: 'se$$same', POSTGRES_USER: app, POSTGRES_DB: '0123'}
  web:
    image: app
    environment: {PGHOST: db, PGUSER: app}
"""
DB = {
    "image": "postgres:17",
    "environment": {"POSTGRES_PASSWORD": "se$$same", "POSTGRES_USER": "app", "POSTGRES_DB": "83"},
}
POOLER: dict[str, Any] = {
    "build": {"context": "/project/.devpool/pgbouncer", "dockerfile": "Dockerfile"},
    "cap_drop": ["ALL"],
    "command": None,
    "depends_on": {"db": {"condition": "service_started", "required": True}},
    "entrypoint": None,
    "environment": {
        "POSTGRES_HOST": "db",
        "POSTGRES_PORT": "5432",
        "POSTGRES_USER": "app",
        "POSTGRES_PASSWORD": "se$$same",
        "POSTGRES_DB": "83",
        "PGBOUNCER_LISTEN_PORT": "5432",
        "PGBOUNCER_POOL_MODE": "transaction",
    },
    "networks": {"default": None},
    "read_only": True,
    "security_opt": ["no-new-privileges:true"],
    "tmpfs": ["/run/pgbouncer:mode=1777,size=1m", "/dev/shm:ro", "/dev/mqueue:ro"],
}
EXPORTER: dict[str, Any] = {
    "build": {"context": "/project/.devpool/exporter"},
    "cap_drop": ["ALL"],
    "depends_on": {"pgbouncer": {"condition": "service_healthy", "restart": True, "required": True}},
    "environment": {"POOLER_HOST": "pgbouncer"},
    "networks": {"default": None},
    "read_only": True,
    "security_opt": ["no-new-privileges:true"],
    "tmpfs": ["/dev/shm:ro", "/dev/mqueue:ro"],
    "volumes_from": ["pgbouncer:ro"],
}


def prove(service: dict[str, Any], **options: object) -> None:
    project, plan = planned(TEXT, **options)
    plan = with_credentials(project, plan)
    before = Reading(model={"services": {"db": DB}}, hashes={})
    after = Reading(model={"services": {"db": DB, "pgbouncer": service}}, hashes={})
    prove_pooler(plan.poolers[0], plan.credentials["pgbouncer"], before, after)


def with_change(service: dict[str, Any], path: tuple[str, ...], value: object) -> dict[str, Any]:
    changed = copy.deepcopy(service)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return changed


def test_a_pooler_as_planned_is_proved() -> None:
    prove(POOLER)


def test_the_published_port_is_on_the_loopback_alone() -> None:
    port = {"host_ip": "127.0.0.1", "published": "7432", "target": 5432}
    prove(with_change(POOLER, ("ports",), [port]), publish=7432)
    with pytest.raises(ProofError, match="the ports that the pooler publishes"):
        prove(with_change(POOLER, ("ports",), [port | {"host_ip": "0.0.0.0"}]), publish=7432)


READY = {k: v for k, v in POOLER.items() if k != "build"} | {"image": "tea:1", "labels": {"devpool.role": "pooler"}}


def test_a_ready_image_is_the_one_that_was_asked_for() -> None:
    prove(READY, image="tea:1")
    for path, value in [(("image",), "tea:2"), (("labels",), None), (("build",), POOLER["build"])]:
        with pytest.raises(ProofError, match="the pooler's image"):
            prove(with_change(READY, path, value), image="tea:1")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("environment", "POSTGRES_HOST"), "other"),
        (("environment", "POSTGRES_PASSWORD"), "se$$same2"),
        (("environment", "POSTGRES_DB"), "0123"),
        (("environment", "PGBOUNCER_LISTEN_PORT"), "6432"),
        (("environment", "MORE"), "x"),
        (("build", "context"), "/project/other"),
        (("image",), "other"),
        (("depends_on",), {}),
        (("depends_on", "db"), {"condition": "service_healthy"}),
        (("networks",), {"default": None, "more": None}),
        (("ports",), [{"published": "6432", "target": 5432}]),
        (("secrets",), [{"source": "pw"}]),
        (("profiles",), ["x"]),
        (("read_only",), False),
        (("privileged",), True),
        (("cap_drop",), []),
        (("volumes",), [{"type": "bind", "source": "/", "target": "/x"}]),
    ],
)
def test_a_pooler_with_one_other_key_is_not(path: tuple[str, ...], value: object) -> None:
    with pytest.raises(ProofError) as error:
        prove(with_change(POOLER, path, value))
    assert error.value.code == "meaning-differs"
    assert "same" not in error.value.message


def exporter(service: dict[str, Any]) -> None:
    _, plan = planned(TEXT, metrics=True)
    after = Reading(model={"services": {"pgbouncer-exporter": service}}, hashes={})
    prove_exporter(plan.poolers[0], after)


def test_an_exporter_as_planned_is_proved_and_none_is_asked_for_where_none_is_wanted() -> None:
    exporter(EXPORTER)
    _, plan = planned(TEXT)
    prove_exporter(plan.poolers[0], Reading(model={}, hashes={}))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("build", "context"), "/project/.devpool/pgbouncer"),
        (("environment", "POOLER_HOST"), "db"),
        (("volumes_from",), ["pgbouncer:rw"]),
        (("depends_on", "pgbouncer", "restart"), False),
        (("networks",), {"more": None}),
        (("ports",), [{"target": 9127, "published": "9127"}]),
    ],
)
def test_an_exporter_with_one_other_key_is_not(path: tuple[str, ...], value: object) -> None:
    with pytest.raises(ProofError):
        exporter(with_change(EXPORTER, path, value))


def added(*at: str) -> Edit:
    return Edit(path=COMPOSE, start=0, end=0, old="", new=("\n      - pgbouncer",), at=at, inserts=True)


def waits(plan: Plan, edit: Edit, depends_on: object) -> None:
    prove_waits(plan, [edit], Reading(model={"services": {"web": {"depends_on": depends_on}}}, hashes={}))


def test_a_dependency_that_was_added_is_one_that_compose_sees() -> None:
    _, plan = planned(TEXT)
    waits(plan, added("services", "web", "depends_on", "pgbouncer"), {"pgbouncer": {}})
    waits(plan, added("services", "web", "environment", "X"), None)
    for lost in (None, {}, {"db": {}}):
        with pytest.raises(ProofError, match="`web` would not wait for `pgbouncer`"):
            waits(plan, added("services", "web", "depends_on"), lost)
