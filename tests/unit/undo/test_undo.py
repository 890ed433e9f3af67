"""Edits are taken back also after the user has gone on editing: his edit wins, or devpool refuses."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from memory_project import COMPOSE, FOLDER, changed, file_of
from property.users_edits import indented_twice

from devpool.errors import DevpoolError
from devpool.text.document import Document, parse
from devpool.text.edits import Edit, apply
from devpool.text.envfile import EnvFile, parse_env
from devpool.undo.locate_edit import digests_of
from devpool.undo.undo import read_edited, stands, undo
from devpool.undo.user_changes import refusal

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
    assert undo(read(BEFORE), []).text == BEFORE


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
    assert undo(read(after), edits).text == before
    assert stands(read(after), edits) == []


def test_an_untouched_env_file_goes_back_as_it_was() -> None:
    after, edits = enabled_env()
    assert "DATABASE_URL_DIRECT=" in after
    assert undo(read_env(after), edits).text == ENV


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
    assert undo(read(change(after)), edits).text == change(BEFORE)


def test_a_later_edit_that_moves_a_service_survives() -> None:
    after, edits = enabled()
    head, web = after[: after.index("  web:\n")], after[after.index("  web:\n") :]
    moved = head.replace("services:\n", "services:\n" + web)
    went_back = undo(read(moved), edits).text
    assert "pgbouncer" not in went_back
    assert "@db:5432" in went_back


def test_a_later_change_of_line_ends_survives() -> None:
    after, edits = enabled()
    assert undo(read(after.replace("\n", "\r\n")), edits).text == BEFORE.replace("\n", "\r\n")


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
    assert undo(read_env(change(after)), edits).text == change(ENV)


REFUSED: dict[str, Change] = {
    "another pooler": lambda t: t.replace("@pgbouncer:6432", "@other:6432"),
    "another port": lambda t: t.replace("@pgbouncer:6432", "@pgbouncer:6433"),
    "the pooler's service changed": lambda t: t.replace("read_only: true", "read_only: false"),
    "more in the pooler's service": lambda t: t.replace(
        "    read_only: true", "    mem_limit: 64m\n    read_only: true"
    ),
    "a comment in the pooler's service": lambda t: t.replace("read_only: true", "read_only: true # mine"),
    "the pooler's service renamed": lambda t: t.replace("  pgbouncer:\n", "  pool:\n"),
    "the direct setting changed": lambda t: t.replace("hunter2@db:5432", "hunter2@elsewhere:5432"),
    "the dependency changed": lambda t: t.replace("      - pgbouncer", "      - cache"),
}


@pytest.mark.parametrize("change", REFUSED.values(), ids=REFUSED)
def test_where_our_own_text_was_changed_there_is_a_conflict(change: Change) -> None:
    after, edits = enabled()
    changed_text = change(after)
    assert changed_text != after
    found = undo(read(changed_text), edits, digests_of(BEFORE, edits))
    assert len(found.conflicts) == 1
    error = refusal(found.conflicts)
    assert (error.code, error.where.rpartition(":")[0] or error.where) == ("changed-since-enable", COMPOSE)
    assert error.hint
    assert any(line.startswith("  +") for line in error.details) or not found.conflicts[0].line
    assert "hunter2" not in " ".join([error.message, error.hint, *error.details])
    assert stands(read(changed_text), edits, digests_of(BEFORE, edits))


GONE: dict[str, tuple[Change, str]] = {
    "the file as it was": (lambda _: BEFORE, BEFORE),
    "the app's service removed": (lambda t: t[: t.index("  web:\n")], BEFORE[: BEFORE.index("\n  web:\n") + 1]),
    "all services removed": (lambda _: "services: {}\n", "services: {}\n"),
    "the direct setting removed": (lambda t: re.sub(r" *DATABASE_URL_DIRECT.*\n", "", t), BEFORE),
    "the setting put back": (lambda t: t.replace("@pgbouncer:6432", "@db:5432"), BEFORE),
    "the dependency put back": (lambda t: t.replace("- pgbouncer", "- db"), BEFORE),
    "the pooler removed": (lambda t: t[: t.index("\n\n  pgbouncer:")] + "\n\n" + t[t.index("  web:") :], BEFORE),
}


@pytest.mark.parametrize(("change", "expected"), GONE.values(), ids=GONE)
def test_what_the_user_has_taken_back_himself_is_left_alone(change: Change, expected: str) -> None:
    after, edits = enabled()
    found = undo(read(change(after)), edits, digests_of(BEFORE, edits))
    assert (found.text, found.conflicts) == (expected, ())
    assert found.gone


RENAMED: dict[str, Change] = {
    "the app's service renamed": lambda t: t.replace("  web:\n", "  api:\n"),
    "the setting renamed": lambda t: t.replace("      DATABASE_URL: ", "      MAIN_URL: "),
    "the apps's services in another order": lambda t: t,
}


@pytest.mark.parametrize("change", RENAMED.values(), ids=RENAMED)
def test_what_the_user_has_renamed_is_found_and_taken_back(change: Change) -> None:
    after, edits = enabled()
    found = undo(read(change(after)), edits, digests_of(BEFORE, edits))
    assert (found.text, found.conflicts) == (change(BEFORE), ())


REFORMATTED: dict[str, Change] = {
    "line ends": lambda t: t.replace("\n", "\r\n"),
    "spaces at the ends of lines": lambda t: t.replace("\n", "  \n"),
    "no final newline": lambda t: t.rstrip("\n"),
    "another indentation": lambda t: re.sub(r"(?m)^( +)", r"\1\1", t),
    "both": lambda t: re.sub(r"(?m)^( +)", r"\1\1", t).replace("\n", " \r\n"),
}


@pytest.mark.parametrize("change", REFORMATTED.values(), ids=REFORMATTED)
@pytest.mark.parametrize("before", [BEFORE, BEFORE.replace("    depends_on", "    command: x\n    depends_on")])
def test_a_file_that_an_editor_has_reformatted_goes_back(before: str, change: Change) -> None:
    after, edits = enabled(before)
    found = undo(read(change(after)), edits, digests_of(before, edits))
    assert (found.text, found.conflicts) == (change(before), ())


BLOCKS = """\
services:
  db:
    image: postgres:17
    environment: {POSTGRES_PASSWORD: hunter2}

  web:
    image: app
    environment:
      CONFIG: '{"name": "db", "url": "postgres://app:hunter2@db/app"}'

  worker:
    image: app
    environment:
      CONFIG: |
        {"name": "db",
         "url": "postgres://app:hunter2@db/app"}

  cache:
    image: redis
"""
SHARED = """\
x-app: &app
  image: app
  environment: &env
    CONFIG: '{"name": "db", "url": "postgres://app:hunter2@db/app"}'
services:
  db:
    image: postgres:17
    environment: {POSTGRES_PASSWORD: hunter2}
  migrate:
    <<: *app
    command: migrate
  # of pgbouncer
  web:
    <<: *app
    environment:
      <<: *env
"""


@pytest.mark.parametrize(("first", "then"), [("\n", "\r\n"), ("\r\n", "\n")])
@pytest.mark.parametrize("end", ["", "\n\n", "\n  z: {image: z}"])
def test_a_value_on_several_lines_survives_another_line_end(first: str, then: str, end: str) -> None:
    before = BLOCKS.replace("\n", first) + end.replace("\n", first)
    after, edits = enabled(before)
    found = undo(read(after.replace(first, then)), edits, digests_of(before, edits))
    assert (found.text, found.conflicts) == (before.replace(first, then), ())


def test_an_edit_of_a_merged_app_that_git_took_back_is_gone() -> None:
    _, edits = enabled(SHARED)
    found = undo(read(SHARED), edits, digests_of(SHARED, edits))
    assert (found.text, found.conflicts) == (SHARED, ())
    assert len(found.gone) == len(edits)


def test_a_name_elsewhere_in_the_value_does_not_pass_for_the_host_put_back() -> None:
    before = BEFORE.replace("@db:5432/postgres", "@db/postgres?application_name=db")
    after, edits = enabled(before)
    found = undo(read(after.replace("@pgbouncer/", "@pgbouncerx/")), edits, digests_of(before, edits))
    assert [c.at for c in found.conflicts] == ["services.web.environment.DATABASE_URL"]
    assert "@pgbouncerx/" in found.text


def test_a_blank_line_in_the_pooler_s_service_does_not_keep_it() -> None:
    after, edits = enabled()
    found = undo(read(after.replace("    read_only", "\n    read_only")), edits)
    assert (found.text, found.conflicts) == (BEFORE, ())


TUNED: dict[str, tuple[Change, dict[str, str]]] = {
    "a size added": (
        lambda t: t.replace("transaction\n", "transaction\n      PGBOUNCER_DEFAULT_POOL_SIZE: 40\n", 1),
        {"default_pool_size": "40"},
    ),
    "a mode changed": (lambda t: t.replace("MODE: transaction", "MODE: session"), {"pool_mode": "session"}),
    "a setting removed": (lambda t: t.replace("      PGBOUNCER_POOL_MODE: transaction\n", ""), {"pool_mode": ""}),
}


@pytest.mark.parametrize(("change", "settings"), TUNED.values(), ids=TUNED)
def test_a_tuned_pooler_goes_and_its_settings_are_told(change: Change, settings: dict[str, str]) -> None:
    after, edits = enabled()
    changed_text = change(after)
    assert changed_text != after
    found = undo(read(changed_text), edits)
    assert (found.text, found.conflicts) == (BEFORE, ())
    assert found.settings == {"pgbouncer": settings}


def test_a_rotated_password_in_the_pooler_alone_does_not_keep_it() -> None:
    after, edits = enabled()
    block = after.index("  pgbouncer:")
    rotated = after[:block] + after[block:].replace("PASSWORD: hunter2", "PASSWORD: new", 1)
    assert undo(read(rotated), edits, digests_of(BEFORE, edits)).conflicts


def test_a_parameter_added_to_the_url_survives_where_the_copy_is_known_to_be_ours() -> None:
    after, edits = enabled()
    more = after.replace("pgbouncer:6432/postgres", "pgbouncer:6432/postgres?sslmode=disable")
    found = undo(read(more), edits, digests_of(BEFORE, edits))
    assert found.conflicts == ()
    assert found.text == BEFORE.replace("db:5432/postgres", "db:5432/postgres?sslmode=disable")


def test_without_digests_two_values_that_differ_are_a_conflict() -> None:
    after, edits = enabled()
    rotated = after.replace("postgres:hunter2@pgbouncer", "postgres:new@pgbouncer")
    assert undo(read(rotated), edits).conflicts


def test_a_password_that_was_changed_everywhere_survives() -> None:
    after, edits = enabled()
    assert undo(read(after.replace("hunter2", "new")), edits).text == BEFORE.replace("hunter2", "new")


def test_a_conflict_leaves_the_users_text_and_takes_back_the_rest() -> None:
    after, edits = enabled()
    found = undo(read(after.replace("read_only: true", "read_only: false")), edits)
    assert [c.forced for c in found.conflicts] == [False]
    assert "read_only: false" in found.text
    assert "@db:5432" in found.text
    assert "DATABASE_URL_DIRECT" not in found.text


FORCED = [name for name in REFUSED if name not in ("the pooler's service renamed", "the dependency changed")]


@pytest.mark.parametrize("name", FORCED)
def test_force_puts_back_what_was_there_before(name: str) -> None:
    after, edits = enabled()
    found = undo(read(REFUSED[name](after)), edits, digests_of(BEFORE, edits), force=True)
    assert [c.forced for c in found.conflicts] == [True]
    assert found.text == BEFORE


NAMED = """\
services:
  db:
    image: postgres:17
    environment: {POSTGRES_PASSWORD: hunter2}
  web:
    image: app
    environment: &env
      DATABASE_URL: postgres://postgres:hunter2@db/app
      OTHER: a
  migrate:
    image: app
    command: python manage.py migrate
    environment:
      <<: *env
      MINE: b
  seed:
    image: app
    command: python manage.py migrate
    environment: *env
"""


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("service", ["migrate", "seed"])
def test_force_puts_an_alias_back_in_place_of_its_copy(service: str, newline: str) -> None:
    before = NAMED.replace("\n", newline)
    after, edits = enabled(before)
    head, name, tail = after.partition(f"  {service}:")
    changed_text = head + name + tail.replace("OTHER: a", "OTHER: mine", 1)
    refused = undo(read(changed_text), edits, digests_of(before, edits))
    assert len(refused.conflicts) == 1
    assert "OTHER: mine" in refused.text
    found = undo(read(changed_text), edits, digests_of(before, edits), force=True)
    assert ([c.forced for c in found.conflicts], found.text) == ([True], before)


def test_an_alias_goes_back_as_deep_as_its_copy_stands_now() -> None:
    after, edits = enabled(NAMED)
    found = undo(read(indented_twice(after)), edits, digests_of(NAMED, edits))
    assert (found.text, found.conflicts) == (indented_twice(NAMED), ())


def test_an_alias_goes_back_though_blank_lines_stand_within_its_copy() -> None:
    after, edits = enabled(NAMED)
    found = undo(read(after.replace("\n", "\n\n")), edits, digests_of(NAMED, edits))
    assert (re.sub("\n+", "\n", found.text), found.conflicts) == (NAMED, ())


def test_an_alias_of_many_entries_goes_back_as_well() -> None:
    before = NAMED.replace("OTHER: a", "\n".join(f"      OTHER_{n}: {'a' * n}" for n in range(40)).strip())
    after, edits = enabled(before)
    found = undo(read(indented_twice(after)), edits, digests_of(before, edits))
    assert (found.text, found.conflicts) == (indented_twice(before), ())


def test_a_comment_below_a_copy_is_none_of_it_under_other_line_ends() -> None:
    before = (NAMED.replace("OTHER: a", "OTHER: a\n      THIRD: b") + "#\n").replace("\n", "\r\n")
    after, edits = enabled(before)
    mine = after.replace("\r\n", "\n").replace("command: python", "command: python3")
    found = undo(read(mine), edits, digests_of(before, edits))
    wanted = before.replace("\r\n", "\n").replace("command: python", "command: python3")
    assert (found.text, found.conflicts) == (wanted, ())


@pytest.mark.parametrize("force", [False, True])
def test_an_alias_whose_anchor_stands_below_it_by_now_is_refused_by_name(force: bool) -> None:
    after, edits = enabled(NAMED)
    web, migrate, seed = (after.index(f"  {name}:\n") for name in ("web", "migrate", "seed"))
    moved = after[:web] + after[migrate:seed] + after[web:migrate] + after[seed:]
    with pytest.raises(DevpoolError, match="`&env` now comes after it") as refused:
        undo(read(moved), edits, digests_of(NAMED, edits), force=force)
    assert refused.value.code == "anchor-below"


@pytest.mark.parametrize("value", ["|\n        a\n        b", "'a\n        b'"])
def test_a_blank_line_within_a_copied_value_is_a_change_of_it(value: str) -> None:
    before = NAMED.replace("OTHER: a", f"OTHER: {value}")
    after, edits = enabled(before)
    head, name, tail = after.partition("  seed:")
    found = undo(read(head + name + re.sub(r"(a\n)(\s+b)", r"\1\n\2", tail)), edits, digests_of(before, edits))
    assert len(found.conflicts) == 1


def test_what_nobody_knows_is_not_forced() -> None:
    after, edits = enabled()
    found = undo(read(REFUSED["the dependency changed"](after)), edits, force=True)
    assert [c.forced for c in found.conflicts] == [False]
    assert "- cache" in found.text


@pytest.mark.parametrize("quote", ["'", '"', ""])
def test_a_host_that_was_changed_is_forced_back_whatever_its_quotes(quote: str) -> None:
    before = BEFORE.replace("DATABASE_URL: postgres://postgres:hunter2@db:5432/postgres", f"PGHOST: {quote}db{quote}")
    after, edits = enabled(before)
    mine = after.replace(f"PGHOST: {quote}pgbouncer{quote}", f"PGHOST: {quote}elsewhere{quote}")
    assert mine != after
    found = undo(read(mine), edits, force=True)
    assert found.text == before


def test_an_anchor_at_the_top_of_a_compose_file_is_looked_for_in_yaml() -> None:
    text = b"x-url: &url postgres://u:p@pgbouncer:6432/x\n"
    at_top = Edit(path="/p/compose.yml", start=24, end=31, old="db:5432", new=("pgbouncer:6432",), at=("x-url",))
    assert isinstance(read_edited("/p/compose.yml", text, [at_top]), Document)


def test_an_env_file_is_known_by_edits_that_have_no_path() -> None:
    line = Edit(path="/p/.env", start=2, end=4, old="db", new=("pgbouncer",), at=("A",))
    assert isinstance(read_edited("/p/.env", b"A=pgbouncer\n", [line]), EnvFile)
