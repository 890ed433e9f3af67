"""Edits of a text and back: nothing beside their spans changes."""

from __future__ import annotations

import pytest

from devpool.errors import ProofError
from devpool.text.edits import Copy, Edit, Part, apply, length, ordered, placed, render, revert


def edit(text: str, old: str, *new: Part, at: str = "", inserts: bool = False) -> Edit:
    """An edit of the only place in a text that reads so."""
    assert text.count(old) == 1
    start = text.index(old)
    return Edit(path="/p/f", start=start, end=start + len(old), old=old, new=new, at=(at or old,), inserts=inserts)


def insertion(position: int, *new: Part, at: str = "x") -> Edit:
    return Edit(path="/p/f", start=position, end=position, old="", new=new, at=(at,), inserts=True)


def wrapping(text: str, old: str, before: str, after: str) -> Edit:
    start = text.index(old)
    whole = Copy(start, start + len(old))
    return Edit(path="/p/f", start=whole.start, end=whole.end, old=None, new=(before, whole, after), at=("w",))


def both_ways(text: str, *edits: Edit) -> str:
    after = apply(text, edits)
    assert revert(after, placed(after, edits)) == text
    return after


@pytest.mark.parametrize("text", ["", "a", "a\r\n", "\ufeffa\n", "é𝒳\u2028\x85\v\n"])
def test_no_edit_changes_nothing(text: str) -> None:
    assert both_ways(text) == text


def test_an_edit_to_the_same_text_changes_nothing() -> None:
    text = "host: db\n"
    assert both_ways(text, edit(text, "db", "db")) == text


def test_an_edit_replaces_its_span_only() -> None:
    text = "host: db # db is it\r\nport: 5432"
    assert both_ways(text, edit(text, " db #", " pool #")) == "host: pool # db is it\r\nport: 5432"


def test_edits_are_applied_in_the_order_of_the_text_whatever_their_own() -> None:
    text = "a b c"
    edits = [edit(text, "c", "3"), edit(text, "a", "one"), edit(text, "b", "")]
    assert both_ways(text, *edits) == both_ways(text, *reversed(edits)) == "one  3"


@pytest.mark.parametrize(("position", "expected"), [(0, "xab"), (1, "axb"), (2, "abx")])
def test_an_insertion_stands_where_it_is_told(position: int, expected: str) -> None:
    assert both_ways("ab", insertion(position, "x")) == expected


def test_positions_count_characters() -> None:
    text = "é𝒳🐘: db"
    assert both_ways(text, edit(text, "db", "🐘🐘")) == "é𝒳🐘: 🐘🐘"


def test_a_copy_takes_the_text_as_it_was_before_all_edits() -> None:
    text = "url: p@db\n"
    edits = [edit(text, "db", "pool"), insertion(9, "\ndirect: ", Copy(5, 9))]
    assert both_ways(text, *edits) == "url: p@pool\ndirect: p@db\n"


def test_an_edit_may_put_text_around_its_span_without_holding_it() -> None:
    text = "a: secret # c"
    found = wrapping(text, "secret", "[", ", b]")
    assert "secret" not in repr(found)
    assert both_ways(text, found) == "a: [secret, b] # c"


def test_an_edit_may_remove_its_span() -> None:
    assert both_ways("abc", edit("abc", "b")) == "ac"


def test_two_edits_may_touch() -> None:
    assert both_ways("ab", edit("ab", "a", "1"), edit("ab", "b", "2")) == "12"


def test_two_insertions_for_different_things_may_stand_at_one_place() -> None:
    assert both_ways("ab", insertion(1, "1", at="x"), insertion(1, "2", at="y")) == "a12b"


def test_an_insertion_may_stand_right_after_an_edit() -> None:
    assert both_ways("ab", edit("ab", "a", "x"), insertion(1, "y")) == "xyb"


def test_the_same_edit_twice_is_one_edit() -> None:
    found = edit("ab", "a", "x")
    assert ordered([found, found]) == [found]


@pytest.mark.parametrize(("first", "second"), [("ab", "b"), ("abc", "b"), ("ab", "bc")])
def test_edits_that_overlap_are_a_bug(first: str, second: str) -> None:
    with pytest.raises(ProofError) as caught:
        apply("abcd", [edit("abcd", first, "x"), edit("abcd", second, "y")])
    assert caught.value.code == "edits-overlap"


def test_two_insertions_for_one_thing_at_one_place_are_a_bug() -> None:
    with pytest.raises(ProofError) as caught:
        ordered([insertion(1, "1"), insertion(1, "2")])
    assert caught.value.code == "edits-overlap"


def test_an_edit_of_another_text_is_a_bug() -> None:
    with pytest.raises(ProofError) as caught:
        apply("host: cache", [edit("host: db", "db", "x")])
    assert caught.value.code == "edit-not-there"


def test_an_edit_that_has_forgotten_what_it_replaced_cannot_go_back() -> None:
    lost = Edit(path="/p/f", start=0, end=1, old=None, new=("x",), at=("w",))
    with pytest.raises(ProofError) as caught:
        placed("xb", [lost])
    assert caught.value.code == "not-reversible"


def test_the_length_of_an_edit_is_that_of_its_text() -> None:
    text = "secret"
    found = insertion(6, "a", Copy(0, 6), "b")
    assert length(found) == len(render(found, text)) == 8


def test_placed_edits_span_their_new_text() -> None:
    text = "a b"
    edits = [edit(text, "a", "one"), edit(text, "b", "two!")]
    after = apply(text, edits)
    assert [after[p.start : p.end] for p in placed(after, edits)] == ["one", "two!"]


def test_of_two_insertions_at_one_place_the_innermost_comes_first() -> None:
    outer = Edit(path="/p", start=3, end=3, old="", new=("\n c",), at=("s", "c"), inserts=True)
    inner = Edit(path="/p", start=3, end=3, old="", new=("\n  b",), at=("s", "a", "b"), inserts=True)
    assert apply("a: ", [outer, inner]) == "a: \n  b\n c"
