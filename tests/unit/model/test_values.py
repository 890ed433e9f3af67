"""Where the characters of a value are written."""

from __future__ import annotations

import pytest
from memory_project import FOLDER

from devpool.model.values import raw_span, variable_holding
from unit.model.composed import compose, values


@pytest.mark.parametrize(
    "written",
    [
        "\n      A: VALUE",
        "\n      A: 'VALUE' # c",
        '\n      A: "VALUE"',
        "\n      - A=VALUE",
        "\n      - 'A=VALUE'",
        '\n      - "A=VALUE" # c',
        " {A: 'VALUE'}",
        ' ["A=VALUE"]',
        "\n      A: &x VALUE",
        "\n      A: !!str VALUE",
    ],
)
@pytest.mark.parametrize("value", ["b", "postgres://u:é𝒳@db:5432/x?a=b", "a$$b", "${NO:-b}"])
def test_an_origin_spans_the_characters_of_the_value_inside_its_quotes(written: str, value: str) -> None:
    text = compose(written.replace("VALUE", value))
    origin = values(text)["A"].origin
    assert (text[origin.start : origin.end], origin.exact) == (value, True)


@pytest.mark.parametrize(
    ("written", "lines"),
    [
        ('\n      A: "\\tdb:5432\\n"', 1),
        ("\n      A: 'it''s db:5432'", 1),
        ("\n      A: |\n        a\n        db:5432", 3),
        ("\n      A: >-\n        a\n        db:5432 b", 3),
        ("\n      A: b\n        db:5432 c", 2),
        ('\n      A: "{\\"a\\": \\"db:5432\\"}"', 1),
    ],
)
def test_a_value_that_is_written_otherwise_than_it_reads_knows_where_its_characters_stand(
    written: str, lines: int
) -> None:
    text = compose(written)
    value = values(text)["A"]
    start = value.text.index("db:5432")
    span = raw_span(value, start, start + len("db:5432"))
    assert span
    assert text[slice(*span)] == "db:5432"
    assert value.origin.one_line == (lines == 1)


def span(written: str, part: str, **shell: str) -> str | None:
    text = compose(f"\n      A: {written}")
    value = values(text, **shell)["A"]
    start = value.text.index(part)
    found = raw_span(value, start, start + len(part))
    return text[slice(*found)] if found else None


@pytest.mark.parametrize(
    ("written", "part", "expected"),
    [
        ("postgres://u:p@db:5432/x", "db:5432", "db:5432"),
        ("postgres://${U}:${P}@db:5432/x", "db:5432", "db:5432"),
        ("postgres://${U}:${P}@${H}:5432/x", "db", "${H}"),
        ("postgres://${U}:${P}@${H}:5432/x", "db:5432", "${H}:5432"),
        ("postgres://${H}:5432/x", "5432", "5432"),
        ("${NO:-postgres://db:5432/x}", "db:5432", "db:5432"),
        ("a$$b/db", "db", "db"),
        ("${ALL}", "db", None),
        ("${HP}/x", "db", None),
        ("x${HP}/x", "5432", None),
        ("x/${H}x", "dbx", "${H}x"),
    ],
)
def test_a_part_of_a_value_is_cut_out_where_it_is_written(written: str, part: str, expected: str | None) -> None:
    shell = {"U": "u", "P": "p", "H": "db", "HP": "db:5432", "ALL": "postgres://db:5432/x"}
    assert span(written, part, **shell) == expected


def test_a_part_that_one_variable_holds_is_found_in_it() -> None:
    value = values({"compose.yml": compose(" {A: 'x ${ALL}'}"), ".env": "ALL=postgres://db:5432/x\n"})["A"]
    start = value.text.index("db")
    piece = variable_holding(value, start, start + 7)
    assert piece is not None
    assert (piece.variable, piece.source) == ("ALL", f"{FOLDER}/.env")


def test_a_part_that_is_written_itself_is_held_by_no_variable() -> None:
    value = values(compose(" {A: 'postgres://$U@db/x'}"), U="u")["A"]
    start = value.text.index("db")
    assert variable_holding(value, start, start + 2) is None
