"""What a failed start or an interrupted recreation leaves in the engine, and how it is put right.

Of a failed start, what was created is removed: containers and networks. A named volume stays, because it may hold data.

Compose makes the new container beside the old one, as `<id of the old>_<name>`, stops and removes the old one, gives
the new one its name, and starts it. Docker goes on with a stop after the Compose that asked for it is gone: the old
one, which runs now, ends a moment later, and `docker compose up`, which saw it run, has left it alone.
"""

from __future__ import annotations

import time
from collections.abc import Container, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from devpool.docker.client import COMPOSE, client, containers_of, errors, labels_of
from devpool.docker.containers import Stack
from devpool.docker.engine import run
from devpool.errors import DevpoolError
from devpool.text.patterns import regex

_REPLACES = f"{COMPOSE}.replace"
_SERVICES = f"{COMPOSE}.oneoff=False"
_TEMPORARY = regex(r"[0-9a-f]{12}_(.+)")
_TRIES = 20
_PAUSE = 0.25  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainersBefore:
    """A container: its place in its service (Compose counts from 1), and whether it is the new one of a pair, never
    started.
    """

    id: str
    name: str
    service: str
    number: str
    runs: bool
    is_new: bool


def halfway(project: str) -> dict[str, int]:
    """The services of a Compose project of which a container was being recreated, with how many containers each had.

    Raises:
        DevpoolError: what asking the engine raises.
    """
    new = [c for c in containers_of(project, _seen, _SERVICES, status="created") if c.is_new]
    services = {c.service for c in new}
    return {s: len({c.number for c in _all_of(project, s) if c.runs or c.is_new}) for s in services}


def settle(project: str, services: Iterable[str]) -> None:
    """Return half-recreated containers to where `docker compose up` starts: a pending stop has ended, and of two
    containers in one place, the old one is left. That keeps its anonymous volumes in use.

    Raises:
        DevpoolError: what asking the engine raises.
    """
    names = set(services)
    if not names:
        return
    for left in range(_TRIES, -1, -1):
        try:
            for service in names & halfway(project).keys():
                _settle(_all_of(project, service))
            return
        except DevpoolError:
            # Docker is still busy with the earlier request: the container is already gone, or about to go.
            if not left:
                raise
        time.sleep(_PAUSE)


def _settle(containers: list[ContainersBefore]) -> None:
    docker = client().container
    for new in (c for c in containers if c.is_new):
        others = [c for c in containers if c.number == new.number and c is not new]
        with errors():
            if not others:
                _rename(new)
                continue
            docker.remove(new.id)
            for old in (c for c in others if c.runs):
                docker.stop(old.id)
        containers = [c for c in containers if c is not new]


def _rename(new: ContainersBefore) -> None:
    if name := _TEMPORARY.fullmatch(new.name):
        client().container.rename(new.id, name[1])


def _all_of(project: str, service: str) -> list[ContainersBefore]:
    return containers_of(project, _seen, f"{COMPOSE}.service={service}", _SERVICES, status="any")


def _seen(container: Any) -> ContainersBefore:
    labels = labels_of(container)
    status = container.state.status
    # A container that could not be started is also `created`, but with an exit code: it was not running before either.
    unused = status == "created" and not container.state.exit_code
    return ContainersBefore(
        id=container.id,
        name=container.name,
        service=labels.get(f"{COMPOSE}.service", ""),
        number=labels.get(f"{COMPOSE}.container-number", ""),
        runs=status in ("running", "restarting", "paused"),
        is_new=unused and (_REPLACES in labels or bool(_TEMPORARY.fullmatch(container.name))),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """The services of a project that have a container, running or not, and the ids of its networks."""

    services: frozenset[str]
    networks: frozenset[str]


def present(stack: Stack) -> Present:
    """What a project has in the engine now.

    Raises:
        DevpoolError: `engine-not-running`, `no-docker-cli`, `docker-failed`.
    """
    format_ = f'{{{{.Label "{COMPOSE}.service"}}}}'
    services = _of_project(stack, "ps", "--all", f"--filter=label={_SERVICES}", f"--format={format_}")
    return Present(services=services, networks=_networks(stack))


def remove_created(stack: Stack, before: Present, running: Container[str]) -> None:
    """Remove what was created since, and stop what only stood there.

    Args:
        stack: the project's containers.
        before: what there was.
        running: the services that ran then.

    Raises:
        DevpoolError: `engine-not-running`, `no-docker-cli`, `docker-failed`.
    """
    docker = client().container
    with errors():
        for identity, service in stack.own(_identity, _SERVICES, status="any"):
            if service not in before.services:
                docker.remove(identity, force=True, volumes=True)
            elif service not in running:
                docker.stop(identity)
    for network in sorted(_networks(stack) - before.networks):
        # Something else may use it by now.
        with suppress(DevpoolError):
            run(["docker", "network", "rm", network], cwd=stack.call.cwd, environ=stack.call.environ)


def _identity(container: Any) -> tuple[str, str]:
    return container.id, labels_of(container).get(f"{COMPOSE}.service", "")


def _networks(stack: Stack) -> frozenset[str]:
    return _of_project(stack, "network", "ls", "--quiet", "--no-trunc")


def _of_project(stack: Stack, *words: str) -> frozenset[str]:
    """What a command of Docker lists of a project, a line each."""
    command = ["docker", *words, f"--filter=label={COMPOSE}.project={stack.name}"]
    return frozenset(run(command, cwd=stack.call.cwd, environ=stack.call.environ).split())
