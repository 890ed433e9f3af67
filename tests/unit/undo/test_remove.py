"""What devpool wrote is removed as a whole: with its line or its comma, and nothing of its neighbors."""

from __future__ import annotations

import pytest

from devpool.errors import DevpoolError
from devpool.text.document import Document, parse
from devpool.text.edits import Copy, Edit, revert
from devpool.text.envfile import parse_env
from devpool.undo.locate_edit import Trace, place_now
from devpool.undo.remove import check_anchor, cut, forced

PATH = "/p/c.yml"


def read(text: str) -> Document:
    return parse(PATH, text.encode())


def added(new: str, *at: str, old: str = "") -> Edit:
    return Edit(path=PATH, start=0, end=0, old=old, new=(new,), at=at, inserts=True)


@pytest.mark.parametrize(
    ("before", "place", "after"),
    [
        ("x:\n  - a\n  - b\n  - c\n", "b", "x:\n  - a\n  - c\n"),
        ("x:\r\n  - a\r\n  - b\r\n", "b", "x:\r\n  - a\r\n"),
        ("x:\n  - a\n  - b", "b", "x:\n  - a"),
        ("x:\n  a: 1 # one\n  b: 2 # two\n  c: 3\n", "b: 2", "x:\n  a: 1 # one\n  c: 3\n"),
        ("x:\n  b: 2\n    # of b\n  # of c\n  c: 3\n", "b: 2", "x:\n  # of c\n  c: 3\n"),
        ("b: 2\nc: 3\n", "b: 2", "c: 3\n"),
        ("x: [a, b, c]\n", "b", "x: [a, c]\n"),
        ("x: [a, b]\n", "a", "x: [b]\n"),
        ("x: [a]\n", "a", "x: []\n"),
        ("x: {a: 1, b: 2}\n", "b: 2", "x: {a: 1}\n"),
        ("x: {a: 1 , b: 2}\n", "a: 1", "x: {b: 2}\n"),
    ],
)
def test_an_entry_goes_with_its_line_or_its_comma(before: str, place: str, after: str) -> None:
    start = before.index(place, 1 if before.startswith("x") else 0)
    assert revert(before, [cut(read(before), (start, start + len(place)))]) == after


def test_blank_lines_before_an_entry_go_where_devpool_added_them() -> None:
    text = "x:\n  a: 1\n\n  b: 2\nz: 3\n"
    file, place = read(text), (text.index("b: 2"), text.index("b: 2") + 4)
    assert revert(text, [cut(file, place)]) == "x:\n  a: 1\n\nz: 3\n"
    assert revert(text, [cut(file, place, blank=True)]) == "x:\n  a: 1\nz: 3\n"
    assert revert(text, [cut(file, place, added("\n\n  b: 2", "x", "b"))]) == "x:\n  a: 1\nz: 3\n"
    assert revert(text, [cut(file, place, added("\n  b: 2", "x", "b"))]) == "x:\n  a: 1\n\nz: 3\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [("A=1\nB=2\nC=3\n", "A=1\nC=3\n"), ("B=2 # two\r\nC=3\r\n", "C=3\r\n"), ("A=1\nB='2\n2'\n", "A=1\n")],
)
def test_a_variable_goes_with_its_lines(before: str, after: str) -> None:
    file = parse_env("/p/.env", before.encode())
    place = place_now(file, ("B",))
    assert place
    assert revert(before, [cut(file, place)]) == after


def changed(text: str, old: str | None, new: str = "pool", at: tuple[str, ...] = ("x", "HOST")) -> Trace:
    edit = Edit(path=PATH, start=0, end=0, old=old, new=(new,), at=at)
    return Trace(edit=edit, verdict="changed", place=place_now(read(text), at))


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("x: {HOST: elsewhere}\n", "x: {HOST: db}\n"),
        ("x:\n  HOST: 'elsewhere:5433'\n", "x:\n  HOST: 'db'\n"),
        ("x:\n  - HOST=elsewhere\n", "x:\n  - HOST=db\n"),
        ('x:\n  - "HOST=elsewhere"\n', 'x:\n  - "HOST=db"\n'),
    ],
)
def test_a_host_that_is_the_whole_value_is_forced_back_in_its_quotes(text: str, after: str) -> None:
    found = forced(read(text), changed(text, "db"), [])
    assert found
    assert revert(text, [found]) == after


def test_a_value_that_was_kept_beside_is_forced_back_whole() -> None:
    text = "x:\n  HOST: mine://elsewhere/y\n  HOST_DIRECT: postgres://u:sesame@db/x\n"
    twin = Edit(path=PATH, start=0, end=0, old="", new=(Copy(0, 1),), at=("x", "HOST_DIRECT"), inserts=True)
    kept = Trace(edit=twin, verdict="stands", span=(0, 1), copies=("postgres://u:sesame@db/x",))
    found = forced(read(text), changed(text, "db"), [kept])
    assert found
    assert revert(text, [found]).startswith("x:\n  HOST: postgres://u:sesame@db/x\n")


@pytest.mark.parametrize(
    ("text", "old"),
    [
        ("x: {HOST: 'mine://elsewhere/y'}\n", "db"),  # the rest of the value is not known
        ("x: {HOST: elsewhere}\n", None),
        ("x: {HOST: elsewhere}\n", ""),
        ("x: {OTHER: elsewhere}\n", "db"),
    ],
)
def test_what_is_not_known_whole_is_not_forced(text: str, old: str | None) -> None:
    assert forced(read(text), changed(text, old), []) is None


@pytest.mark.parametrize(
    ("anchor", "refused"), [("&env", False), ("&environment", True), ("", True)], ids=["above", "longer", "none"]
)
def test_an_alias_goes_back_only_below_its_anchor(anchor: str, refused: bool) -> None:
    text = f"a: {anchor} {{A: 1}}\nb:\n  A: 1\nc: &env {{A: 1}}\n"
    copy = Trace(edit=added("\n  A: 1", "b", "A", old=" *env"), verdict="stands", place=(text.index("  A") + 2,) * 2)
    if not refused:
        check_anchor(read(text), copy)
        return
    with pytest.raises(DevpoolError, match=r"`\*env`, but `&env` now comes after it") as error:
        check_anchor(read(text), copy)
    assert (error.value.code, error.value.where) == ("anchor-below", f"{PATH}:3")
