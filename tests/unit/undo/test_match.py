"""An edit's text is matched at its place alone, and whatever an editor did to the white space around it."""

from __future__ import annotations

import re

import pytest

from devpool.text.edits import Copy, Edit
from devpool.undo.match import LOOKS, fitting

AT = ("services", "web", "environment", "HOST")
HOST = Edit(path="/p/c.yml", start=6, end=8, old="db", new=("pgbouncer",), at=AT)
KEPT = "\n      URL_DIRECT: "
# Of `postgres://u:pw@db/x`, which has 20 characters.
TWIN = Edit(path="/p/c.yml", start=9, end=9, old="", new=(KEPT, Copy(0, 20)), at=(*AT[:3], "URL_DIRECT"), inserts=True)
VALUE = "postgres://u:pw@db/x"


def seen(text: str, edit: Edit, place: str) -> re.Match[str] | None:
    """The one match of the strictest look that has any, at the place of a text."""
    start = text.index(place)
    for look in LOOKS:
        found = fitting(look, text, edit, (start, start + len(place)))
        if found:
            assert len(found) == 1
            return found[0]
    return None


@pytest.mark.parametrize(
    "place", ["HOST: pgbouncer", "HOST: 'pgbouncer'", "HOST=pgbouncer", "HOST: ${HOST-pgbouncer}", "HOST: pgbouncer."]
)
def test_a_name_is_matched_where_it_is_a_word_of_its_own(place: str) -> None:
    assert seen(f"      {place}\n", HOST, place)


@pytest.mark.parametrize(
    "place", ["HOST: pgbouncer2", "HOST: pgbouncer-2", "HOST: my-pgbouncer", "HOST: pgbouncer.lan", "HOST: x.pgbouncer"]
)
def test_a_name_within_a_longer_name_is_no_match(place: str) -> None:
    assert seen(f"      {place}\n", HOST, place) is None


def test_a_match_beside_the_place_does_not_count() -> None:
    assert seen("      OTHER: pgbouncer\n      HOST: db\n      LAST: pgbouncer\n", HOST, "HOST: db") is None


@pytest.mark.parametrize(
    ("lines", "copied"),
    [
        ("      A: b\n      URL_DIRECT: postgres://u:pw@db/x\n", VALUE),
        ("      A: b\r\n      URL_DIRECT: postgres://u:pw@db/x\r\n", VALUE),
        ("      A: b\n      URL_DIRECT: postgres://u:pw@db/xyz\n", VALUE + "yz"),
        ("      A: b\n      URL_DIRECT: p://db\n", "p://db"),
        ("      A: b\n   URL_DIRECT: postgres://u:pw@db/x\n", VALUE),
        ("      A: b  \n\n\n\t    URL_DIRECT: postgres://u:pw@db/x  \n", VALUE),
    ],
)
def test_an_added_line_is_matched_with_the_value_that_stands_in_it_now(lines: str, copied: str) -> None:
    found = seen(lines, TWIN, "URL_DIRECT: " + copied)
    assert found
    assert found[1].strip() == copied


def test_the_copy_of_a_reformatted_line_does_not_run_on_into_the_next_entry() -> None:
    text = "  A: b\n  URL_DIRECT: one\n  URL_DIRECT_TOO: two\n"
    found = seen(text, TWIN, "URL_DIRECT: one")
    assert found
    assert found[1] == "one"


def test_a_blank_line_before_an_added_service_may_be_missing_by_now() -> None:
    edit = Edit(
        path="/p/c.yml",
        start=9,
        end=9,
        old="",
        new=("\n\n  pool:\n    image: x",),
        at=("services", "pool"),
        inserts=True,
    )
    text = "services:\n  pool:\n    image: x\n  web:\n    image: y\n"
    found = seen(text, edit, "pool:\n    image: x")
    assert found
    assert found[0] == "\n  pool:\n    image: x"


def test_what_the_user_appended_to_the_last_added_line_is_no_part_of_the_match() -> None:
    edit = Edit(path="/p/c.yml", start=9, end=9, old="", new=("\n  - pgbouncer",), at=("x", "pgbouncer"), inserts=True)
    assert seen("x:\n  - pgbouncer # mine\n", edit, "pgbouncer") is None
