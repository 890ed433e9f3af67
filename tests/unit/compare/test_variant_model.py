"""Compose's model of one way: what is taken out of it, what is put in, and what exists stays what it is."""

from __future__ import annotations

from typing import Any

import pytest

from devpool.compare.variant_model import LABEL, Existing, Wanted, fresh_database, is_name, variant

MODEL: dict[str, Any] = {
    "name": "shop",
    "services": {
        "app": {
            "image": "app",
            "container_name": "shop-app",
            "ports": [{"target": 80}],
            "depends_on": {"pool": {"condition": "service_healthy"}},
            "deploy": {"replicas": 3, "resources": {"limits": {"memory": "1g"}}},
            "networks": {"default": {"ipv4_address": "10.0.0.9", "aliases": ["web"]}, "other": None},
            "environment": {"DATABASE_URL": "postgres://pool:6432/shop"},
        },
        "pool": {"build": {"context": "/srv/.devpool/pgbouncer"}, "profiles": ["x"], "networks": {"default": None}},
        "db": {
            "image": "postgres:17",
            "environment": {"PGDATA": "/data/pg"},
            "networks": {"default": {"aliases": ["database"]}},
            "ports": [{"target": 5432}],
            "restart": "always",
            "command": ["-c", "config_file=/etc/pg.conf"],
            "volumes": [
                {"type": "volume", "source": "data", "target": "/var/lib/postgresql/data"},
                {"type": "bind", "source": "/srv/pg.conf", "target": "/etc/pg.conf"},
                {"type": "bind", "source": "/srv/init", "target": "/docker-entrypoint-initdb.d"},
                {"type": "bind", "source": "/srv/data", "target": "/data/pg/base"},
            ],
        },
    },
    "networks": {"default": {"name": "shop_default", "ipam": {}}, "other": {"name": "shop_other"}},
    "volumes": {"data": {"name": "shop_data"}},
}
WANTED = Wanted(
    service="app",
    poolers=("pool",),
    image="shop-devpool-compare",
    context="/private/pgbouncer",
    holder="/private",
    existing=Existing(networks=frozenset({"shop_default"}), volumes=frozenset({"shop_data"})),
)


def test_the_apps_container_shares_nothing_with_the_running_one() -> None:
    app = variant(MODEL, WANTED)["services"]["app"]
    assert app == {
        "image": "app",
        "networks": {"default": None, "other": None},
        "environment": {"DATABASE_URL": "postgres://pool:6432/shop"},
        "deploy": {"resources": {"limits": {"memory": "1g"}}},
    }


def test_the_pooler_is_built_outside_of_the_project_and_carries_the_label() -> None:
    assert variant(MODEL, WANTED)["services"]["pool"] == {
        "build": {"context": "/private/pgbouncer"},
        "image": "shop-devpool-compare",
        "labels": {LABEL: "/private"},
        "networks": {"default": None},
    }


def test_an_image_of_the_users_is_compared_as_it_is() -> None:
    services = {**MODEL["services"], "pool": {"image": "registry.example/pool:1", "ports": ["6432"]}}
    found = variant({**MODEL, "services": services}, WANTED)["services"]["pool"]
    assert found == {"image": "registry.example/pool:1", "labels": {LABEL: "/private"}}


def test_what_exists_is_external_and_the_rest_is_as_it_was() -> None:
    found = variant(MODEL, WANTED)
    assert found["networks"] == {
        "default": {"name": "shop_default", "external": True},
        "other": {"name": "shop_other"},
    }
    assert found["volumes"] == {"data": {"name": "shop_data", "external": True}}


def test_the_model_that_is_given_stays_what_it_is() -> None:
    variant(MODEL, WANTED)
    assert MODEL["services"]["app"]["container_name"] == "shop-app"


def test_a_fresh_database_has_the_servers_files_and_none_of_its_data() -> None:
    assert fresh_database(MODEL["services"]["db"], "shop-db", "/private") == {
        "image": "postgres:17",
        "environment": {"PGDATA": "/data/pg"},
        "networks": {"default": None},
        "command": ["-c", "config_file=/etc/pg.conf"],
        "labels": {LABEL: "/private"},
        "volumes": [{"type": "bind", "source": "/srv/pg.conf", "target": "/etc/pg.conf", "read_only": True}],
    }


def test_a_fresh_database_of_a_built_image_has_that_image() -> None:
    assert fresh_database({"build": {"context": "."}}, "shop-db", "/private")["image"] == "shop-db"


def test_the_names_of_a_database_lead_to_the_fresh_one() -> None:
    fresh = Wanted(service="app", poolers=("pool",), holder="/private", fresh={"db": {"db", "database"}})
    services = variant(MODEL, fresh)["services"]
    assert services["app"]["links"] == services["pool"]["links"] == ["db-fresh:database", "db-fresh:db"]
    assert services["db"] == MODEL["services"]["db"]


def test_a_link_that_leads_to_the_pooler_stays() -> None:
    named = {**MODEL, "services": {**MODEL["services"], "app": {"image": "app", "links": ["pool:db"]}}}
    fresh = Wanted(service="app", poolers=("pool",), holder="/private", fresh={"db": {"db"}})
    assert variant(named, fresh)["services"]["app"]["links"] == ["pool:db"]


@pytest.mark.parametrize(("host", "named"), [("db", True), ("10.0.0.2", False), ("[::1]", False), ("a.b", True)])
def test_a_link_leads_names_alone(host: str, named: bool) -> None:
    assert is_name(host) is named
