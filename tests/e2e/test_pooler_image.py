"""The pooler image by itself: what it lets in, what it refuses, what it keeps to itself, and how it ends."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote

import pytest
from pooler_rig import CONTEXT, Pooler, Postgres, Rig, docker, env, eventually, new_rig, require_engine, tell

HOSTILE = "a\"b\\c'd%e%41$HOME`f`@g:h/i#j?k&l;m=n,o [p] {q}|r *~!<>^ @USER@ \\n kü€日"


@pytest.fixture(scope="module")
def rig() -> Iterator[Rig]:
    with new_rig(
        "CREATE ROLE hostile LOGIN",
        "CREATE ROLE other LOGIN PASSWORD 'other-password'",
        "CREATE ROLE expired LOGIN PASSWORD 'other-password' VALID UNTIL '2001-01-01'",
        "CREATE ROLE nologin PASSWORD 'other-password'",
        "ALTER ROLE hostile PASSWORD '{}'".format(HOSTILE.replace("'", "''")),
    ) as rig:
        yield rig


@pytest.fixture(scope="module")
def pooler(rig: Rig) -> Pooler:
    """With the defaults, the superuser configured."""
    return rig.ready_pooler()


# --- ready, and locked down ---


def test_compose_sees_it_healthy_soon_after_the_start(pooler: Pooler) -> None:
    eventually(lambda: pooler.inspect("{{.State.Health.Status}}") == "healthy", "healthy", seconds=5)
    assert pooler.health() == "pooler up, database answering"


def test_it_runs_as_a_fixed_user_and_stops_by_sigint(pooler: Pooler) -> None:
    assert pooler.inspect("{{.Config.User}} {{.Config.StopSignal}}") == "6432:6432 SIGINT"
    assert pooler.exec("cat", "/proc/1/comm").strip() == "pgbouncer"


def test_what_it_writes_is_for_its_own_user_alone(pooler: Pooler) -> None:
    listed = pooler.exec("stat", "-c", "%a %n", "/run/pgbouncer/private")
    files = pooler.exec("find", "/run/pgbouncer/private", "-type", "f", "-printf", "%m\n")
    assert listed.startswith("700 ")
    assert set(files.split()) == {"600"}


def test_any_other_user_id_works_too(rig: Rig) -> None:
    pooler = rig.ready_pooler("--user=1234:1234")
    assert rig.ask(pooler, "postgres", Postgres.password, "SELECT 1") == "1"
    assert pooler.health() == "pooler up, database answering"


def test_without_a_place_to_write_it_says_so(rig: Rig) -> None:
    environment = ["-e", "POSTGRES_HOST=db", "-e", "POSTGRES_PASSWORD=x"]
    done = docker("run", "--rm", "--read-only", *environment, rig.image, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith("devpool-pgbouncer: /run/pgbouncer: user id 6432 cannot write there; ")


def test_no_password_in_the_log_or_on_a_command_line(rig: Rig) -> None:
    pooler = rig.ready_pooler(POSTGRES_USER="other", POSTGRES_PASSWORD="other-password")
    rig.ask(pooler, "other", "not-the-password", "SELECT 1")
    watch = "for i in {1..5}; do healthcheck.sh & done; for i in {1..40}; do cat /proc/*/cmdline; done; wait"
    seen = pooler.logs() + pooler.exec("bash", "-c", watch, check=False)
    assert "psql" in seen
    assert "other-password" not in seen


# --- who gets in ---


Given = tuple[list[str], dict[str, str]]
"""Options of `docker run`, and the variables."""


def given_as_variables(_: Path) -> Given:
    return [], {"POSTGRES_USER": "hostile", "POSTGRES_PASSWORD": HOSTILE, "POSTGRES_DB": "app"}


def given_as_files(folder: Path) -> Given:
    for name, value in {"user": "hostile", "password": HOSTILE, "database": "app"}.items():
        (folder / name).write_text(value + "\n", encoding="utf-8")
        (folder / name).chmod(0o644)
    folder.chmod(0o755)
    names = {"POSTGRES_USER": "user", "POSTGRES_PASSWORD": "password", "POSTGRES_DB": "database"}
    return [f"--volume={folder}:/secrets:ro"], {f"{key}_FILE": f"/secrets/{name}" for key, name in names.items()}


def given_as_a_url(_: Path) -> Given:
    url = f"postgresql+psycopg://hostile:{quote(HOSTILE, safe='')}@db:5432/app?sslmode=disable&x=y"
    return [], {"DATABASE_URL": url, "POSTGRES_HOST": ""}


@pytest.mark.parametrize("given", [given_as_variables, given_as_files, given_as_a_url])
def test_a_password_of_every_kind_of_character_works(rig: Rig, given: Callable[[Path], Given], tmp_path: Path) -> None:
    options, variables = given(tmp_path)
    pooler = rig.pooler(*options, **variables)
    eventually(pooler.accepts, "the pooler takes connections")
    assert rig.ask(pooler, "hostile", HOSTILE, "SELECT current_user") == "hostile"
    assert "SASL authentication failed" in rig.ask(pooler, "hostile", HOSTILE[:-1], "SELECT 1")
    assert pooler.health() == "pooler up, database answering"


def test_an_unescaped_at_sign_in_a_url_belongs_to_the_password(rig: Rig) -> None:
    rig.client.sql("CREATE ROLE \"at sign\" LOGIN PASSWORD 'p@ss'")
    pooler = rig.pooler(DATABASE_URL="postgres://at%20sign:p@ss@db/app?sslmode=disable", POSTGRES_HOST="")
    eventually(pooler.accepts, "the pooler takes connections")
    assert rig.ask(pooler, "at sign", "p@ss", "SELECT current_user") == "at sign"
    assert pooler.setting("server_tls_sslmode") == "disable"


@pytest.mark.parametrize(
    ("url", "where"),
    [
        ("postgres://u:pa?ss#w@elsewhere:5440/app?x=@y", ("elsewhere", "5440", "app")),
        ("postgresql+asyncpg://u:p%2F@[::1]:5433", ("::1", "5433", "u")),
        ("postgres:///app?host=/run/postgresql&user=u&password=p&port=5439", ("/run/postgresql", "5439", "app")),
    ],
)
def test_a_url_is_read_as_drivers_read_it(rig: Rig, url: str, where: tuple[str, str, str]) -> None:
    pooler = rig.pooler(DATABASE_URL=url, POSTGRES_HOST="")
    eventually(pooler.accepts, "the pooler takes connections")
    health = next(row for row in pooler.admin("SHOW DATABASES") if row["name"] == "devpool_health")
    assert (health["host"], health["port"], health["database"]) == where


def test_the_port_of_a_url_belongs_to_its_host(rig: Rig) -> None:
    pooler = rig.pooler(DATABASE_URL=f"postgres://postgres:{Postgres.password}@elsewhere:9/app?port=9")
    eventually(pooler.accepts, "the pooler takes connections")
    assert rig.ask(pooler, "postgres", Postgres.password, "SELECT 1") == "1"


def test_postgres_variables_and_a_url_are_not_mixed(rig: Rig) -> None:
    pooler = rig.ready_pooler(DATABASE_URL="postgres://other:wrong@nowhere:1/nothing")
    assert rig.ask(pooler, "postgres", Postgres.password, "SELECT 1") == "1"


def test_another_role_of_the_server_gets_in_with_its_own_password(rig: Rig, pooler: Pooler) -> None:
    assert rig.ask(pooler, "other", "other-password", "SELECT current_user") == "other"
    assert "SASL authentication failed" in rig.ask(pooler, "other", "wrong", "SELECT 1")


@pytest.mark.parametrize("role", ["expired", "nologin", "nobody"])
def test_a_role_that_the_server_would_refuse_is_refused(rig: Rig, pooler: Pooler, role: str) -> None:
    assert "FATAL" in rig.ask(pooler, role, "other-password", "SELECT 1")


def test_a_role_that_expires_is_refused_from_then_on(rig: Rig, pooler: Pooler) -> None:
    rig.client.sql("CREATE ROLE leaving LOGIN PASSWORD 'x'")
    assert rig.ask(pooler, "leaving", "x", "SELECT current_user") == "leaving"
    rig.client.sql("ALTER ROLE leaving VALID UNTIL '2001-01-01'")
    assert "SASL authentication failed" in rig.ask(pooler, "leaving", "x", "SELECT 1")
    rig.client.sql("ALTER ROLE leaving VALID UNTIL '2101-01-01'")
    assert rig.ask(pooler, "leaving", "x", "SELECT current_user") == "leaving"


def test_a_configured_role_that_is_past_its_time_does_not_get_through(rig: Rig) -> None:
    pooler = rig.ready_pooler(POSTGRES_USER="expired", POSTGRES_PASSWORD="other-password")
    assert "password authentication failed" in rig.ask(pooler, "expired", "other-password", "SELECT 1")
    assert "password authentication failed" in pooler.health()


def test_the_look_up_of_roles_cannot_be_led_astray_by_a_search_path(rig: Rig, pooler: Pooler) -> None:
    """A pg_authid, a now() and an = of somebody else's, first in the configured role's search_path."""
    rig.client.sql(
        "CREATE SCHEMA trap",
        "CREATE VIEW trap.pg_authid AS SELECT 'intruder'::name AS rolname, 'x' AS rolpassword,"
        " NULL::timestamptz AS rolvaliduntil, true AS rolcanlogin",
        "CREATE FUNCTION trap.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT NULL::timestamptz'",
        "CREATE FUNCTION trap.always(name, text) RETURNS boolean LANGUAGE sql AS 'SELECT true'",
        "CREATE OPERATOR trap.= (LEFTARG = name, RIGHTARG = text, FUNCTION = trap.always)",
        "ALTER ROLE postgres SET search_path = trap, pg_catalog",
    )
    try:
        pooler.admin("RECONNECT")
        assert "no such user" in rig.ask(pooler, "intruder", "x", "SELECT 1")
        assert "SASL authentication failed" in rig.ask(pooler, "expired", "other-password", "SELECT 1")
        assert rig.ask(pooler, "other", "other-password", "SELECT current_user") == "other"
    finally:
        rig.client.sql("ALTER ROLE postgres RESET search_path", "DROP SCHEMA trap CASCADE")
        pooler.admin("RECONNECT")


def test_a_role_that_is_no_superuser_serves_itself(rig: Rig) -> None:
    pooler = rig.ready_pooler(POSTGRES_USER="other", POSTGRES_PASSWORD="other-password")
    assert "FATAL" in rig.ask(pooler, "postgres", Postgres.password, "SELECT 1")
    assert rig.ask(pooler, "other", "other-password", "SELECT current_user") == "other"


def test_every_database_of_the_server_is_reached(rig: Rig, pooler: Pooler) -> None:
    ask = "SELECT current_database()"
    assert rig.ask(pooler, "postgres", Postgres.password, ask, database="postgres") == "postgres"
    assert 'database "no-such" does not exist' in rig.ask(
        pooler, "postgres", Postgres.password, ask, database="no-such"
    )


def test_a_trusting_server_is_trusted_but_nobody_gets_the_console(rig: Rig) -> None:
    server = rig.postgres("trusting", POSTGRES_PASSWORD="", POSTGRES_HOST_AUTH_METHOD="trust")
    eventually(server.answers, "the trusting Postgres answers")
    server.sql("CREATE ROLE guest LOGIN", "CREATE ROLE plain LOGIN")
    trust = {"POSTGRES_HOST": "trusting", "POSTGRES_PASSWORD": "", "POSTGRES_HOST_AUTH_METHOD": "trust"}
    pooler = rig.ready_pooler(**trust, POSTGRES_USER="plain")
    assert rig.ask(pooler, "plain", "", "SELECT current_user") == "plain"
    assert rig.ask(pooler, "guest", "anything", "SELECT current_user") == "guest"
    assert "FATAL" in rig.ask(pooler, "nobody", "", "SELECT 1")
    for user in ("pgbouncer", "plain", "postgres"):
        assert "FATAL" in rig.ask(pooler, user, "", "SHOW POOLS", database="pgbouncer")


# --- the console ---


def test_the_console_answers_inside_the_container_by_named_columns(rig: Rig, pooler: Pooler) -> None:
    def mode() -> str | None:  # a pool is shown while it has a connection
        rig.ask(pooler, "postgres", Postgres.password, "SELECT 1")
        pools = {(row["database"], row["user"]): row["pool_mode"] for row in pooler.admin("SHOW POOLS")}
        return pools.get(("app", "postgres"))

    assert eventually(mode, "the pool is shown") == "transaction"
    assert pooler.exec("pooler-admin", "RECONNECT") == "RECONNECT\n"


@pytest.mark.parametrize("user", ["pgbouncer", "postgres"])
def test_the_console_takes_nobody_from_outside(rig: Rig, pooler: Pooler, user: str) -> None:
    assert "FATAL" in rig.ask(pooler, user, Postgres.password, "SHOW POOLS", database="pgbouncer")


def test_the_console_tells_a_wrong_user_what_to_do(pooler: Pooler) -> None:
    said = pooler.exec("pooler-admin", "SHOW POOLS", options=("--user=1:1",), check=False)
    assert said == "pooler-admin: user id 1 is not the one PgBouncer runs as; leave out --user\n"


# --- settings ---


def test_settings_txt_holds_pgbouncers_own_keys(pooler: Pooler) -> None:
    kept = "auth_file auth_user conffile job_name listen_addr logfile pidfile syslog syslog_facility"
    kept += " syslog_ident unix_socket_dir unix_socket_group unix_socket_mode user verbose"
    listed = [line.split()[0] for line in (CONTEXT / "settings.txt").read_text().splitlines()]
    listed = [key for key in listed if not key.startswith("db_")]
    assert sorted(listed + kept.split()) == sorted(row["key"] for row in pooler.admin("SHOW CONFIG"))


def test_any_setting_of_pgbouncer_is_a_variable(rig: Rig) -> None:
    pooler = rig.ready_pooler(
        PGBOUNCER_LISTEN_PORT="5432",
        PGBOUNCER_DEFAULT_POOL_SIZE="3",
        PGBOUNCER_POOL_MODE="session",
        PGBOUNCER_QUERY_TIMEOUT="",
        PGBOUNCER_SERVER_RESET_QUERY="SELECT 'a%b\\n; # @HOST@'",
    )
    assert rig.ask(pooler, "postgres", Postgres.password, "SELECT 1", port=5432) == "1"
    assert (pooler.setting("default_pool_size"), pooler.setting("pool_mode")) == ("3", "session")
    assert pooler.setting("query_timeout") == "0"
    assert pooler.setting("server_reset_query") == "SELECT 'a%b\\n; # @HOST@'"
    assert pooler.health() == "pooler up, database answering"


GIVEN = {"POSTGRES_HOST": "db", "POSTGRES_PASSWORD": "s3cret"}
REFUSED = [
    ("POSTGRES_HOST", {"POSTGRES_HOST": ""}),
    ("POSTGRES_HOST", {"POSTGRES_HOST": "db port=1"}),
    ("POSTGRES_PORT", {"POSTGRES_PORT": "54x32"}),
    ("POSTGRES_PORT", {"POSTGRES_PORT": "70000"}),
    ("POSTGRES_PASSWORD", {"POSTGRES_PASSWORD": ""}),
    ("POSTGRES_PASSWORD", {"POSTGRES_PASSWORD": "s3cret\nmore"}),
    ("POSTGRES_PASSWORD", {"POSTGRES_PASSWORD": "md5" + "0123456789abcdef" * 2}),
    ("POSTGRES_PASSWORD", {"POSTGRES_PASSWORD_FILE": "/etc/hostname"}),
    ("POSTGRES_USER_FILE", {"POSTGRES_USER_FILE": "/nowhere"}),
    ("POSTGRES_USER", {"POSTGRES_USER": " s3cret"}),
    ("POSTGRES_DB", {"POSTGRES_DB": "pgbouncer"}),
    ("POSTGRES_HOST_AUTH_METHOD", {"POSTGRES_HOST_AUTH_METHOD": "reject"}),
    ("PGBOUNCER_ADMIN_USERS", {"POSTGRES_HOST_AUTH_METHOD": "trust", "PGBOUNCER_ADMIN_USERS": "s3cret"}),
    ("PGBOUNCER_AUTH_TYPE", {"PGBOUNCER_AUTH_TYPE": "any"}),
    ("PGBOUNCER_AUTH_FILE", {"PGBOUNCER_AUTH_FILE": "/s3cret"}),
    ("PGBOUNCER_POOLSIZE", {"PGBOUNCER_POOLSIZE": "s3cret"}),
    ("PGBOUNCER_pool_mode", {"PGBOUNCER_pool_mode": "session"}),
    ("PGBOUNCER_POOL_MODE", {"PGBOUNCER_POOL_MODE": "s3cret"}),
    ("PGBOUNCER_LISTEN_PORT", {"PGBOUNCER_LISTEN_PORT": "0"}),
    ("PGBOUNCER_AUTH_QUERY", {"PGBOUNCER_AUTH_QUERY": "SELECT 1\nuser = root"}),
    *(
        ("DATABASE_URL", {"POSTGRES_PASSWORD": "", "POSTGRES_HOST": "", "DATABASE_URL": url})
        for url in (
            "mysql://u:s3cret@db/app",
            "postgres://u:s3cret%@db/app",
            "postgres://u:s3cret%4@db/app",
            "postgres://u:s3cret%0Ax@db/app",
            "postgres://u:s3cret%00x@db/app",
            "postgres://u@db/app",
            "postgres://u:s3cret@a,b/app",
            "postgres://u:s3cret@db/app?sslmode=s3cret",
            "postgres://u:s3cret@db/app?sslmode=verify-full&sslrootcert=/s3cret.pem",
            "postgres://u:s3cret@db:0/app",
            "postgres://u:s3cret@db/pgbouncer",
            "postgres://%20u:s3cret@db/app",
        )
    ),
]


@pytest.mark.parametrize(("named", "change"), REFUSED)
def test_what_cannot_work_is_refused_by_name_and_in_one_line(
    pooler: Pooler, named: str, change: dict[str, str]
) -> None:
    environment = env({"POSTGRES_DB": "", **GIVEN, **change})
    done = docker("exec", *environment, pooler.name, "entrypoint.sh", check=False)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith(f"devpool-pgbouncer: {named}: ")
    assert "s3cret" not in done.stderr


# --- databases come and go ---


def test_it_waits_for_a_postgres_that_is_not_there_yet_and_follows_it_to_a_new_address(rig: Rig) -> None:
    def answering() -> bool:
        return pooler.health() == "pooler up, database answering"

    pooler = rig.ready_pooler(POSTGRES_HOST="late")
    assert pooler.health().startswith("pooler up, database not answering: ")
    first = rig.postgres("late")
    eventually(answering, "the late Postgres is found")
    assert rig.ask(pooler, "postgres", Postgres.password, "SELECT 1") == "1"

    old_address = first.address()
    docker("rm", "--force", "--volumes", first.name)
    assert pooler.health().startswith("pooler up, database not answering: ")
    rig.start("--network-alias=squatter", "--entrypoint=sleep", rig.image, "60")  # takes the old address
    second = rig.postgres("late")
    assert second.address() != old_address
    eventually(answering, "the new Postgres is found")
    assert rig.ask(pooler, "postgres", Postgres.password, "SELECT 1") == "1"


def test_the_healthcheck_says_when_it_is_the_pooler_that_is_gone(pooler: Pooler) -> None:
    moved = "sed -i s/^port=.*/port={}/ /run/pgbouncer/private/pg_service.conf"
    pooler.exec("sh", "-c", moved.format(1))
    said = pooler.health()
    pooler.exec("sh", "-c", moved.format(6432))
    assert said.startswith("pooler not answering: ")


def test_the_healthcheck_names_a_wrong_password(rig: Rig) -> None:
    pooler = rig.ready_pooler(POSTGRES_USER="other", POSTGRES_PASSWORD="wrong")
    assert "password authentication failed" in pooler.health()


def test_a_changed_password_counts_after_a_restart(rig: Rig, tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("first")
    secret.chmod(0o644)
    rig.client.sql("CREATE ROLE changing LOGIN PASSWORD 'first'")
    file = {"POSTGRES_PASSWORD": "", "POSTGRES_PASSWORD_FILE": "/secret"}
    pooler = rig.ready_pooler(f"--volume={secret}:/secret:ro", POSTGRES_USER="changing", **file)
    assert rig.ask(pooler, "changing", "first", "SELECT 1") == "1"

    rig.client.sql("ALTER ROLE changing PASSWORD 'second'")
    secret.write_text("second")
    docker("restart", pooler.name)
    eventually(pooler.accepts, "the pooler takes connections again")
    assert rig.ask(pooler, "changing", "second", "SELECT 1") == "1"
    assert "FATAL" in rig.ask(pooler, "changing", "first", "SELECT 1")


def test_a_database_used_through_the_pool_can_be_dropped(rig: Rig, pooler: Pooler) -> None:
    def ask(sql: str, database: str) -> str:
        return rig.ask(pooler, "postgres", Postgres.password, sql, database=database)

    assert ask("CREATE DATABASE scratch", "postgres") == ""
    assert ask("SELECT 1", "scratch") == "1"
    assert ask("DROP DATABASE scratch", "postgres") == ""


def test_the_healthcheck_does_not_wait_behind_a_full_pool(rig: Rig) -> None:
    pooler = rig.ready_pooler(PGBOUNCER_POOL_MODE="session", PGBOUNCER_DEFAULT_POOL_SIZE="1")
    with rig.idle_client(pooler, "postgres", Postgres.password):
        assert pooler.health() == "pooler up, database answering"


# --- the end ---


def test_idle_clients_do_not_hold_up_the_stop(rig: Rig) -> None:
    pooler = rig.ready_pooler()
    with ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(rig.idle_client(pooler, "postgres", Postgres.password))
        assert pooler.stop() < 3
    assert pooler.inspect("{{.State.ExitCode}}") == "0"


def test_a_running_transaction_ends_before_the_stop(rig: Rig) -> None:
    pooler = rig.ready_pooler()
    with rig.idle_client(pooler, "postgres", Postgres.password) as client:
        client.send("SELECT 'finished' FROM pg_sleep(4);")
        running = "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%finished%' AND wait_event = 'PgSleep'"
        eventually(lambda: rig.client.sql(running), "the query runs")
        assert pooler.stop() < 8
        assert client.answer() == "finished"


# --- the build ---


def test_it_adds_little_to_its_base(rig: Rig) -> None:
    pooler, base = (
        int(docker("image", "inspect", "--format", "{{.Size}}", name).stdout)
        for name in (rig.image, "debian:trixie-slim")
    )
    tell(f"{(pooler - base) / 1e6:.1f} MB above the base")
    assert pooler - base < 35e6


def test_the_base_is_a_build_argument() -> None:
    require_engine()
    docker("tag", "debian:trixie-slim", "devpool-test:base")
    docker("build", "--quiet", "--build-arg=BASE_IMAGE=devpool-test:base", str(CONTEXT))
    docker("rmi", "devpool-test:base")
    assert docker("build", "--build-arg=BASE_IMAGE=scratch", str(CONTEXT), check=False).returncode != 0


def test_the_build_refuses_a_pgbouncer_below_the_floor(tmp_path: Path) -> None:
    require_engine()
    context = shutil.copytree(CONTEXT, tmp_path / "context")
    dockerfile = context / "Dockerfile"
    text = dockerfile.read_text()
    assert "floor=1.26.1" in text
    dockerfile.write_text(text.replace("floor=1.26.1", "floor=99.1"))
    done = docker("build", "--progress=plain", str(context), check=False)
    assert done.returncode != 0
    assert "but 99.1 is the oldest safe one" in done.stderr
