"""psql in a container: its command line, and its answers to several queries."""

from __future__ import annotations

import pytest

from devpool.docker.psql import MARK, asked, in_database, parts, rows
from devpool.errors import DevpoolError
from devpool.resources import inside


def test_several_answers_are_told_apart_by_the_line_that_psql_prints_after_each() -> None:
    words = asked("SELECT 1", "SELECT 2")
    said = [word.removeprefix("\\echo ") for word in words if word.startswith("\\echo ")]
    assert [word for word in words if word.startswith("SELECT")] == ["SELECT 1", "SELECT 2"]
    assert parts("".join(f"a\n{number}\n{mark}\n" for number, mark in enumerate(said)), 2) == ["a\n0\n", "a\n1\n"]


def test_the_image_of_the_pooler_marks_its_answers_with_the_same_line() -> None:
    assert asked("SELECT 1")[-1].removeprefix("\\echo ") in inside("console.sh")


def test_an_error_ends_the_session_before_the_next_query() -> None:
    assert "ON_ERROR_STOP=1" in asked("SELECT 1")


@pytest.mark.parametrize("text", ["", "a\n1\n", f"{MARK}\n", f"{MARK}\n" * 3])
def test_another_number_of_answers_is_an_error(text: str) -> None:
    with pytest.raises(DevpoolError, match="of 2 answers") as caught:
        parts(text, 2)
    assert caught.value.code == "docker-failed"


def test_no_value_of_a_row_ends_an_answer() -> None:
    first = 'pid,query\n7,"SELECT ""a""\n-- end of answer\n"\n8,-- end of answer\n'
    assert parts(f"{first}-- end of answer\nx\n1\n-- end of answer\n", 2) == [first, "x\n1\n"]
    assert [row["pid"] for row in rows(first)] == ["7", "8"]


def test_rows_have_their_values_whatever_is_in_them() -> None:
    assert rows('pid,query\n7,"SELECT ""a"",\n  b"\n8,\n') == [
        {"pid": "7", "query": 'SELECT "a",\n  b'},
        {"pid": "8", "query": ""},
    ]
    assert rows("pid,query\n") == []


def test_the_arguments_of_psql_stand_apart_from_the_script_that_calls_it() -> None:
    command = in_database(("-c", "SELECT '$PGPASSWORD'"))
    assert command[:2] == ["sh", "-c"]
    assert command[3:] == ["psql", "-c", "SELECT '$PGPASSWORD'"]
    assert command[2].endswith('exec "$0" "$@"')
