"""Each image with a default host is found by its whole name, and has the variables that say something else."""

from __future__ import annotations

import re

import pytest

from devpool.catalog.image_addresses import IMAGES, ImageAddress


@pytest.mark.parametrize("row", IMAGES, ids=lambda row: row.host)
def test_each_row_has_a_host_a_way_to_say_otherwise_and_a_source(row: ImageAddress) -> None:
    assert re.fullmatch(r"[\w.-]+", row.host)
    assert row.instead
    assert row.source.startswith("https://")


@pytest.mark.parametrize(
    ("image", "host"),
    [
        ("zabbix/zabbix-server-pgsql:alpine-7.0", "postgres-server"),
        ("zabbix/zabbix-web-nginx-pgsql", "postgres-server"),
        ("zabbix/zabbix-server-mysql", None),
        ("odoo:17", "db"),
        ("docker.io/library/odoo@sha256:0", "db"),
        ("bitnami/odoo:17", None),
        ("puckel/docker-airflow:1.10", "postgres"),
        ("apache/airflow:2.9", None),
    ],
)
def test_an_image_is_found_by_its_whole_name(image: str, host: str | None) -> None:
    assert next((row.host for row in IMAGES if re.search(row.image, image)), None) == host
