"""What is said of the drivers of apps that do not run."""

from __future__ import annotations

from pathlib import Path

import pytest
from disk_project import project
from memory_project import planned

from devpool.lifecycle.likely_advice import Behind, behind_poolers, likely_needs, likely_sessions

COMPOSE = "services:\n  db: {image: postgres:17}\n  web: {build: app}\n"
FILES = {"compose.yml": COMPOSE, "app/Dockerfile": "FROM a\nCOPY . .\n"}


def said(folder: Path, files: dict[str, str], **settings: str) -> list[tuple[str, str, str]]:
    found = project(folder, {**FILES, **{f"app/{name}": text for name, text in files.items()}})
    results = (*likely_needs(found, {"web": Behind(settings=settings)}), *likely_sessions(found, ["web"]))
    return [(r.level, r.message, r.hint) for r in results]


@pytest.mark.parametrize(
    ("name", "text", "level", "words"),
    [
        ("requirements.txt", "django\n", "ok", "Django (app/requirements.txt:1): DISABLE_SERVER_SIDE_CURSORS"),
        ("requirements.txt", "psycopg==3.2\n", "warning", "psycopg (app/requirements.txt:1) on a libpq before 17"),
        (
            "requirements.txt",
            "psycopg[binary]==3.2.6\n",
            "ok",
            "obsolete: psycopg's prepare_threshold=None or prepared",
        ),
        ("requirements.txt", "psycopg[binary]\n", "ok", "obsolete: psycopg's prepare_threshold=None or prepared"),
        ("requirements.txt", "psycopg[binary]~=3.1.8\n", "warning", "psycopg (app/requirements.txt:1) on a libpq"),
        ("requirements.txt", "asyncpg\n", "ok", "obsolete: asyncpg's statement_cache_size=0 (app/requirements.txt:1)"),
        ("requirements.txt", "procrastinate\n", "warning", "procrastinate (app/requirements.txt:1) uses LISTEN"),
        ("Gemfile", "gem 'rails'\n", "ok", "Rails (app/Gemfile:1): migrations take a session lock"),
        ("Gemfile", "gem 'good_job'\ngem 'rails'\n", "warning", "good_job (app/Gemfile:1) uses LISTEN"),
        ("package.json", '{"postgres": "^3"}', "ok", "obsolete: postgres.js's prepare: false (app/package.json:1)"),
        (
            "package.json",
            '{"prisma": "^5"}',
            "ok",
            "Prisma (app/package.json:1): `prisma migrate` takes a session lock",
        ),
        ("package.json", '{"graphile-worker": "^0"}', "warning", "graphile-worker (app/package.json:1) uses LISTEN"),
        ("composer.json", '{"laravel/framework": "^11"}', "warning", "PDO (app/composer.json:1) deallocates"),
        ("go.mod", "require github.com/lib/pq v1\n", "warning", "lib/pq (app/go.mod:1) parses and binds"),
        ("go.mod", "require github.com/jackc/pgx/v5 v5.6\n", "ok", "obsolete: pgx's simple protocol"),
        ("mix.exs", "{:oban, '2'}\n", "ok", "Oban (app/mix.exs:1): its notifier uses LISTEN"),
        ("mix.exs", "{:postgrex, '2'}\n", "ok", "obsolete: Postgrex's prepare: :unnamed (app/mix.exs:1)"),
        (
            "pom.xml",
            "<artifactId>postgresql</artifactId>",
            "ok",
            "obsolete: pgjdbc's prepareThreshold=0 (app/pom.xml:1)",
        ),
        ("a.csproj", '<PackageReference Include="Npgsql" />', "ok", "Npgsql (app/a.csproj:1) sends DISCARD ALL"),
    ],
)
def test_each_driver_is_judged_by_the_rules_of_check_with_the_line_that_names_it(
    tmp_path: Path, name: str, text: str, level: str, words: str
) -> None:
    found = said(tmp_path, {name: text})
    assert [(at, message) for at, message, _ in found if message.startswith(words) and at == level], found


def test_a_setting_that_is_there_is_named_by_its_line(tmp_path: Path) -> None:
    files = {"package.json": '{"postgres": "^3"}', "db.js": "const a = 1\nconst sql = postgres({ prepare: false })\n"}
    assert "remove it at app/db.js:2" in [hint for _, _, hint in said(tmp_path, files)]
    (kept,) = said(tmp_path, files, max_prepared_statements="0")
    assert kept[1] == "postgres.js (app/package.json:1): prepare: false at app/db.js:2, still needed"


def test_what_the_source_does_in_a_session_is_said_with_its_line(tmp_path: Path) -> None:
    source = 'a.execute("LISTEN jobs")\na.execute("SELECT pg_advisory_lock(1)")\n'
    assert [(level, message.partition(":")[0]) for level, message, _ in said(tmp_path, {"jobs.py": source})] == [
        ("warning", "it uses LISTEN (app/jobs.py"),
        ("warning", "it uses session advisory locks (app/jobs.py"),
    ]


def test_an_app_whose_files_name_no_driver_has_no_advice(tmp_path: Path) -> None:
    assert said(tmp_path, {"requirements.txt": "flask\n", "app.py": "import flask\n"}) == []


def test_what_is_known_of_an_app_at_its_pooler_comes_from_the_plan() -> None:
    text = """\
services:
  db: {image: postgres:17, environment: {POSTGRES_PASSWORD: secret}}
  web: {image: shop, environment: {DATABASE_URL: 'postgres://postgres:secret@db:5432/shop'}}
  api: {image: shop, depends_on: [db]}
  listener: {image: shop, environment: {DATABASE_URL: 'postgres://postgres:secret@db:5432/shop'}}
"""
    plan = planned(text, settings={"default_pool_size": "5"}, by_name=("api",))[1]
    settings = {"default_pool_size": "5"}
    assert behind_poolers(plan) == {
        "web": Behind(settings=settings, listener="listener"),
        "api": Behind(settings=settings, by_name=True, listener="listener"),
    }
