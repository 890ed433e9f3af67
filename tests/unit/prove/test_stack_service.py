"""A pooler of a stack that differs from the plan by one key of docker's model is not written."""

from __future__ import annotations

from typing import Any

import pytest
from memory_project import STACK_TEMPLATE, planned

from devpool.decide.planning import with_credentials
from devpool.docker.stack_reading import reading_of
from devpool.errors import ProofError
from devpool.prove.stack_service import prove_stack_pooler
from unit.prove.test_added_services import with_change

TEXT = """\
services:
  db:
    image: postgres:17
    environment: {POSTGRES_PASSWORD_FILE: /run/secrets/pw, POSTGRES_USER: app}
    secrets: [pw]
  web:
    image: app
    environment: {PGHOST: db, PGUSER: app}
secrets: {pw: {external: true}}
"""
POOLER: dict[str, Any] = {
    "cap_drop": ["ALL"],
    "deploy": {
        "endpoint_mode": "dnsrr",
        "replicas": 3,
        "update_config": {"parallelism": 1, "failure_action": "rollback", "order": "start-first"},
        "restart_policy": {"condition": "any"},
    },
    "environment": {
        "POSTGRES_HOST": "db",
        "POSTGRES_PORT": "5432",
        "POSTGRES_USER": "app",
        "POSTGRES_PASSWORD_FILE": "/run/secrets/pw",
        "PGBOUNCER_LISTEN_PORT": "5432",
        "PGBOUNCER_POOL_MODE": "transaction",
        "PGBOUNCER_PEER_ID": "slot",
        "PGBOUNCER_PEERS": "3",
    },
    "hostname": "pgbouncer-{{.Task.Slot}}",
    "image": "reg/pgbouncer:1",
    "labels": {"devpool.role": "pooler"},
    "read_only": True,
    "secrets": [{"source": "pw"}],
    "stop_grace_period": "1m0s",
    "volumes": [{"type": "tmpfs", "target": "/run/pgbouncer", "tmpfs": {"size": 1048576}}],
}


def prove(service: dict[str, Any]) -> None:
    project, plan = planned(TEXT, swarm=True, replicas=3, image="reg/pgbouncer:1")
    plan = with_credentials(project, plan)
    before = reading_of(TEXT)
    after = reading_of("services: {}")
    after.model["services"] = {**before.services, "pgbouncer": service}
    prove_stack_pooler(plan.poolers[0], plan.credentials["pgbouncer"], before, after)


def test_a_pooler_as_planned_is_proved() -> None:
    prove(POOLER)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("image",), "other"),
        (("deploy", "replicas"), 2),
        (("deploy", "endpoint_mode"), "vip"),
        (("environment", "PGBOUNCER_PEERS"), "4"),
        (("environment", "MORE"), "1"),
        (("secrets",), []),
        (("secrets",), [{"source": "pw", "uid": "999", "mode": 256}]),
        (("ports",), [{"target": 6432, "published": 6432}]),
        (("networks",), {"front": None}),
        (("read_only",), None),
        (("volumes",), []),
    ],
)
def test_what_differs_by_one_key_is_not_proved(path: tuple[str, ...], value: object) -> None:
    with pytest.raises(ProofError, match="would change beyond the plan"):
        prove(with_change(POOLER, path, value))


def test_a_stack_takes_no_key_that_is_for_compose_alone() -> None:
    keys = {line.strip().partition(":")[0] for line in STACK_TEMPLATE.splitlines() if line.startswith("  ")}
    assert not keys & {"build", "restart", "security_opt", "tmpfs", "depends_on", "@depends_on@", "profiles"}
