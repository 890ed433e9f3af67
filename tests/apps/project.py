"""An application's compose project: a copy in a folder of its own, its images, and what its Postgres says."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from demo_rig import DemoProject, remove_things

from apps.app import FOLDER, App
from apps.web import Web

_BUILD_SECONDS = 1800
# For an engine before 23, which would use the old builder.
_BUILDKIT = {"DOCKER_BUILDKIT": "1"}
# What this machine trusts: its package registries may be behind a proxy with a certificate of its own.
_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
_HELD = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
_POSTGRES_SECONDS = 60


class AppProject(DemoProject):
    """The copy of an application's project that is run."""

    patience = 900

    def __init__(self, name: str, app: App, folder: Path, shell: Mapping[str, str]) -> None:
        super().__init__(folder, shell, FOLDER / name / "project")
        self.app, self.source = app, FOLDER / name
        self.ports: dict[tuple[str, int], int] = {}
        self.webs: list[Web] = []

    def build(self) -> None:
        """Make the images. What has not changed since the last time is in the engine's cache."""
        secret = [f"--secret=id=certificates,src={_CERTIFICATES}"] if _CERTIFICATES.exists() else []
        for image, folder in self.app.images.items():
            words = ["docker", "build", "--progress=plain", "--tag", image, *secret, str(self.source / folder)]
            environ = {**self.environ, **_BUILDKIT}
            done = subprocess.run(words, env=environ, capture_output=True, text=True, timeout=_BUILD_SECONDS)
            if done.returncode:
                pytest.fail(f"{image} could not be built:\n{done.stderr[-3000:]}", pytrace=False)

    def port(self, service: str, inside: int) -> int:
        """Where a service is published; asked once, until `forget`."""
        if (service, inside) not in self.ports:
            self.ports[service, inside] = int(self.compose("port", service, str(inside)).rpartition(":")[2])
        return self.ports[service, inside]

    def web(self, service: str, inside: int) -> Web:
        """A client of a service's HTTP API; its connection lasts until `forget`."""
        self.webs.append(Web(self.port(service, inside)))
        return self.webs[-1]

    def forget(self) -> None:
        """End all clients, and ask anew for the ports, which recreated containers have changed."""
        self.ports.clear()
        while self.webs:
            self.webs.pop().close()

    def version(self) -> str:
        """What the application says of its version."""
        service, *command = self.app.version
        return self.compose("exec", "-T", service, *command).strip().splitlines()[0]

    def is_healthy(self) -> bool:
        """Whether every container with a healthcheck is healthy."""
        return all(found <= {"healthy", "not checked"} for found in self.health().values())

    # --- Postgres ---

    def sql(self, text: str) -> str:
        return self.compose("exec", "-T", self.app.server, *self._psql(), given=text).strip()

    def _psql(self) -> list[str]:
        return ["psql", "-XqAt", "-U", self.app.user, "-d", self.app.database]

    def rows(self) -> int:
        """How much of the clients' work is in the database."""
        return int(self.sql(self.app.rows))

    def most_connections(self, seconds: float) -> int:
        """The most client connections that Postgres holds in the next seconds."""
        counts = self.sql(f"{_HELD} \\watch i=0.25 c={int(seconds * 4)}\n")
        return max(map(int, counts.split()))

    def wait_for_postgres(self) -> None:
        """Until Postgres itself answers."""
        deadline = time.monotonic() + _POSTGRES_SECONDS
        words = ["docker", "compose", "exec", "-T", self.app.server, *self._psql(), "-c", "SELECT 1"]
        while self.call(words).returncode:
            if time.monotonic() > deadline:
                pytest.fail(f"Postgres does not answer after {_POSTGRES_SECONDS} s", pytrace=False)
            time.sleep(0.2)


@contextmanager
def app_project(
    name: str, app: App, below: Path, shell: Mapping[str, str], *, keep: bool = False
) -> Iterator[AppProject]:
    """The project of an application in a new folder, not started. All of it is removed in the end."""
    project = AppProject(name, app, below / f"apps-{name}-{uuid4().hex[:6]}", shell)
    try:
        yield project
    finally:
        project.forget()
        if not keep:
            remove_things(project.name)
            shutil.rmtree(project.folder, ignore_errors=True)
