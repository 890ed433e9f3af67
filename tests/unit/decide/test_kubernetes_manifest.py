"""The objects of a pooler in Kubernetes: its pods are peers, and no password is in them."""

from __future__ import annotations

from typing import Any

import pytest
from memory_project import planned

from devpool.decide.kubernetes_manifest import Object, object_name, objects_of, secret_keys
from devpool.decide.planning import with_credentials

SHOP = """\
services:
  db:
    image: postgres:17
    environment: {POSTGRES_USER: app, POSTGRES_PASSWORD: hunter2, POSTGRES_DB: shop}
  web:
    image: app
    environment: {DATABASE_URL: 'postgres://app:hunter2@db:5432/shop'}
"""


def objects(text: str = SHOP, **options: object) -> tuple[list[Object], list[str]]:
    """The objects, and the keys of their Secret."""
    project, plan = planned(text, image="registry.example/pooler:1", **options)
    credentials = with_credentials(project, plan).credentials["pgbouncer"]
    return objects_of(plan.poolers[0], credentials, 3), secret_keys(credentials)


def container(found: list[Object]) -> dict[str, Any]:
    return dict(found[-1]["spec"]["template"]["spec"]["containers"][0])


def variables(found: list[Object]) -> dict[str, Any]:
    return {v["name"]: v.get("value", v.get("valueFrom")) for v in container(found)["env"]}


def test_the_pods_know_each_other_as_peers() -> None:
    found, _ = objects()
    assert [(o["kind"], o["metadata"]["name"]) for o in found] == [
        ("Service", "pgbouncer"),
        ("Service", "pgbouncer-peers"),
        ("PodDisruptionBudget", "pgbouncer"),
        ("StatefulSet", "pgbouncer"),
    ]
    assert (found[1]["spec"]["clusterIP"], found[-1]["spec"]["serviceName"]) == ("None", "pgbouncer-peers")
    assert variables(found)["PGBOUNCER_PEERS"] == (
        "1=pgbouncer-0.pgbouncer-peers,2=pgbouncer-1.pgbouncer-peers,3=pgbouncer-2.pgbouncer-peers"
    )
    command = container(found)["command"][-1]
    assert "PGBOUNCER_PEER_ID=`expr ${HOSTNAME##*-} + 1`" in command
    assert "$(" not in command, "Kubernetes would take it for a variable of its own"


def test_what_the_files_tell_is_written_but_for_the_password() -> None:
    found, keys = objects()
    given = variables(found)
    assert (given["POSTGRES_HOST"], given["POSTGRES_USER"], given["POSTGRES_DB"]) == ("db", "app", "shop")
    assert given["POSTGRES_PASSWORD"] == {"secretKeyRef": {"name": "pgbouncer-login", "key": "password"}}
    assert keys == ["password"]
    assert "hunter2" not in str(found)
    unsaid = SHOP.replace("POSTGRES_USER: app, ", "").replace(", POSTGRES_DB: shop", "")
    assert objects(unsaid)[1] == ["username", "password", "database"]


def test_settings_go_along() -> None:
    found, _ = objects(settings={"default_pool_size": "7"})
    assert variables(found)["PGBOUNCER_DEFAULT_POOL_SIZE"] == "7"


@pytest.mark.parametrize(
    ("service", "name"), [("pgbouncer", "pgbouncer"), ("Pool_A.b", "pool-a-b"), ("_x_", "x"), ("__", "pgbouncer")]
)
def test_a_name_is_one_that_kubernetes_takes(service: str, name: str) -> None:
    assert object_name(service) == name
