"""What a failed start has created in the engine, removed again: containers and networks. A named volume stays, because
it may hold data.
"""

from __future__ import annotations

from collections.abc import Container
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from devpool.docker.client import COMPOSE, client, errors, labels_of
from devpool.docker.containers import Stack
from devpool.docker.engine import run
from devpool.errors import DevpoolError


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
    services = _of_project(stack, "ps", "--all", f"--filter=label={COMPOSE}.oneoff=False", f"--format={format_}")
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
        for identity, service in stack.own(_identity, f"{COMPOSE}.oneoff=False", status="any"):
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
