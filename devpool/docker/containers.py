"""The project's containers: which ones run, and how to start, query and remove them. Uses
python-on-whales for typed answers, and engine.py for commands whose exact words matter.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from devpool.docker.client import COMPOSE, client, containers_of, errors, labels_of
from devpool.docker.engine import Call, run
from devpool.docker.ownership import DIRECTORY, FILES, Other, Ownership, refusal, started_from
from devpool.docker.psql_in_database import in_database
from devpool.errors import DevpoolError
from devpool.redact.passwords import redact
from devpool.text.patterns import regex

T = TypeVar("T")
_LOG_LINES = 20
# One line of JSON per container.
_LABELS = ",".join(f'"{name}":{{{{json (.Label "{name}")}}}}' for name in (f"{COMPOSE}.service", DIRECTORY, FILES))
_LABELS = f"{{{_LABELS}}}"
_ROLE = "devpool.role"  # the label that our images have (docker/*/Dockerfile), and from them their containers
_STAMP = regex(r"^[\d-]+ [\d:.]+ \w+ \[\d+\] ")
_VOLUME_ID = regex(r"[0-9a-f]{64}")
_HEALTH_TIMEOUT = 90  # seconds that a pooler has to become healthy


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningContainer:
    """A running container: its service, id, addresses, health ("" where it has no healthcheck), the words of its
    entrypoint and command, and the services that it waited for as it was created.
    """

    service: str
    id: str
    name: str
    addresses: frozenset[str]
    health: str
    environment: Mapping[str, str] = field(repr=False)
    words: tuple[str, ...] = field(repr=False, default=())
    awaited: frozenset[str] = frozenset()


class Stack:
    """The containers of one project. Those of another project with the same name are never among them.

    Args:
        call: how to call Compose for it.
        name: the project's name, as Compose's model gives it.
        declared: its services in that model.
        ownership: what tells its containers from another project's; None where all under its name are its own.
    """

    def __init__(
        self, call: Call, name: str, declared: Mapping[str, Mapping[str, Any]], ownership: Ownership | None
    ) -> None:
        self.call = call
        self.name = name
        self.declared = declared
        self.ownership = ownership

    def running(self) -> dict[str, list[RunningContainer]]:
        """The running containers by service.

        Raises:
            DevpoolError: `engine-not-running`, `no-docker-cli`, `docker-failed`.
        """
        found: dict[str, list[RunningContainer]] = {}
        for container in self.own(_running, f"{COMPOSE}.oneoff=False"):
            found.setdefault(container.service, []).append(container)
        return found

    def others(self, added: Iterable[str] = ()) -> list[Other]:
        """The containers under the project's name that belong to another project, including stopped ones.

        Args:
            added: services about to be added to those that the files name.

        Raises:
            DevpoolError: `engine-not-running`, `no-docker-cli`, `docker-failed`.
        """
        if self.ownership is None:
            return []
        filters = [f"--filter=label={COMPOSE}.{label}" for label in (f"project={self.name}", "oneoff=False")]
        command = ["docker", "ps", "--all", *filters, "--format", _LABELS]
        lines = run(command, cwd=self.call.cwd, environ=self.call.environ).splitlines()
        each = [json.loads(line) for line in lines if line]
        containers = [(labels[f"{COMPOSE}.service"], started_from(labels)) for labels in each]
        return self.ownership.others(containers, {*self.declared, *added})

    def refuse_others(self, added: Iterable[str] = ()) -> None:
        """Refuse to go on if containers under the project's name belong to another project.

        Args:
            added: as for `others`.

        Raises:
            DevpoolError: `another-project`, and what `others` raises.
        """
        found = self.others(added)
        if self.ownership and found:
            raise refusal(self.name, self.ownership.own, found)

    def build(self, services: Iterable[str]) -> None:
        """Build services' images."""
        self._compose("build", "--quiet", *services)

    def up(
        self,
        services: Iterable[str],
        *,
        scale: Mapping[str, int] | None = None,
        wait: bool = False,
        deps: bool = False,
        recreate: bool = True,
    ) -> None:
        """Create and start services, or recreate those that changed.

        Args:
            services: which ones; with none, nothing is done, while Compose itself would start everything.
            scale: how many containers of a service, if not the number in the files.
            wait: until they run and are healthy.
            deps: also what they depend on.
            recreate: whether to recreate a running one that has changed in the files.
        """
        names = list(services)
        if not names:
            return
        scales = [w for s, n in (scale or {}).items() if n != self._stated(s) for w in ("--scale", f"{s}={n}")]
        waiting = ["--wait", "--wait-timeout", str(_HEALTH_TIMEOUT)] if wait else []
        only = ([] if deps else ["--no-deps"]) + ([] if recreate else ["--no-recreate"])
        self._compose("up", "--detach", *only, *waiting, *scales, *names)

    def remove(self, service: str) -> None:
        """Remove a service's containers and the image that Compose built for it, even if the files no longer name it.

        Only those with the label of our images: the service's name may come from a record that anyone can write.
        """
        found = self.own(_made_of, f"{COMPOSE}.service={service}", _ROLE, status="any")
        docker = client().container
        with errors():
            for container, image, volumes in found:
                docker.stop(container, time=5)
                docker.remove(container, force=True, volumes=True)
                self._remove_volumes(volumes)
                self._remove_image(image)
            self._remove_image(f"{self.name}-{service}")

    def left(self) -> dict[str, list[str]]:
        """The services of devpool's own that have a container and stand in no file any more, by their role: `exporter`,
        `pooler`.
        """
        found = self.own(labels_of, _ROLE, status="any")
        known = set(self.services()) if found else set()
        left: dict[str, list[str]] = {}
        for labels in found:
            name = labels.get(f"{COMPOSE}.service", "")
            if name not in known:
                left.setdefault(labels[_ROLE], []).append(name)
        return left

    def services(self) -> list[str]:
        """The services in the files, of all profiles."""
        words = self.call.command("--profile", "*", "config", "--services")
        return run(words, cwd=self.call.cwd, environ=self.call.environ).split()

    def logs(self, service: str, *which: str) -> tuple[str, ...]:
        """The last lines that a service logged, without passwords.

        Args:
            service: whose.
            which: options of `docker compose logs` that say how many lines, in place of the last few.
        """
        many = which or ("--tail", str(_LOG_LINES))
        command = self.call.command("logs", "--no-color", "--no-log-prefix", *many, service)
        try:
            text = run(command, cwd=self.call.cwd, environ=self.call.environ)
        except DevpoolError:
            return ()
        # A pooler that cannot reach its server repeats itself: once is enough, without the time.
        lines = dict.fromkeys(_STAMP.sub("", line) for line in text.splitlines())
        return tuple(redact(line) for line in lines)

    def query(self, database: RunningContainer, sql: str) -> list[dict[str, str]]:
        """The rows of a query, run inside the database's container over its socket, as its superuser."""
        return rows(self.execute(database, in_database(("-X", "--csv", "-c", sql))))

    def execute(self, container: RunningContainer, command: list[str]) -> str:
        """The output of a command inside a container.

        Raises:
            DevpoolError: `docker-failed` with the command's own last line, and what `engine.run` raises.
        """
        return run(["docker", "exec", container.id, *command], cwd=self.call.cwd, environ=self.call.environ)

    def has_image(self, image: str) -> bool:
        """Whether the engine has an image.

        Raises:
            DevpoolError: what `engine.run` raises but for the answer that it has not.
        """
        try:
            run(["docker", "image", "inspect", "--format", ".", image], cwd=self.call.cwd, environ=self.call.environ)
        except DevpoolError as error:
            if error.code != "docker-failed":
                raise
            return False
        return True

    def probe(self, service: str, script: str) -> str:
        """The output of a shell script in a one-off container of a service, without its dependencies.

        Raises:
            DevpoolError: `docker-failed`, also where the image has no shell, and what `engine.run` raises.
        """
        words = self.call.command("run", "--rm", "--no-deps", "-T", "--entrypoint", "sh", service, "-c", script)
        return run(words, cwd=self.call.cwd, environ=self.call.environ)

    def own(self, read: Callable[[Any], T], *labels: str, status: str = "") -> list[T]:
        """As `containers_of`, of the project's own containers."""
        ownership = self.ownership
        if ownership is None:
            return containers_of(self.name, read, *labels, status=status)

        def read_own(container: Any) -> tuple[T] | None:
            return (read(container),) if ownership.is_own(started_from(labels_of(container))) else None

        return [found[0] for found in containers_of(self.name, read_own, *labels, status=status) if found]

    def _compose(self, *words: str) -> None:
        run(self.call.command(*words), cwd=self.call.cwd, environ=self.call.environ)

    def _stated(self, service: str) -> int:
        """How many containers of a service Compose starts (Compose specification, "scale" and "deploy.replicas")."""
        stated = self.declared.get(service, {})
        deploy = stated.get("deploy") or {}
        return int(stated.get("scale", deploy.get("replicas", 1)))

    def _remove_volumes(self, names: list[str]) -> None:
        for name in names:
            # It is already gone, or another container also uses it and will take it along.
            with suppress(DevpoolError), errors():
                client().volume.remove(name)

    def _remove_image(self, name: str) -> None:
        images = client().image
        if not name.startswith(f"{self.name}-") or not images.exists(name):
            return
        if _ROLE in (images.inspect(name).config.labels or {}):
            # Another container may be based on it: then it stays for that one.
            with suppress(DevpoolError), errors():
                images.remove(name)


def _running(container: Any) -> RunningContainer:
    networks = (container.network_settings.networks or {}).values()
    found = {a for n in networks for a in (n.ip_address, n.global_ipv6_address) if a}
    health = container.state.health
    environment = dict(e.partition("=")[::2] for e in container.config.env or [])
    awaited = labels_of(container).get(f"{COMPOSE}.depends_on", "").split(",")
    return RunningContainer(
        service=labels_of(container).get(f"{COMPOSE}.service", ""),
        id=container.id,
        name=container.name,
        addresses=frozenset(found),
        health=health.status if health else "",
        environment=environment,
        words=(*_words(container.config.entrypoint), *_words(container.config.cmd)),
        awaited=frozenset(text.partition(":")[0] for text in awaited),
    )


def _made_of(container: Any) -> tuple[str, str, list[str]]:
    """A container's id, its image, and its volumes without a name of their own.

    Compose mounts these by their ids where it recreates a container, and Docker, to which they have a name then, no
    longer removes them with it.
    """
    names = [mount.name or "" for mount in container.mounts if mount.type == "volume"]
    return container.id, container.config.image or "", [name for name in names if _VOLUME_ID.fullmatch(name)]


def _words(command: str | list[str] | None) -> list[str]:
    return [command] if isinstance(command, str) else command or []


def rows(text: str) -> list[dict[str, str]]:
    """CSV with a header as a dict for each row."""
    return [dict(row) for row in csv.DictReader(io.StringIO(text))]
