"""The pooler's settings: every key, each type, the presets, and one line for what is wrong."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pooler_rig import CONTEXT, Pooler, Rig, docker, env, eventually, new_rig

TYPES = dict(line.split(maxsplit=1) for line in (CONTEXT / "settings.txt").read_text().splitlines())
TABLE = [
    [cell.strip() for cell in line.split("|")]
    for line in (CONTEXT / "presets.txt").read_text().splitlines()
    if not line.startswith("#")
]
PRESETS = {name: {row[0]: row[column] for row in TABLE[1:]} for column, name in enumerate(TABLE[0][1:-1], 1)}
GIVEN = {"POSTGRES_HOST": "db", "POSTGRES_PASSWORD": "dev", "POSTGRES_DB": "app"}


@pytest.fixture(scope="module")
def rig() -> Iterator[Rig]:
    with new_rig("CREATE ROLE other LOGIN PASSWORD 'other-password'") as rig:
        yield rig


@pytest.fixture(scope="module")
def pooler(rig: Rig) -> Pooler:
    return rig.ready_pooler()


def config(pooler: Pooler) -> dict[str, str]:
    return {row["key"]: row["value"] for row in pooler.admin("SHOW CONFIG")}


# --- every key ---

EXAMPLES = {"int": "1031", "seconds": "17.5", "bool": "yes", "words": "options, extra_float_digits"}
EXAMPLES |= {"text": "a 'b' \"c\" %d \\n $e ; # @HOST@", "database": "app", "file": "/etc/resolv.conf"}
EXAMPLES |= {"protocols": "tlsv1.3", "ciphers": "HIGH:!aNULL", "tls13-ciphers": "TLS_AES_128_GCM_SHA256"}
# The console is asked by simple queries, which disable_pqexec would end.
SPECIAL = {
    "disable_pqexec": "off",
    "peer_id": "3",
    "tcp_keepcnt": "5",
    "tcp_socket_buffer": "65536",
    "auth_type": "md5",
    "listen_port": "6432",
    "client_tls_sslmode": "allow",
}
# A certificate has to be one: test_pooler_tls.py.
ELSEWHERE = {key for key in TYPES if "_tls_" in key and key.endswith("_file")}


def example(key: str) -> str:
    kind, _, rest = TYPES[key].partition(":")
    return SPECIAL.get(key) or (rest.split(",")[-1] if kind == "one-of" else EXAMPLES[kind])


def test_every_key_is_a_variable_and_reaches_pgbouncer(rig: Rig) -> None:
    given = {key: example(key) for key in TYPES if key not in ELSEWHERE}
    pooler = rig.ready_pooler(**{f"PGBOUNCER_{key.upper()}": value for key, value in given.items()})
    found = config(pooler)
    written = {"yes": "1", "off": "0"}
    expected = {key: written.get(value, value) for key, value in given.items() if not key.startswith("db_")}
    assert {key: found[key] for key in expected} == expected


def test_keys_of_a_database_count_for_all_that_apps_use(rig: Rig) -> None:
    keys = {
        "PGBOUNCER_DB_POOL_SIZE": "7",
        "PGBOUNCER_DB_RESERVE_POOL_SIZE": "2",
        "PGBOUNCER_DB_MAX_DB_CONNECTIONS": "9",
        "PGBOUNCER_DB_SERVER_LIFETIME": "60",
        "PGBOUNCER_DB_POOL_MODE": "statement",
        "PGBOUNCER_DB_CONNECT_QUERY": "SET work_mem = '7MB'; SET my.quote = 'it''s'",
        "PGBOUNCER_DB_TIMEZONE": "Asia/Tokyo",
        "PGBOUNCER_DB_DATESTYLE": "SQL, DMY",
        "PGBOUNCER_DB_CLIENT_ENCODING": "LATIN1",
        "PGBOUNCER_DB_APPLICATION_NAME": "through the 'pooler'",
    }
    pooler = rig.ready_pooler(**keys)
    # PgBouncer lists a database that is in its file only as `*` for as long as it has a connection.
    with rig.superuser(pooler) as client:
        client.send("SELECT current_setting('work_mem') || ' ' || current_setting('my.quote');")
        assert client.answer() == "7MB it's"
        seen = next(row for row in pooler.admin("SHOW DATABASES") if row["name"] == "app")
    columns = ("pool_size", "reserve_pool_size", "max_connections", "server_lifetime", "pool_mode")
    assert [seen[column] for column in columns] == ["7", "2", "9", "60", "statement"]
    health = next(row for row in pooler.admin("SHOW DATABASES") if row["name"] == "devpool_health")
    assert (health["pool_size"], health["pool_mode"] or "transaction") == ("1", "transaction")
    servers = [row for row in pooler.admin("SHOW SERVERS") if row["database"] == "app"]
    assert servers
    assert pooler.health() == "pooler up, database answering"


# --- presets ---


@pytest.mark.parametrize("preset", ["", *PRESETS])
def test_a_preset_is_what_its_column_says(rig: Rig, preset: str) -> None:
    pooler = rig.ready_pooler(PGBOUNCER_PRESET=preset)
    expected = PRESETS[preset or "dev"]
    found = config(pooler)
    assert {key: found[key] for key in expected} == expected


def test_a_variable_wins_over_the_preset(rig: Rig) -> None:
    pooler = rig.ready_pooler(
        PGBOUNCER_PRESET="production",
        PGBOUNCER_DEFAULT_POOL_SIZE="3",
        PGBOUNCER_SERVER_TLS_SSLMODE="disable",
        PGBOUNCER_LOG_STATS="off",
    )
    found = config(pooler)
    keys = ("default_pool_size", "server_tls_sslmode", "log_stats", "max_client_conn")
    assert [found[key] for key in keys] == ["3", "disable", "0", PRESETS["production"]["max_client_conn"]]
    assert rig.query(pooler, "SELECT 1") == "1"
    assert pooler.health() == "pooler up, database answering"


def test_the_sslmode_of_a_url_wins_over_the_preset(rig: Rig) -> None:
    url = "postgres://postgres:dev@db/app?sslmode=disable"
    pooler = rig.pooler(PGBOUNCER_PRESET="staging", DATABASE_URL=url)
    eventually(pooler.accepts, "the pooler takes connections")
    assert config(pooler)["server_tls_sslmode"] == "disable"


def test_an_unknown_preset_is_refused_with_the_names(rig: Rig) -> None:
    said = rig.refusal(PGBOUNCER_PRESET="s3cret", **GIVEN)
    assert said == "PGBOUNCER_PRESET: no such preset; use one of them: dev ci staging production"


# --- fast auth ---

# The beginning of a login with SCRAM, by hand: a client library does not tell what the server said.
READ_SERVER_FIRST = r"""
exec 3<>"/dev/tcp/$1/6432"
first='n,,n=,r=abcdefghijklmnop'
byte() { printf %b "\\x$(printf %x "$1")"; }
printf '\0\0\0\x21\0\3\0\0user\0other\0database\0app\0\0' >&3
{ printf 'p\0\0\0'; byte $((22 + ${#first})); printf 'SCRAM-SHA-256\0\0\0\0'; byte ${#first}; printf %s "$first"; } >&3
timeout 0.5 cat <&3 | tr -cd '[:print:]' | grep -oE ',i=[0-9]+$'
"""


@pytest.mark.parametrize(("given", "told"), [("", "4096"), ("256", "256"), ("1", "1")])
def test_a_client_is_told_the_configured_scram_iterations(rig: Rig, given: str, told: str) -> None:
    pooler = rig.ready_pooler(
        POSTGRES_USER="other", POSTGRES_PASSWORD="other-password", PGBOUNCER_SCRAM_ITERATIONS=given
    )
    said = docker("exec", rig.client.name, "bash", "-c", READ_SERVER_FIRST, "-", pooler.name).stdout.strip()
    assert said == f",i={told}"
    assert rig.ask(pooler, "other", "other-password", "SELECT 1") == "1"


# --- what is refused ---

CHECKED = {key: kind for key, kind in TYPES.items() if kind != "text"}
EVERY_KEY = """
while read -r name value; do
    before=$SECONDS
    env "$name=$value" entrypoint.sh 2>&1 | sed "s/^/$name\\t/"
done
"""


def refusals(pooler: Pooler, given: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """What the entrypoint says for each variable and value, one line for each that it prints."""
    text = "".join(f"{name} {value}\n" for name, value in given)
    done = docker("exec", "-i", *env(GIVEN), pooler.name, "bash", "-c", EVERY_KEY, text=text)
    return [(name, said) for name, _, said in (line.partition("\t") for line in done.stdout.splitlines())]


def test_a_bad_value_of_every_checked_key_is_refused_in_one_line_without_the_value(pooler: Pooler) -> None:
    given = [(f"PGBOUNCER_{key.upper()}", "s3/cret") for key, kind in CHECKED.items() if kind != "database"]
    said = refusals(pooler, given)
    assert [name for name, _ in said] == [name for name, _ in given]
    assert [line for name, line in said if not line.startswith(f"devpool-pgbouncer: {name}: ")] == []
    assert [line for _, line in said if "s3/cret" in line or "; " not in line] == []


@pytest.mark.parametrize(
    ("kind", "name", "values"),
    [
        ("int", "DEFAULT_POOL_SIZE", "-1 1.5 0x10 010 1e3 99999999999 2147483648 1k"),
        ("int", "LISTEN_PORT", "0 65536 06432"),
        ("int", "MAX_CLIENT_CONN", "0"),
        ("int", "STATS_PERIOD", "0"),
        ("seconds", "QUERY_TIMEOUT", "-1 5s 1min 1e3 inf nan .5 0x5"),
        ("bool", "LOG_STATS", "2 -1 enabled"),
        ("one-of", "POOL_MODE", "Session session,transaction tx ,"),
        ("one-of", "SERVER_TLS_SSLMODE", "verify VERIFY-FULL"),
        ("one-of", "AUTH_TYPE", "any trust scram"),
        ("words", "IGNORE_STARTUP_PARAMETERS", "options; options,,search_path"),
        ("database", "AUTH_DBNAME", "pgbouncer"),
        ("file", "AUTH_HBA_FILE", "/ /nowhere etc/hostname /etc/shadow"),
        ("protocols", "CLIENT_TLS_PROTOCOLS", "tlsv1.4 legacy sslv3 tlsv1.2,"),
        ("ciphers", "CLIENT_TLS_CIPHERS", "bogus -V"),
        ("tls13-ciphers", "SERVER_TLS13_CIPHERS", "bogus HIGH"),
    ],
)
def test_a_value_that_is_not_of_its_type_is_refused(pooler: Pooler, kind: str, name: str, values: str) -> None:
    assert TYPES[name.lower()].partition(":")[0] == kind
    given = [(f"PGBOUNCER_{name}", value) for value in values.split()]
    assert [name for name, _ in refusals(pooler, given)] == [name for name, _ in given]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("PGBOUNCER_POOL_MOD", "PGBOUNCER_POOL_MODE"),
        ("PGBOUNCER_MAX_CLIENT_CON", "PGBOUNCER_MAX_CLIENT_CONN"),
        ("PGBOUNCER_MAX_CLIENT_CONNECTIONS", "PGBOUNCER_MAX_CLIENT_CONN"),
        ("PGBOUNCER_DEFAULT_POOLSIZE", "PGBOUNCER_DEFAULT_POOL_SIZE"),
        ("PGBOUNCER_PORT", "PGBOUNCER_LISTEN_PORT"),
        ("PGBOUNCER_IGNORE_STARTUP_PARAMETER", "PGBOUNCER_IGNORE_STARTUP_PARAMETERS"),
        ("PGBOUNCER_pool_mode", "PGBOUNCER_POOL_MODE"),
        ("PGBOUNCER_DB_POOLSIZE", "PGBOUNCER_DB_POOL_SIZE"),
        ("PGBOUNCER_PRESETS", "PGBOUNCER_PRESET"),
        ("PGBOUNCER_SESSION_DATABASES", "PGBOUNCER_SESSION_DATABASE"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(pooler: Pooler, name: str, meant: str) -> None:
    said = refusals(pooler, [(name, "s3cret")])
    assert said == [(name, f"devpool-pgbouncer: {name}: no such setting; did you mean {meant}?")]


def test_a_name_that_is_like_nothing_is_answered_with_the_list(pooler: Pooler) -> None:
    name = "PGBOUNCER_QQQQQ"
    said = refusals(pooler, [(name, "x")])
    assert said == [(name, f"devpool-pgbouncer: {name}: no such setting; settings.txt has the list")]


@pytest.mark.parametrize("name", ["AUTH_FILE", "AUTH_USER", "LISTEN_ADDR", "UNIX_SOCKET_DIR", "DB_HOST", "DB_PASSWORD"])
def test_what_the_image_decides_is_not_for_a_variable(pooler: Pooler, name: str) -> None:
    said = refusals(pooler, [(f"PGBOUNCER_{name}", "s3cret")])
    assert [line for _, line in said] == [f"devpool-pgbouncer: PGBOUNCER_{name}: is decided by the image; remove it"]


@pytest.mark.parametrize(
    ("named", "given"),
    [
        ("PGBOUNCER_AUTH_HBA_FILE", {"PGBOUNCER_AUTH_TYPE": "hba"}),
        ("PGBOUNCER_AUTH_LDAP_OPTIONS", {"PGBOUNCER_AUTH_TYPE": "ldap"}),
        ("PGBOUNCER_CLIENT_TLS_SSLMODE", {"PGBOUNCER_AUTH_TYPE": "cert"}),
        ("PGBOUNCER_DB_CONNECT_QUERY", {"PGBOUNCER_DB_CONNECT_QUERY": "SELECT 1\n* = host=s3cret"}),
        ("PGBOUNCER_SERVER_RESET_QUERY", {"PGBOUNCER_SERVER_RESET_QUERY": "s3cret\rlog_stats = 1"}),
    ],
)
def test_what_does_not_go_together_is_refused(rig: Rig, named: str, given: dict[str, str]) -> None:
    said = rig.refusal(**GIVEN, **given)
    assert said.startswith(f"{named}: ")
    assert "s3cret" not in said


def test_a_tmpfs_that_is_too_small_is_named(rig: Rig) -> None:
    given = env(GIVEN | {"POSTGRES_PASSWORD": "x" * 4000})
    done = docker("run", "--rm", "--read-only", "--tmpfs=/run/pgbouncer:size=8k", *given, rig.image, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith("devpool-pgbouncer: /run/pgbouncer: the configuration does not fit there; ")
