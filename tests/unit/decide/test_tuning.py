"""Settings as the user gives them: what is taken, what is refused by name, and what becomes of them in the block."""

from __future__ import annotations

from pathlib import Path

import pytest
from memory_project import planned, rewritten

from devpool.decide.tuning import PRESETS, in_words, read_settings, read_types, variables
from devpool.errors import DevpoolError, UsageError
from devpool.lifecycle.plan_notes import notes

IMAGE = Path(__file__).resolve().parents[3] / "docker" / "pgbouncer"
TYPES = read_types((IMAGE / "settings.txt").read_text(encoding="utf-8"))
PROJECT = """\
services:
  db:
    image: postgres:17
    environment:
      POSTGRES_PASSWORD: hunter2
  web:
    image: app
    environment:
      DATABASE_URL: postgres://postgres:hunter2@db:5432/postgres
"""


def refusal(*words: str) -> DevpoolError:
    with pytest.raises(DevpoolError) as caught:
        read_settings(words, TYPES)
    assert caught.value.hint
    return caught.value


def test_no_settings_are_none() -> None:
    assert read_settings([], TYPES) == {}


def test_the_presets_are_those_of_the_image() -> None:
    header = (IMAGE / "presets.txt").read_text(encoding="utf-8").splitlines()[1]
    assert tuple(word.strip() for word in header.split("|")[1:-1]) == PRESETS


def test_every_setting_of_the_image_has_a_type_that_is_known() -> None:
    assert "max_client_conn" in TYPES
    for kind in TYPES.values():
        name = kind.partition(":")[0]
        assert name in {
            *("int", "bool", "one-of", "seconds", "words", "database", "file", "protocols", "ciphers", "tls13-ciphers"),
            "text",
        }


@pytest.mark.parametrize(
    ("word", "key", "value"),
    [
        ("max_client_conn=500", "max_client_conn", "500"),
        ("PGBOUNCER_MAX_CLIENT_CONN=500", "max_client_conn", "500"),
        (" query_timeout = 0.5 ", "query_timeout", "0.5"),
        ("log_stats=OFF", "log_stats", "0"),
        ("log_stats=true", "log_stats", "1"),
        ("pool_mode=statement", "pool_mode", "statement"),
        ("db_connect_query=SET a = 'b=c'", "db_connect_query", "SET a = 'b=c'"),
        ("ignore_startup_parameters=a, b.c", "ignore_startup_parameters", "a, b.c"),
        (
            "server_tls_ca_file=/etc/ssl/certs/ca-certificates.crt",
            "server_tls_ca_file",
            "/etc/ssl/certs/ca-certificates.crt",
        ),
        ("client_tls_protocols=tlsv1.2,tlsv1.3", "client_tls_protocols", "tlsv1.2,tlsv1.3"),
        ("peer_id=9", "peer_id", "9"),
        ("max_client_conn=", "max_client_conn", ""),
    ],
)
def test_a_setting_is_taken(word: str, key: str, value: str) -> None:
    assert read_settings([word], TYPES) == {key: value}


@pytest.mark.parametrize(
    "word",
    [
        *(
            "max_client_conn=0",
            "max_client_conn=-1",
            "max_client_conn=1e3",
            "max_client_conn=010",
            "max_client_conn=five",
        ),
        *("max_client_conn=2147483648", "peer_id=16384", "pool_mode=Session", "pool_mode=transaction,session"),
        *("query_timeout=5s", "query_timeout=.5", "query_timeout=1.1234567", "log_stats=2", "log_stats=maybe"),
        *("auth_type=trust", "auth_type=any", "auth_dbname=pgbouncer", "server_tls_ca_file=ca.crt"),
        *("client_tls_protocols=tlsv1.4", "client_tls_ciphers=-x", "track_extra_parameters=a b"),
        *("db_connect_query=a\nb", "server_check_query=a\x00b", "login_notify_message=a\u2028b"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_name_and_not_shown(word: str) -> None:
    error = refusal(word)
    key, _, value = word.partition("=")
    assert error.code == "bad-setting-value"
    assert f"`{key}`" in error.message
    assert f"={value}" not in error.message + error.hint


@pytest.mark.parametrize(
    ("word", "nearest"),
    [
        ("max_clients=5", "max_client_conn"),
        ("poolsize=5", "default_pool_size"),
        ("pool_sise=5", "default_pool_size"),
        ("mode=session", "pool_mode"),
        ("=5", ""),
    ],
)
def test_an_unknown_setting_is_refused_with_the_nearest(word: str, nearest: str) -> None:
    error = refusal(word)
    assert error.code == "unknown-setting"
    assert f"`{nearest}" in error.message


@pytest.mark.parametrize(
    ("key", "way"),
    [
        ("listen_port", "--port"),
        ("listen_addr", "--publish"),
        ("preset", "--preset"),
        ("session_database", "--session"),
        ("auth_file", "POSTGRES_USER"),
        ("db_host", "--direct"),
        ("db_password", "POSTGRES_PASSWORD"),
        ("unix_socket_dir", "leave it out"),
        ("verbose", "debug log contains passwords"),
    ],
)
def test_what_devpool_decides_is_refused_with_the_way_to_have_a_say(key: str, way: str) -> None:
    error = refusal(f"{key}=1")
    assert (error.code, way in error.hint) == ("setting-decided", True)


def test_two_values_of_one_setting_are_refused_and_the_same_twice_is_not() -> None:
    assert refusal("peer_id=1", "PEER_ID=2").code == "setting-twice"
    assert read_settings(["peer_id=1", "pgbouncer_peer_id=1"], TYPES) == {"peer_id": "1"}


def test_a_password_in_a_setting_is_refused_and_not_shown() -> None:
    error = refusal("auth_ldap_options=ldapserver=x ldapbindpasswd=hunter2")
    assert error.code == "secret-setting"
    assert "hunter2" not in error.message + error.hint


def test_what_is_no_setting_is_a_wrong_command_line() -> None:
    with pytest.raises(UsageError, match="no `=`"):
        read_settings(["peer_id"], TYPES)


# What becomes of them


def test_without_settings_the_block_states_the_pool_mode_alone() -> None:
    assert variables({}, tls=False) == {"PGBOUNCER_POOL_MODE": "transaction"}


def test_what_the_user_chose_wins_over_what_an_app_demands() -> None:
    chosen = {"server_tls_sslmode": "verify-full", "pool_mode": "session", "preset": "ci"}
    assert list(variables(chosen, tls=True).items()) == [
        ("PGBOUNCER_PRESET", "ci"),
        ("PGBOUNCER_POOL_MODE", "session"),
        ("PGBOUNCER_CLIENT_TLS_SSLMODE", "prefer"),
        ("PGBOUNCER_SERVER_TLS_SSLMODE", "verify-full"),
    ]


@pytest.mark.parametrize("preset", ["staging", "production"])
def test_the_demand_of_an_app_does_not_weaken_a_strict_preset(preset: str) -> None:
    assert "PGBOUNCER_SERVER_TLS_SSLMODE" not in variables({"preset": preset}, tls=True)


def test_settings_are_shown_as_they_can_be_typed() -> None:
    assert (
        in_words({"preset": "ci", "server_reset_query": "DISCARD ALL"}) == "preset=ci 'server_reset_query=DISCARD ALL'"
    )


def test_a_dollar_sign_reaches_the_pooler_as_it_is() -> None:
    text = rewritten(PROJECT, settings={"db_connect_query": "SET a = $$b$$"})["compose.yml"]
    assert 'PGBOUNCER_DB_CONNECT_QUERY: "SET a = $$$$b$$$$"' in text


# Fewer SCRAM iterations

FAST = {"scram_iterations": "256"}


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("postgres://postgres:hunter2@", "jdbc:postgresql://", "Java"),
        ("postgres://postgres:hunter2@", "vertx-reactive:postgresql://", "Java"),
        ("image: app", "image: registry.example/keycloak/keycloak:26", "Java"),
        ("image: app", "image: eclipse-temurin:21-jre", "Java"),
        ("image: app", "image: app\n    command: exec java -Xmx1g -jar /app.jar", "Java"),
        ("image: app", "build: .\n    command: [./gradlew, bootRun]", "Java"),
        (
            "    environment:\n      DATABASE",
            "    environment:\n      SPRING_PROFILES_ACTIVE: dev\n      DATABASE",
            "Java",
        ),
        ("image: app", "image: oven/bun:1", "Bun"),
        ("image: app", "build: .\n    command: bun run start", "Bun"),
    ],
)
def test_fast_auth_is_refused_where_an_app_is_plainly_java_or_bun(old: str, new: str, kind: str) -> None:
    with pytest.raises(DevpoolError) as caught:
        planned(PROJECT.replace(old, new), settings=FAST)
    assert caught.value.code == "fast-auth-refused"
    assert f"`web` runs on {kind}" in caught.value.message
    assert "--direct web" in caught.value.hint


@pytest.mark.parametrize("image", ["node:22", "ubuntu", "bundle/app", "javascript/app", "company/bunny"])
def test_fast_auth_is_taken_elsewhere_and_says_what_it_trades(image: str) -> None:
    found, plan = planned(PROJECT.replace("image: app", f"image: {image}"), settings=FAST)
    assert any("easier to guess" in note for note in notes(found, plan, {}))


def test_an_app_on_java_that_stays_direct_is_no_hindrance() -> None:
    job = "  job:\n    image: maven:3\n    environment:\n      U: postgres://postgres:hunter2@db:5432/postgres\n"
    _, plan = planned(PROJECT + job, settings=FAST, direct=("job",))
    assert plan.poolers[0].settings == FAST


def test_the_usual_number_of_iterations_is_no_trade() -> None:
    found, plan = planned(PROJECT.replace("image: app", "image: maven:3"), settings={"scram_iterations": "4096"})
    assert notes(found, plan, {}) == []


def test_tls_cannot_be_switched_off_under_an_app_that_demands_it() -> None:
    with pytest.raises(DevpoolError) as caught:
        planned(
            PROJECT.replace("/postgres\n", "/postgres?sslmode=require\n"), settings={"client_tls_sslmode": "disable"}
        )
    assert caught.value.code == "tls-demanded"
