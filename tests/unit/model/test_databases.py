"""Which services are Postgres servers, and by which names they are reached."""

from __future__ import annotations

import pytest
from memory_project import Files, project, sources

from devpool.model.databases import host_names, image_name, is_pooler
from devpool.model.services import Service

DB = "services:\n  db:\n    image: postgres:17\n"


def databases(text: Files | str) -> list[str]:
    return sorted(project(text).databases)


def web(*variables: str, db: str = DB) -> str:
    return db + "  web:\n    image: app\n    environment:\n" + "".join(f"      {v}\n" for v in variables)


def service(lines: str) -> Service:
    return sources(f"services:\n  Db:\n{lines}").services["Db"]


@pytest.mark.parametrize(
    ("image", "name"),
    [
        ("postgres", "postgres"),
        ("registry:5000/team/Postgres:17@sha256:01", "postgres"),
        ("${REGISTRY:-ghcr.io}/team/postgis:17-3.5", "postgis"),
    ],
)
def test_an_image_is_known_without_registry_tag_and_digest(image: str, name: str) -> None:
    assert image_name(service(f"    image: {image}\n")) == name


def test_a_service_that_is_only_built_goes_by_its_own_name() -> None:
    assert image_name(service("    build: .\n")) == "db"


@pytest.mark.parametrize(
    ("image", "pooler"),
    [("edoburu/pgbouncer", True), ("bitnami/pgpool:4", True), ("acme/pg-bouncer", True), ("postgres:17", False)],
)
def test_a_pooler_is_known_by_its_image(image: str, pooler: bool) -> None:
    assert is_pooler(service(f"    image: {image}\n")) == pooler


@pytest.mark.parametrize(
    ("image", "command", "server"),
    [("postgres:17", "postgres -c max_connections=5", True), ("postgres:17", "pg_dumpall -h db", False)],
)
def test_a_client_of_a_server_s_image_is_no_database(image: str, command: str, server: bool) -> None:
    assert databases(f"services:\n  x:\n    image: {image}\n    command: {command}\n") == (["x"] if server else [])


@pytest.mark.parametrize(
    ("lines", "server"),
    [
        ("    build: .\n    environment: [POSTGRES_PASSWORD=p, POSTGRES_DB=x]\n", True),
        ("    build: .\n    environment: [POSTGRES_PASSWORD=p]\n", False),
        ("    image: acme/pg-ha\n    volumes: ['data:/var/lib/postgresql/data']\n", True),
        ("    image: acme/pg-ha\n    volumes: ['data:/backup']\n", False),
    ],
)
def test_a_service_of_another_image_is_a_server_by_its_data_or_by_its_build(lines: str, server: bool) -> None:
    assert databases(f"services:\n  db:\n{lines}") == (["db"] if server else [])


def test_an_app_that_a_url_leads_to_and_that_itself_connects_is_no_database() -> None:
    api = "  api:\n    build: .\n    environment: {U: 'postgres://u:p@db/x'}\n"
    assert databases(web("API: postgres://u:p@api:5432/x") + api) == ["db"]


@pytest.mark.parametrize("image", ["haproxy:3", "nginx", "traefik:3", "envoyproxy/envoy", "tailscale/tailscale"])
def test_a_service_that_forwards_is_a_database_where_an_app_goes_there(image: str) -> None:
    proxy = f"services:\n  proxy:\n    image: {image}\n"
    found = project(web("U: postgres://u:p@proxy:5433/x", db=proxy))
    assert {name: each.forwards for name, each in found.databases.items()} == {"proxy": True}
    assert databases(web("U: http://proxy/x", db=proxy)) == []


@pytest.mark.parametrize(
    ("host", "known"),
    [("db.shop_default", True), ("db.back", True), ("db.other", False), ("mail.shop_default", False)],
)
def test_a_name_with_its_network_means_the_database(host: str, known: bool) -> None:
    db = f"{DB}    networks: [default, back]\n"
    found = project(web(f"DB_HOST: {host}", db=db))
    assert (host in found.databases["db"].qualified) == known


def test_a_server_outside_is_a_database_by_its_host() -> None:
    found = project(web("U: postgres://u:p@DB.shop.io.:5432/x", db="services:\n")).databases
    assert [(name, each.service) for name, each in found.items()] == [("db.shop.io", None)]


def test_the_host_s_own_server_is_none_where_a_database_publishes_a_port_there() -> None:
    url = "U: postgres://u:p@host.docker.internal:5432/x"
    assert databases(web(url, db="services:\n")) == ["host.docker.internal"]
    assert databases(web(url, db=f"{DB}    ports: ['5432:5432']\n")) == ["db"]


def test_the_names_of_a_service_count_on_the_networks_that_are_asked_for() -> None:
    lines = (
        "    container_name: shop-db\n    networks:\n"
        "      back: {aliases: [pg], ipv4_address: 10.0.0.5}\n      front: {aliases: [sql], ipv6_address: 'fd00::5'}\n"
    )
    found = service(lines)
    assert host_names(found, ("back",)) == {"Db", "shop-db", "pg", "10.0.0.5"}
    assert host_names(found) == {"Db", "shop-db", "pg", "10.0.0.5", "sql", "fd00::5", "[fd00::5]"}


@pytest.mark.parametrize(
    "image",
    [
        "redis:8",
        "mysql",
        "mariadb:11",
        "prometheuscommunity/postgres-exporter",
        "dpage/pgadmin4",
        "postgrest/postgrest",
        "prodrigestivill/postgres-backup-local",
        "edoburu/pgbouncer",
        "app/postgres-ui",
        "my/postgres-client:1",
        "supabase/postgres-meta",
        "supertokens/supertokens-postgresql:11",
        "crystaldba/postgres-mcp",
        "my/postgres-ai-agent",
    ],
)
def test_an_image_that_is_no_postgres_server_is_no_database(image: str) -> None:
    assert databases(f"services:\n  x:\n    image: {image}\n") == []


@pytest.mark.parametrize(
    "image",
    [
        "postgres",
        "postgres:17-alpine",
        "postgres@sha256:0123",
        "registry.example/library/postgres:17",
        "registry:5000/team/postgres:17",
        "postgis/postgis:17-3.5",
        "bitnami/postgresql:17",
        "timescale/timescaledb:latest-pg17",
        "pgvector/pgvector:pg17",
        "supabase/postgres:15",
        "POSTGRES:17",
        "my/client-postgres",
        "my/web-postgres",
        "my/app-postgres",
        "${IMAGE:-postgres}:17",
    ],
)
def test_an_image_of_postgres_is_a_database(image: str) -> None:
    assert databases(f"services:\n  x:\n    image: {image}\n") == ["x"]


def test_a_service_is_a_database_because_a_url_says_so() -> None:
    assert databases("services:\n  x:\n    build: .\n" + web("U: postgres://u:p@x/y", db="")) == ["x"]


@pytest.mark.parametrize(
    ("image", "server"),
    [("redis:7", False), ("bitnami/redis", False), ("haproxy", True), ("mysql", False), ("acme/store", True)],
)
def test_an_image_of_another_server_is_no_database_because_a_url_says_so(image: str, server: bool) -> None:
    store = f"services:\n  store:\n    image: {image}\n"
    assert databases(web("U: postgres://u:p@store:5432/x", db=store)) == (["store"] if server else [])


def test_a_project_without_services_has_no_database() -> None:
    assert databases("volumes: {}\n") == []


@pytest.mark.parametrize("name", ["web-db", "client-db", "proxy_db", "admin-postgres"])
def test_a_database_that_is_built_here_may_have_the_name_of_its_client(name: str) -> None:
    said = "    environment:\n      POSTGRES_USER: u\n      POSTGRES_PASSWORD: p\n"
    assert databases(f"services:\n  {name}:\n    build: ./db\n{said}") == [name]


@pytest.mark.parametrize(("name", "pooler"), [("odyssey", True), ("odyssey-api", False), ("space-odyssey", False)])
def test_a_pooler_is_known_by_its_whole_name(name: str, *, pooler: bool) -> None:
    text = f"{DB}  {name}:\n    build: .\n    environment: {{U: 'postgres://u:p@db/x'}}\n"
    assert (name in project(text).poolers) is pooler
