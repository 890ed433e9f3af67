"""Which files of an app say where its database is, and which only mention one."""

from __future__ import annotations

import pytest

from devpool.catalog import address_files


def counts(name: str) -> bool:
    known = address_files.CONFIG.fullmatch(name) or address_files.SOURCE.fullmatch(name)
    return bool(known) and not address_files.NEVER.fullmatch(name)


@pytest.mark.parametrize(
    "name",
    [
        "database.yml",
        "settings.py",
        "application-prod.yml",
        "appsettings.Development.json",
        "runtime.exs",
        "odoo.conf",
        "lemmy.hjson",
        "homeserver.yaml",
        "config.toml",
        "db.ts",
        "main.go",
        "ormconfig.json",
    ],
)
def test_a_file_of_configuration_or_source_counts(name: str) -> None:
    assert counts(name)


@pytest.mark.parametrize(
    "name",
    [
        "docker-compose.dev.yml",
        "Dockerfile",
        "README.md",
        "package.json",
        "package-lock.json",
        "config.example.yml",
        "settings_test.py",
        "wait-for-db.py",
        "seed.ts",
        "alembic.ini",
        "flyway.conf",
        "pgbouncer.ini",
        "nginx.conf",
        "data.json",
        "image.png",
    ],
)
def test_a_file_that_mentions_one_for_another_reason_does_not(name: str) -> None:
    assert not counts(name)


@pytest.mark.parametrize(
    ("folder", "never"),
    [
        ("tests", True),
        ("node_modules", True),
        (".github", True),
        ("migrations", True),
        ("src", False),
        ("config", False),
    ],
)
def test_folders_of_other_peoples_code_and_of_tests_are_left_out(folder: str, never: bool) -> None:
    assert bool(address_files.NEVER_FOLDERS.fullmatch(folder)) is never


@pytest.mark.parametrize(
    ("name", "kind", "profile"),
    [
        ("application-dev.yml", "application", "dev"),
        ("bootstrap-prod.properties", "bootstrap", "prod"),
        ("appsettings.Development.json", "appsettings", "Development"),
    ],
)
def test_a_file_of_one_profile_names_it(name: str, kind: str, profile: str) -> None:
    found = address_files.PROFILE.fullmatch(name)
    assert found
    assert (found["kind"], found["profile"]) == (kind, profile)
    assert address_files.PROFILES[kind]


@pytest.mark.parametrize("line", ["# a", "  // a", "/* a", " * a", "; a", "-- a", "<!-- a", "% a"])
def test_a_comment_begins_in_each_language(line: str) -> None:
    assert address_files.COMMENT.match(line)
    assert not address_files.COMMENT.match("host: db # a")


@pytest.mark.parametrize(
    ("text", "about"),
    [("postgresql://", True), ("dbname", True), ("port: 5432", True), ("redis", False), ("dbus", False)],
)
def test_words_beside_a_host_are_about_postgres(text: str, about: bool) -> None:
    assert bool(address_files.ABOUT_POSTGRES.search(text)) is about
