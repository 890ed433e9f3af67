"""What somebody finds who looks at the running container, at its image and at what Docker tells about them."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from pooler_rig import Pooler, Rig, docker, new_rig

SECRET = "s3cret-of-the-test"  # not a password of anything else
FURTHER = "further-s3cret"


@pytest.fixture(scope="module")
def rig() -> Iterator[Rig]:
    with new_rig(
        f"CREATE ROLE app LOGIN PASSWORD '{SECRET}'", f"CREATE ROLE further LOGIN PASSWORD '{FURTHER}'"
    ) as rig:
        yield rig


@pytest.fixture(scope="module")
def pooler(rig: Rig) -> Pooler:
    """With secrets, TLS and everything said that it can say; used once with the right password, once with a wrong."""
    pooler = rig.ready_pooler(
        POSTGRES_USER="app",
        POSTGRES_PASSWORD=SECRET,
        DATABASE_URL_2=f"postgres://further:{FURTHER}@db/app",
        PGBOUNCER_CLIENT_TLS_SSLMODE="allow",
        PGBOUNCER_LOG_CONNECTIONS="1",
        PGBOUNCER_LOG_DISCONNECTIONS="1",
        TZ="Europe/Berlin",
        STRIPE_KEY="of-an-app",
    )
    assert rig.ask(pooler, "app", SECRET, "SELECT 1") == "1"
    assert rig.ask(pooler, "further", FURTHER, "SELECT 1") == "1"
    assert "FATAL" in rig.ask(pooler, "app", FURTHER, "SELECT 1")
    pooler.health()
    return pooler


def test_the_process_is_nobody_and_can_nothing(pooler: Pooler) -> None:
    lines = (line.split(":", 1) for line in pooler.exec("cat", "/proc/1/status").splitlines())
    status = {name: value.split() for name, value in lines}
    assert status["Uid"] == status["Gid"] == ["6432"] * 4
    assert {status[name][0] for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {"0" * 16}
    assert (status["NoNewPrivs"], status["Seccomp"]) == (["1"], ["2"])


def test_nothing_can_be_written_but_the_folder_in_memory(pooler: Pooler) -> None:
    # Not only on the root's file system: an engine mounts /dev/shm and /dev/mqueue for everybody to write to.
    find = "find / -path /proc -prune -o -path /run/pgbouncer/private -prune -o -writable ! -type l ! -type c -print"
    assert pooler.exec("bash", "-c", f"{find} 2>/dev/null; true").split() == ["/run/pgbouncer"]
    for folder in ("/dev/shm", "/dev/mqueue"):
        assert "Read-only file system" in pooler.exec("touch", f"{folder}/x", check=False)
    mounts = [line.split() for line in pooler.exec("cat", "/proc/mounts").splitlines()]
    root = next(mount for mount in mounts if mount[1] == "/")
    assert "ro" in root[3].split(",")
    folder = next(mount for mount in mounts if mount[1] == "/run/pgbouncer")
    assert folder[2] == "tmpfs"
    assert {"noexec", "nosuid", "nodev"} <= set(folder[3].split(","))
    assert docker("diff", pooler.name).stdout.split() in ([], ["C", "/run", "A", "/run/pgbouncer"])


def test_no_program_makes_anybody_somebody_else(pooler: Pooler) -> None:
    find = ["find", "/", "-xdev", "-perm", "/6000", "-type", "f"]
    assert "/" not in "".join(line for line in pooler.exec(*find, check=False).splitlines() if "denied" not in line)


def test_it_listens_at_one_port_and_a_socket_of_its_own(pooler: Pooler) -> None:
    tables = pooler.exec("cat", "/proc/net/tcp", "/proc/net/tcp6")
    rows = [line.split() for line in tables.splitlines()]
    ports = {int(row[1].rsplit(":", 1)[1], 16) for row in rows if len(row) > 3 and row[3] == "0A"}
    # 127.0.0.11 is Docker's own name server.
    own = {row[1] for row in rows if len(row) > 3 and row[3] == "0A" and row[1].startswith("0B00007F")}
    assert ports - {int(address.rsplit(":", 1)[1], 16) for address in own} == {6432}
    sockets = [line.split()[-1] for line in pooler.exec("cat", "/proc/net/unix").splitlines() if "/" in line]
    assert set(sockets) == {"/run/pgbouncer/private/.s.PGSQL.6432"}


def test_secrets_are_in_memory_for_one_user_alone(pooler: Pooler) -> None:
    listed = pooler.exec("find", "/run/pgbouncer", "-mindepth", "1", "-printf", "%m %U %y %f\n").splitlines()
    folders = [line for line in listed if " d " in line]
    files = [line.split() for line in listed if " f " in line]
    assert folders == ["700 6432 d private"]
    assert {(mode, owner) for mode, owner, _, _ in files} == {("600", "6432")}
    assert {name for *_, name in files} - {"health"} == {  # what the healthcheck writes when its first probe has ended
        "pgbouncer.ini", "userlist.txt", "pgpass", "pg_service.conf", "tls.key", "tls.crt",
    }  # fmt: skip
    found = pooler.exec(
        "grep", "-rlE", f"{SECRET}|{FURTHER}", "/run", "/etc", "/tmp", "/usr/local", "/home", check=False
    )
    assert {line for line in found.splitlines() if not line.startswith("grep:")} == {
        "/run/pgbouncer/private/userlist.txt",
        "/run/pgbouncer/private/pgpass",
    }


def test_the_process_does_not_carry_them_in_its_environment(pooler: Pooler) -> None:
    environment = pooler.exec("cat", "/proc/1/environ")
    names = {line.partition("=")[0] for line in environment.split("\0") if line}
    assert names == {"PATH", "LD_PRELOAD", "TZ"}
    assert SECRET not in environment and FURTHER not in environment


def test_the_debug_log_which_has_passwords_cannot_be_had(rig: Rig) -> None:
    given = {"POSTGRES_HOST": "db", "POSTGRES_PASSWORD": SECRET, "PGBOUNCER_VERBOSE": "1"}
    assert rig.refusal(**given) == "PGBOUNCER_VERBOSE: is decided by the image; remove it"


def test_the_log_has_no_secret(pooler: Pooler) -> None:
    assert "login attempt" in pooler.logs()
    assert SECRET not in pooler.logs() and FURTHER not in pooler.logs()


def test_docker_tells_what_the_user_wrote_and_no_more(pooler: Pooler) -> None:
    told = json.loads(docker("inspect", pooler.name).stdout)[0]
    given = told["Config"].pop("Env")
    holders = {line.split("=")[0] for line in given if SECRET in line or FURTHER in line}
    assert holders == {"POSTGRES_PASSWORD", "DATABASE_URL_2"}
    assert SECRET not in json.dumps(told) and FURTHER not in json.dumps(told)


def test_the_image_holds_no_key_and_no_variable(rig: Rig, pooler: Pooler) -> None:
    told = json.loads(docker("image", "inspect", rig.image).stdout)[0]
    assert [line.split("=")[0] for line in told["Config"]["Env"]] == ["PATH"]
    keys = ["grep", "-rlsE", "BEGIN ([A-Z]+ )?PRIVATE KEY", "/etc", "/usr/local", "/var", "/root", "/home", "/opt"]
    run = ["run", "--rm", "--user=0", f"--entrypoint={keys[0]}", rig.image, *keys[1:]]
    assert docker(*run, check=False).stdout.split() == []
    history = docker("history", "--no-trunc", rig.image).stdout
    assert "s3cret" not in history and "ARG " not in history.replace("ARG BASE_IMAGE", "")


@pytest.mark.parametrize("user", ["pgbouncer", "app", "further", "postgres"])
def test_the_console_is_for_nobody_from_outside(rig: Rig, pooler: Pooler, user: str) -> None:
    for password in (SECRET, FURTHER, ""):
        assert "FATAL" in rig.ask(pooler, user, password, "SHOW USERS", database="pgbouncer") or not password


def test_the_console_is_for_no_other_user_of_the_container(pooler: Pooler) -> None:
    socket = ["psql", "-XAtc", "SHOW USERS", "host=/run/pgbouncer/private port=6432 user=pgbouncer dbname=pgbouncer"]
    assert "Permission denied" in pooler.exec(*socket, options=("--user=1234:1234",), check=False)
    tcp = ["psql", "-XAtwc", "SHOW USERS", "host=127.0.0.1 port=6432 user=pgbouncer dbname=pgbouncer"]
    assert "FATAL" in pooler.exec(*tcp, check=False) or "fe_sendauth" in pooler.exec(*tcp, check=False)
