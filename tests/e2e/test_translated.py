"""The classic messages, provoked: what PgBouncer and Postgres of today really say is what the table translates."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from pooler_rig import Pooler, Rig, docker, eventually, new_rig

from devpool.catalog.log_messages import translate, translate_all

pytestmark = pytest.mark.slow


@dataclass(kw_only=True)
class Stage:
    """A small pooler of one server connection, a larger one, and the rig that both stand in."""

    rig: Rig
    narrow: Pooler

    def ask(self, sql: str, **how: str) -> str:
        return self.rig.query(self.narrow, sql, **how)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with new_rig("CREATE TABLE grows (a int)") as rig:
        narrow = rig.ready_pooler(
            PGBOUNCER_DEFAULT_POOL_SIZE="1",
            PGBOUNCER_QUERY_WAIT_TIMEOUT="1",
            PGBOUNCER_MAX_CLIENT_CONN="4",
            PGBOUNCER_IGNORE_STARTUP_PARAMETERS="extra_float_digits",
            PGBOUNCER_SERVER_IDLE_TIMEOUT="60",
        )
        yield Stage(rig=rig, narrow=narrow)


def unsupported_parameter(stage: Stage) -> str:
    return stage.ask("SELECT 1", database="dbname=app options='-c geqo=off'")


def wrong_password(stage: Stage) -> str:
    return stage.rig.ask(stage.narrow, "postgres", "wrong", "SELECT 1")


def no_such_database(stage: Stage) -> str:
    return stage.ask("SELECT 1", database="nosuch")


def all_busy(stage: Stage) -> str:
    """The one server connection is held by a transaction."""
    with stage.rig.superuser(stage.narrow) as holder:
        holder.send("BEGIN; SELECT 'held';")
        assert holder.answer() == "held"
        return stage.ask("SELECT 1")


def too_long(stage: Stage) -> str:
    pooler = stage.rig.ready_pooler(PGBOUNCER_QUERY_TIMEOUT="1")
    return stage.rig.query(pooler, "SELECT pg_sleep(5)")


def too_many(stage: Stage) -> str:
    """The fourth slot is the healthcheck's, which comes back within a second where it has just ended."""
    with (
        stage.rig.superuser(stage.narrow),
        stage.rig.superuser(stage.narrow),
        stage.rig.superuser(stage.narrow),
    ):
        eventually(lambda: "max_client_conn" in stage.ask("SELECT 1"), "the slots are taken")
        return stage.ask("SELECT 1")


def unlocked_elsewhere(stage: Stage) -> str:
    return stage.ask("SELECT pg_advisory_unlock(5)")


def statement_elsewhere(stage: Stage) -> str:
    return stage.ask("EXECUTE totals")


def statement_of_another(stage: Stage) -> str:
    return stage.ask("PREPARE mine AS SELECT 1") + stage.ask("PREPARE mine AS SELECT 1")


def cursor_elsewhere(stage: Stage) -> str:
    return stage.ask("FETCH 1 FROM report")


def table_that_grew(stage: Stage) -> str:
    stage.ask("PREPARE every AS SELECT * FROM grows")
    stage.ask("EXECUTE every")
    stage.rig.client.sql("ALTER TABLE grows ADD COLUMN IF NOT EXISTS b int")
    return stage.ask("EXECUTE every")


def unknown_setting(stage: Stage) -> str:
    return stage.ask("SELECT current_setting('app.tenant')")


@pytest.mark.parametrize(
    ("provoke", "code"),
    [
        (unsupported_parameter, "startup-parameter"),
        (wrong_password, "password-wrong"),
        (no_such_database, "no-such-database"),
        (all_busy, "waited-too-long"),
        (too_long, "query-too-long"),
        (too_many, "too-many-clients"),
        (unlocked_elsewhere, "lock-not-held"),
        (statement_elsewhere, "prepared-missing"),
        (statement_of_another, "prepared-twice"),
        (cursor_elsewhere, "cursor-missing"),
        (table_that_grew, "cached-plan"),
        (unknown_setting, "bad-setting"),
    ],
)
def test_what_a_client_is_told_is_translated(stage: Stage, provoke: Callable[[Stage], str], code: str) -> None:
    said = provoke(stage)
    assert [t.code for t in translate_all(said.splitlines())] == [code], said


def codes(pooler: Pooler) -> set[str]:
    return {t.code for t in translate_all(pooler.logs().splitlines())}


def logs_of(rig: Rig, code: str, **environment: str) -> str:
    """The lines of a pooler's log that an entry translates, once there are some."""
    pooler = rig.ready_pooler(PGBOUNCER_QUERY_WAIT_TIMEOUT="1", PGBOUNCER_LOG_DISCONNECTIONS="1", **environment)
    rig.query(pooler, "SELECT 1")
    eventually(lambda: code in codes(pooler), f"{code} in {pooler.logs()}")
    return pooler.logs()


@pytest.mark.parametrize(
    ("environment", "code"),
    [
        ({"POSTGRES_HOST": "nosuchhost"}, "no-address"),
        ({"POSTGRES_PORT": "1"}, "server-away"),
        ({"POSTGRES_PASSWORD": "wrong"}, "password-wrong"),
        ({"PGBOUNCER_SERVER_TLS_SSLMODE": "require"}, "tls"),
    ],
)
def test_what_a_pooler_logs_that_cannot_reach_its_server_is_translated(
    stage: Stage, environment: dict[str, str], code: str
) -> None:
    logs_of(stage.rig, code, **environment)


def test_what_a_client_is_told_after_the_server_has_gone_is_translated(stage: Stage) -> None:
    other = stage.rig.postgres("other")
    eventually(other.answers, "the other Postgres answers")
    pooler = stage.rig.ready_pooler(POSTGRES_HOST="other", PGBOUNCER_QUERY_WAIT_TIMEOUT="1")
    assert stage.rig.query(pooler, "SELECT 1") == "1"
    docker("rm", "--force", other.name)
    eventually(lambda: _code(stage.rig.query(pooler, "SELECT 1")) == "login-failing", "it says that logins fail")


def _code(said: str) -> str:
    found = translate(said)
    return found.code if found else ""


def test_a_transaction_in_statement_mode_is_translated(stage: Stage) -> None:
    pooler = stage.rig.ready_pooler(PGBOUNCER_POOL_MODE="statement")
    found = translate(stage.rig.query(pooler, "BEGIN"))
    assert found
    assert found.code == "not-in-statement-mode"


def test_a_quiet_pooler_logs_nothing_that_is_translated(stage: Stage) -> None:
    pooler = stage.rig.ready_pooler()
    assert stage.rig.query(pooler, "SELECT 1") == "1"
    assert codes(pooler) == set()
