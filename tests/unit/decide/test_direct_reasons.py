"""Images that are told by more than their last part."""

from __future__ import annotations

import pytest
from memory_project import project

from devpool.decide.routing import find_routes

DB = "services:\n  db:\n    image: postgres:17\n    environment:\n      POSTGRES_PASSWORD: hunter2\n"


@pytest.mark.parametrize(
    ("image", "code"),
    [
        ("debezium/server:3.0", "replication"),
        ("registry.example/debezium/connect", "replication"),
        ("debezium/examples-orders", "app"),
        ("graphile/worker", "listen"),
        ("acme/worker", "app"),
        ("migrate/migrate:v4", "migrator"),
        ("arigaio/atlas:latest", "migrator"),
        ("acme/atlas-web", "app"),
        ("acme/mongoose-api", "app"),
        ("supabase/realtime:v2", "replication"),
        ("acme/shop-realtime", "app"),
        ("acme/hydroelectricity", "app"),
        ("rocicorp/zero:0.26", "replication"),
        ("debezium/platform-conductor", "replication"),
    ],
)
def test_an_image_is_told_by_its_owner_too(image: str, code: str) -> None:
    text = f"{DB}  x:\n    image: {image}\n    environment:\n      URL: postgres://postgres:hunter2@db:5432/x\n"
    (route,) = find_routes(project(text))
    assert route.code == code
