"""TLS: to the server as the URL asks for it, to clients with a certificate given or made at the start."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pooler_rig import Pooler, Postgres, Rig, docker, eventually, new_rig

pytestmark = pytest.mark.slow

# An authority, a certificate for the server `tls-db`, one for the pooler, and one for a client.
MAKE_CERTIFICATES = """
set -e
cd /tls
new="-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc"
openssl req -x509 $new -keyout ca.key -out ca.crt -days 30 -subj /CN=authority
for name in tls-db pooler client; do
    openssl req -x509 $new -keyout $name.key -out $name.crt -days 30 -subj "/CN=$name" -CA ca.crt -CAkey ca.key \
        -addext "subjectAltName=DNS:$name" -addext basicConstraints=CA:FALSE
done
openssl pkey -in pooler.key -aes256 -passout pass:secret -out locked.key
echo nothing > empty.pem
chmod 644 *
"""
SERVER_WITH_TLS = """#!/bin/bash
cp /tls/tls-db.crt /tls/tls-db.key "$PGDATA"
chmod 600 "$PGDATA/tls-db.key"
echo "ssl = on
ssl_cert_file = 'tls-db.crt'
ssl_key_file = 'tls-db.key'" >> "$PGDATA/postgresql.conf"
"""
ENCRYPTED = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"


@pytest.fixture(scope="module")
def rig() -> Iterator[Rig]:
    with new_rig() as rig:
        yield rig


@pytest.fixture(scope="module")
def tls(rig: Rig, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The option that mounts the certificates at /tls."""
    folder = tmp_path_factory.mktemp("tls")
    folder.chmod(0o777)
    mount = f"--volume={folder}:/tls"
    docker("run", "--rm", mount, "--entrypoint=bash", rig.image, "-c", MAKE_CERTIFICATES)
    return f"{mount}:ro"


@pytest.fixture(scope="module")
def server(rig: Rig, tls: str, tmp_path_factory: pytest.TempPathFactory) -> Postgres:
    """A Postgres with TLS, under the name of its certificate and another."""
    script: Path = tmp_path_factory.mktemp("init") / "tls.sh"
    script.write_text(SERVER_WITH_TLS)
    script.chmod(0o755)
    mount = f"--volume={script}:/docker-entrypoint-initdb.d/tls.sh:ro"
    server = rig.postgres("tls-db", tls, mount, "--network-alias=other-name")
    eventually(server.answers, "the Postgres with TLS answers")
    return server


def pooler_for(rig: Rig, url: str, *options: str, **environment: str) -> Pooler:
    pooler = rig.pooler(*options, POSTGRES_HOST="", DATABASE_URL=f"postgres://postgres:dev@{url}", **environment)
    eventually(pooler.accepts, "the pooler takes connections")
    return pooler


WRONG_NAME = 'server certificate for "tls-db" does not match host name "other-name"'
UNKNOWN_AUTHORITY = "SSL error: certificate verify failed"


def assert_refused(pooler: Pooler, why: str) -> None:
    """That no client gets through, and that the healthcheck says why."""
    eventually(lambda: pooler.health() == f"pooler up, database not answering: {why}", why)


# --- to the server ---


@pytest.mark.parametrize(("sslmode", "encrypted"), [("disable", "f"), ("prefer", "t"), ("require", "t"), ("", "t")])
def test_the_sslmode_of_the_url_counts(rig: Rig, server: Postgres, sslmode: str, encrypted: str) -> None:
    pooler = pooler_for(rig, "other-name/app" + (sslmode and f"?sslmode={sslmode}"))
    assert rig.query(pooler, ENCRYPTED) == encrypted


def test_require_does_not_go_without(rig: Rig) -> None:
    assert_refused(pooler_for(rig, "db/app?sslmode=require"), "server does not support SSL, but SSL was required")


def test_verify_full_takes_the_right_name_and_no_other(rig: Rig, server: Postgres, tls: str) -> None:
    verify = "/app?sslmode=verify-full&sslrootcert=/tls/ca.crt"
    right = pooler_for(rig, f"tls-db{verify}", tls)
    assert rig.query(right, ENCRYPTED) == "t"
    assert right.health() == "pooler up, database answering"
    wrong = pooler_for(rig, f"other-name{verify}", tls)
    assert_refused(wrong, WRONG_NAME)


@pytest.mark.parametrize("root", ["", "&sslrootcert=system"])
def test_verify_full_trusts_the_authorities_of_the_system(rig: Rig, server: Postgres, tls: str, root: str) -> None:
    url = f"tls-db/app?sslmode=verify-full{root}"
    stranger = pooler_for(rig, url)
    assert stranger.setting("server_tls_ca_file") == "/etc/ssl/certs/ca-certificates.crt"
    assert_refused(stranger, UNKNOWN_AUTHORITY)
    folder = tls.split("=", 1)[1].split(":")[0]
    trusting = pooler_for(rig, url, f"--volume={folder}/ca.crt:/etc/ssl/certs/ca-certificates.crt:ro")
    assert rig.query(trusting, ENCRYPTED) == "t"


def test_a_root_certificate_makes_require_check_as_libpq_does(rig: Rig, server: Postgres, tls: str) -> None:
    pooler = pooler_for(rig, "other-name/app?sslmode=require&sslrootcert=/tls/client.crt", tls)
    assert pooler.setting("server_tls_sslmode") == "verify-ca"
    assert_refused(pooler, UNKNOWN_AUTHORITY)


def test_a_variable_wins_over_the_url(rig: Rig, server: Postgres, tls: str) -> None:
    pooler = pooler_for(
        rig,
        "other-name/app?sslmode=verify-full&sslrootcert=/nowhere",
        tls,
        PGBOUNCER_SERVER_TLS_SSLMODE="verify-ca",
        PGBOUNCER_SERVER_TLS_CA_FILE="/tls/ca.crt",
    )
    assert rig.query(pooler, ENCRYPTED) == "t"


# --- to clients ---


@pytest.mark.parametrize(
    ("given", "sslmode", "protected"),
    [
        ("allow", "require", True),
        ("allow", "disable", False),
        ("prefer", "require", True),
        ("prefer", "disable", False),
        ("require", "require", True),
    ],
)
def test_a_self_made_certificate_serves_clients_that_want_tls(
    rig: Rig, given: str, sslmode: str, protected: bool
) -> None:
    pooler = rig.ready_pooler(PGBOUNCER_CLIENT_TLS_SSLMODE=given)
    assert rig.query(pooler, "SELECT 1", sslmode=sslmode) == "1"
    seen = rig.query(pooler, "\\conninfo", sslmode=sslmode)
    assert ("SSL" in seen or "TLS" in seen) is protected, seen
    assert pooler.health() == "pooler up, database answering"


def test_require_takes_no_client_without_tls(rig: Rig) -> None:
    pooler = rig.ready_pooler(PGBOUNCER_CLIENT_TLS_SSLMODE="require")
    assert "SSL required" in rig.query(pooler, "SELECT 1", sslmode="disable")


def test_by_default_a_client_that_wants_tls_is_told_so(rig: Rig) -> None:
    assert "server does not support SSL" in rig.query(rig.ready_pooler(), "SELECT 1", sslmode="require")


def test_the_self_made_key_is_new_at_each_start_and_in_memory_alone(rig: Rig) -> None:
    pooler = rig.ready_pooler(PGBOUNCER_CLIENT_TLS_SSLMODE="allow")
    key = "/run/pgbouncer/private/tls.key"
    first = pooler.exec("cat", key)
    assert pooler.exec("stat", "-c", "%a", key).strip() == "600"
    docker("restart", pooler.name)
    eventually(pooler.accepts, "the pooler takes connections again")
    assert first != pooler.exec("cat", key)
    assert "BEGIN PRIVATE KEY" in first


PAIR = {
    "PGBOUNCER_CLIENT_TLS_CERT_FILE": "/tls/pooler.crt",
    "PGBOUNCER_CLIENT_TLS_KEY_FILE": "/tls/pooler.key",
    "PGBOUNCER_CLIENT_TLS_SSLMODE": "require",
}


def test_a_given_certificate_is_shown_to_clients(rig: Rig, tls: str) -> None:
    pooler = rig.ready_pooler(tls, "--network-alias=pooler", **PAIR)
    url = "postgres://postgres:dev@{}:6432/app?sslmode=verify-full&sslrootcert=/tls/ca.crt"
    network = ["--network", rig.id, tls, "--entrypoint=psql", rig.image, "-XAtc", "SELECT 1"]
    assert docker("run", "--rm", *network, url.format("pooler")).stdout.strip() == "1"
    assert "does not match host name" in docker("run", "--rm", *network, url.format(pooler.name), check=False).stderr


def test_clients_can_be_asked_for_a_certificate(rig: Rig, tls: str) -> None:
    checking = PAIR | {"PGBOUNCER_CLIENT_TLS_SSLMODE": "verify-full", "PGBOUNCER_CLIENT_TLS_CA_FILE": "/tls/ca.crt"}
    pooler = rig.ready_pooler(tls, "--network-alias=checking", **checking)
    assert pooler.health() == "pooler up, database answering"
    assert rig.query(pooler, "SELECT 1", sslmode="require") != "1"
    script = (
        "install -m 600 /tls/client.key /tmp/k && psql -XAtc 'SELECT 1' \"$0&sslcert=/tls/client.crt&sslkey=/tmp/k\""
    )
    url = "postgres://postgres:dev@checking:6432/app?sslmode=require"
    client = ["--network", rig.id, tls, "--entrypoint=bash", rig.image, "-c", script, url]
    assert docker("run", "--rm", *client).stdout.strip() == "1"


FIRST = {"POSTGRES_HOST": "db", "POSTGRES_PASSWORD": "s3cret"}
CERT, KEY, MODE = PAIR


@pytest.mark.parametrize(
    ("named", "given"),
    [
        (KEY, PAIR | {KEY: ""}),
        (CERT, PAIR | {CERT: ""}),
        (CERT, PAIR | {CERT: "/tls/empty.pem"}),
        (CERT, PAIR | {CERT: "/nowhere"}),
        (KEY, PAIR | {KEY: "/tls/client.key"}),
        (KEY, PAIR | {KEY: "/tls/locked.key"}),
        (KEY, PAIR | {KEY: "/tls/pooler.crt"}),
        (CERT, PAIR | {MODE: ""}),
        (CERT, PAIR | {MODE: "disable"}),
        ("PGBOUNCER_CLIENT_TLS_CA_FILE", PAIR | {MODE: "verify-full"}),
        ("PGBOUNCER_CLIENT_TLS_CA_FILE", PAIR | {"PGBOUNCER_CLIENT_TLS_CA_FILE": "/tls/empty.pem"}),
        ("PGBOUNCER_SERVER_TLS_CA_FILE", {"PGBOUNCER_SERVER_TLS_CA_FILE": "/tls/empty.pem"}),
        ("PGBOUNCER_SERVER_TLS_KEY_FILE", {"PGBOUNCER_SERVER_TLS_CERT_FILE": "/tls/client.crt"}),
        (
            "DATABASE_URL",
            {"POSTGRES_PASSWORD": "", "DATABASE_URL": "postgres://u:p@db/a?sslmode=verify-ca&sslrootcert=/s3cret"},
        ),
        ("DATABASE_URL_2", {"DATABASE_URL_2": "postgres://u:p@db/a?sslmode=s3cret"}),
    ],
)
def test_what_cannot_protect_is_refused_by_name(rig: Rig, tls: str, named: str, given: dict[str, str]) -> None:
    said = rig.refusal(tls, **FIRST | given)
    assert said.startswith(f"{named}: ")
    assert "s3cret" not in said
