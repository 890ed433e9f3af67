"""Which images are Postgres servers, which only contain its name, and who is a superuser there."""

from __future__ import annotations

import pytest

from devpool.catalog import database_images


def is_server(image: str) -> bool:
    return bool(database_images.SERVERS.search(image)) and not database_images.NO_SERVERS.search(image)


@pytest.mark.parametrize(
    "image",
    [
        "postgres",
        "postgresql",
        "postgresql-15-c9s",
        "postgis",
        "timescaledb",
        "timescaledb-ha",
        "pgvector",
        "paradedb",
        "citus",
        "spilo-16",
        "pgautoupgrade",
        "docker-pgautoupgrade",
        "alloydbomni",
        "my-postgres",
        "pg16",
        "postgres16",
    ],
)
def test_a_distribution_of_postgres_is_a_server(image: str) -> None:
    assert is_server(image)


@pytest.mark.parametrize(
    "image",
    [
        "postgres-exporter",
        "postgres-backup-s3",
        "pgadmin4",
        "postgrest",
        "postgresql-client",
        "postgres-operator",
        "postgres-init",
        "postgres-ui",
        "tokens-for-postgrescript",
        "pgweb",
        "redis",
    ],
)
def test_what_goes_with_a_server_is_none(image: str) -> None:
    assert not is_server(image)


@pytest.mark.parametrize(
    "image", ["pgbouncer", "pg_bouncer", "pgpool", "pgcat", "odyssey", "supavisor", "pgdog", "pgagroal"]
)
def test_a_pooler_is_known(image: str) -> None:
    assert database_images.POOLERS.search(image)
    assert not is_server(image)


@pytest.mark.parametrize(
    ("image", "forwards"),
    [
        ("haproxy", True),
        ("cloud-sql-proxy", True),
        ("cloudsql-proxy", True),
        ("gce-proxy", True),
        ("alloydb-auth-proxy", True),
        ("toxiproxy", True),
        ("socat", True),
        ("my-haproxy", False),
        ("oauth2-proxy", False),
    ],
)
def test_a_forwarder_is_known(image: str, forwards: bool) -> None:
    assert bool(database_images.FORWARDERS.search(image)) is forwards


@pytest.mark.parametrize(
    ("name", "replica"),
    [("READ_DB_HOST", True), ("DB_REPLICA", True), ("DATABASE_RO", True), ("DB_ROLE", False), ("DB_HOST", False)],
)
def test_the_name_of_a_variable_tells_of_a_replica(name: str, replica: bool) -> None:
    assert bool(database_images.REPLICA_NAMES.search(name)) is replica


@pytest.mark.parametrize(
    ("host", "pooler"),
    [
        ("ep-x-pooler.eu.aws.neon.tech", True),
        ("aws-0.pooler.supabase.com", True),
        ("x-pool.db.ondigitalocean.com", True),
        ("x.proxy-abc.rds.amazonaws.com", True),
        ("ep-x.eu.aws.neon.tech", False),
        ("liverpool.example.com", False),
    ],
)
def test_the_name_of_a_managed_server_tells_of_a_pooler(host: str, pooler: bool) -> None:
    assert bool(database_images.POOLER_HOSTS.search(host)) is pooler


@pytest.mark.parametrize(
    ("image", "user"),
    [
        ("supabase/postgres:15", "supabase_admin"),
        ("docker.io/bitnami/postgresql:16", "postgres"),
        ("bitnamilegacy/postgresql", "postgres"),
        ("quay.io/sclorg/postgresql-15-c9s", "postgres"),
        ("postgres:17", None),
        ("supabase/postgres-meta:v1", None),
    ],
)
def test_the_superuser_of_an_image(image: str, user: str | None) -> None:
    assert next((name for pattern, name in database_images.SUPERUSERS if pattern.search(image)), None) == user


@pytest.mark.parametrize(
    ("volume", "data"),
    [
        ("db:/var/lib/postgresql/data", True),
        ("db:/var/lib/postgresql", True),
        ("db:/var/lib/pgsql/data", True),
        ("db:/var/lib/postgresql-backup", False),
    ],
)
def test_the_data_of_a_server_are_at_its_folder(volume: str, data: bool) -> None:
    assert bool(database_images.DATA_FOLDER.search(volume)) is data
