"""The project's containers: which ones run, and how to start and query them.

Every start of `docker` costs time, so one call lists all containers, and one inspects them.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any, TypeVar

from devpool.docker.compose_reading import Listing
from devpool.docker.container_values import (
    COMPOSE,
    FORMAT,
    Container,
    ListedContainer,
    RunningContainer,
    parse_inspected,
    parse_list,
)
from devpool.docker.engine import Call, complaints, run
from devpool.docker.ownership import Other, Ownership, refusal
from devpool.docker.psql import asked, in_database, parts, rows
from devpool.docker.questions import Question
from devpool.errors import DevpoolError
from devpool.redact.sentences import redact
from devpool.text.patterns import regex

T = TypeVar("T")
_USUAL_SECONDS = 0.5  # to list a project's containers: 0.2 on an idle machine
_MOST_PATIENCE = 12
# Compose's own words for what it does to a container, as it prints them where there is no terminal.
_MADE = regex(r"Container (\S+) +(?:Created|Recreated)$", re.M)
_RECREATED = regex(r"Container (\S+) +Recreate$", re.M)
_LISTED = ("--all", "--no-trunc", "--format", FORMAT)
_HEALTH_TIMEOUT = 90  # seconds that a pooler has to become healthy


class Stack:
    """The containers of one project. Those of another project with the same name are never among them.

    Compose begins to list them at once, and they are listed and inspected once; `look_again` forgets both.

    Attributes:
        patience: how many times as long as usual something may take now, by how long it took to list them.

    Args:
        call: how to call Compose for it.
        ownership: what tells its containers from another project's; None where all under its name are its own.
        read: Compose's model of it, asked for where it is needed.

    Raises:
        DevpoolError: `no-docker-cli`, `bad-limit`.
    """

    patience = 1

    def __init__(self, call: Call, ownership: Ownership | None, read: Callable[[], Mapping[str, Any]]) -> None:
        self.call = call
        self.ownership = ownership
        self._read = read
        self._begun = time.monotonic()
        self._listing: Listing | None = Listing(call, *_LISTED)
        self._listed: list[ListedContainer] | None = None
        self._inspected: dict[str, list[RunningContainer]] | None = None

    def wait(self) -> None:
        """Wait until the containers are listed, or cannot be.

        Raises:
            DevpoolError: where Compose does not accept the project's files, or is not there; what the engine says
                against listing its containers is not raised here.
        """
        listing, self._listing = self._listing, None
        if listing:
            try:
                self._listed = parse_list(listing.output())
                self.patience = _patience(time.monotonic() - self._begun)
            except DevpoolError:
                _ = self._model  # which says what is wrong with the files, if that is it

    def close(self) -> None:
        """Stop listing the containers, if nobody has waited for that."""
        if self._listing:
            self._listing.close()

    @cached_property
    def _model(self) -> Mapping[str, Any]:
        return self._read()

    @cached_property
    def name(self) -> str:
        """The project's name.

        Raises:
            DevpoolError: what reading the model raises; a container tells the name without that.
        """
        self.wait()
        return self._listed[0].project if self._listed else str(self._model["name"])

    @cached_property
    def declared(self) -> Mapping[str, Mapping[str, Any]]:
        """Its services in Compose's model.

        Raises:
            DevpoolError: what reading the model raises.
        """
        return self._model.get("services") or {}

    def everything(self) -> list[ListedContainer]:
        """The containers under the project's name, running or not, even another project's.

        Raises:
            DevpoolError: `engine-not-running`, `no-docker-cli`, `docker-failed`, and what `wait` raises.
        """
        self.wait()
        if self._listed is None:
            project = f"--filter=label={COMPOSE}.project={self.name}"
            self._listed = parse_list(self.docker("ps", project, *_LISTED))
        return self._listed

    def look_again(self) -> None:
        """Forget the containers that are known: they may have changed."""
        _ = self.name  # which the list may have told
        self._listed = self._inspected = None

    def own(self) -> list[ListedContainer]:
        """The project's containers, running or not.

        Raises:
            DevpoolError: what `everything` raises.
        """
        owner = self.ownership
        return [c for c in self.everything() if owner is None or owner.is_own(c.place)]

    def running(self) -> dict[str, list[ListedContainer]]:
        """The running containers by service.

        Raises:
            DevpoolError: what `everything` raises.
        """
        return _by_service(c for c in self.own() if c.runs)

    def inspected(self) -> dict[str, list[RunningContainer]]:
        """The running containers by service, as one call inspects them.

        Raises:
            DevpoolError: what `everything` raises.
        """
        if self._inspected is None:
            ids = [c.id for c in self.own() if c.runs]
            self._inspected = _by_service(parse_inspected(body) for body in self.inspect(ids))
        return self._inspected

    def inspect(self, ids: list[str]) -> list[dict[str, Any]]:
        """What `docker container inspect` shows; one that is removed in the meantime is left out.

        Raises:
            DevpoolError: `engine-not-running`, `no-docker-cli`, `docker-failed`.
        """
        if not ids:
            return []
        try:
            inspected: list[dict[str, Any]] = json.loads(self.docker("container", "inspect", *ids))
        except DevpoolError as error:
            if "no such container" not in error.said.lower():
                raise
            return [one for identity in ids if len(ids) > 1 for one in self.inspect([identity])]
        return inspected

    def others(self, added: Iterable[str] = ()) -> list[Other]:
        """The containers under the project's name that belong to another project, including stopped ones.

        Args:
            added: services about to be added to those that the files name.

        Raises:
            DevpoolError: `engine-not-running`, `no-docker-cli`, `docker-failed`.
        """
        owner = self.ownership
        strange = [(c.service, c.place) for c in self.everything() if owner and not owner.is_own(c.place)]
        return owner.others(strange, {*self.declared, *added}) if owner and strange else []

    def refuse_others(self, added: Iterable[str] = ()) -> None:
        """Refuse to go on if containers under the project's name belong to another project.

        Args:
            added: as for `others`.

        Raises:
            DevpoolError: `another-project`, and what `others` raises.
        """
        foreign = self.others(added)
        if self.ownership and foreign:
            raise refusal(self.name, self.ownership.own, foreign)

    def build(self, services: Iterable[str]) -> tuple[str, ...]:
        """Build services' images; what the build said, without passwords.

        Raises:
            DevpoolError: what `engine.run` raises, with all that the build said.
        """
        return tuple(redact(line) for line in self.said("build", *services).splitlines() if line.strip())

    def pending(self, services: Iterable[str]) -> list[str]:
        """The containers of services that Compose would recreate now, because something of theirs was changed.

        Raises:
            DevpoolError: what `engine.run` raises.
        """
        names = list(services)
        if not names:
            return []
        return _RECREATED.findall(self.said("--dry-run", "up", "--detach", "--no-deps", "--no-build", *names))

    def up(
        self,
        services: Iterable[str],
        *,
        scale: Mapping[str, int] | None = None,
        wait: bool = False,
        deps: bool = False,
        recreate: bool = True,
    ) -> list[str]:
        """Create and start services, or recreate those that changed; the containers that were created or recreated.

        Args:
            services: which ones; with none, nothing is done, while Compose itself would start everything.
            scale: how many containers of a service, whatever the files say.
            wait: until they run and are healthy.
            deps: also what they depend on.
            recreate: whether to recreate a running one that has changed in the files.
        """
        names = list(services)
        if not names:
            return []
        scales = [word for service, number in (scale or {}).items() for word in ("--scale", f"{service}={number}")]
        waiting = ["--wait", "--wait-timeout", str(_HEALTH_TIMEOUT)] if wait else []
        only = ([] if deps else ["--no-deps"]) + ([] if recreate else ["--no-recreate"])
        return _MADE.findall(self.said("up", "--detach", *only, *waiting, *scales, *names))

    def query(self, database: Container, sql: str) -> list[dict[str, str]]:
        """The rows of a query, run inside the database's container over its socket, as its superuser."""
        return self.queries(database, sql).ask()[0]

    def queries(self, database: Container, *sql: str) -> Question[list[list[dict[str, str]]]]:
        """The question for the rows of several queries, run one after the other in one session, as `query` does."""
        command = in_database(("-X", *asked(*sql)))
        return self.question(database, command, lambda text: [rows(part) for part in parts(text, len(sql))])

    def question(self, container: Container, command: list[str], read: Callable[[str], T]) -> Question[T]:
        """The question that runs a command inside a container."""
        words = ["docker", "exec", container.id, *command]
        return Question(command=words, cwd=self.call.cwd, environ=self.call.environ, read=read)

    def execute(self, container: Container, command: list[str]) -> str:
        """The output of a command inside a container.

        Raises:
            DevpoolError: `docker-failed` with the command's own last line, and what `engine.run` raises.
        """
        return self.docker("exec", container.id, *command)

    def has_image(self, image: str) -> bool:
        """Whether the engine has an image.

        Raises:
            DevpoolError: what `engine.run` raises but for the answer that it has not.
        """
        if any(container.image == image for container in self.everything()):
            return True
        try:
            self.docker("image", "inspect", "--format", ".", image)
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
        return self.compose("run", "--rm", "--no-deps", "-T", "--entrypoint", "sh", service, "-c", script)

    def docker(self, *words: str) -> str:
        """The output of a docker command.

        Raises:
            DevpoolError: what `engine.run` raises.
        """
        return run(["docker", *words], cwd=self.call.cwd, environ=self.call.environ)

    def compose(self, *words: str) -> str:
        """The output of a command of Compose for the project.

        Raises:
            DevpoolError: what `engine.run` raises.
        """
        return run(self.call.command(*words), cwd=self.call.cwd, environ=self.call.environ)

    def said(self, *words: str) -> str:
        """What a command of Compose for the project says on stderr, such as its progress.

        Raises:
            DevpoolError: what `engine.complaints` raises.
        """
        return complaints(self.call.command(*words), cwd=self.call.cwd, environ=self.call.environ)


def _patience(seconds: float) -> int:
    """How much longer than usual a machine takes that needs so long to list containers."""
    return min(max(int(seconds / _USUAL_SECONDS), 1), _MOST_PATIENCE)


C = TypeVar("C", bound=Container)


def _by_service(containers: Iterable[C]) -> dict[str, list[C]]:
    by_service: dict[str, list[C]] = {}
    for container in containers:
        by_service.setdefault(container.service, []).append(container)
    return by_service
