"""`URL: *url` of a service that does not move becomes a copy before the text at the anchor changes."""

from __future__ import annotations

import pytest
from memory_project import COMPOSE, file_of, one_variable, project

from devpool.decide.alias_copies import AliasCopies, alias_copy_edits, find_alias_copies
from devpool.text.document import Document
from devpool.text.edits import Edit, apply

URL = "postgres://u:p@db:5432/x"
WEB = f"  web:\n    image: app\n    environment:\n      URL: &url {URL}\n"
DUMP = "  dump:\n    image: app\n    environment:\n      A: b\n      URL: *url # the same\n"


def copies(text: str, *moving: tuple[str, str], newline: str = "\n") -> tuple[Document, AliasCopies]:
    found = project(f"services:\n  db:\n    image: postgres:17\n{text}".replace("\n", newline))
    document = file_of(found, COMPOSE)
    assert isinstance(document, Document)
    return document, find_alias_copies(found, [one_variable(found, name, app) for app, name in moving], {})


def at_anchor(document: Document) -> Edit:
    start = document.text.index("db:5432")
    return Edit(path=COMPOSE, start=start, end=start + 7, old="db:5432", new=("pool:6432",), at=("services", "web"))


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_reader_that_stays_keeps_the_old_value(newline: str) -> None:
    document, found = copies(WEB + DUMP, ("web", "URL"), newline=newline)
    changes = [at_anchor(document)]
    text = apply(document.text, [*changes, *alias_copy_edits(found, changes)])
    assert text.endswith((f"      A: b\n      URL: {URL} # the same\n").replace("\n", newline))
    assert "&url postgres://u:p@pool:6432/x" in text


def test_nothing_is_copied_where_the_text_at_the_anchor_stays() -> None:
    _, found = copies(WEB + DUMP, ("web", "URL"))
    assert found
    assert list(alias_copy_edits(found, [])) == []


def test_a_further_variable_of_the_app_itself_is_copied_too() -> None:
    _, found = copies(WEB + "      MIGRATE_URL: *url\n", ("web", "URL"))
    assert list(found) == [("web", "MIGRATE_URL")]


@pytest.mark.parametrize(
    ("text", "moving"),
    [
        (WEB + DUMP, [("web", "URL"), ("dump", "URL")]),  # it moves as well
        (WEB.replace("&url ", "") + DUMP.replace("*url", URL), [("web", "URL")]),
        (WEB + "  dump:\n    image: app\n    environment: {URL: *url}\n", [("web", "URL")]),
        ("  env:\n    image: app\n    environment: &env\n      URL: x\n" + WEB + DUMP, []),
    ],
)
def test_no_copy_where_it_moves_along_has_a_text_of_its_own_or_is_in_braces(
    text: str, moving: list[tuple[str, str]]
) -> None:
    assert copies(text, *moving)[1] == {}


def test_an_entry_that_a_pooled_app_merges_is_not_copied_for_all_of_its_readers() -> None:
    merged = "  api:\n    image: app\n    environment: &env\n      URL: *url\n"
    heir = "  job:\n    image: app\n    environment:\n      <<: *env\n"
    assert copies(WEB + merged + heir, ("web", "URL"), ("job", "URL"))[1] == {}
