"""No password leaves devpool in a sentence, whatever form it has there, and of a value what is harmless is shown."""

from __future__ import annotations

import pytest

from devpool.redact.sentences import collapsed, masked, redact


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgres://u:sesame@db/x", "postgres://u:***@db/x"),
        ("postgres://u:a@sesame@db/x", "postgres://u:***@db/x"),
        ("postgres://u:open sesame@db/x", "postgres://u:***@db/x"),
        ("postgres://:sesame@db/x", "postgres://:***@db/x"),
        ("postgres://a:sesame@db/x postgres://b:sesame@db/y", "postgres://a:***@db/x postgres://b:***@db/y"),
        ("host=db password=sesame dbname=x", "host=db password=*** dbname=x"),
        ("host=db password='open sesame' dbname=x", "host=db password=*** dbname=x"),
        ("Host=db;Password=open sesame;Database=x", "Host=db;Password=***;Database=x"),
        ("psql --password=sesame -h db", "psql --password=*** -h db"),
        ("login --api-token sesame now", "login --api-token *** now"),
        ("PGPASSWORD=sesame psql", "PGPASSWORD=*** psql"),
        ("<password>sesame</password>", "<password>***</password>"),
        ("first\npostgres://u:sesame@db/x\r\nlast", "first\npostgres://u:***@db/x\r\nlast"),
    ],
)
def test_a_password_is_removed_from_a_sentence(text: str, shown: str) -> None:
    assert redact(text) == shown


@pytest.mark.parametrize("text", ["", "postgres://db:5432/x", "u@db", "no password is set", "12:30 http://a/b"])
def test_a_sentence_without_a_password_stays(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("DATABASE_URL", "postgres://u:sesame@db:5432/x?sslmode=disable", "postgres://u:***@db:5432/x?sslmode=disable"),
        ("DB_HOST", "db.example.com", "db.example.com"),
        ("DB_PASSWORD", "db", "***"),
        ("ANYTHING", "cache", "cache"),
        ("ANYTHING", "sesame", "***"),
        ("ANYTHING", "${PW:-sesame}", "${PW:-***}"),
        ("ANYTHING", " sesame ", " *** "),
        ("ANYTHING", "", ""),
    ],
)
def test_of_a_value_only_what_is_harmless_is_shown(name: str, value: str, shown: str) -> None:
    assert masked(value, name, frozenset({"cache"})) == shown


def test_a_hidden_run_keeps_the_white_space_around_it() -> None:
    assert collapsed("ab  cd e", b"\1\1\0\0\0\0\0\1") == "ab  *** e"
    assert collapsed("a  b", b"\1\0\0\1") == "a  b"
