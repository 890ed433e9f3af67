"""Several queries in one session of psql: their answers are told apart, and one that lacks is an error by name."""

from __future__ import annotations

import pytest

from devpool.docker.psql import asked, parts, rows
from devpool.errors import DevpoolError

END = "-- end of answer\n"


def test_each_query_is_followed_by_what_ends_its_answer() -> None:
    words = asked("SELECT 1", "SELECT 2")
    assert [word for word in words if word.startswith("SELECT")] == ["SELECT 1", "SELECT 2"]
    assert words.count("\\echo -- end of answer") == 2


def test_answers_are_rows_and_an_answer_may_be_empty() -> None:
    first, second = parts(f'a,b\n1,"x\ny"\n{END}{END}', 2)
    assert (rows(first), rows(second)) == ([{"a": "1", "b": "x\ny"}], [])


@pytest.mark.parametrize("text", ["", "a\n1\n", END, f"{END}{END}{END}"])
def test_another_number_of_answers_is_an_error(text: str) -> None:
    with pytest.raises(DevpoolError, match="of 2 answers") as caught:
        parts(text, 2)
    assert caught.value.code == "docker-failed"
