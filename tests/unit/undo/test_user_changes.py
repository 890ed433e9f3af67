"""What the user changed of devpool's own text: settings of a pooler, which are kept, or a conflict, which is shown."""

from __future__ import annotations

import pytest
from memory_project import COMPOSE, changed

from devpool.decide.options import Options
from devpool.errors import DevpoolError
from devpool.resources import setting_types
from devpool.text.document import Document, parse
from devpool.text.edits import Copy, Edit, apply
from devpool.undo.locate_edit import Trace, place_now
from devpool.undo.state import AddedPooler, State
from devpool.undo.user_changes import adopted, conflict, refusal, tuned

BEFORE = """\
services:
  db:
    image: postgres:17
    environment: {POSTGRES_PASSWORD: sesame}
  web:
    image: app
    environment: {DATABASE_URL: 'postgres://postgres:sesame@db:5432/postgres'}
"""
AT = ("services", "web", "environment", "URL")
HOST = Edit(path=COMPOSE, start=0, end=2, old="db", new=("pool",), at=AT)
TWIN_AT = (*AT[:3], "URL_DIRECT")
TWIN = Edit(path=COMPOSE, start=0, end=0, old="", new=("\n  URL_DIRECT: ", Copy(0, 9)), at=TWIN_AT, inserts=True)


def read(text: str) -> Document:
    return parse(COMPOSE, text.encode())


def variables(*lines: str) -> Document:
    return read("services:\n  web:\n    environment:\n" + "".join(f"      {line}\n" for line in lines))


def lost(file: Document, edit: Edit) -> Trace:
    return Trace(edit=edit, verdict="changed", place=place_now(file, edit.at))


def test_a_conflict_shows_both_sides_and_no_password() -> None:
    file = variables("URL: postgres://u:sesame@mine:6432/x")
    found = conflict(file, lost(file, HOST))
    assert (found.where, found.at) == (f"{COMPOSE}:4", "services.web.environment.URL")
    assert list(found.diff()) == [
        f"{COMPOSE}:4: services.web.environment.URL",
        "  -URL: ... pool ... (in place of db)",
        "  +      URL: postgres://u:***@mine:6432/x",
    ]


def test_of_an_added_line_what_devpool_had_copied_is_not_what_differs() -> None:
    file = variables("URL_DIRECT: postgres://u:sesame@db/x", "OTHER: a")
    found = conflict(file, lost(file, TWIN))
    assert not any(line.startswith("  -") and "sesame" in line for line in found.diff())
    assert "sesame" not in repr(found)


def test_a_conflict_without_a_place_names_the_file() -> None:
    file = variables("OTHER: a")
    found = conflict(file, lost(file, HOST))
    assert (found.where, found.found) == (COMPOSE, ())


def test_the_refusal_names_the_first_conflict_and_counts_the_others() -> None:
    file = variables("URL: mine", "URL_DIRECT: mine")
    both = [conflict(file, lost(file, edit)) for edit in (HOST, TWIN)]
    error = refusal(both)
    assert (error.code, error.where) == ("changed-since-enable", f"{COMPOSE}:4")
    assert "`services.web.environment.URL` (and 1 more) is no longer as devpool wrote it" in error.message
    assert "--keep-mine" in error.hint and "--force" in error.hint
    assert any("URL_DIRECT" in line for line in error.details)
    assert "more)" not in refusal(both[:1]).message


def pooler_changed(old: str, new: str, **options: object) -> tuple[dict[str, str], tuple[str, ...]] | None:
    _, changes = changed(BEFORE, **options)
    edit = next(e for e in changes.edits if e.at == ("services", "pgbouncer"))
    after = apply(BEFORE, changes.edits)
    assert old in after
    found = tuned(edit, read(after.replace(old, new, 1)))
    return (dict(found.settings), found.other) if found else None


@pytest.mark.parametrize(
    ("old", "new", "settings", "other"),
    [
        ("read_only: true", "read_only: true", {}, ()),
        ("MODE: transaction", "MODE: session", {"pool_mode": "session"}, ()),
        ("      PGBOUNCER_POOL_MODE: transaction\n", "", {"pool_mode": ""}, ()),
        (
            "      PGBOUNCER_POOL",
            "      PGBOUNCER_MAX_CLIENT_CONN: 9\n      PGBOUNCER_POOL",
            {"max_client_conn": "9"},
            (),
        ),
        ('PORT: "6432"', 'PORT: "7000"', {}, ("environment.PGBOUNCER_LISTEN_PORT",)),
        ("      PGBOUNCER_POOL", "      TZ: UTC\n      PGBOUNCER_POOL", {}, ("environment.TZ",)),
        ("    read_only: true", "    mem_limit: 1g", {}, ("mem_limit", "read_only")),
        ("read_only: true", "read_only: true # mine", {}, ("your comment",)),
        ("cap_drop: [ALL]", "cap_drop: []", {}, ("cap_drop",)),
    ],
)
def test_what_became_of_a_poolers_service(old: str, new: str, settings: dict[str, str], other: tuple[str, ...]) -> None:
    assert pooler_changed(old, new) == (settings, other)


@pytest.mark.parametrize(
    ("old", "new", "settings", "other"),
    [
        ("image: tea:1", "image: tea:2", {"image": "tea:2"}, ()),
        ("image: tea:1", "image: ${TEA}", {}, ("image",)),
        ("image: tea:1", "build: .", {}, ("build", "image")),
        ("role: pooler", "role: mine", {}, ("labels",)),
        ("read_only: true", "read_only: true", {}, ()),
    ],
)
def test_a_ready_image_may_be_renewed(old: str, new: str, settings: dict[str, str], other: tuple[str, ...]) -> None:
    assert pooler_changed(old, new, image="tea:1") == (settings, other)


def test_the_image_that_the_user_wrote_becomes_an_option_unless_another_is_asked_for() -> None:
    before, theirs = state("db", image="tea:1"), {"pool-db": {"image": "tea:2"}}
    assert adopted(before.options, before, theirs, setting_types()) == Options(image="tea:2")
    assert adopted(Options(image="tea:3"), before, theirs, setting_types()) == Options(image="tea:3")


@pytest.mark.parametrize("name", ["  mine:", "  mine: *x\n  y:"])
def test_a_pooler_that_has_another_name_by_now_is_not_tuned(name: str) -> None:
    _, changes = changed(BEFORE)
    edit = next(e for e in changes.edits if e.at == ("services", "pgbouncer"))
    after = "x-x: &x {image: x}\n" + apply(BEFORE, changes.edits).replace("  pgbouncer:", name)
    assert tuned(edit, read(after)) is None


def state(*databases: str, **options: object) -> State:
    poolers = tuple(AddedPooler(name=f"pool-{d}", database=d, port="6432") for d in databases)
    return State(options=Options(**options), edits=(), poolers=poolers, routes=())  # type: ignore[arg-type]


def test_settings_that_the_user_wrote_become_options() -> None:
    theirs = {"pool-db": {"default_pool_size": "40"}}
    assert adopted(Options(), state("db"), theirs, setting_types()).settings == {"default_pool_size": "40"}
    two = adopted(Options(), state("db", "archive"), theirs, setting_types())
    assert (two.settings, two.settings_of) == ({}, {"db": {"default_pool_size": "40"}})


def test_a_later_choice_on_the_command_line_wins() -> None:
    asked = Options(settings={"default_pool_size": "5"})
    theirs = {"pool-db": {"default_pool_size": "40"}}
    assert adopted(asked, state("db"), theirs, setting_types()) == asked


def test_a_setting_that_does_not_fit_is_refused_or_left_out() -> None:
    theirs = {"pool-db": {"default_pool_size": "many"}}
    with pytest.raises(DevpoolError) as refused:
        adopted(Options(), state("db"), theirs, setting_types())
    assert refused.value.code == "bad-setting-value"
    assert adopted(Options(), state("db"), theirs, setting_types(), strict=False) == Options()
