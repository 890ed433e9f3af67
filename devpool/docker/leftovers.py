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

from devpool.docker.container_values import COMPOSE, ListedContainer
from devpool.docker.containers import Stack
from devpool.errors import DevpoolError
from devpool.text.patterns import regex

_TEMPORARY = regex(r"[0-9a-f]{12}_(.+)")
_TRIES = 20
_PAUSE = 0.25  # seconds


def halfway(stack: Stack) -> dict[str, int]:
    """The services of which a container was being recreated, with how many containers each had.

    Raises:
        DevpoolError: what asking the engine raises.
    """
    new = _new(stack)
    services = {c.service for c in new}
    return {s: len({c.number for c in stack.own() if c.service == s and (c.runs or c in new)}) for s in services}


def _new(stack: Stack) -> list[ListedContainer]:
    """The new one of each pair, never started.

    One that could not be started is also `created`, but with an exit code: it was not running before either.
    """
    made = [c for c in stack.own() if c.state == "created" and (c.replaces or _TEMPORARY.fullmatch(c.name))]
    unused = [
        container["Id"] for container in stack.inspect([c.id for c in made]) if not container["State"]["ExitCode"]
    ]
    return [c for c in made if c.id in unused]


def settle(stack: Stack, services: Iterable[str]) -> None:
    """Return half-recreated containers to where `docker compose up` starts: a pending stop has ended, and of two
    containers in one place, the old one is left. That keeps its anonymous volumes in use.

    Raises:
        DevpoolError: what asking the engine raises.
    """
    names = set(services)
    for left in range(_TRIES, -1, -1):
        try:
            for new in (c for c in _new(stack) if c.service in names):
                _settle(stack, new)
                stack.look_again()
            return
        except DevpoolError:
            # Docker is still busy with the earlier request: the container is already gone, or about to go.
            if not left:
                raise
        time.sleep(_PAUSE)
        stack.look_again()


def _settle(stack: Stack, new: ListedContainer) -> None:
    place = (new.service, new.number)
    others = [c for c in stack.own() if (c.service, c.number) == place and c.id != new.id]
    if not others:
        if name := _TEMPORARY.fullmatch(new.name):
            stack.docker("container", "rename", new.id, name[1])
        return
    stack.docker("container", "rm", new.id)
    for old in (c for c in others if c.runs):
        stack.docker("container", "stop", old.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """The services of a project that have a container, running or not, and the ids of its networks; None where no start
    can create one.
    """

    services: frozenset[str]
    networks: frozenset[str] | None


def present(stack: Stack, to_run: Iterable[str]) -> Present:
    """What a project has in the engine now.

    Args:
        stack: the project's containers.
        to_run: the services that a pooler shares its networks with. While all of them run, these networks exist.

    Raises:
        DevpoolError: `engine-not-running`, `no-docker-cli`, `docker-failed`.
    """
    services = frozenset(c.service for c in stack.everything())
    return Present(services=services, networks=None if set(to_run) <= stack.running().keys() else _networks(stack))


def remove_created(stack: Stack, before: Present, running: Container[str]) -> None:
    """Remove what was created since, and stop what only stood there.

    Args:
        stack: the project's containers.
        before: what there was.
        running: the services that ran then.

    Raises:
        DevpoolError: `engine-not-running`, `no-docker-cli`, `docker-failed`.
    """
    stack.look_again()
    for container in stack.own():
        if container.service not in before.services:
            stack.docker("container", "rm", "--force", "--volumes", container.id)
        elif container.service not in running:
            stack.docker("container", "stop", container.id)
    for network in sorted(_networks(stack) - before.networks) if before.networks is not None else ():
        # Something else may use it by now.
        with suppress(DevpoolError):
            stack.docker("network", "rm", network)


def _networks(stack: Stack) -> frozenset[str]:
    project = f"--filter=label={COMPOSE}.project={stack.name}"
    return frozenset(stack.docker("network", "ls", "--quiet", "--no-trunc", project).split())
