"""The names of variables tell what they hold: a host, a port, an engine, or an address that goes past a pooler."""

from __future__ import annotations

import pytest

from devpool.catalog import variable_names as names


@pytest.mark.parametrize(
    "name",
    ["DB_HOST", "PGHOST", "POSTGRES_SEEDS", "DATABASE_URL", "GITEA__database__HOST", "USERS_DB_HOST", "DB_POSTGRES"],
)
def test_a_variable_may_hold_a_host(name: str) -> None:
    assert names.HOST.search(name)
    assert not names.NO_HOST.search(name)


@pytest.mark.parametrize(
    "name", ["ALLOWED_HOSTS", "NO_PROXY", "DB_HOST_USER", "TRUSTED_HOSTS", "DB_SERVER_TYPE", "DB_HOST_PASSWORD"]
)
def test_another_word_in_its_name_says_that_it_holds_something_else(name: str) -> None:
    assert names.NO_HOST.search(name)


@pytest.mark.parametrize(
    ("name", "server"),
    [
        ("PGHOST", True),
        ("DB_HOST", True),
        ("APP_DATABASE_SERVER", True),
        ("POSTGRESQL_ADDRESS", True),
        ("PGBOUNCER_HOST", False),
        ("PGADMIN_HOST", False),
        ("REDIS_HOST", False),
    ],
)
def test_the_host_of_the_server_itself(name: str, server: bool) -> None:
    assert bool(names.SERVER_HOST.search(name)) is server


@pytest.mark.parametrize("word", names.HOST_WORDS)
def test_each_word_for_a_host_is_found_in_a_name(word: str) -> None:
    found = names.HOST_WORD.search(f"DB_{word}")
    assert found
    assert found[0] == word


@pytest.mark.parametrize("word", names.DATABASE_WORDS)
def test_each_word_for_a_database_makes_a_name_of_one(word: str) -> None:
    assert names.DATABASE_NAME.search(f"DB_{word}")


@pytest.mark.parametrize(
    ("name", "past"),
    [
        ("DIRECT_URL", True),
        ("DATABASE_URL_UNPOOLED", True),
        ("DATABASE_URL_WITHOUT_POOLER", True),
        ("BYPASS_PGBOUNCER_URL", True),
        ("CDC_DATABASE_URL", True),
        ("PGBOUNCER_URL", False),
        ("NOTIFICATIONS_DB_URL", False),
        ("POSTGRES_URL_NON_POOLING", True),
        ("SHADOW_DATABASE_URL", True),
        ("FLYWAY_URL", True),
        ("MIGRATION_DATABASE_URL", True),
        ("LISTEN_DATABASE_URL", True),
        ("DATABASE_URL", False),
        ("LISTENER_HOST", True),
        ("NOTIFY_DB_HOST", False),
    ],
)
def test_a_name_says_that_an_address_goes_past_a_pooler(name: str, past: bool) -> None:
    assert bool(names.PAST_A_POOLER.search(name)) is past


def test_some_names_say_so_only_beside_another_address() -> None:
    assert names.PAST_A_POOLER_BESIDE.search("NOTIFY_DB_HOST")
    assert not names.PAST_A_POOLER_BESIDE.search("BUSINESS_DB_HOST")


@pytest.mark.parametrize(
    ("name", "mode", "check", "root"),
    [
        ("PGSSLMODE", True, False, False),
        ("DB_SSL", True, False, False),
        ("DB_POSTGRESDB_SSL_ENABLED", True, False, False),
        ("DB_POSTGRESDB_SSL_REJECT_UNAUTHORIZED", False, True, False),
        ("PGSSLROOTCERT", False, False, True),
        ("DB_SSL_CA_PATH", False, False, True),
        ("DB_ENCRYPT", True, False, False),
        ("SSL_DB", True, False, False),
        ("DB_ENCRYPTION_KEY", False, False, False),
        ("MYSQL_DB_SSL", False, False, False),
        ("SMTP_SSL", False, False, False),
    ],
)
def test_what_a_variable_demands_of_tls(name: str, mode: bool, check: bool, root: bool) -> None:
    found = [bool(pattern.search(name)) for pattern in (names.TLS_MODE, names.TLS_CHECK, names.TLS_ROOT)]
    assert found == [mode, check, root]


@pytest.mark.parametrize(
    ("name", "from_file"), [("DATABASE_URL_FILE", True), ("POSTGRES_PASSWORD_FILE", False), ("DB_DSN_FILE", True)]
)
def test_an_address_may_be_in_a_file(name: str, from_file: bool) -> None:
    assert bool(names.ADDRESS_IN_FILE.search(name)) is from_file
