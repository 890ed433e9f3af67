"""A project's services, by what connects them to its databases."""

from __future__ import annotations

from memory_project import project

from devpool.model.project import unknown_service

TEXT = """\
services:
  db:
    image: postgres:17
  pool:
    image: edoburu/pgbouncer
  web:
    image: app
    environment: {DB_HOST: db, DB_PORT: 5432}
    command: [app, 'postgres://u:p@db/x']
  migrate:
    image: app
    environment: {DIRECT_URL: 'postgres://u:p@db/x'}
  several:
    image: app
    environment: {U: 'postgres://u:p@db,db2/x'}
  mail:
    image: mail
"""


def test_what_may_be_an_app_and_has_no_address_is_told_apart() -> None:
    assert project(TEXT).without_variable == ["mail"]


def test_the_variables_of_one_app_are_found_by_its_name() -> None:
    found = project(TEXT)
    assert [(s.name, s.kind, s.in_command) for s in found.of("web")] == [
        ("DB_HOST", "host", False),
        ("DB_PORT", "port", False),
        ("command", "url", True),
    ]
    assert (found.of("mail"), found.of("nobody")) == ([], [])


def test_no_secret_is_shown_with_a_project() -> None:
    files = {
        "compose.yml": "services:\n  db: {image: postgres, environment: {POSTGRES_PASSWORD: hunter2}}\n"
        "  web: {image: a, env_file: a.env, environment: {URL: 'postgres://u:hunter2@db/x'}, command: x hunter2}\n",
        "a.env": "PASSWORD=hunter2\n",
        ".env": "PASSWORD=hunter2\n",
    }
    assert "hunter2" not in repr(project(files))


def test_a_service_that_is_not_there_is_refused_with_the_apps_that_are() -> None:
    error = unknown_service(project(TEXT), "wbe")
    assert (error.code, error.hint) == ("unknown-service", "did you mean `web`? apps of this project: web")
    assert unknown_service(project("services: {}\n"), "web").hint == "apps of this project: none"
