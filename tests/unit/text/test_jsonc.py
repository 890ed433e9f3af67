"""JSON with comments and trailing commas."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devpool.text.jsonc import parse_jsonc


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ('{"a": "http://b/*c*/", "d": "\\"//"}', {"a": "http://b/*c*/", "d": '"//'}),
        ('// one\n{/* two\n */"a": 1, // three\n "b": [1, 2,],\n}', {"a": 1, "b": [1, 2]}),
        ('{"a": ",]"}', {"a": ",]"}),
        ('{"a": 1, /* last */ }', {"a": 1}),
    ],
)
def test_comments_and_trailing_commas_are_left_out_but_for_those_in_strings(text: str, meaning: object) -> None:
    assert parse_jsonc(text) == meaning


@pytest.mark.parametrize("text", ["", "{", "{'a': 1}", "/* ", "[" * 100_000])
def test_what_is_none_is_an_error(text: str) -> None:
    with pytest.raises(ValueError):
        parse_jsonc(text)


@given(
    st.recursive(
        st.text() | st.integers() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_plain_json_means_what_it_is(value: object) -> None:
    assert parse_jsonc(json.dumps(value)) == value
