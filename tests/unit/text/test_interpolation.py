"""`${VAR:-default}` as Compose reads it, each character with its place."""

from __future__ import annotations

import pytest

from devpool.errors import DevpoolError
from devpool.text.interpolation import SHELL, Variable, expand, names_in, text_of

GIVEN = {"A": "a", "B": "b", "EMPTY": "", "DOLLAR": "x$B${B}"}
VARIABLES = {n: Variable(value=v, source=SHELL) for n, v in GIVEN.items()}


def text(raw: str) -> str:
    return text_of(expand(raw, VARIABLES))


@pytest.mark.parametrize("raw", ["", "plain", "a b\tc\n", "{A}", "A}", "100%", "é𝒳", "\\", "a:-b", "#{A}"])
def test_a_text_without_a_dollar_sign_stays_as_it_is(raw: str) -> None:
    assert text(raw) == raw


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("$A", "a"),
        ("${A}", "a"),
        ("$A$B", "ab"),
        ("$A-$B.x", "a-b.x"),
        ("x${A}y", "xay"),
        ("$AB", ""),
        ("${NO}", ""),
        ("$$A", "$A"),
        ("$$$A", "$a"),
        ("$$$$", "$$"),
        ("$${A}", "${A}"),
        ("${A:-x}", "a"),
        ("${NO:-x}", "x"),
        ("${NO-x}", "x"),
        ("${EMPTY:-x}", "x"),
        ("${EMPTY-x}", ""),
        ("${A:+x}", "x"),
        ("${NO:+x}", ""),
        ("${EMPTY:+x}", ""),
        ("${EMPTY+x}", "x"),
        ("${A:?x}", "a"),
        ("${EMPTY?x}", ""),
        ("${NO:-}", ""),
        ("${NO:-$A}", "a"),
        ("${NO:-${A}}", "a"),
        ("${NO:-${NO2:-${B}}}", "b"),
        ("${NO:-x${A}y${B}z}", "xaybz"),
        ("${A:-${B}}", "a"),
        ("${A:+${B}}", "b"),
        ("${NO:-postgres://u:p@db:5432/x?a=b}", "postgres://u:p@db:5432/x?a=b"),
        ("${NO:-a:-b}", "a:-b"),
        ("${NO:-$$}", "$"),
        ("${NO:-{}}", "{}"),
        ("${DOLLAR}", "x$B${B}"),
    ],
)
def test_an_expression_gives_what_compose_gives(raw: str, expected: str) -> None:
    assert text(raw) == expected


@pytest.mark.parametrize("raw", ["${", "${}", "${A", "${A:-", "${1A}", "${A!x}", "${A:-${B}"])
def test_an_expression_that_is_not_one_is_refused(raw: str) -> None:
    with pytest.raises(DevpoolError) as caught:
        text(raw)
    assert caught.value.code == "bad-interpolation"


@pytest.mark.parametrize("raw", ["$", "a$", "$ a", "$1", "a$%b"])
def test_a_single_dollar_sign_stays_in_an_env_file(raw: str) -> None:
    assert text(raw) == raw


@pytest.mark.parametrize("raw", ["${NO:?hunter2}", "${NO?hunter2}", "${EMPTY:?hunter2}"])
def test_a_demanded_variable_is_named_and_its_message_is_not_shown(raw: str) -> None:
    with pytest.raises(DevpoolError) as caught:
        text(raw)
    assert caught.value.code == "variable-required"
    assert "hunter2" not in caught.value.message + caught.value.hint


def test_an_error_shows_variables_and_never_the_text() -> None:
    with pytest.raises(DevpoolError) as caught:
        text("postgres://u:hunter2@db/${A!}")
    assert "hunter2" not in caught.value.message + caught.value.hint


def test_pieces_point_at_what_they_come_from() -> None:
    raw = "p://${A}@db$$${NO:-x}"
    pieces = expand(raw, VARIABLES)
    assert [(p.text, raw[p.start : p.end], p.variable) for p in pieces] == [
        ("p://", "p://", None),
        ("a", "${A}", "A"),
        ("@db", "@db", None),
        ("$", "$$", None),
        ("x", "x", None),
    ]


def test_a_base_shifts_every_piece() -> None:
    raw = "a${B}c"
    assert [(p.start, p.end) for p in expand(raw, VARIABLES, 100)] == [(100, 101), (101, 105), (105, 106)]


def test_a_piece_knows_where_its_variables_value_is_written() -> None:
    variables = {"A": Variable(value="a", source="/p/.env")}
    assert [p.source for p in expand("$A$NO", variables)] == ["/p/.env", None]


@pytest.mark.parametrize(
    ("raw", "names"),
    [("", set()), ("$$A", set()), ("$$$A", {"A"}), ("$A${B}", {"A", "B"}), ("${A:-${B:-$C}}", {"A", "B", "C"})],
)
def test_all_names_of_a_text_are_found_nested_ones_too(raw: str, names: set[str]) -> None:
    assert names_in(raw) == names


def test_expressions_one_in_another_by_the_hundred_are_refused() -> None:
    with pytest.raises(DevpoolError) as caught:
        text("${NO:-" * 400 + "}" * 400)
    assert caught.value.code == "bad-interpolation"


def test_a_text_that_variables_make_too_long_is_refused() -> None:
    long = {"LONG": Variable(value="x" * 100_000, source=SHELL)}
    assert len(text_of(expand("$LONG", long))) == 100_000
    with pytest.raises(DevpoolError) as caught:
        text_of(expand("$LONG$LONG", long))
    assert caught.value.code == "value-too-long"


def test_a_long_text_of_the_file_itself_is_no_fault() -> None:
    assert text("y" * 200_000) == "y" * 200_000
