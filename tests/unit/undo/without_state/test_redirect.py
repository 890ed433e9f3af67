"""Whatever points to a pooler that goes points to its database again: variables, `depends_on` and links."""

from __future__ import annotations

import pytest
from memory_project import COMPOSE, FOLDER, project

from devpool.undo.without_state.recognize import RemovedPooler
from devpool.undo.without_state.redirect import pooled_values, redirected, without_twins

HEAD = """\
services:
  db:
    image: postgres:17
    environment: {POSTGRES_PASSWORD: sesame}
  pool:
    build: ./.devpool/pgbouncer
    environment: {POSTGRES_HOST: db, PGBOUNCER_LISTEN_PORT: "6432"}
  web:
    image: web
"""
POOL = RemovedPooler(
    name="pool",
    database="db",
    port="6432",
    upstream="5433",
    healthy=False,
    session_aliases=(("notes_session", "notes"),),
)


def back(web: str, pooler: RemovedPooler = POOL) -> str:
    """What the service `web` says after its pooler is gone."""
    found = redirected(project(HEAD + web), [pooler]).files
    text = found[COMPOSE].decode() if found else HEAD + web
    assert text.startswith(HEAD)
    return text.removeprefix(HEAD)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("URL: postgres://u:p@pool:6432/x", "URL: postgres://u:p@db:5433/x"),
        ("URL: 'postgres://u:${PW:-p}@pool:6432/x?a=b' # mine", "URL: 'postgres://u:${PW:-p}@db:5433/x?a=b' # mine"),
        ("URL: postgres://u:p@pool:6432/notes_session", "URL: postgres://u:p@db:5433/notes"),
        ("URL: ${URL:-postgres://u:p@pool:6432/x}", "URL: ${URL:-postgres://u:p@db:5433/x}"),
        ("DSN: host=pool port=6432 dbname=x", "DSN: host=db port=5433 dbname=x"),
        ("JDBC: jdbc:postgresql://pool:6432/x", "JDBC: jdbc:postgresql://db:5433/x"),
        ("PGHOST: pool\n      PGPORT: 6432", "PGHOST: db\n      PGPORT: 5433"),
        ("NAME: pool", "NAME: pool"),
        ("URL: postgres://u:p@pool.example.com:6432/x", "URL: postgres://u:p@pool.example.com:6432/x"),
    ],
)
def test_a_variable_leads_to_the_database_again(before: str, after: str) -> None:
    assert back(f"    environment:\n      {before}\n") == f"    environment:\n      {after}\n"


def test_the_value_that_was_kept_beside_is_taken_whole() -> None:
    kept = "    environment:\n      URL: postgres://u:p@{}/x\n      URL_DIRECT: postgres://u:p@db/x\n"
    assert back(kept.format("pool:6432")) == kept.format("db")


def test_a_kept_value_that_differs_by_more_than_the_address_is_not_taken() -> None:
    text = "    environment:\n      URL: postgres://u:new@pool:6432/x\n      URL_DIRECT: postgres://u:old@db/x\n"
    assert back(text) == text.replace("pool:6432", "db:5433")


def test_each_redirected_variable_is_told_without_its_value() -> None:
    web = "    environment: {URL: 'postgres://u:sesame@pool:6432/x'}\n"
    found = redirected(project(HEAD + web), [POOL])
    assert (found.said, found.apps) == (("web.URL goes to db:5433",), ("web",))
    assert "sesame" not in repr(found)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("    depends_on: [pool, cache]\n", "    depends_on: [db, cache]\n"),
        ("    depends_on: [db, pool]\n", "    depends_on: [db]\n"),
        ("    depends_on:\n      - 'pool'\n", "    depends_on:\n      - 'db'\n"),
        (
            "    depends_on:\n      pool: {condition: service_started}\n",
            "    depends_on:\n      db: {condition: service_started}\n",
        ),
        ("    depends_on:\n      pool:\n        condition: service_healthy\n", ""),
        ("    links: [pool]\n", "    links: [db]\n"),
        ("    links: ['pool:db']\n", ""),
        ("    links: ['pool:postgres']\n", "    links: ['db:postgres']\n"),
    ],
)
def test_dependencies_and_links_name_the_database_again(before: str, after: str) -> None:
    assert back(before) == after


def test_a_health_that_the_database_tells_is_waited_for() -> None:
    web = "    depends_on:\n      pool: {condition: service_healthy, restart: true}\n"
    healthy = RemovedPooler(name="pool", database="db", port="6432", upstream="5432")
    assert back(web, healthy) == web.replace("pool", "db")


def test_nothing_of_an_external_database_is_waited_for() -> None:
    pooler = RemovedPooler(name="pool", database="db.example.com", port="6432", upstream="5432")
    web = "    environment: {PGHOST: pool}\n    depends_on: [pool]\n"
    assert back(web, pooler) == "    environment: {PGHOST: db.example.com}\n"


def test_a_variable_of_an_env_file_leads_to_the_database_again() -> None:
    read = project(
        {"compose.yml": HEAD + "    env_file: app.env\n", "app.env": "# mine\r\nPGHOST=pool\r\nPGPORT=6432\r\n"}
    )
    assert pooled_values(read, [POOL]) == {("web", "PGHOST"), ("web", "PGPORT")}
    assert redirected(read, [POOL]).files == {f"{FOLDER}/app.env": b"# mine\r\nPGHOST=db\r\nPGPORT=5433\r\n"}


def test_a_kept_value_goes_where_it_says_the_same_by_now() -> None:
    text = HEAD + "    environment:\n      A: db\n      A_DIRECT: db\n      B: db\n      B_DIRECT: other\n"
    found = without_twins(project(text), {("web", "A"), ("web", "B"), ("web", "NONE")})
    assert found == {COMPOSE: text.replace("      A_DIRECT: db\n", "").encode()}
