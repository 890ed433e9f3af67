"""What works in a transaction pool as it does without one: each row of the reference that says "harmless"."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pooler_rig import Pooler, Postgres, Rig, docker, env, eventually, new_rig

CLIENTS = 8
URL = "postgres://postgres:{password}@{host}:6432/app"


# Postgres reads it when it starts, which it does once more after these statements.
SETUP = "ALTER SYSTEM SET max_prepared_transactions = 4; CREATE TABLE note (name text);"


@pytest.fixture(scope="module")
def rig() -> Iterator[Rig]:
    with new_rig() as rig:
        yield rig


@pytest.fixture(scope="module")
def pooler(rig: Rig, tmp_path_factory: pytest.TempPathFactory) -> Pooler:
    """A pool of two: clients share connections whenever three of them are there."""
    setup = tmp_path_factory.mktemp("setup") / "setup.sql"
    setup.write_text(SETUP)
    server = rig.postgres("ready", f"--volume={setup}:/docker-entrypoint-initdb.d/setup.sql:ro")
    eventually(server.answers, "Postgres answers")
    return rig.ready_pooler(POSTGRES_HOST="ready", PGBOUNCER_DEFAULT_POOL_SIZE="2")


def client(rig: Rig, pooler: Pooler, *words: str, given: str = "", **variables: str) -> str:
    """What a program of Postgres says as a client of the pooler; it has to end well."""
    url = URL.format(password=Postgres.password, host=pooler.name)
    return docker("exec", "-i", *env(variables), rig.client.name, *words, url, text=given).stdout.strip()


def psql(rig: Rig, pooler: Pooler, script: str, **variables: str) -> str:
    return client(rig, pooler, "psql", "-XqAt", "-v", "ON_ERROR_STOP=1", given=script, **variables)


def test_named_statements_of_the_protocol_work(rig: Rig, pooler: Pooler) -> None:
    rig.client.exec("sh", "-c", "echo 'SELECT count(*) FROM note WHERE name = :client_id::text;' >/tmp/script")
    words = ["--no-vacuum", "--protocol=prepared", f"--client={CLIENTS}", "--transactions=50", "--file=/tmp/script"]
    said = client(rig, pooler, "/usr/lib/postgresql/17/bin/pgbench", *words)
    assert f"number of transactions actually processed: {CLIENTS * 50}/{CLIENTS * 50}" in said
    assert "number of failed transactions: 0 " in said


def test_a_cursor_works_inside_of_its_transaction(rig: Rig, pooler: Pooler) -> None:
    script = "BEGIN; DECLARE c CURSOR FOR SELECT generate_series(1, 3); FETCH c; FETCH 2 c; COMMIT;"
    assert psql(rig, pooler, script).split() == ["1", "2", "3"]


def test_each_client_keeps_the_name_of_its_application(rig: Rig, pooler: Pooler) -> None:
    clients = [rig.superuser(pooler) for _ in range(3)]
    with clients[0] as one, clients[1] as two, clients[2] as three:
        for name, each in zip("abc", (one, two, three), strict=True):
            each.send(f"SET application_name = '{name}';")
        for _ in range(3):
            for name, each in zip("abc", (one, two, three), strict=True):
                each.send("SELECT current_setting('application_name');")
                assert each.answer() == name


def test_a_query_is_canceled(rig: Rig, pooler: Pooler) -> None:
    url = URL.format(password=Postgres.password, host=pooler.name)
    words = ["timeout", "--signal=INT", "2", "psql", "-Xqc", "SELECT pg_sleep(60)", url]
    done = docker("exec", rig.client.name, *words, check=False)
    assert "canceling statement due to user request" in done.stderr


def test_rows_are_copied_in_and_out(rig: Rig, pooler: Pooler) -> None:
    assert psql(rig, pooler, "COPY note FROM STDIN;\none\ntwo\n\\.\nCOPY note TO STDOUT;\n").split() == ["one", "two"]


def test_a_large_object_is_written_and_read(rig: Rig, pooler: Pooler) -> None:
    made = psql(rig, pooler, "SELECT lo_from_bytea(0, 'a picture');")
    script = f"BEGIN; SELECT lo_open({made}, x'40000'::int); SELECT loread(0, 20); COMMIT;"
    assert psql(rig, pooler, script).splitlines()[-1] == "\\x" + b"a picture".hex()


def test_a_prepared_transaction_is_committed_by_another_client(rig: Rig, pooler: Pooler) -> None:
    psql(rig, pooler, "BEGIN; INSERT INTO note VALUES ('both'); PREPARE TRANSACTION 'order';")
    assert psql(rig, pooler, "SELECT count(*) FROM note WHERE name = 'both';") == "0"
    assert psql(rig, pooler, "COMMIT PREPARED 'order'; SELECT count(*) FROM note WHERE name = 'both';") == "1"
