"""What a settings file says of Django's databases, without running it."""

from __future__ import annotations

from typing import Any

import pytest

from devpool.checks.django_settings import databases_in, merged

POSTGRES = "'ENGINE': 'django.db.backends.postgresql'"


def stated(*texts: str) -> list[dict[str, Any]]:
    found = merged(d for n, text in enumerate(texts, 1) for d in databases_in(f"s{n}.py", text))
    return [dict(database) for database in found]


@pytest.mark.parametrize(
    "text",
    [
        *("", "DATABASES = {", "DATABASES = None", "OTHER = {'default': {}}", "(" * 10_000, "x = '\0'"),
        f"DATABASES = {{'default': {{'ENGINE': {'+'.join(['a'] * 20_000)}}}}}",
        "DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3'}}",
    ],
)
def test_what_states_no_database_of_postgres_tells_nothing(text: str) -> None:
    assert stated(text) == []


def test_an_entry_has_djangos_defaults_and_its_line() -> None:
    (found,) = stated(f"import os\nDATABASES = {{\n  'default': {{{POSTGRES}}}}}\n")
    assert (found["alias"], found["place"]) == ("default", "s1.py:3")
    assert (found["CONN_MAX_AGE"], found["DISABLE_SERVER_SIDE_CURSORS"]) == (0, False)
    assert (found["pool"], found["prepare_threshold"], found["options"]) == (False, None, [])


def test_what_an_entry_sets_is_read() -> None:
    options = "{'pool': True, 'prepare_threshold': 5, 'options': '-c search_path=a -c role=b'}"
    keys = f"'CONN_MAX_AGE': 60, 'DISABLE_SERVER_SIDE_CURSORS': True, 'OPTIONS': {options}"
    (found,) = stated(f"DATABASES = {{'a': {{{POSTGRES}, {keys}}}}}")
    assert (found["CONN_MAX_AGE"], found["DISABLE_SERVER_SIDE_CURSORS"]) == (60, True)
    assert (found["pool"], found["prepare_threshold"], found["options"]) == (True, 5, ["search_path", "role"])


@pytest.mark.parametrize(
    ("text", "age", "cursors"),
    [
        ("DATABASES = {'default': dj_database_url.config(conn_max_age=600)}", 600, False),
        ("DATABASES = {'default': env.db('DATABASE_URL')}", 0, False),
        ("DATABASES = {'default': env.db()}\nDATABASES['default']['CONN_MAX_AGE'] = 60", 60, False),
        ("DATABASES = {}\nDATABASES['default'] = env.db()", 0, False),
        (f"if X:\n    DATABASES = {{'default': {{{POSTGRES}, 'DISABLE_SERVER_SIDE_CURSORS': True}}}}", 0, True),
    ],
)
def test_the_other_ways_to_state_a_database(text: str, age: int, *, cursors: bool) -> None:
    (found,) = stated(text)
    assert (found["CONN_MAX_AGE"], found["DISABLE_SERVER_SIDE_CURSORS"]) == (age, cursors)


def test_a_value_that_is_computed_is_its_source() -> None:
    text = f"DATABASES = {{'default': {{{POSTGRES}, 'CONN_MAX_AGE': env.int('AGE', default=60)}}}}"
    assert stated(text)[0]["CONN_MAX_AGE"] == "env.int('AGE', default=60)"


def test_a_file_of_which_python_would_warn_is_read_without_a_word() -> None:
    assert len(stated(f"X = '\\d'\nDATABASES = {{'default': {{{POSTGRES}}}}}")) == 1


def test_of_an_expression_that_is_not_known_nothing_is_said() -> None:
    assert "CONN_MAX_AGE" not in stated("DATABASES = {'default': make()}")[0]


def test_what_a_file_of_one_environment_sets_counts_and_the_place_is_that_of_the_entry() -> None:
    base = f"DATABASES = {{'default': {{{POSTGRES}}}}}"
    (found,) = stated(base, "from .base import *\n\nDATABASES['default']['DISABLE_SERVER_SIDE_CURSORS'] = True")
    assert (found["DISABLE_SERVER_SIDE_CURSORS"], found["place"]) == (True, "s1.py:1")
    assert stated("DATABASES['default']['CONN_MAX_AGE'] = 5", base)[0]["place"] == "s2.py:1"
