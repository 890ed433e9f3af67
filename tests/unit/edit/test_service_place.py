"""Where a further service goes, and how it is laid out there."""

from __future__ import annotations

import pytest
from memory_project import sources

from devpool.edit.override_file import new_file
from devpool.edit.service_place import place_after
from devpool.errors import DevpoolError
from devpool.text.document import Document, parse

MARK = "<here>"


def read(text: str) -> Document:
    return parse("/p/compose.yml", text.encode(), "/p")


def marked(text: str, name: str, like: str = "") -> str:
    """The text with a mark at the place after a service."""
    position = place_after(read(text), name, read(like) if like else None).position
    return text[:position] + MARK + text[position:]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "text",
    [
        "services:\n  db:\n    image: x<here>\n  web:\n    image: y\n",
        "services:\n  db:\n    image: x # 17<here>\n\n  web:\n    image: y\n",
        "services:\n  db:\n    image: x\n    # of db<here>\n  # of web\n  web:\n    image: y\n",
        "services:\n  db: {image: x}<here>\n  web:\n    image: y\n",
        "services:\n  db:\n    command: |\n      a\n      b<here>\nvolumes: {}\n",
        "services:\n  db:\n    image: x<here>",
        "x-db: &db\n  image: x\nservices:\n  db: *db<here>\n  web:\n    image: y\n",
    ],
)
def test_a_service_goes_below_its_neighbor_and_the_comments_in_it(text: str, newline: str) -> None:
    written = text.replace("\n", newline)
    assert marked(written.replace(MARK, ""), "db") == written


@pytest.mark.parametrize(
    ("text", "indent", "step", "blank"),
    [
        ("services:\n  db:\n    image: x\n", "  ", "  ", False),
        ("services:\n    db:\n        image: x\n", "    ", "    ", False),
        ("services:\n db:\n   image: x\n", " ", "  ", False),
        ("services:\n  db:\n    image: x\n\n  web:\n    image: y\n", "  ", "  ", True),
        ("services:\n  db:\n    image: x\n  \n  web:\n    image: y\n", "  ", "  ", True),
        ("services:\n  db:\n    image: x\n  # a\n  web:\n    image: y\n", "  ", "  ", False),
    ],
)
def test_it_is_laid_out_like_its_neighbors(text: str, indent: str, step: str, blank: bool) -> None:
    place = place_after(read(text), "db")
    assert (place.indent, place.step, place.blank) == (indent, step, blank)


@pytest.mark.parametrize("text", ["services: {db: {image: x}}\n", "services:\n  web:\n    image: x\n", "volumes: {}\n"])
def test_a_file_in_braces_or_without_the_service_is_refused(text: str) -> None:
    with pytest.raises(DevpoolError) as caught:
        place_after(read(text), "db")
    assert (caught.value.code, bool(caught.value.hint)) == ("layout-not-plain", True)


MAIN = "services:\n    db:\n        image: x\n"


def test_an_override_file_of_the_user_s_gets_it_after_its_last_service() -> None:
    assert marked("services:\n  mail:\n    image: y\n", "db", MAIN) == "services:\n  mail:\n    image: y<here>\n"


@pytest.mark.parametrize("more", ["", "    mail:\n        image: y\n"])
def test_an_override_file_that_devpool_has_made_gets_it_on_top(more: str) -> None:
    text = new_file("/p/o.yml", "\n", "/p").text + more
    place = place_after(read(text), "", read(MAIN))
    assert (text[place.position :], place.indent, place.step) == ("\n" + more, "    ", "    ")


def test_a_new_override_file_is_laid_out_by_two_spaces_where_the_compose_file_is_in_braces() -> None:
    main = sources("services: {db: {image: x}}\n").documents[0]
    place = place_after(new_file("/p/o.yml", "\n", "/p"), "", main)
    assert (place.indent, place.step) == ("  ", "  ")
