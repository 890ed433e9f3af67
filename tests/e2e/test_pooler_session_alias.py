"""More than one way in: further users and servers by numbered URLs, and session aliases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pooler_rig import IdleClient, Pooler, Postgres, Rig, eventually, new_rig

URL = "postgres://postgres:dev@db/app"
STAYS = {"PGBOUNCER_SERVER_IDLE_TIMEOUT": "600"}
"""A database is shown while it has a connection, which by default is closed after a second."""


@pytest.fixture(scope="module")
def rig() -> Iterator[Rig]:
    with new_rig(
        "CREATE ROLE reader LOGIN PASSWORD 'reads'",
        "CREATE ROLE writer LOGIN PASSWORD 'writes'",
        "CREATE DATABASE reports",
        'CREATE DATABASE "it\'s"',
    ) as rig:
        yield rig


@pytest.fixture(scope="module")
def second(rig: Rig) -> Postgres:
    """Another server, with a database and a user of its own."""
    server = rig.postgres("db2", POSTGRES_PASSWORD="dev2", POSTGRES_USER="owner", POSTGRES_DB="elsewhere")
    url = "postgres://owner:dev2@127.0.0.1/elsewhere"
    eventually(lambda: "1" in server.exec("psql", "-Atc", "SELECT 1", url, check=False), "the second Postgres answers")
    return server


# --- numbered URLs ---


def pooler_for(rig: Rig, **urls: str) -> Pooler:
    pooler = rig.pooler(POSTGRES_HOST="", **urls)
    eventually(pooler.accepts, "the pooler takes connections")
    return pooler


def test_each_url_adds_its_user(rig: Rig) -> None:
    urls = {
        "DATABASE_URL": "postgres://reader:reads@db/app",
        "DATABASE_URL_2": "postgres://writer:writes@db:5432/reports",
        "DATABASE_URL_7": "postgres://reader:reads@/reports",
        "DATABASE_URL_8": "",
        "DATABASE_URL_DIRECT": "mysql://is/not/ours",
    }
    pooler = pooler_for(rig, **urls)
    seen = "SELECT current_user || ' ' || current_database()"
    assert rig.ask(pooler, "reader", "reads", seen) == "reader app"
    assert rig.ask(pooler, "writer", "writes", seen, database="reports") == "writer reports"
    assert rig.ask(pooler, "writer", "writes", seen, database="postgres") == "writer postgres"
    assert "FATAL" in rig.ask(pooler, "writer", "reads", seen)
    assert pooler.health() == "pooler up, database answering"


def test_a_url_on_another_server_adds_its_database(rig: Rig, second: Postgres) -> None:
    further = "postgres://owner:dev2@db2/elsewhere"
    pooler = pooler_for(rig, DATABASE_URL=URL, DATABASE_URL_2=further, PGBOUNCER_DB_POOL_SIZE="4", **STAYS)
    where = "SELECT current_user || ' ' || current_database()"
    assert rig.ask(pooler, "owner", "dev2", where, database="elsewhere") == "owner elsewhere"
    # PgBouncer lists a database that is in its file only as `*` for as long as it has a connection.
    with rig.superuser(pooler) as client:
        assert ask(client, f"{where};") == "postgres app"
        sizes = {row["name"]: row["pool_size"] for row in pooler.admin("SHOW DATABASES")}
    assert (sizes["elsewhere"], sizes["app"]) == ("4", "4")


FIRST = {"POSTGRES_HOST": "db", "POSTGRES_PASSWORD": "dev", "POSTGRES_DB": "app"}


@pytest.mark.parametrize(
    ("named", "given"),
    [
        ("DATABASE_URL_2", {"DATABASE_URL_2": "postgres://postgres:s3cret@db/app"}),
        ("DATABASE_URL_3", {"DATABASE_URL_2": "postgres://u:s3cret@db", "DATABASE_URL_3": "postgres://u:s3crets@db"}),
        ("DATABASE_URL_2", {"DATABASE_URL_2": "postgres://u:s3cret@db2/app"}),
        ("DATABASE_URL_2", {"DATABASE_URL_2": "postgres://u:s3cret@db:5433/app"}),
        ("DATABASE_URL_2", {"DATABASE_URL_2": "postgres://db/s3cret"}),
        ("DATABASE_URL_2", {"DATABASE_URL_2": "postgres://u@db/app"}),
        ("DATABASE_URL_2", {"DATABASE_URL_2": "s3cret"}),
        ("DATABASE_URL_2", {"DATABASE_URL_2": "postgres://u:s3cret\n@db/app"}),
        ("DATABASE_URL_2", {"DATABASE_URL_2": "postgres://u:s3cret%@db/app"}),
        ("DATABASE_URL_2", {"DATABASE_URL_2": "postgres://u:s3cret@db/pgbouncer"}),
        ("DATABASE_URL_2", {"DATABASE_URL_2": "postgres://u:s3cret@db/devpool_health"}),
        ("DATABASE_URL_2", {"DATABASE_URL_2": f"postgres://{'u' * 128}:s3cret@db/app"}),
        ("DATABASE_URL_2", {"DATABASE_URL_2": f"postgres://u:s3cret@db/{'d' * 64}"}),
        ("DATABASE_URL_2", {"DATABASE_URL_2": "postgres://u:s3cret@db2/it's"}),
        ("DATABASE_URL_2", {"DATABASE_URL_2": "postgres://u:s3cret@db", "DATABASE_URL_2_FILE": "/etc/hostname"}),
        ("DATABASE_URL_2_FILE", {"DATABASE_URL_2_FILE": "/s3cret"}),
        ("DATABASE_URL_2_FILE", {"DATABASE_URL_2_FILE": "/dev/null"}),
        (
            "DATABASE_URL_3",
            {
                "DATABASE_URL_2": "postgres://u:s3cret@db?sslmode=require",
                "DATABASE_URL_3": "postgres://v:s3cret@db?sslmode=disable",
            },
        ),
    ],
)
def test_urls_that_contradict_are_refused_by_name(rig: Rig, named: str, given: dict[str, str]) -> None:
    said = rig.refusal(**FIRST, **given)
    assert said.startswith(f"{named}: ")
    assert "s3cret" not in said


# --- session aliases ---


def ask(client: IdleClient, sql: str) -> str:
    client.send(sql)
    return client.answer()


@pytest.fixture(scope="module")
def doors(rig: Rig, second: Postgres) -> Pooler:
    return pooler_for(
        rig,
        DATABASE_URL=URL,
        DATABASE_URL_2="postgres://owner:dev2@db2/elsewhere",
        PGBOUNCER_SESSION_DATABASE="1",
        PGBOUNCER_DB_POOL_MODE="transaction",
        **STAYS,
    )


def kept(rig: Rig, pooler: Pooler, database: str) -> list[str]:
    """What is left of a client's session state after other clients have had their transactions in between."""
    with rig.superuser(pooler, database) as client, rig.superuser(pooler, database) as other:
        first = ask(client, "SELECT pg_backend_pid();")
        client.send("SET work_mem = '77MB';")
        ask(client, "SELECT 'locked', pg_advisory_lock(4711);")
        # Answered before the other client begins: a LISTEN under way would go to whichever connection is free then.
        ask(client, "LISTEN news; SELECT 'listening';")
        # The other client takes the server connection that was the first one's, if it was given back.
        ask(other, "BEGIN; SELECT 1;")
        found = []
        if ask(client, "SELECT pg_backend_pid();") == first:
            found.append("connection")
        if ask(client, "SHOW work_mem;") == "77MB":
            found.append("SET")
        if ask(client, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid();") == "1":
            found.append("lock")
        if ask(client, "SELECT count(*) FROM pg_listening_channels();") == "1":
            found.append("LISTEN")
        other.send("ROLLBACK;")
        return found


def test_session_state_survives_behind_the_session_door_and_not_beside_it(rig: Rig, doors: Pooler) -> None:
    assert kept(rig, doors, "app_session") == ["connection", "SET", "lock", "LISTEN"]
    assert kept(rig, doors, "app") == []


def test_a_notification_arrives_behind_the_session_door(rig: Rig, doors: Pooler) -> None:
    with rig.superuser(doors, "app_session") as client:
        client.send("LISTEN news;")
        assert ask(client, "SELECT 'listening';") == "listening"
        rig.query(doors, "NOTIFY news, 'it happened'")
        client.send("SELECT 1;")
        assert client.answer() == "1"
        assert 'Asynchronous notification "news" with payload "it happened"' in client.answer()


def test_what_a_session_left_is_gone_for_the_next_client(rig: Rig, doors: Pooler) -> None:
    with rig.superuser(doors, "app_session") as client:
        client.send("SET work_mem = '77MB';")
        assert ask(client, "SHOW work_mem;") == "77MB"
    assert rig.query(doors, "SHOW work_mem", database="app_session") != "77MB"


def test_each_named_database_has_a_door(rig: Rig, doors: Pooler) -> None:
    assert rig.query(doors, "SELECT current_database()", database="app_session") == "app"
    found = rig.ask(doors, "owner", "dev2", "SELECT current_database()", database="elsewhere_session")
    assert found == "elsewhere"
    assert rig.query(doors, "SELECT current_database()") == "app"
    modes = {row["name"]: row["pool_mode"] for row in doors.admin("SHOW DATABASES")}
    assert [modes[name] for name in ("app", "app_session", "elsewhere_session")] == [
        "transaction",
        "session",
        "session",
    ]


def test_doors_are_named_and_lead_to_any_database(rig: Rig) -> None:
    pooler = rig.ready_pooler(PGBOUNCER_SESSION_DATABASE="slow,reports_session=reports,odd one=it's")
    names = {"slow": "app", "reports_session": "reports", "odd one": "it's"}
    for name, database in names.items():
        assert rig.query(pooler, "SELECT current_database()", database=name) == database
    assert 'database "app_session" does not exist' in rig.query(pooler, "SELECT 1", database="app_session")


@pytest.mark.parametrize("off", ["", "0", "false", "no"])
def test_there_is_no_door_unless_asked_for(rig: Rig, off: str) -> None:
    pooler = rig.ready_pooler(PGBOUNCER_SESSION_DATABASE=off)
    assert {row["name"] for row in pooler.admin("SHOW DATABASES")} == {"devpool_health", "pgbouncer"}


@pytest.mark.parametrize(
    "given",
    [
        "app",
        "pgbouncer",
        "devpool_health",
        "*",
        ",",
        "a,,b",
        "a=",
        "=app",
        " a",
        "it's",
        "d" * 64,
        "x=" + "d" * 64,
        "a\nb",
    ],
)
def test_a_door_that_cannot_be_is_refused(rig: Rig, given: str) -> None:
    assert rig.refusal(**FIRST, PGBOUNCER_SESSION_DATABASE=given).startswith("PGBOUNCER_SESSION_DATABASE: ")


def test_a_door_whose_name_would_be_too_long_is_refused(rig: Rig) -> None:
    said = rig.refusal(**FIRST | {"POSTGRES_DB": "d" * 60}, PGBOUNCER_SESSION_DATABASE="1")
    assert said.startswith("PGBOUNCER_SESSION_DATABASE: ")
