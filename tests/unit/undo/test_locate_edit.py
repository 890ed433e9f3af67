"""Where an edit stands in a file that has been edited since, and whether it stands, is gone, or was changed."""

from __future__ import annotations

import re

import pytest
from memory_project import COMPOSE, FOLDER, changed

from devpool.text.document import Document, parse
from devpool.text.edits import Copy, Edit, apply
from devpool.text.envfile import parse_env
from devpool.undo.locate_edit import digest, digests_of, place_now, service_names, trace

BEFORE = """\
services:
  db:
    image: postgres:17
    environment: {POSTGRES_PASSWORD: sesame}
  web:
    image: app
    environment:
      DATABASE_URL: postgres://postgres:sesame@db:5432/postgres
    depends_on:
      - db
"""


def read(text: str) -> Document:
    return parse(COMPOSE, text.encode())


def verdicts(before: str, old: str = "", new: str = "") -> dict[str, str]:
    """The verdict about each edit of enable by what it edits, after the user has replaced a text."""
    _, changes = changed(before)
    after = apply(before, changes.edits)
    assert old in after
    found = trace(read(after.replace(old, new) if old else after), changes.edits, ["pgbouncer"])
    assert [t.edit for t in found] == list(changes.edits)
    return {t.edit.at[-1]: t.verdict for t in found if t.verdict != "stands"}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", {}),
        ("image: app", "image: app:2", {}),
        ("  web:\n", "  api:\n", {}),
        ("      DATABASE_URL: ", "      MAIN_URL: ", {}),
        ("- pgbouncer", "- db", {"pgbouncer": "gone"}),
        ("      - pgbouncer\n", "      - redis\n", {"pgbouncer": "changed"}),
        ("    depends_on:\n      - pgbouncer\n", "", {"pgbouncer": "gone"}),
        ("    depends_on:\n      - pgbouncer\n", "    depends_on:\n", {"pgbouncer": "gone"}),
        ("    depends_on:\n      - pgbouncer\n", "    depends_on: []\n", {"pgbouncer": "gone"}),
        ("    depends_on:\n      - pgbouncer\n", "    depends_on: {}\n", {"pgbouncer": "gone"}),
        ("@pgbouncer:", "@other:", {"DATABASE_URL": "changed"}),
        ("@pgbouncer:6432", "@db:5432", {"DATABASE_URL": "gone"}),
        ("DATABASE_URL_DIRECT", "OLD", {"DATABASE_URL_DIRECT": "gone"}),
        ("build: ./.devpool/pgbouncer", "image: mine", {"pgbouncer": "changed"}),
    ],
)
def test_each_edit_stands_is_gone_or_was_changed(old: str, new: str, expected: dict[str, str]) -> None:
    assert verdicts(BEFORE, old, new) == expected


def test_of_two_edits_that_look_alike_each_is_found_at_its_own_place() -> None:
    at = ("services", "web", "environment", "HOSTS")
    twice = [Edit(path=COMPOSE, start=n, end=n + 2, old="db", new=("pool",), at=at) for n in (47, 50)]
    text = "# mine\nservices:\n  web:\n    environment:\n      HOSTS: pool,pool\n"
    first = text.index("pool")
    assert [t.span for t in trace(read(text), twice)] == [(first, first + 4), (first + 5, first + 9)]


@pytest.mark.parametrize("own", ["image: app # once behind pgbouncer", "image: app\n    hostname: pgbouncer"])
def test_a_word_of_the_users_own_is_no_dependency_that_devpool_wrote(own: str) -> None:
    before = BEFORE.replace("image: app", own)
    _, changes = changed(before)
    found = trace(read(before), changes.edits, ["pgbouncer"])
    assert {t.verdict for t in found if t.edit.at[-2:] == ("depends_on", "pgbouncer")} == {"gone"}


@pytest.mark.parametrize("removed", ["      PGHOST: pgbouncer\n", "    environment:\n      PGHOST: pgbouncer\n"])
def test_a_word_below_another_key_is_not_the_variable_that_the_user_removed(removed: str) -> None:
    before = BEFORE.replace("DATABASE_URL: postgres://postgres:sesame@db:5432/postgres", "PGHOST: db")
    before = before.replace("image: app", "image: app\n    labels: {behind: pgbouncer}")
    _, changes = changed(before)
    after = apply(before, changes.edits)
    assert removed in after
    found = trace(read(after.replace(removed, "")), changes.edits, ["pgbouncer"])
    assert {t.verdict for t in found if t.edit.at[-1] == "PGHOST"} == {"gone"}


@pytest.mark.parametrize(
    ("own", "verdict"),
    [
        ("X: pgbouncer", "gone"),
        ("METRICS_HOST: 'pgbouncer'", "gone"),
        ("PGBOUNCER_HOST: pgbouncer", "gone"),
        ("DB_HOST: pgbouncer", None),
        ('POSTGRES_SERVER: "pgbouncer"', None),
    ],
)
@pytest.mark.parametrize("as_list", [False, True])
def test_the_users_own_variable_is_not_the_one_that_is_gone(own: str, verdict: str | None, as_list: bool) -> None:
    before = BEFORE.replace("DATABASE_URL: postgres://postgres:sesame@db:5432/postgres", "PGHOST: db")
    if as_list:
        before = before.replace("      PGHOST: db", "      - PGHOST=db").replace(
            "      OTHER: thing", "      - OTHER=thing"
        )
        own = "- " + own.replace("'", "").replace('"', "").replace(": ", "=")
    _, changes = changed(before)
    after = re.sub("      (- )?PGHOST.*\n", f"      {own}\n", apply(before, changes.edits))
    found = trace(read(after), changes.edits, ["pgbouncer"])
    assert next((t.verdict for t in found if t.edit.at[-1] == "PGHOST" and t.verdict != "stands"), None) == verdict


def test_a_pooler_that_only_a_comment_names_is_gone() -> None:
    before = BEFORE.replace("image: app", "image: app # once behind pgbouncer")
    _, changes = changed(before)
    assert {t.verdict for t in trace(read(before), changes.edits, ["pgbouncer"])} == {"gone"}


@pytest.mark.parametrize(
    ("text", "expected"), [("A=1\nB=2\nA=3\n", "A=3"), ("export A=x # y\n", "export A=x # y"), ("B=2\n", None)]
)
def test_the_last_line_of_a_variable_is_its_place(text: str, expected: str | None) -> None:
    place = place_now(parse_env(f"{FOLDER}/.env", text.encode()), ("A",))
    assert (text[slice(*place)] if place else None) == expected


def test_services_have_names_in_a_compose_file_that_states_them() -> None:
    assert service_names(read("services:\n  b: {image: x}\n  a: {image: x}\n")) == ["b", "a"]
    assert service_names(read("x: &all {a: {image: x}}\nservices: *all\n")) == []
    assert service_names(read("volumes: {v: {}}\n")) == []
    assert service_names(parse_env(f"{FOLDER}/.env", b"services=x\n")) == []


@pytest.mark.parametrize(
    "same", ["A: 1\r\nB: 2", "A: 1  \nB: 2", "\n  A: 1\nB: 2\n", "A: 1\n\n\nB: 2", "A: 1\n    B: 2"]
)
def test_a_digest_is_the_same_whatever_an_editor_did_to_white_space(same: str) -> None:
    assert digest([same]) == digest(["A: 1\nB: 2"])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (["A: 1"], ["A: 2"]),
        (["A: 1\nB: 2"], ["B: 2\nA: 1"]),
        (["A: |\n  x\n  y"], ["A: |\n  x\n\n  y"]),
        (["A: 'x\n  y'"], ["A: 'x\n\n  y'"]),
        (["A:\n  B: 1"], ["A:\n  B: 1\n    C: 2"]),
        (["AB"], ["A", "B"]),
    ],
)
def test_a_digest_tells_values_apart(one: list[str], other: list[str]) -> None:
    assert digest(one) != digest(other)


def test_only_what_copies_text_has_a_digest() -> None:
    copy = Edit(path="/p/.env", start=4, end=4, old="", new=("\nB=", Copy(2, 4)), at=("B",), inserts=True)
    host = Edit(path="/p/.env", start=2, end=4, old="db", new=("pool",), at=("A",))
    assert digests_of("A=db", [host, copy]) == {copy: digest(["db"])}
