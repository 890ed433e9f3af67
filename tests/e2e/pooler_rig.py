"""Real containers for the tests of the pooler image: one network, one Postgres, and poolers as needed.

Everything is made under a name of its own and carries one label, by which all of it is removed in the end.
"""

from __future__ import annotations

import csv
import functools
import io
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

T = TypeVar("T")

CONTEXT = Path(__file__).resolve().parents[2] / "docker" / "pgbouncer"
PSQL = ["--no-psqlrc", "--no-align", "--tuples-only", "--quiet", "--no-password"]
LOCKED_DOWN = [
    *("--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges"),
    *("--tmpfs=/run/pgbouncer", "--tmpfs=/dev/shm:ro", "--tmpfs=/dev/mqueue:ro"),
]


def docker(*args: str, check: bool = True, text: str | None = None) -> subprocess.CompletedProcess[str]:
    """Runs docker, with a text on its stdin."""
    done = subprocess.run(["docker", *args], input=text, capture_output=True, text=True, timeout=240)
    if check and done.returncode:
        pytest.fail(f"docker {args[0]} failed:\n{done.stdout}{done.stderr}", pytrace=False)
    return done


def require_engine() -> None:
    """These tests never skip: a suite that passes because nothing ran is worse than one that fails."""
    if not shutil.which("docker") or docker("version", check=False).returncode:
        pytest.fail("no Docker engine answers here; start one with: ci/engine", pytrace=False)


def tell(measured: str) -> None:
    """For whoever runs pytest with -s or -rP: what was measured or counted."""
    sys.stdout.write(f"{measured}\n")


def eventually(look: Callable[[], T], what: str, seconds: float = 20) -> T:
    """The first true value of `look`, asked again until the deadline."""
    deadline = time.monotonic() + seconds
    while not (value := look()):
        if time.monotonic() > deadline:
            pytest.fail(f"not within {seconds:g} s: {what}")
        time.sleep(0.05)
    return value


@functools.cache
def build_image() -> str:
    require_engine()
    name = "devpool-pgbouncer:test"
    docker("build", "--quiet", "--tag", name, str(CONTEXT))
    return name


class Container:
    def __init__(self, name: str) -> None:
        self.name = name

    def exec(self, *command: str, options: tuple[str, ...] = (), check: bool = True) -> str:
        """What the command says, on either stream; options are those of `docker exec`."""
        done = docker("exec", *options, self.name, *command, check=check)
        return done.stdout + done.stderr

    def inspect(self, template: str) -> str:
        return docker("inspect", "--format", template, self.name).stdout.strip()

    def address(self) -> str:
        return self.inspect("{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}")

    def logs(self) -> str:
        done = docker("logs", self.name)
        return done.stdout + done.stderr

    def stop(self) -> float:
        """Stops it as `docker compose stop` would, and says how long that took."""
        began = time.monotonic()
        docker("stop", self.name)
        return time.monotonic() - began


class Pooler(Container):
    def admin(self, command: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.exec("pooler-admin", command))))

    def setting(self, key: str) -> str:
        return next(row["value"] for row in self.admin("SHOW CONFIG") if row["key"] == key)

    def health(self) -> str:
        """The healthcheck's own words, asked for now."""
        return self.exec("healthcheck.sh", check=False).strip()

    def accepts(self) -> bool:
        if self.inspect("{{.State.Running}}") == "false":
            pytest.fail(f"the pooler has ended:\n{self.logs()}", pytrace=False)
        return "version" in self.exec("pooler-admin", "SHOW VERSION", check=False)


class Postgres(Container):
    password = "dev"

    def sql(self, *statements: str) -> str:
        """Runs statements as the superuser by the server's own socket, which asks for no password."""
        commands = [part for statement in statements for part in ("-c", statement)]
        return self.exec("psql", *PSQL, "-U", "postgres", "-d", "app", *commands).strip()

    def answers(self) -> bool:
        url = f"postgres://postgres:{self.password}@127.0.0.1/app"
        return "1" in self.exec("psql", *PSQL, "-c", "SELECT 1", url, check=False).split()


class IdleClient:
    """A psql that has connected and run one query, and then stays until the end of the `with`."""

    def __init__(self, command: list[str]) -> None:
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> IdleClient:
        self.send("SELECT 'connected';")
        if self.answer() != "connected":
            self.__exit__()
            pytest.fail("the client was not let in")
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()

    def send(self, sql: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(sql + "\n")
        self.process.stdin.flush()

    def answer(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().rstrip("\n")


class Rig:
    """The network and what stands in it: the Postgres `db`, and what tests start."""

    def __init__(self, image: str) -> None:
        self.image = image
        self.id = f"devpool-test-{uuid.uuid4().hex[:10]}"
        self.label = f"devpool.test={self.id}"
        docker("network", "create", "--label", self.label, self.id)
        self.client = self.postgres("db")

    def start(self, *args: str) -> str:
        name = f"{self.id}-{uuid.uuid4().hex[:6]}"
        docker("run", "--detach", "--name", name, "--label", self.label, "--network", self.id, *args)
        return name

    def postgres(self, alias: str, *options: str, **environment: str) -> Postgres:
        environment = {"POSTGRES_PASSWORD": Postgres.password, "POSTGRES_DB": "app"} | environment
        place = [f"--network-alias={alias}", "--tmpfs=/var/lib/postgresql/data"]
        return Postgres(self.start(*place, *options, *env(environment), "postgres:17", "-c", "fsync=off"))

    def pooler(self, *options: str, **environment: str) -> Pooler:
        """A pooler in front of `db`, locked down as devpool's service block does it."""
        environment = {"POSTGRES_HOST": "db"} | environment
        return Pooler(self.start(*LOCKED_DOWN, *options, *env(environment), self.image))

    def ready_pooler(self, *options: str, **environment: str) -> Pooler:
        credentials = {"POSTGRES_PASSWORD": Postgres.password, "POSTGRES_DB": "app"}
        pooler = self.pooler(*options, **(credentials | environment))
        eventually(pooler.accepts, "the pooler takes connections")
        return pooler

    def _psql(
        self, pooler: Container, user: str, password: str, database: str, port: int = 6432, sslmode: str = "prefer"
    ) -> list[str]:
        """The arguments of `docker exec` that make the client's psql connect to a pooler."""
        environment = env({"PGPASSWORD": password, "PGCONNECT_TIMEOUT": "10", "PGSSLMODE": sslmode})
        where = ["-h", pooler.name, "-p", str(port), "-U", user, "-d", database]
        return [*environment, self.client.name, "psql", *PSQL, *where]

    def ask(
        self,
        pooler: Container,
        user: str,
        password: str,
        sql: str,
        database: str = "app",
        port: int = 6432,
        sslmode: str = "prefer",
    ) -> str:
        """What psql, as a client from another container, gets for an answer: rows or the error."""
        done = docker("exec", *self._psql(pooler, user, password, database, port, sslmode), "-c", sql, check=False)
        return (done.stdout + done.stderr).strip()

    def query(self, pooler: Container, sql: str, **how: str) -> str:
        """The same as the superuser."""
        return self.ask(pooler, "postgres", Postgres.password, sql, **how)  # type: ignore[arg-type]

    def idle_client(self, pooler: Container, user: str, password: str, database: str = "app") -> IdleClient:
        return IdleClient(["docker", "exec", "-i", *self._psql(pooler, user, password, database)])

    def superuser(self, pooler: Container, database: str = "app") -> IdleClient:
        """An idle client that is the superuser."""
        return self.idle_client(pooler, "postgres", Postgres.password, database)

    def start_again(self, container: Container) -> None:
        docker("start", container.name)

    def refusal(self, *options: str, **environment: str) -> str:
        """What a pooler with these variables says when it ends at once; options are those of `docker run`."""
        done = docker("run", "--rm", *LOCKED_DOWN, *options, *env(environment), self.image, check=False)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1), done.stdout + done.stderr
        assert done.stderr.startswith("devpool-pgbouncer: ")
        return done.stderr.removeprefix("devpool-pgbouncer: ").strip()

    def remove(self) -> None:
        containers = docker("ps", "--all", "--quiet", "--filter", f"label={self.label}").stdout.split()
        if containers:
            docker("rm", "--force", "--volumes", *containers, check=False)
        docker("network", "rm", self.id, check=False)


@contextmanager
def new_rig(*sql: str) -> Iterator[Rig]:
    """A rig whose Postgres has run the statements."""
    rig = Rig(build_image())
    try:
        eventually(rig.client.answers, "Postgres answers")
        if sql:
            rig.client.sql(*sql)
        yield rig
    finally:
        rig.remove()


def env(environment: dict[str, str]) -> list[str]:
    return [part for name, value in environment.items() for part in ("--env", f"{name}={value}")]
