"""Each app server of the table is found by its command, with its own number of connections and where that is from."""

from __future__ import annotations

import re

import pytest

from devpool.catalog.app_servers import (
    ASYNC_WORKERS,
    GREEN_WORKERS,
    POOL_OVERFLOW,
    POOL_SIZE,
    PROGRAMS,
    URL_POOL_SIZE,
    Program,
)

COMMANDS = {
    "gunicorn": "python -m gunicorn app:app",
    "uvicorn": "uvicorn main:app --host 0.0.0.0",
    "sidekiq": "bundle exec sidekiq",
    "puma": "bundle exec rails server",
    "celery worker": "celery -A core worker -l info",
    "celery beat": "celery -A core beat",
    "php-fpm": "php-fpm -F",
    "java": "java -jar app.jar",
    "dotnet": "dotnet shop.dll",
    "elixir": "mix phx.server",
    "node": "npm run start",
    "runserver": "flask run --host=0.0.0.0",
    "python": "python3 bot.py",
}


def test_every_program_has_a_command_here() -> None:
    assert [program.name for program in PROGRAMS] == list(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_first_match_of_a_command_is_its_program(name: str) -> None:
    found = next(program for program in PROGRAMS if re.search(program.pattern, COMMANDS[name]))
    assert found.name == name


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_a_number_has_its_source_and_an_option_is_a_pattern(program: Program) -> None:
    assert program.why
    for option in (program.processes, program.each):
        re.compile(option)


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("DB_POOL_SIZE", True),
        ("SQLALCHEMY_POOL_SIZE", True),
        ("SPRING_DATASOURCE_HIKARI_MAXIMUM_POOL_SIZE", True),
        ("QUARKUS_DATASOURCE_JDBC_MAX_SIZE", True),
        ("GF_DATABASE_MAX_OPEN_CONN", True),
        ("POOL_SIZE", True),
        ("MONGODB_POOL_SIZE", False),
        ("REDIS_POOL_SIZE", False),
        ("DB_POOL_TIMEOUT", False),
    ],
)
def test_a_variable_gives_the_size_of_the_apps_own_pool(name: str, size: bool) -> None:
    assert bool(POOL_SIZE.search(name)) is size


def test_overflow_and_kinds_of_workers_are_known() -> None:
    assert POOL_OVERFLOW.search("SQLALCHEMY_MAX_OVERFLOW")
    assert ASYNC_WORKERS.search("gunicorn -k uvicorn.workers.UvicornWorker")
    assert GREEN_WORKERS.search("gunicorn --worker-class=gevent")
    assert not ASYNC_WORKERS.search("gunicorn -k sync uvicorn")


@pytest.mark.parametrize(
    ("url", "value"),
    [
        ("postgres://db/x?connection_limit=5", "5"),
        ("postgres://db/x?a=b&pool_max_conns=7", "7"),
        ("Host=db;Maximum Pool Size=20", "20"),
        ("postgres://db/x?pool_timeout=5", None),
    ],
)
def test_a_url_gives_it_too(url: str, value: str | None) -> None:
    found = URL_POOL_SIZE.search(url)
    assert (found["value"] if found else None) == value
