"""What devpool wrote is recognized in the files alone: its poolers, second variables and private files."""

from __future__ import annotations

import pytest
from memory_project import COMPOSE, FOLDER, project, rewritten, sources

from devpool.errors import DevpoolError
from devpool.undo.without_state.recognize import (
    RemovedPooler,
    former_poolers,
    is_ours,
    texts_of,
    unwrapped,
    without_poolers,
)

BEFORE = """\
services:
  db:
    image: postgres:17
    environment: {POSTGRES_PASSWORD: sesame}
  web:
    image: web
    environment:
      DATABASE_URL: postgres://postgres:sesame@db:5432/notes
    depends_on: [db]
"""


def test_a_pooler_tells_all_that_undoing_needs() -> None:
    after = project(rewritten(BEFORE, session=("web",), metrics=True, publish=7432)["compose.yml"])
    assert former_poolers(after) == [
        RemovedPooler(
            name="pgbouncer",
            database="db",
            port="6432",
            upstream="5432",
            published="7432",
            healthy=False,
            session_aliases=(("notes_session", "notes"),),
            exporters=("pgbouncer-exporter",),
        )
    ]


@pytest.mark.parametrize(
    ("build", "ours"),
    [
        ("./.devpool/pgbouncer", True),
        ("{context: .devpool/pgbouncer}", True),
        ("{context: ./.devpool/exporter}", True),
        ("'./x/../.devpool/pgbouncer/'", True),
        ("${POOLER:-./.devpool/pgbouncer}", True),
        ("./pgbouncer", False),
        ("./my.devpool/pgbouncer", False),
        ("{dockerfile: ./.devpool/pgbouncer}", False),
    ],
)
def test_a_service_is_devpools_by_its_build_context(build: str, ours: bool) -> None:
    assert is_ours(project(f"services:\n  p:\n    build: {build}\n").services["p"]) is ours


@pytest.mark.parametrize(
    ("labels", "ours"),
    [
        ("{devpool.role: pooler}", True),
        ("{devpool.role: exporter}", False),
        ("{other: pooler}", False),
        ("[devpool.role]", False),
    ],
)
def test_a_pooler_with_a_ready_image_is_devpools_by_its_label(labels: str, ours: bool) -> None:
    assert is_ours(project(f"services:\n  p:\n    image: x\n    labels: {labels}\n").services["p"]) is ours


@pytest.mark.parametrize(
    ("environment", "database", "upstream"),
    [
        ("{POSTGRES_HOST: db}", "db", "5432"),
        ("{POSTGRES_HOST: db, POSTGRES_PORT: '5433'}", "db", "5433"),
        ("{DATABASE_URL: 'postgres://u:p@db.example.com:6000/x'}", "db.example.com", "6000"),
        ("{DATABASE_URL: 'postgres://u:p@db.example.com/x'}", "db.example.com", "5432"),
        ("['POSTGRES_HOST=${H:-db}']", "db", "5432"),
    ],
)
def test_the_database_is_what_the_pooler_states(environment: str, database: str, upstream: str) -> None:
    text = f"services:\n  p:\n    build: .devpool/pgbouncer\n    environment: {environment}\n"
    (found,) = former_poolers(project(text))
    assert (found.database, found.port, found.upstream) == (database, "6432", upstream)


def test_a_pooler_that_states_no_database_is_refused() -> None:
    with pytest.raises(DevpoolError) as refused:
        former_poolers(project("services:\n  p:\n    build: .devpool/pgbouncer\n"))
    assert (refused.value.code, refused.value.where) == ("no-record", f"{COMPOSE}:3")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("${URL_POOLED:-${URL}}", "${URL}"),
        ("${URL_POOLED:-${URL:-postgres://u:p@db/x}}", "${URL:-postgres://u:p@db/x}"),
        ("${URL_POOLED_SESSION:-$URL}", "$URL"),
        ("${URL_POOLED:-${OTHER}}", "${URL_POOLED:-${OTHER}}"),
        ("${URL_POOLED}", "${URL_POOLED}"),
    ],
)
def test_a_second_variable_gives_way_to_the_first(value: str, expected: str) -> None:
    text = f"services:\n  web:\n    environment:\n      A: '{value}' # mine\n"
    found = unwrapped(sources(text)).get(COMPOSE, text.encode())
    assert found.decode() == text.replace(value, expected)


def test_the_second_variable_of_an_env_file_goes_where_there_is_a_first() -> None:
    env = "URL=a\nURL_POOLED=b\nURL_POOLED_SESSION=c\nMY_POOLED=d\n"
    found = unwrapped(sources({"compose.yml": "services: {}\n", ".env": env}))
    assert found == {f"{FOLDER}/.env": b"URL=a\nMY_POOLED=d\n"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("    env_file: ./.devpool/env/web.env\n", ""),
        ("    env_file: [a.env, ./.devpool/env/web.env]\n", "    env_file: [a.env]\n"),
        (
            "    env_file:\n      - a.env\n      - path: ./.devpool/env/web.env\n        required: false\n",
            "    env_file:\n      - a.env\n",
        ),
    ],
)
def test_a_private_file_is_read_no_more(before: str, after: str) -> None:
    text = "services:\n  web:\n    image: web\n"
    found = unwrapped(sources({"compose.yml": text + before, "a.env": "A=1\n"}))
    assert found[COMPOSE].decode() == text + after


def test_poolers_and_exporters_go_with_their_blank_line() -> None:
    before = BEFORE.replace("  web:", "\n  web:")
    after = project(rewritten(before, metrics=True)["compose.yml"])
    left = without_poolers(after.sources, former_poolers(after))[COMPOSE].decode()
    assert left.startswith(before[: before.index("    environment:\n")])
    assert ".devpool" not in left


def test_devpools_own_files_are_not_edited() -> None:
    read = sources({"compose.yml": "services: {}\n", ".env": "A=1\n", ".devpool/env/web.env": "A=2\n"})
    assert {file.path for file in texts_of(read)} == {COMPOSE, f"{FOLDER}/.env"}
