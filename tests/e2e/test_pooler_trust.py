"""POSTGRES_HOST_AUTH_METHOD=trust: the pooler lets in whom the server lets in, whatever the variable says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pooler_rig import Pooler, Postgres, Rig, eventually, new_rig

TRUST = {"POSTGRES_HOST_AUTH_METHOD": "trust"}
LIST = "/run/pgbouncer/private/userlist.txt"


@pytest.fixture(scope="module")
def rig() -> Iterator[Rig]:
    """Its `db` asks for a password."""
    with new_rig("CREATE ROLE guest LOGIN PASSWORD 'guests-own'") as rig:
        yield rig


@pytest.fixture(scope="module")
def trusting(rig: Rig) -> Postgres:
    """A server that has a password and asks nobody for it."""
    server = rig.postgres("trusting", **TRUST)
    eventually(server.answers, "the trusting Postgres answers")
    server.sql("CREATE ROLE guest LOGIN")
    return server


def who(rig: Rig, pooler: Pooler, user: str, password: str) -> str:
    return rig.ask(pooler, user, password, "SELECT current_user")


def test_nobody_gets_in_without_a_password_where_the_server_asks_for_one(rig: Rig) -> None:
    pooler = rig.ready_pooler(**TRUST)
    for user in ("postgres", "guest"):
        assert "no password supplied" in who(rig, pooler, user, "")
        assert "SASL authentication failed" in who(rig, pooler, user, "wrong")
    assert who(rig, pooler, "postgres", Postgres.password) == "postgres"
    assert who(rig, pooler, "guest", "guests-own") == "guest"
    assert "says trust, but the server asks for a password" in pooler.logs()
    assert pooler.setting("auth_type") == "scram-sha-256"
    assert pooler.health() == "pooler up, database answering"


def test_a_foreign_password_of_libpq_does_not_answer_for_the_client(rig: Rig) -> None:
    """An env file may bring a PGPASSWORD along, and the server is asked without one."""
    pooler = rig.ready_pooler(**TRUST, PGPASSWORD=Postgres.password)
    assert "no password supplied" in who(rig, pooler, "postgres", "")


@pytest.mark.usefixtures("trusting")
def test_clients_with_and_without_a_password_get_in_where_the_server_trusts(rig: Rig) -> None:
    pooler = rig.ready_pooler(POSTGRES_HOST="trusting", **TRUST)
    for user in ("postgres", "guest"):
        for password in ("", Postgres.password, "wrong"):
            assert who(rig, pooler, user, password) == user
    assert pooler.exec("cat", LIST) == '"postgres" ""\n'
    assert Postgres.password not in pooler.exec("cat", "/run/pgbouncer/private/pgpass").split(":")
    assert pooler.health() == "pooler up, database answering"


def test_a_server_that_asks_from_now_on_is_not_entered_without_a_password(rig: Rig) -> None:
    server = rig.postgres("hardened", **TRUST)
    eventually(server.answers, "the trusting Postgres answers")
    pooler = rig.ready_pooler(POSTGRES_HOST="hardened", **TRUST)
    assert who(rig, pooler, "postgres", "") == "postgres"
    server.sql("ALTER SYSTEM SET password_encryption = 'scram-sha-256'")
    server.exec("sh", "-c", "sed -i 's/^host all all all trust$/host all all all scram-sha-256/' $PGDATA/pg_hba.conf")
    server.sql("SELECT pg_reload_conf()")
    pooler.admin("RECONNECT")
    eventually(lambda: who(rig, pooler, "postgres", "") != "postgres", "the new rule counts")
    for password in ("", Postgres.password):
        assert "FATAL" in who(rig, pooler, "postgres", password)
    pooler.stop()
    rig.start_again(pooler)
    eventually(pooler.accepts, "the pooler is back")
    assert "no password supplied" in who(rig, pooler, "postgres", "")
    assert who(rig, pooler, "postgres", Postgres.password) == "postgres"


def test_without_a_password_the_server_decides(rig: Rig) -> None:
    pooler = rig.ready_pooler(**TRUST, POSTGRES_PASSWORD="")
    for password in ("", Postgres.password):
        assert "FATAL" in who(rig, pooler, "postgres", password)
    assert pooler.health().startswith("pooler up, database not answering: ")


def test_it_waits_for_the_server_whose_answer_it_needs(rig: Rig) -> None:
    pooler = rig.pooler(POSTGRES_HOST="absent", POSTGRES_PASSWORD=Postgres.password, POSTGRES_DB="app", **TRUST)
    waits = "pooler not answering: it waits for the database, to see whether that asks for a password"
    eventually(lambda: pooler.health() == waits, "it waits")
    assert "has not started yet" in pooler.exec("pooler-admin", "SHOW VERSION", check=False)
    rig.postgres("absent", **TRUST)
    eventually(pooler.accepts, "the pooler takes connections", seconds=30)
    assert who(rig, pooler, "postgres", "") == "postgres"


def test_it_can_be_stopped_while_it_waits(rig: Rig) -> None:
    pooler = rig.pooler(POSTGRES_HOST="never", POSTGRES_PASSWORD=Postgres.password, **TRUST)
    eventually(lambda: "it waits" in pooler.health(), "it waits")
    assert pooler.stop() < 8
    assert pooler.inspect("{{.State.ExitCode}}") == "0"


@pytest.mark.usefixtures("trusting")
def test_a_pooler_that_is_to_ask_asks_also_before_a_server_that_trusts(rig: Rig) -> None:
    pooler = rig.ready_pooler(POSTGRES_HOST="trusting", **TRUST, PGBOUNCER_AUTH_TYPE="scram-sha-256")
    assert "no password supplied" in who(rig, pooler, "postgres", "")
    assert who(rig, pooler, "postgres", Postgres.password) == "postgres"


@pytest.mark.parametrize(
    ("line", "refused"),
    [
        ("host all all 0.0.0.0/0 trust", True),
        ('  hostssl all all 0.0.0.0 0.0.0.0 "trust"', True),
        ("host all all 0.0.0.0/0 scram-sha-256 # no trust", False),
        ("local all all trust", False),
    ],
)
def test_a_list_of_hosts_that_trusts_is_refused(rig: Rig, tmp_path: Path, line: str, refused: bool) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "hba").write_text(f"# trust\n{line}\n")
    given = {"PGBOUNCER_AUTH_TYPE": "hba", "PGBOUNCER_AUTH_HBA_FILE": "/mounted/hba"}
    mount = f"--volume={tmp_path}:/mounted:ro"
    if refused:
        said = rig.refusal(mount, POSTGRES_HOST="db", POSTGRES_PASSWORD=Postgres.password, **given)
        assert said.startswith("PGBOUNCER_AUTH_HBA_FILE: has a line with trust")
    else:
        rig.ready_pooler(mount, **given)
