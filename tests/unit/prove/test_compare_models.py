"""Where two models differ is told by a path, and never by a value."""

from __future__ import annotations

import pytest

from devpool.errors import ProofError
from devpool.prove.compare_models import same, unescaped


@pytest.mark.parametrize(
    ("expected", "found", "where"),
    [
        ({"a": {"b": {"c": "sesame"}}}, {"a": {"b": {"c": "x"}}}, " (at a.b.c)"),
        ({"a": {"b": 1}}, {"a": {"b": 1, "c": "sesame"}}, " (at a.c)"),
        ({"b": 1, "a": "sesame"}, {"b": 2, "a": "x"}, " (at a)"),
        ({"a": ["sesame"]}, {"a": []}, " (at a)"),
        (["sesame"], [], ""),
        ("sesame", None, ""),
    ],
)
def test_the_first_difference_is_named_without_its_value(expected: object, found: object, where: str) -> None:
    with pytest.raises(ProofError) as error:
        same("`web`", expected, found)
    assert error.value.code == "meaning-differs"
    assert error.value.message == f"`web` would change beyond the plan{where}"
    assert "sesame" not in str(error.value)


@pytest.mark.parametrize("value", [{}, {"a": [1, {"b": None}]}, "x", None])
def test_what_is_the_same_passes(value: object) -> None:
    same("`web`", value, value)


@pytest.mark.parametrize(
    ("value", "text"), [("a$$b", "a$b"), ("$$$$", "$$"), ("$", "$"), (5432, "5432"), (True, "True"), ("", "")]
)
def test_a_dollar_sign_of_the_model_is_one_in_the_container(value: object, text: str) -> None:
    assert unescaped(value) == text
