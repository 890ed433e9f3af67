"""What the project means: its databases, and the settings by which services reach them."""

from __future__ import annotations

import pytest
from memory_project import Files, project

DB = "services:\n  db:\n    image: postgres:17\n"


def databases(text: Files | str) -> list[str]:
    return sorted(project(text).databases)


def settings(text: Files | str) -> list[tuple[str, str, str, str]]:
    return [(s.service, s.variable, s.kind, s.database) for s in project(text).connection_variables]


def web(*variables: str, db: str = DB) -> str:
    return db + "  web:\n    image: app\n    environment:\n" + "".join(f"      {v}\n" for v in variables)


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


def test_a_service_is_a_database_by_its_data_folder() -> None:
    assert databases("services:\n  x:\n    build: .\n    volumes:\n      - data:/var/lib/postgresql/data\n") == ["x"]


@pytest.mark.parametrize("name", ["web-db", "client-db", "proxy_db", "admin-postgres"])
def test_a_database_that_is_built_here_may_have_the_name_of_its_client(name: str) -> None:
    said = "    environment:\n      POSTGRES_USER: u\n      POSTGRES_PASSWORD: p\n"
    assert databases(f"services:\n  {name}:\n    build: ./db\n{said}") == [name]


@pytest.mark.parametrize(("name", "pooler"), [("odyssey", True), ("odyssey-api", False), ("space-odyssey", False)])
def test_a_pooler_is_known_by_its_whole_name(name: str, *, pooler: bool) -> None:
    text = f"{DB}  {name}:\n    build: .\n    environment: {{U: 'postgres://u:p@db/x'}}\n"
    assert (name in project(text).poolers) is pooler


def test_a_service_is_a_database_because_a_url_says_so() -> None:
    assert databases("services:\n  x:\n    build: .\n" + web("U: postgres://u:p@x/y", db="")) == ["x"]


def test_a_job_on_a_postgres_image_is_no_database() -> None:
    assert databases("services:\n  job:\n    image: postgres:17\n    command: psql -c 'select 1'\n") == []


def test_a_project_without_services_has_no_database() -> None:
    assert databases("volumes: {}\n") == []


@pytest.mark.parametrize(
    "variable",
    [
        "DATABASE_URL: postgres://u:p@elsewhere:5432/x",
        "DATABASE_URL: mysql://u:p@db:3306/x",
        "POSTGRES_USER: db",
        "DB_USER: db",
        "DB_PASSWORD: db",
        "DB_NAME: db",
        "DB_ENGINE: db",
        "POSTGREST_HOST: rest",
        "ALLOWED_HOSTS: db",
        "CACHE_HOST: cache",
        "NO_PROXY: db",
        "X: db",
        "URL: http://db:8000/",
    ],
)
def test_a_variable_that_does_not_lead_to_the_database_is_no_setting(variable: str) -> None:
    assert settings(web(variable)) == []


@pytest.mark.parametrize(
    ("variable", "name", "kind"),
    [
        ("DATABASE_URL: postgres://u:p@db:5432/x", "DATABASE_URL", "url"),
        ("ANY_NAME: postgres://u:p@db/x", "ANY_NAME", "url"),
        ("spring.datasource.url: jdbc:postgresql://db:5432/x", "spring.datasource.url", "jdbc"),
        ("DSN: host=db user=u", "DSN", "dsn"),
        ("ConnectionStrings__Default: Host=db;Port=5432", "ConnectionStrings__Default", "dsn"),
        ("PGHOST: db", "PGHOST", "host"),
        ("DB_HOST: db", "DB_HOST", "host"),
        ("RSTUF_SQL_SERVER: db", "RSTUF_SQL_SERVER", "host"),
        ("POSTGRES_SEEDS: db", "POSTGRES_SEEDS", "host"),
        ("DB_ADDR: db:5432", "DB_ADDR", "host"),
        ("POSTGRES_IP: db", "POSTGRES_IP", "host"),
    ],
)
def test_a_setting_is_known_by_its_value_and_not_by_its_name(variable: str, name: str, kind: str) -> None:
    assert settings(web(variable)) == [("web", name, kind, "db")]


@pytest.mark.parametrize(
    ("host", "port"),
    [
        ("PGHOST", "PGPORT"),
        ("DB_HOST", "DB_PORT"),
        ("POSTGRES_SERVER", "POSTGRES_PORT"),
        ("DB_HOSTNAME", "DB_PORT"),
        ("db_host", "db_port"),
        ("POSTGRES_SEEDS", "DB_PORT"),
        ("MB_DB_HOST", "MB_DB_PORT"),
        ("CONF_Database.Host", "CONF_Database.Port"),
        ("db.hostName", "db.port"),
        ("POSTGRES_IP", "POSTGRES_PORT"),
    ],
)
def test_the_port_beside_a_host_is_a_setting_too(host: str, port: str) -> None:
    found = settings(web(f"{host}: db", f"{port}: '5432'"))
    assert found == [("web", host, "host", "db"), ("web", port, "port", "db")]


@pytest.mark.parametrize("other", ["PORT: '8000'", "REDIS_PORT: '6379'", "DB_PORT: ''", "WEB_PORT: '5432'"])
def test_a_port_of_something_else_is_left_alone(other: str) -> None:
    assert settings(web("DB_HOST: db", other)) == [("web", "DB_HOST", "host", "db")]


@pytest.mark.parametrize(
    "name",
    [
        "DIRECT_URL",
        "DATABASE_URL_DIRECT",
        "DATABASE_URL_UNPOOLED",
        "POSTGRES_URL_NON_POOLING",
        "SPRING_LIQUIBASE_URL",
        "FLYWAY_URL",
        "MIGRATION_DATABASE_URL",
    ],
)
def test_a_setting_that_its_name_calls_direct_keeps_its_value(name: str) -> None:
    found = project(web(f"{name}: postgres://u:p@db:5432/x"))
    assert ([s.variable for s in found.connection_variables], [s.variable for s in found.kept]) == ([], [name])


@pytest.mark.parametrize(
    "body",
    [
        "    container_name: real-db\n",
        "    hostname: real-db\n",
        "    networks:\n      default:\n        aliases: [real-db]\n",
        "    networks:\n      default:\n        aliases:\n          - x\n          - real-db\n",
    ],
)
def test_a_database_is_known_by_all_its_names(body: str) -> None:
    assert settings(web("DB_HOST: real-db", db=DB + body)) == [("web", "DB_HOST", "host", "db")]


def test_the_databases_own_variables_are_no_settings() -> None:
    assert settings(DB + "    environment:\n      PGHOST: db\n      U: postgres://u:p@db/x\n") == []


def test_a_pooler_of_the_users_is_no_app() -> None:
    found = project(DB + "  pool:\n    image: edoburu/pgbouncer\n    environment:\n      DB_HOST: db\n")
    assert (found.connection_variables, found.poolers) == ((), {"pool"})


def test_settings_go_to_the_database_that_they_name() -> None:
    text = "services:\n  one:\n    image: postgres\n  two:\n    image: postgres\n" + web(
        "A: postgres://u:p@one/x", "B: postgres://u:p@two/x", db=""
    )
    assert [(v, d) for _, v, _, d in settings(text)] == [("A", "one"), ("B", "two")]


def test_one_variable_may_hold_several_settings() -> None:
    assert len(settings(web("A: postgres://u:p@db/x postgres://u:p@db:5432/y"))) == 2


def test_a_url_with_several_hosts_is_remembered_as_not_placed() -> None:
    assert project(web("A: postgres://u:p@db:5432,db2:5432/x")).unplaced == (("web", "A"),)


@pytest.mark.parametrize(
    ("variable", "is_host"),
    [
        ("USERS_DB_HOST", True),
        ("USER_SERVICE_DB_HOST", True),
        ("DB_USER_HOST", True),
        ("PASSPORT_DB_HOST", True),
        ("SCHEMA_REGISTRY_DB_HOST", True),
        ("ENGINE_DB_HOST", True),
        ("users_db_host", True),
        ("DB_HOST_USER", False),
        ("DB_SERVER_PASSWORD", False),
        ("HOST_SCHEMA", False),
        ("TRUSTED_HOSTS", False),
        ("POSTGRES_HOST_AUTH_METHOD", False),
    ],
)
def test_the_last_word_of_a_name_decides_whether_it_is_a_host(variable: str, is_host: bool) -> None:
    assert bool(settings(web(f"{variable}: db"))) == is_host


@pytest.mark.parametrize(
    "variable",
    [
        "LONG_RUNNING_SESSION_HOST",
        "LISTEN_DB_HOST",
        "ADVISORY_LOCK_DB_HOST",
        "REPLICATION_HOST",
        "DB_HOST_NO_POOL",
        "SHADOW_DATABASE_HOST",
        "ODOO_IMDISPATCHER_DB_HOST",
        "ODOO_CRON_DB_HOST",
        "NOTIFY_DB_HOST",
        "BUS_DB_HOST",
        "LOCK_DB_HOST",
        "OWNER_DB_HOST",
    ],
)
def test_a_name_that_says_past_the_pooler_is_kept(variable: str) -> None:
    found = project(web("HOST: db", f"{variable}: db"))
    assert [s.variable for s in found.connection_variables] == ["HOST"]
    assert [s.variable for s in found.kept] == [variable]


@pytest.mark.parametrize("variable", ["NOTIFY_DB_HOST", "SESSION_DB_HOST", "NOTIFICATION_DB_HOST", "CLOCK_DB_HOST"])
def test_an_only_address_with_a_word_of_two_meanings_is_an_app_s(variable: str) -> None:
    assert settings(web(f"{variable}: db")) == [("web", variable, "host", "db")]


def test_one_name_of_two_databases_means_the_one_that_a_profile_has_together_with_the_app() -> None:
    one = "  {0}:\n    image: postgres:17\n    container_name: db\n    profiles: [{0}]\n"
    app = "  web-{0}:\n    image: app\n    profiles: [{0}]\n    environment:\n      DATABASE_URL: postgres://db/x\n"
    text = "services:\n" + "".join(each.format(name) for each in (one, app) for name in ("dev", "prod"))
    assert [each[::3] for each in settings(text)] == [("web-dev", "dev"), ("web-prod", "prod")]
