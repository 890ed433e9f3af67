"""The pooler's account for an exporter, without devpool: with TLS, beside other accounts, and where it cannot be."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path

import pytest
from pooler_rig import CONTEXT, Container, Rig, docker, env, eventually, new_rig

FOLDER = "/run/devpool-metrics"
SHARED = {"PGBOUNCER_METRICS_FOLDER": FOLDER}
HARDENED = ["--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges"]


@functools.cache
def exporter_image() -> str:
    name = "devpool-exporter:test"
    docker("build", "--quiet", "--tag", name, str(Path(CONTEXT).parent / "exporter"))
    return name


@pytest.fixture(scope="module")
def rig() -> Iterator[Rig]:
    with new_rig() as rig:
        yield rig


def exporter(rig: Rig, pooler: Container) -> Container:
    options = [*HARDENED, f"--volumes-from={pooler.name}", *env({"POOLER_HOST": pooler.name})]
    return Container(rig.start(*options, exporter_image()))


def health(container: Container) -> str:
    return container.exec("healthcheck.sh", check=False).strip()


def kept(container: Container, file: str) -> str:
    return container.exec("cat", f"{FOLDER}/{file}").strip()


def test_an_exporter_comes_in_by_tls_and_again_after_a_restart_with_the_same_password(rig: Rig) -> None:
    tls = {"PGBOUNCER_CLIENT_TLS_SSLMODE": "require", "PGBOUNCER_STATS_USERS": "postgres"}
    pooler = rig.ready_pooler(f"--volume={FOLDER}", **SHARED, **tls)
    beside = exporter(rig, pooler)
    eventually(lambda: health(beside) == "exporter up, pooler answering", "the exporter is in")
    assert kept(pooler, "connection") == "port=6432 sslmode=require"
    assert pooler.setting("stats_users") == "postgres, devpool_metrics"
    mine = [row for row in pooler.admin("SHOW CLIENTS") if row["user"] == "devpool_metrics"]
    assert [row["tls"].startswith("TLS") for row in mine] == [True]
    password = kept(pooler, "pgpass")
    docker("restart", pooler.name)
    eventually(pooler.accepts, "the pooler is back")
    assert kept(pooler, "pgpass") == password
    eventually(lambda: health(beside) == "exporter up, pooler answering", "the exporter is in again")


def test_another_volume_has_another_password_that_only_the_pooler_and_its_exporter_can_read(rig: Rig) -> None:
    first, second = (rig.ready_pooler(f"--volume={FOLDER}", **SHARED) for _ in range(2))
    assert kept(first, "pgpass") != kept(second, "pgpass")
    assert kept(first, "pgpass").startswith("*:*:*:devpool_metrics:")
    assert first.exec("stat", "-c", "%a %u", FOLDER, f"{FOLDER}/pgpass").split() == ["700", "6432", "600", "6432"]


def test_without_the_variable_there_is_no_such_account(rig: Rig) -> None:
    pooler = rig.ready_pooler()
    assert "devpool_metrics" not in pooler.exec("cat", "/run/pgbouncer/private/userlist.txt")
    assert pooler.setting("stats_users") == ""


@pytest.mark.parametrize(
    ("options", "variables", "word"),
    [
        ([], {"PGBOUNCER_METRICS_FOLDER": "/nowhere"}, "no folder that user id 6432 can write to"),
        ([], SHARED, "no folder that user id 6432 can write to"),
        ([f"--volume={FOLDER}"], SHARED | {"PGBOUNCER_AUTH_TYPE": "pam"}, "PGBOUNCER_AUTH_TYPE=pam"),
        (
            [f"--volume={FOLDER}"],
            SHARED
            | {
                "PGBOUNCER_CLIENT_TLS_SSLMODE": "verify-ca",
                "PGBOUNCER_CLIENT_TLS_CA_FILE": "/etc/ssl/certs/ca-certificates.crt",
            },
            "PGBOUNCER_CLIENT_TLS_SSLMODE",
        ),
    ],
)
def test_where_the_account_cannot_be_the_start_ends_and_says_why(
    rig: Rig, options: list[str], variables: dict[str, str], word: str
) -> None:
    refusal = rig.refusal(*options, POSTGRES_HOST="db", POSTGRES_PASSWORD="dev", **variables)
    assert refusal.startswith("PGBOUNCER_METRICS_FOLDER: ")
    assert word in refusal


@pytest.mark.parametrize(
    ("variables", "name"),
    [({}, "POOLER_HOST"), ({"POOLER_HOST": "a b"}, "POOLER_HOST"), ({"POOLER_HOST": "pooler"}, "METRICS_FOLDER")],
)
def test_an_exporter_without_a_pooler_says_what_is_missing(rig: Rig, variables: dict[str, str], name: str) -> None:
    done = docker("run", "--rm", *HARDENED, *env(variables), exporter_image(), check=False)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith(f"devpool-exporter: {name}: ")


def test_an_exporter_that_waits_for_its_pooler_can_be_stopped_at_once(rig: Rig) -> None:
    pooler = rig.ready_pooler(f"--volume={FOLDER}", **SHARED)
    docker("stop", pooler.name)
    waiting = exporter(rig, pooler)
    assert health(waiting) == "exporter not answering"
    assert waiting.stop() < 5
