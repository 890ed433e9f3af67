"""What is meant by a mistyped word."""

from __future__ import annotations

import pytest

from devpool.text.nearest import meant, nearest


@pytest.mark.parametrize(
    ("word", "known", "found"),
    [
        ("statu", ["status", "set"], "status"),
        ("STATUS", ["status"], "status"),
        ("Web", ["web", "worker"], "web"),
        ("wev", ["Web"], "Web"),
        ("xyz", ["status", "set"], ""),
        ("", ["status"], ""),
        ("x", [], ""),
        ("a" * 61, ["a" * 61], ""),
    ],
)
def test_the_most_alike_word_is_meant_if_it_is_much_alike(word: str, known: list[str], found: str) -> None:
    assert nearest(word, known) == found


def test_a_hint_begins_with_what_is_meant_or_does_not_mention_it() -> None:
    assert meant("statu", ["status"]) == "did you mean `status`? "
    assert meant("xyz", ["status"]) == ""
