"""Pooled or direct, always with a reason."""

from __future__ import annotations

import pytest
from memory_project import project

from devpool.decide.options import Options
from devpool.decide.routing import Route, chosen_routes, find_routes
from devpool.errors import DevpoolError

DB = "services:\n  db:\n    image: postgres:17\n"
URL = "    environment:\n      DATABASE_URL: postgres://u:p@db:5432/x\n"


def app(*lines: str, name: str = "app", image: str = "app") -> str:
    return f"  {name}:\n    image: {image}\n" + "".join(f"    {line}\n" for line in lines) + URL


def routes(*apps: str, direct: tuple[str, ...] = (), pool: tuple[str, ...] = ()) -> dict[str, Route]:
    return {r.service: r for r in find_routes(project(DB + "".join(apps)), direct, pool)}


def test_a_project_without_apps_has_no_routes() -> None:
    assert routes() == {}


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["command: gunicorn app"],
        ["command: python manage.py runserver 0.0.0.0:8000"],
        ["command: sh -c 'python manage.py migrate && gunicorn app'"],
        ["command: sh -c 'npx prisma migrate deploy && exec node server.js'"],
        ["command: [bundle, exec, puma]"],
        ["command: celery -A app worker"],
        ["command: ./start-migrated-app"],
        ["restart: always", "command: sh -c 'psql -c x; ./loop'"],
        ["network_mode: bridge"],
    ],
)
def test_an_app_is_pooled_where_nothing_speaks_against_it(lines: list[str]) -> None:
    found = routes(app(*lines))["app"]
    assert (found.pooled, found.code, found.reason) == (True, "app", "no reason to stay direct")


@pytest.mark.parametrize(
    "command",
    [
        "python manage.py migrate",
        "[python, manage.py, migrate, --noinput]",
        "alembic upgrade head",
        "bundle exec rails db:migrate",
        "rake db:setup",
        "npx prisma migrate deploy",
        "npx prisma db push",
        "flyway info",
        "liquibase update",
        "dbmate up",
        "sh -c 'sleep 1; ./manage.py migrate'",
        "doctrine:migrations:migrate",
    ],
)
def test_a_command_that_migrates_and_ends_stays_direct(command: str) -> None:
    found = routes(app(f"command: {command}"))["app"]
    assert (found.pooled, found.code) == (False, "migrator")


@pytest.mark.parametrize(
    "name",
    [
        "migrate",
        "migrator",
        "app-migrations",
        "db_migrate",
        "db-init",
        "init_db",
        "pgai-installer",
        "search-setup",
        "bootstrap",
    ],
)
def test_a_service_that_is_named_a_migrator_stays_direct(name: str) -> None:
    assert routes(app(name=name))[name].code == "migrator"


def test_a_migrators_name_says_more_than_the_program_that_runs_it() -> None:
    found = routes(
        app("command: sh -c 'node dist/server/run-migrations.js && node dist/fill.js'", name="migrator"),
        app("command: node server.js", name="setup"),
    )
    assert (found["migrator"].code, found["setup"].code) == ("migrator", "app")


def test_a_worker_that_stays_is_no_migrator_whatever_its_jobs_are() -> None:
    staying = ("restart: always", "entrypoint: worker-migrations")
    found = routes(app(*staying, name="worker-migrations"), app("restart: always", name="migration-worker"))
    assert {r.code for r in found.values()} == {"app"}


def test_what_migrates_and_is_only_called_a_worker_stays_direct() -> None:
    found = routes(
        app("restart: always", name="migrations"),
        app("restart: unless-stopped", "command: ./entry.sh", name="worker-db-migrate"),
        app("command: npm run worker-migrate", name="a"),
        app("restart: always", "command: sh -c 'bin/worker-migrations && sleep infinity'", name="b"),
        app("entrypoint: worker-migrations", name="worker-migrations"),
    )
    assert {r.code for r in found.values()} == {"migrator"}


@pytest.mark.parametrize("name", ["immigration", "emigrants-api", "initdb2", "web", "setup-guide", "bootstrap-ui"])
def test_a_name_that_only_sounds_so_is_no_reason(name: str) -> None:
    assert routes(app(name=name))[name].pooled


@pytest.mark.parametrize(
    ("image", "code"),
    [
        ("dpage/pgadmin4", "console"),
        ("adminer:5", "console"),
        ("sosedoff/pgweb", "console"),
        ("prometheuscommunity/postgres-exporter", "monitoring"),
        ("prodrigestivill/postgres-backup-local", "backup"),
        ("debezium/connect", "replication"),
        ("electricsql/electric", "replication"),
        ("subzerocloud/pg-amqp-bridge", "listen"),
        ("flyway/flyway:11", "migrator"),
        ("liquibase/liquibase", "migrator"),
        ("amacneil/dbmate", "migrator"),
        ("redis:8", "bystander"),
        ("nginx:alpine", "bystander"),
    ],
)
def test_an_image_that_needs_the_server_itself_stays_direct(image: str, code: str) -> None:
    found = routes(app(image=image))["app"]
    assert (found.pooled, found.code, bool(found.reason)) == (False, code, True)


def test_a_dump_stays_direct() -> None:
    assert routes(app("command: sh -c 'pg_dump > /backup/x.sql'", image="postgres:17"))["app"].code == "backup"


def test_a_service_on_the_hosts_network_stays_direct() -> None:
    assert routes(app("network_mode: host"))["app"].code == "network"


def test_a_job_whose_end_others_wait_for_stays_direct() -> None:
    web = app("depends_on:", "  prepare: {condition: service_completed_successfully}", name="web")
    found = routes(app(name="prepare"), web)
    assert (found["prepare"].code, found["web"].pooled) == ("one-off", True)


@pytest.mark.parametrize("name", ["DIRECT_URL", "OPAL_BROADCAST_URI", "PUBSUB_DATABASE_URL"])
def test_a_setting_that_is_direct_by_its_name_is_no_pooled_route(name: str) -> None:
    text = DB + f"  web:\n    image: app\n    environment:\n      {name}: postgres://u:p@db/x\n"
    (found,) = find_routes(project(text))
    assert (found.pooled, found.code) == (False, "named-direct")


def test_a_certificate_that_is_checked_by_parameters_beside_the_host_keeps_an_app_direct() -> None:
    text = DB + "  kc:\n    image: kc\n    environment:\n      KC_DB_URL_HOST: db\n      KC_DB_URL_PROPERTIES: "
    (checked,) = find_routes(project(text + "'?ssl=true&sslmode=verify-ca&sslrootcert=/ca.crt'\n"))
    (plain,) = find_routes(project(text + "'?currentSchema=kc'\n"))
    assert (checked.code, plain.pooled) == ("tls", True)


def test_the_user_keeps_a_service_direct() -> None:
    found = routes(app(), app(name="web"), direct=("web",))
    assert (found["app"].pooled, found["web"].pooled, found["web"].code) == (True, False, "user")


def test_the_user_pools_a_service_that_would_stay_direct() -> None:
    found = routes(app("command: ./manage.py migrate"), pool=("app",))["app"]
    assert (found.pooled, found.code) == (True, "user")


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ([], {"base": "extended", "web": "app", "migrate": "migrator"}),
        (["command: serve"], {"base": "app", "web": "app", "migrate": "migrator"}),
    ],
)
def test_what_others_extend_and_starts_nothing_itself_stays_direct_for_those_that_do(
    base: list[str], expected: dict[str, str]
) -> None:
    heirs = (f"  {n}: {{extends: base, command: {c}}}\n" for n, c in (("web", "gunicorn"), ("migrate", "a migrate")))
    found = chosen_routes(project(DB + app(*base, name="base") + "".join(heirs)), Options())
    assert {r.service: r.code for r in found} == expected
    assert [r.service for r in found if r.pooled] == [n for n, code in expected.items() if code == "app"]


def test_routes_stand_in_the_order_of_the_files() -> None:
    assert list(routes(app(name="z"), app(name="a"), app(name="m"))) == ["z", "a", "m"]


@pytest.mark.parametrize("option", ["direct", "pool"])
def test_a_service_that_is_not_there_is_refused(option: str) -> None:
    with pytest.raises(DevpoolError) as caught:
        routes(app(), **{option: ("nosuch",)})  # type: ignore[arg-type]
    assert (caught.value.code, caught.value.hint) == ("unknown-service", "apps of this project: app")


def test_a_service_cannot_be_both() -> None:
    with pytest.raises(DevpoolError) as caught:
        routes(app(), direct=("app",), pool=("app",))
    assert caught.value.code == "direct-and-pool"
