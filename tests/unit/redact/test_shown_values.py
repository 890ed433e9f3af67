"""Of a value, addresses and what is plainly harmless may be shown, and nothing else."""

from __future__ import annotations

import pytest

from devpool.redact.shown_values import LONGEST, Words, is_harmless, is_secret, shown_characters

HOSTS = frozenset({"db", "cache"})


def shown(value: str, name: str = "", words: Words | None = None) -> str:
    """The value with a dot for each character but a space that is not to be shown."""
    flags = shown_characters(value, name, HOSTS, words=words)
    return "".join(c if flag or c == " " else "." for c, flag in zip(value, flags, strict=True))


@pytest.mark.parametrize("name", ["DB_PASSWORD", "PW", "apiKey", "STRIPE_KEY", "PGBOUNCER_AUTH", "SALT", "jwt-signing"])
def test_a_name_tells_of_a_secret(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize(
    "name", ["DB_HOST", "PASSWORD_FILE", "SSL_KEY_PATH", "PGBOUNCER_AUTH_TYPE", "MONKEY", "KEYBOARD"]
)
def test_a_name_tells_of_no_secret(name: str) -> None:
    assert not is_secret(name)


@pytest.mark.parametrize(
    ("name", "value", "harmless"),
    [
        ("X", "true", True),
        ("X", "db", True),
        ("X", "db:5432", True),
        ("X", "db:sesame", False),
        ("DB_HOST", "db.example.com:5432", True),
        ("DB_HOST", "u:sesame@db", False),
        ("DB_PORT", "5432", True),
        ("DB_PORT", "sesame", False),
        ("POOL_SIZE", "20", True),
        ("PGDATABASE", "notes", True),
        ("LOG_LEVEL", "open sesame", False),
        ("PASSWORD_FILE", "/run/secrets/pw", True),
        ("PASSWORD_FILE", "sesame", False),
        ("PGBOUNCER_STATS_USERS", "a, b", True),
        ("PGBOUNCER_AUTH_QUERY", "SELECT 1", False),
    ],
)
def test_a_value_is_harmless_by_its_content_or_by_its_name(name: str, value: str, harmless: bool) -> None:
    assert is_harmless(value, name, HOSTS) is harmless


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("postgres://u:pw@db:5432/x?sslmode=disable", "postgres://u:..@db:5432/x?sslmode=disable"),
        ("postgres://u:pw@a:1,b:2/x", "postgres://u:..@a:1......"),
        ("postgres://db/x?password=pw&user=u", "postgres://db/x?password=..&user=u"),
        ("postgres:///x?host=db", "postgres:///x?host=db"),
        ("https://token@api.example.com/path", "https://.....@api.example.com....."),
        ("https://token:x@git.example.com", "https://.......@git.example.com"),
        ("host=db password=pw dbname=x", "host=db ........... dbname=x"),
        ('{"host": "db", "pw": "x"}', '."host": "db". ..... ....'),
        ("$PW", "$PW"),
        ("${PW}", "${PW}"),
        ("${A:-pw}", "${A:-..}"),
        ("${A:-db}", "${A:-db}"),
        ("${DB_PASSWORD:-db}", "${DB_PASSWORD:-..}"),
        ("${A:?db}", "${A:?..}"),
        ("${DB_PASSWORD?set DB_PASSWORD in .env}", "${DB_PASSWORD?set DB_PASSWORD in .env}"),
        ("${A:?please, set it: see README.md!}", "${A:?please, set it: see README.md!}"),
        ("${A:?required}", "${A:?required}"),
        ("${A?hunter}", "${A?......}"),
        ("${A?open sesame7}", "${A?.... .......}"),
        ("${A?set ${B:-hunter}}", "${A?... ${B:-......}}"),
        ("${A:-${B:-pw}}", "${A:-${B:-..}}"),
        ("$${PW}", "......"),
        ("${A:-pw", "......."),
    ],
)
def test_addresses_and_references_are_shown_within_a_value(value: str, expected: str) -> None:
    assert shown(value) == expected


@pytest.mark.parametrize(
    ("value", "words", "expected"),
    [
        ("serve --port 80 -h db --password pw", "program", "serve --port 80 -h db --password .."),
        ("serve --host=db --key=pw", "program", "serve --host=db --key=.."),
        ("sh -c psql", "program", "sh -c psql"),
        ("pw", "arguments", ".."),
        ("--user me pw", "arguments", "--user me .."),
    ],
)
def test_of_a_command_the_program_options_and_hosts_are_shown(value: str, words: Words, expected: str) -> None:
    assert shown(value, words=words) == expected


def test_nothing_of_a_very_long_value_is_shown() -> None:
    assert not any(shown_characters("db " * LONGEST, "DB_HOST", HOSTS))


def test_under_a_secret_name_not_even_a_known_host_is_shown_but_an_address_is() -> None:
    assert shown("db", "DB_PASSWORD") == ".."
    assert shown("db://cache", "SECRET_URL") == "db://cache"
