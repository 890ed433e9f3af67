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
        ("datadog/agent:7", "monitoring"),
        ("gcr.io/datadoghq/agent:7", "monitoring"),
        ("quay.io/pganalyze/collector:stable", "monitoring"),
        ("rapidloop/pgmetrics", "monitoring"),
        ("acme/pghoard", "backup"),
        ("acme/collector", "app"),
        ("acme/agent", "app"),
        ("quay.io/prometheuscommunity/postgres-exporter", "monitoring"),
        ("acme/pdf-exporter", "app"),
        ("acme/reportexporter", "app"),
        ("otel/opentelemetry-collector-contrib", "monitoring"),
        ("acme/otelcollector", "monitoring"),
        ("acme/hotel-booking", "app"),
        ("grafana/alloy:v1", "monitoring"),
        ("acme/dbgateway", "app"),
        ("ghcr.io/electricsql/electric", "replication"),
        ("acme/electric-vehicles", "app"),
        ("journeyapps/powersync-service", "replication"),
        ("acme/powersync-backend", "app"),
        ("supabase/logflare:1.31.2", "replication"),
        ("ghcr.io/coder/coder:latest", "listen"),
        ("codercom/code-server", "app"),
        ("edgedb/edgedb:5", "listen"),
        ("geldata/gel", "listen"),
        ("ghcr.io/hatchet-dev/hatchet/hatchet-engine", "listen"),
        ("ghcr.io/hatchet-dev/hatchet/hatchet-dashboard", "app"),
        ("appflowyinc/appflowy_cloud", "listen"),
        ("appflowyinc/appflowy_worker", "app"),
        ("ghcr.io/blockscout/blockscout", "listen"),
        ("ghcr.io/blockscout/stats", "app"),
        ("nangohq/nango-server:hosted", "listen"),
        ("quay.io/invidious/invidious", "listen"),
    ],
)
def test_an_image_is_told_by_its_owner_too(image: str, code: str) -> None:
    text = f"{DB}  x:\n    image: {image}\n    environment:\n      URL: postgres://postgres:hunter2@db:5432/x\n"
    (route,) = find_routes(project(text))
    assert route.code == code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("hotel", "app"),
        ("hotel-service", "app"),
        ("agent", "app"),
        ("ai-agent", "app"),
        ("pdf-exporter", "app"),
        ("wal-gateway", "app"),
        ("materialized-views", "app"),
        ("concourse-shop", "app"),
        ("otel-collector", "monitoring"),
        ("telegraf", "monitoring"),
        ("db-exporter", "monitoring"),
        ("wal-g", "backup"),
    ],
)
def test_what_is_built_here_is_told_by_whole_words_of_its_name(name: str, code: str) -> None:
    text = f"{DB}  {name}:\n    build: .\n    environment:\n      URL: postgres://postgres:hunter2@db:5432/x\n"
    (route,) = find_routes(project(text))
    assert route.code == code


def _code(name: str = "x", image: str = "acme/x", command: str = "", **environment: str) -> str:
    """The code of the route of one service; "" where it has no connection variable."""
    said = {"URL": "postgres://postgres:hunter2@db:5432/x"} | environment
    lines = "".join(f"      {key}: '{value}'\n" for key, value in said.items())
    text = f"{DB}  {name}:\n    image: {image}\n    command: '{command}'\n    environment:\n{lines}"
    return next((r.code for r in find_routes(project(text))), "")


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("python manage.py run_async_migrations --check", "migrator"),
        ("java -jar app.jar --migrate-only", "migrator"),
        ("typeorm schema:sync", "migrator"),
        ("python manage.py runserver --skip-migrations-check", "app"),
        ("python manage.py migrate_schemas --shared", "migrator"),
        ("./manage.py migrate_tenants", "migrator"),
        ("sh run_migrations.sh", "migrator"),
        ("bundle exec rake run_migrations", "migrator"),
        ("node dist/runMigrations.js", "migrator"),
        ("dotnet Acme.DbMigrator.dll", "migrator"),
        ("/app/dbmigrate", "migrator"),
        ("npm run db:push", "migrator"),
        ("litestar database upgrade", "migrator"),
        ("yoyo apply", "migrator"),
        ("./efbundle", "migrator"),
        ("./migrate_and_start.sh", "app"),
        ("run_migrations_and_serve.sh", "app"),
        ("npm run start:migrate:prod", "app"),
        ("node migration-worker.js", "app"),
        ("python -m migrator_api", "app"),
        ("immigration-server", "app"),
        ("python -m app.pg_listener", "listen"),
        ("python -m services.ui_backend_service.ui_server", "listen"),
    ],
)
def test_a_command_that_migrates_in_any_spelling(command: str, code: str) -> None:
    assert _code(command=command) == code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("database.migrator", "migrator"),
        ("db.migrations", "migrator"),
        ("dbmigrator", "migrator"),
        ("shopmigrator", "migrator"),
        ("efmigrations", "migrator"),
        ("alembic", "migrator"),
        ("immigrations", "app"),
        ("DbMigrator", "migrator"),
        ("shop-dbmigrate", "migrator"),
        ("db.seeder", "migrator"),
        ("create-db", "migrator"),
        ("db-upgrade", "migrator"),
        ("immigration", "app"),
        ("migration-api", "app"),
        ("migrations-ui", "app"),
        ("seedbank", "app"),
    ],
)
def test_a_migrator_by_its_name(name: str, code: str) -> None:
    assert _code(name) == code


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"command": "bundle exec rake qc:work"}, "listen"),
        ({"command": "bundle exec que ./config/environment.rb"}, "listen"),
        ({"command": "python manage.py process_fts_updates"}, "listen"),
        ({"command": "postgraphile --watch -c x"}, "listen"),
        ({"image": "graphile/postgraphile:4", "command": "--connection x --watch"}, "listen"),
        ({"image": "graphile/postgraphile:4", "command": "--connection x"}, "app"),
        ({"image": "shop/procrastinate", "command": "worker"}, "listen"),
        ({"image": "shop", "command": "perl app.pl minion worker -j 4"}, "listen"),
        ({"image": "shop", "command": "perl app.pl minion job"}, "app"),
        ({"command": "pulpcore-worker"}, "listen"),
        ({"command": "pulpcore-api --bind 0.0.0.0:24817"}, "app"),
        ({"command": "dramatiq-pg"}, "listen"),
        ({"command": "node listener.js"}, "listen"),
        ({"command": "php artisan queue:listen"}, "app"),
        ({"command": "node kafka-listener.js"}, "app"),
        ({"command": "bundle exec unique"}, "app"),
        ({"image": "zulip/docker-zulip:8"}, "listen"),
        ({"image": "supabase/postgres-meta:v0.80"}, "console"),
        ({"image": "supabase/studio"}, "console"),
        ({"image": "dalibo/temboard:9"}, "console"),
        ({"image": "outerbase/studio"}, "console"),
        ({"image": "beekeeperstudio/beekeeper-studio"}, "console"),
        ({"image": "ghcr.io/peerdb-io/flow-worker"}, "replication"),
        ({"image": "ghcr.io/peerdb-io/peerdb-ui"}, "app"),
        ({"name": "listener"}, "listen"),
        ({"name": "notifier"}, "listen"),
        ({"name": "subscriber"}, "listen"),
        ({"name": "pg-listener"}, "listen"),
        ({"name": "kafka-listener"}, "app"),
        ({"name": "slack-notifier"}, "app"),
        ({"FEATURE_DB_LISTEN_DISABLE": "0"}, "listen"),
        ({"FEATURE_DB_LISTEN_DISABLE": "1"}, "app"),
        ({"APP_LISTEN": "true"}, "listen"),
        ({"APP_LISTEN": "0.0.0.0:80"}, "app"),
        ({"HTTP_LISTEN": "true"}, "app"),
        ({"GOOD_JOB_EXECUTION_MODE": "async_all"}, "listen"),
        ({"GOOD_JOB_EXECUTION_MODE": "external"}, "app"),
    ],
)
def test_what_listens_replicates_or_shows_the_server(fields: dict[str, str], code: str) -> None:
    assert _code(**fields) == code


def _sharing(name: str, source: str, *, alone: bool = False) -> str:
    """The code of the route of a service that loads an env file, which an app beside it loads too."""
    loads = "    env_file: [app.env]\n"
    app = "" if alone else f"  backend:\n    image: acme/backend\n{loads}"
    found = project(
        {
            "compose.yml": f"{DB}{app}  {name}:\n    {source}\n{loads}",
            "app.env": "URL=postgres://postgres:hunter2@db:5432/x\n",
        }
    )
    return next(r.code for r in find_routes(found) if r.service == name)


@pytest.mark.parametrize(
    "image",
    ["solr:9", "httpd", "nats:2", "hashicorp/vault", "kibana:8", "grafana/loki", "getmeili/meilisearch", "selenium/hub",
     "jaegertracing/all-in-one", "ollama/ollama", "typesense/typesense", "mailserver/docker-mailserver",
     "eclipse-mosquitto:2", "bitnami/apache", "phpmyadmin", "mcr.microsoft.com/mssql/server:2022-latest", "minio/mc",
     "mongo-express", "redis/redis-stack-server", "confluentinc/cp-kafka", "provectuslabs/kafka-ui", "acme/app-nginx",
     "acme/shop-frontend", "mher/flower:2.0", "woodpeckerci/woodpecker-agent", "clamav/clamav", "registry:2",
     "libretranslate/libretranslate", "mcr.microsoft.com/playwright:v1", "victoriametrics/victoria-metrics",
     "coredns/coredns", "searxng/searxng"],
)  # fmt: skip
def test_a_server_of_another_kind_that_loads_an_app_s_variables_is_no_app(image: str) -> None:
    assert _sharing("x", f"image: {image}") == "bystander"


@pytest.mark.parametrize(("source", "code"), [("build: .", "app"), ("image: vault", "bystander")])
def test_what_is_built_under_the_name_of_such_a_server_is_an_app_by_its_own_address(source: str, code: str) -> None:
    own = "    environment:\n      URL: postgres://postgres:hunter2@db:5432/x\n"
    (route,) = find_routes(project(f"{DB}  vault:\n    {source}\n{own}"))
    assert route.code == code


@pytest.mark.parametrize(
    "image",
    [
        "acme/kafka-consumer",
        "richarvey/nginx-php-fpm",
        "webdevops/php-nginx",
        "acme/api",
        "apache/superset",
        "apache/airflow",
        "acme/swift-app",
        "acme/apache-php",
        "webdevops/php-apache",
        "acme/node-js",
    ],
)
def test_an_app_with_such_a_server_in_its_image_s_name_is_one(image: str) -> None:
    assert _sharing("x", f"image: {image}") == "app"


@pytest.mark.parametrize(
    "name",
    ["app-nginx", "tm-frontend", "reference-ui", "ftp", "js", "web_frontend", "webpack-dev", "react-app", "css-watch"],
)
def test_a_name_of_a_front_says_so_only_beside_the_app(name: str) -> None:
    assert _sharing(name, "build: .") == "bystander"
    assert _sharing(name, "build: .", alone=True) == "app"


def test_a_broker_that_is_built_here_is_no_app() -> None:
    assert _sharing("rabbit", "build: .") == "bystander"


@pytest.mark.parametrize(
    "name",
    [
        "redis-worker",
        "elasticsearch-indexer",
        "frontend-api",
        "mail-worker",
        "worker",
        "flower",
        "rabbit-worker",
        "ui-backend",
        "client-portal",
        "nginx-php-fpm",
        "assets-service",
        "react-native-api",
        "css-jobs",
    ],
)
def test_a_worker_beside_the_app_is_an_app(name: str) -> None:
    assert _sharing(name, "build: .") == "app"
