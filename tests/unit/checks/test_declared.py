"""The drivers that a file of a package manager names."""

from __future__ import annotations

import pytest

from devpool.checks.declared import is_package_file, packages_in, settings_in, with_libpq


def named(path: str, text: str) -> list[tuple[str, str, str]]:
    return [(p.name, p.version, p.place) for p in packages_in(path, text)]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("requirements.txt", "psycopg2-binary==2.9\ndjango-environ\nmy-django\n# asyncpg\n"),
        ("requirements.txt", ""),
        ("pyproject.toml", '[project]\n# "asyncpg"\ndependencies = ["psycopg2", "django-extensions"]\n'),
        ("Gemfile", "# gem 'rails'\ngem 'rails-i18n'\ngem 'quest'\n"),
        ("Gemfile.lock", "    railties (7.1)\n      activerecord (= 7.1)\n"),
        ("package.json", '{"name": "postgres", "scripts": {"knex": "knex"}, "dependencies": {"postgres-date": "^1"}}'),
        ("composer.json", '{"name": "laravel/framework-x"}'),
        ("go.mod", "// github.com/lib/pq v1.10.9\nmodule github.com/lib/pqx\n"),
        ("mix.exs", '  # {:oban, "~> 2"}\n  {:postgrex_pubsub, "~> 1"}\n'),
        ("pom.xml", "<artifactId>postgresql-embedded</artifactId>"),
        ("schema.prisma", 'datasource db {\n  provider = "postgresql"\n}\n'),
        ("app.csproj", '<PackageReference Include="Npgsql.Json.NET" Version="8.0.1" />'),
        ("notes.txt", "django==5.1\n"),
    ],
)
def test_what_only_looks_like_a_driver_is_none(path: str, text: str) -> None:
    assert named(path, text) == []


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("requirements.txt", "# a\nDjango == 5.1 ; python_version > '3'\n", [("django", "5.1", ":2")]),
        ("requirements.txt", "psycopg ~= 3.1.8\n", [("psycopg", "3.1.8", ":1")]),
        ("requirements/base.txt", "asyncpg>=0.29\r\n", [("asyncpg", "", ":1")]),
        (
            "requirements.in",
            "psycopg[binary,pool]==3.2.6\n",
            [("psycopg", "3.2.6", ":1"), ("psycopg_binary", "3.2.6", ":1")],
        ),
        ("uv.lock", '[[package]]\nname = "asyncpg"\nversion = "0.30.0"\n', [("asyncpg", "0.30.0", ":2")]),
        ("poetry.lock", '[[package]]\r\nname = "django"\r\nversion = "5.1"\r\n', [("django", "5.1", ":2")]),
        (
            "pyproject.toml",
            'dependencies = ["django>=5", "asyncpg==0.30"]\n',
            [("django", "", ":1"), ("asyncpg", "0.30", ":1")],
        ),
        ("pyproject.toml", '[tool.poetry.dependencies]\nDjango = "^5.1"\n', [("django", "", ":2")]),
        ("Pipfile", '[packages]\ndjango = "*"\n', [("django", "", ":2")]),
        ("Pipfile.lock", '    "psycopg": {\n', [("psycopg", "", ":1")]),
        ("Gemfile.lock", "  specs:\n    activerecord (7.1.2)\n", [("activerecord", "7.1.2", ":2")]),
        ("Gemfile", 'gem "rails", "~> 7.1"\n', [("activerecord", "", ":1")]),
        ("web/package.json", '{\n  "dependencies": {"@prisma/client": "^5.0"}}', [("@prisma/client", "", ":2")]),
        ("schema.prisma", 'generator c {\n  provider = "prisma-client-js"\n}\n', [("prisma", "", ":2")]),
        ("composer.json", '"require": {\n  "laravel/framework": "^11"', [("pdo_pgsql", "", ":2")]),
        (
            "go.mod",
            "require (\n\tgithub.com/jackc/pgx/v5 v5.6.0\n)\n",
            [("github.com/jackc/pgx/v5", "5.6.0", ":2")],
        ),
        ("go.mod", "require github.com/lib/pq v1.10.9\n", [("github.com/lib/pq", "1.10.9", ":1")]),
        ("mix.exs", '      {:postgrex, ">= 0.0.0"}, {:oban, "~> 2"}', [("postgrex", "", ":1"), ("oban", "", ":1")]),
        (
            "pom.xml",
            "<artifactId>postgresql</artifactId>\n  <version>42.7.3</version>",
            [("postgresql", "42.7.3", ":1")],
        ),
        ("build.gradle.kts", 'runtimeOnly("org.postgresql:postgresql")', [("postgresql", "", ":1")]),
        ("a.csproj", '<PackageReference Include="Npgsql" Version="8.0.1" />', [("npgsql", "8.0.1", ":1")]),
    ],
)
def test_a_driver_is_named_with_its_version_and_line(path: str, text: str, found: list[tuple[str, str, str]]) -> None:
    assert is_package_file(path)
    assert named(path, text) == [(name, version, f"{path}{line}") for name, version, line in found]


@pytest.mark.parametrize(("binary", "libpq"), [("3.2.3", "17"), ("3.2.2", None), ("3.1", None), ("", "17")])
def test_the_libpq_of_psycopgs_binary_package_is_known_where_its_version_is(binary: str, libpq: str | None) -> None:
    assert with_libpq({"psycopg_binary": binary}).get("libpq") == libpq


def test_a_setting_of_a_driver_is_found_in_a_line_that_is_no_comment() -> None:
    text = "# prepare: false\nconst sql = postgres(url, { prepare: false })\n"
    assert [(m.place, m.text) for m in settings_in("db.js", text)] == [("db.js:2", "prepare: false")]
    assert list(settings_in("db.js", "x" * 1000 + "prepare: false")) == []


def test_a_file_that_names_a_package_without_end_takes_no_time() -> None:
    assert len(named("requirements.txt", "django\n" * 100_000)) == 100
