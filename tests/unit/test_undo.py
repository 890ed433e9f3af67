"""Edits are taken back also after the user has gone on editing: his edit wins, or devpool refuses."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from unit.memory_project import COMPOSE, FOLDER, changed, file_of

from devpool.document import Document, parse
from devpool.edits import Edit, apply
from devpool.envfile import EnvFile, parse_env
from devpool.errors import DevpoolError
from devpool.undo import read_edited, stands, undo

BEFORE = """\
services:
  db:
    image: postgres:17
    environment:
      POSTGRES_PASSWORD: hunter2

  web:
    image: app
    environment:
      DATABASE_URL: postgres://postgres:hunter2@db:5432/postgres
      OTHER: thing
    depends_on:
      - db
"""
ENV = "# settings\nDATABASE_URL=postgres://postgres:hunter2@db:5432/postgres\nOTHER=thing\n"
BY_ENV_FILE = BEFORE[: BEFORE.index("    environment:\n      DATABASE")] + "    env_file: app.env\n"


def enabled(before: str = BEFORE) -> tuple[str, list[Edit]]:
    """The compose file after enable, and the edits that made it."""
    _, changes = changed(before)
    return apply(before, changes.edits), list(changes.edits)


def enabled_env() -> tuple[str, list[Edit]]:
    """The env file after enable, and its edits."""
    path = f"{FOLDER}/app.env"
    found, changes = changed({"compose.yml": BY_ENV_FILE, "app.env": ENV})
    edits = [e for e in changes.edits if e.path == path]
    return apply(file_of(found, path).text, edits), edits


def read(text: str) -> Document:
    return parse(COMPOSE, text.encode())


def read_env(text: str) -> EnvFile:
    return parse_env(f"{FOLDER}/app.env", text.encode())


def test_nothing_is_taken_back_where_nothing_was_done() -> None:
    assert undo(read(BEFORE), []) == BEFORE


@pytest.mark.parametrize(
    "before",
    [
        BEFORE,
        BEFORE.replace("\n", "\r\n"),
        BEFORE.rstrip("\n"),
        BEFORE.replace("hunter2", "hüntér𝒳2"),
        BEFORE.replace("OTHER: thing", "OTHER: 'db' # db\t"),
        "# 🐘\n" + BEFORE,
    ],
)
def test_an_untouched_file_goes_back_as_it_was(before: str) -> None:
    after, edits = enabled(before)
    assert after != before
    assert undo(read(after), edits) == before
    assert stands(read(after), edits) == []


def test_an_untouched_env_file_goes_back_as_it_was() -> None:
    after, edits = enabled_env()
    assert "DATABASE_URL_DIRECT=" in after
    assert undo(read_env(after), edits) == ENV


Change = Callable[[str], str]


USERS_EDITS: dict[str, Change] = {
    "a comment on top": lambda t: "# mine\n" + t,
    "a block at the end": lambda t: t + "volumes:\n  data:\n",
    "a service at the end": lambda t: t + "  cache:\n    image: redis\n",
    "a service before all": lambda t: t.replace("services:\n", "services:\n  a:\n    image: a\n"),
    "a service after the database": lambda t: t.replace("  web:\n", "  b:\n    image: b\n  web:\n"),
    "a variable between ours": lambda t: t.replace("      OTHER:", "      MORE: x\n      OTHER:"),
    "a variable of another name changed": lambda t: t.replace("OTHER: thing", "OTHER: what"),
    "a variable removed": lambda t: t.replace("      OTHER: thing\n", ""),
    "another dependency before": lambda t: t.replace("on:\n      - ", "on:\n      - cache\n      - "),
    "another dependency after": lambda t: t + "      - cache\n",
    "another image": lambda t: t.replace("image: app", "image: app:2"),
    "the database's image": lambda t: t.replace("postgres:17", "postgres:18"),
    "a comment at the end of a line": lambda t: t.replace("OTHER: thing", "OTHER: thing # mine"),
}


@pytest.mark.parametrize("change", USERS_EDITS.values(), ids=USERS_EDITS)
def test_the_users_later_edit_survives_exactly(change: Change) -> None:
    after, edits = enabled()
    assert change(BEFORE) != BEFORE
    assert undo(read(change(after)), edits) == change(BEFORE)


def test_a_later_edit_that_moves_a_service_survives() -> None:
    after, edits = enabled()
    head, web = after[: after.index("  web:\n")], after[after.index("  web:\n") :]
    moved = head.replace("services:\n", "services:\n" + web)
    went_back = undo(read(moved), edits)
    assert "pgbouncer" not in went_back
    assert "@db:5432" in went_back


def test_a_later_change_of_line_ends_survives() -> None:
    after, edits = enabled()
    assert undo(read(after.replace("\n", "\r\n")), edits) == BEFORE.replace("\n", "\r\n")


@pytest.mark.parametrize(
    "change",
    [
        lambda t: "# mine\n" + t,
        lambda t: t + "NEW=1\n",
        lambda t: t.replace("OTHER=thing", "OTHER=what"),
        lambda t: t.replace("# settings\n", ""),
        lambda t: t.replace("OTHER", "MORE=1\nOTHER"),
    ],
)
def test_the_users_later_edit_of_an_env_file_survives_exactly(change: Change) -> None:
    after, edits = enabled_env()
    assert undo(read_env(change(after)), edits) == change(ENV)


REFUSED: dict[str, Change] = {
    "another pooler": lambda t: t.replace("@pgbouncer:6432", "@other:6432"),
    "another port": lambda t: t.replace("@pgbouncer:6432", "@pgbouncer:6433"),
    "the setting removed": lambda t: t.replace("      DATABASE_URL: ", "      GONE: "),
    "the pooler's service changed": lambda t: t.replace("read_only: true", "read_only: false"),
    "the pooler's service renamed": lambda t: t.replace("  pgbouncer:\n", "  pool:\n"),
    "the direct setting removed": lambda t: t.replace("DATABASE_URL_DIRECT", "D"),
    "the dependency changed": lambda t: t.replace("      - pgbouncer", "      - cache"),
    "the app's service removed": lambda t: t[: t.index("  web:\n")],
    "all services removed": lambda t: "services: {}\n",
}


@pytest.mark.parametrize("change", REFUSED.values(), ids=REFUSED)
def test_where_our_own_text_was_changed_devpool_refuses(change: Change) -> None:
    after, edits = enabled()
    changed_text = change(after)
    assert changed_text != after
    with pytest.raises(DevpoolError) as caught:
        undo(read(changed_text), edits)
    assert (caught.value.code, caught.value.where) == ("changed-since-enable", COMPOSE)
    assert caught.value.hint
    assert "hunter2" not in caught.value.message + caught.value.hint
    assert stands(read(changed_text), edits)


def test_a_password_that_was_changed_in_one_place_only_is_not_lost() -> None:
    after, edits = enabled()
    rotated = after.replace("postgres:hunter2@pgbouncer", "postgres:new@pgbouncer")
    with pytest.raises(DevpoolError) as caught:
        undo(read(rotated), edits)
    assert caught.value.code == "changed-since-enable"


def test_a_password_that_was_changed_everywhere_survives() -> None:
    after, edits = enabled()
    assert undo(read(after.replace("hunter2", "new")), edits) == BEFORE.replace("hunter2", "new")


def test_a_file_that_was_put_back_by_hand_is_refused_and_not_cut() -> None:
    _, edits = enabled()
    with pytest.raises(DevpoolError) as caught:
        undo(read(BEFORE), edits)
    assert caught.value.code == "changed-since-enable"


def test_an_anchor_at_the_top_of_a_compose_file_is_looked_for_in_yaml() -> None:
    text = b"x-url: &url postgres://u:p@pgbouncer:6432/x\n"
    at_top = Edit(path="/p/compose.yml", start=24, end=31, old="db:5432", new=("pgbouncer:6432",), at=("x-url",))
    assert isinstance(read_edited("/p/compose.yml", text, [at_top]), Document)


def test_an_env_file_is_known_by_edits_that_have_no_path() -> None:
    line = Edit(path="/p/.env", start=2, end=4, old="db", new=("pgbouncer",), at=("A",))
    assert isinstance(read_edited("/p/.env", b"A=pgbouncer\n", [line]), EnvFile)
