"""How many connections an app can hold: read from its command and its variables, defaults named as such."""

from __future__ import annotations

import pytest

from devpool.sizing.concurrency import Demand, Fact, demand


def of(words: str, containers: int = 1, cores: int = 2, **variables: str) -> Demand:
    fact = Fact(value=containers, source="replicas")
    return demand("web", words, variables, cores=cores, containers=fact, rest=10)


def test_an_app_of_which_nothing_is_known_is_an_assumption() -> None:
    found = of("./server")
    assert (found.total, found.each.assumed, found.each.source) == (10, True, "nothing says how many it opens")


@pytest.mark.parametrize(
    ("words", "variables", "total"),
    [
        ("gunicorn app:app", {}, 1),
        ("gunicorn -w 4 app:app", {}, 4),
        ("gunicorn -w4 --threads=8 app:app", {}, 32),
        ("gunicorn app:app", {"WEB_CONCURRENCY": "3"}, 3),
        ("gunicorn app:app", {"GUNICORN_CMD_ARGS": "--workers 4 --threads 16"}, 64),
        ("sh -c 'python3 manage.py prepare && exec gunicorn -w 2 app'", {}, 2),
        ("sh -c 'gunicorn -w 2 app; celery -A x worker -c 9'", {}, 2),
        ("gunicorn -w ${WORKERS:-5} app", {}, 5),
        ("gunicorn -w $$WORKERS app", {"WORKERS": "6"}, 6),
        ("gunicorn -w 2 -k uvicorn.workers.UvicornWorker app", {}, 30),
        ("gunicorn -w 2 -k uvicorn.workers.UvicornWorker app", {"DB_POOL_SIZE": "4"}, 8),
        ("gunicorn -w 2 -k gevent --worker-connections 50 app", {}, 100),
        ("uvicorn main:app --workers 2", {"SQLALCHEMY_POOL_SIZE": "5", "SQLALCHEMY_MAX_OVERFLOW": "2"}, 14),
        ("bundle exec puma -w 2 -t 5:12", {}, 24),
        ("bundle exec puma", {"WEB_CONCURRENCY": "2", "RAILS_MAX_THREADS": "3"}, 6),
        ("bin/rails server -b 0.0.0.0", {}, 5),
        ("bundle exec sidekiq -C config/sidekiq.yml -c 25", {}, 25),
        ("celery -A core worker -l INFO -c 4", {}, 4),
        ("celery -A core worker --pool=threads --concurrency=20", {}, 20),
        ("celery -A core worker", {}, 2),
        ("celery -A core worker", {"CELERY_WORKER_CONCURRENCY": "7"}, 7),
        ("celery -A core beat -l info", {}, 1),
        ("php-fpm", {"PM_MAX_CHILDREN": "12"}, 12),
        ("node server.js", {}, 10),
        ("node server.js", {"PG_POOL_MAX": "3"}, 3),
        ("pm2-runtime -i 4 app.js", {}, 40),
        ("node server.js", {"DATABASE_URL": "postgres://db/x?connection_limit=6"}, 6),
        ("java -jar app.jar", {}, 10),
        ("java -jar app.jar", {"SPRING_DATASOURCE_HIKARI_MAXIMUM_POOL_SIZE": "30"}, 30),
        ("java -jar app.jar", {"spring.datasource.hikari.maximum-pool-size": "31"}, 31),
        ("java -Dspring.datasource.hikari.maximum-pool-size=32 -jar app.jar", {}, 32),
        ("dotnet api.dll", {"DB": "Host=db;Maximum Pool Size=20"}, 20),
        ("mix phx.server", {"POOL_SIZE": "11"}, 11),
        ("kc.sh start", {"KC_DB_POOL_MAX_SIZE": "12"}, 12),
        ("./grafana", {"GF_DATABASE_MAX_OPEN_CONN": "13"}, 13),
        ("java -jar app.jar", {"SPRING_DATASOURCE_HIKARI_MAXIMUMPOOLSIZE": "14"}, 14),
        ("java -jar app.jar", {"QUARKUS_DATASOURCE_JDBC_MAX_SIZE": "15"}, 15),
        ("bin/rails server", {"RAILS_MAX_THREADS": "9", "DB_POOL": "4"}, 4),
        ("./server", {"DSN": "postgres://db/x?max_conns=20&max_idle_conns=4"}, 20),
        ("python3 work.py", {}, 1),
    ],
)
def test_what_a_command_and_its_variables_say_counts(words: str, variables: dict[str, str], total: int) -> None:
    assert of(words, **variables).total == total


def test_a_thread_holds_one_connection_however_large_its_pool() -> None:
    assert of("gunicorn --threads 4 app", DB_POOL_SIZE="50").total == 4
    assert of("gunicorn --threads 40 app", DB_POOL_SIZE="5").total == 5


def test_containers_multiply_and_cores_count_where_a_program_counts_them() -> None:
    assert of("gunicorn -w 2 app", containers=3).total == 6
    assert of("celery -A core worker", cores=16).total == 16


@pytest.mark.parametrize(
    "variables",
    [
        {"POOL_MODE": "5"},
        {"THREADPOOLSIZE": "5"},
        {"REDIS_MAX_CONNECTIONS": "5"},
        {"REDIS_CONNECTION_POOL_SIZE": "5"},
        {"MONGODB_POOL_SIZE": "5"},
        {"MYSQL_POOL_SIZE": "5"},
        {"MAX_CONNECTIONS": "5"},
        {"DB_PORT": "5"},
        {"DB_POOL_SIZE": "many"},
        {"DB_POOL_SIZE": "0"},
        {"DB_POOL_TIMEOUT": "30"},
        {"URL": "postgres://db/x?connect_timeout=5"},
    ],
)
def test_a_number_that_means_something_else_is_not_taken(variables: dict[str, str]) -> None:
    assert of("node server.js", **variables).total == 10


def test_the_source_of_each_number_is_named() -> None:
    found = of("gunicorn --workers 4 app", GUNICORN_CMD_ARGS="--threads 16")
    assert (found.processes.source, found.each.source, found.assumed) == ("--workers", "--threads", False)
    assert of("celery -A core worker").each.source == "Celery's default: one process per core"
