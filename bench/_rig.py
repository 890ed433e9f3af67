"""One Docker network with a Postgres, the poolers that are compared, and a client to run pgbench in."""

from __future__ import annotations

import secrets
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from _measure import REPO, Failed

POSTGRES = "postgres:17"
POOLER = "devpool-bench:pooler"
RECIPE = "devpool-bench:recipe"
CONTEXTS = {POOLER: REPO / "docker" / "pgbouncer", RECIPE: REPO / "bench" / "recipe"}
PASSWORD = "dev"  # noqa: S105 - of a server that lives for minutes, and that recipe/userlist.txt names too
ROWS = 10  # pgbench's scale: 100,000 rows each
# As in compose/pooler.yml.
LOCKED_DOWN = ["--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--tmpfs=/run/pgbouncer"]
_DATABASE = {"POSTGRES_PASSWORD": PASSWORD, "POSTGRES_DB": "app"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A way to the database: what it is called, and where it begins."""

    name: str
    host: str
    port: int = 6432


def docker(*words: str, seconds: float = 600) -> str:
    """What docker says on stdout.

    Raises:
        Failed: its exit code is not 0.
    """
    done = docker_try(*words, seconds=seconds)
    if done.returncode:
        raise Failed(f"docker {' '.join(words[:3])} ... failed: {done.stderr.strip()[-300:]}")
    return done.stdout


def docker_try(*words: str, seconds: float = 600) -> subprocess.CompletedProcess[str]:
    """The same, whatever its exit code."""
    return subprocess.run(["docker", *words], capture_output=True, text=True, timeout=seconds, check=False)


def has_engine() -> bool:
    """Whether a Docker engine answers."""
    return shutil.which("docker") is not None and docker_try("version").returncode == 0


def until(look: Callable[[], bool], what: str, seconds: float = 60) -> None:
    """Asks again until it is so.

    Raises:
        Failed: it is not within the time.
    """
    deadline = time.monotonic() + seconds
    while not look():
        if time.monotonic() > deadline:
            raise Failed(f"not within {seconds:g} seconds: {what}")
        time.sleep(0.1)


class Rig:
    """Everything is named and labelled with `id`, by which all of it is removed in the end."""

    def __init__(self) -> None:
        self.id = f"devpool-bench-{secrets.token_hex(4)}"
        self.label = f"devpool.bench={self.id}"

    def prepare(self) -> None:
        """Builds the images; starts Postgres and the client; fills the tables of pgbench."""
        for image, context in CONTEXTS.items():
            docker("build", "--quiet", "--tag", image, str(context))
        docker("network", "create", "--label", self.label, self.id)
        self.database = self.postgres("db", 100)
        sleeping = ["--init", "--ulimit=nofile=20000", "--env", f"PGPASSWORD={PASSWORD}", "--entrypoint=sleep"]
        self.client = self.start(*sleeping, POSTGRES, "infinity")
        self._ready(self.direct())
        fill = ["pgbench", "--initialize", "--init-steps=dtGvp", "--quiet", f"--scale={ROWS}"]
        docker("exec", self.client, *fill, *self.address(self.direct()))

    def start(self, *words: str) -> str:
        """The name of a new container."""
        name = f"{self.id}-{secrets.token_hex(3)}"
        docker("run", "--detach", "--name", name, "--label", self.label, "--network", self.id, *words)
        return name

    def postgres(self, alias: str, max_connections: int) -> str:
        """The name of a new Postgres, which holds its data in memory."""
        place = [f"--network-alias={alias}", "--tmpfs=/var/lib/postgresql/data", "--shm-size=256m"]
        settings = ["-c", "fsync=off", "-c", f"max_connections={max_connections}"]
        return self.start(*place, *_env(_DATABASE), POSTGRES, *settings)

    def direct(self) -> Route:
        """Postgres itself, whose `max_connections` is 100."""
        return Route(name="direct", host=self.database, port=5432)

    def pooler(self, name: str, **environment: str) -> Route:
        """A new pooler of devpool's image, as devpool would run it."""
        given = _env({"POSTGRES_HOST": "db"} | _DATABASE | environment)
        return self._ready(Route(name=name, host=self.start(*LOCKED_DOWN, *given, POOLER)))

    def recipe(self, name: str, database: str = "db", pool_size: int = 20) -> Route:
        """A new pooler as guides set it up."""
        given = _env({"POSTGRES_HOST": database, "POOL_SIZE": str(pool_size)})
        return self._ready(Route(name=name, host=self.start(*given, RECIPE)))

    def _ready(self, route: Route) -> Route:
        until(lambda: self.answers(route), f"{route.name} answers")
        return route

    def address(self, route: Route) -> list[str]:
        """A route, in words for a client."""
        return ["-h", route.host, "-p", str(route.port), "-U", "postgres", "app"]

    def answers(self, route: Route) -> bool:
        """Whether a query gets through."""
        select = ["psql", "--no-psqlrc", "-qAtc", "SELECT 1", *self.address(route)]
        return docker_try("exec", self.client, *select).stdout.strip() == "1"

    def is_calm(self) -> bool:
        """Whether the poolers have let go of enough connections for 64 clients of Postgres itself."""
        count = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
        return int(docker("exec", "--user=postgres", self.database, "psql", "-qAtc", count, "app")) <= 30

    def remove(self) -> None:
        """All containers with what they hold, and the network."""
        with suppress(subprocess.TimeoutExpired):
            found = docker_try("ps", "--all", "--quiet", "--filter", f"label={self.label}").stdout.split()
            if found:
                docker_try("rm", "--force", "--volumes", *found)
            docker_try("network", "rm", self.id)


@contextmanager
def new_rig() -> Iterator[Rig]:
    """A rig that is ready, and gone at the end. The images stay: the next run is quicker."""
    rig = Rig()
    try:
        rig.prepare()
        yield rig
    finally:
        rig.remove()


def _env(environment: dict[str, str]) -> list[str]:
    return [word for name, value in environment.items() for word in ("--env", f"{name}={value}")]
