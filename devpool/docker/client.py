"""python-on-whales, for typed answers, with errors that contain no password."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from devpool.docker.engine import failure
from devpool.docker.program import docker_program, no_docker

if TYPE_CHECKING:
    from python_on_whales import DockerClient

T = TypeVar("T")
COMPOSE = "com.docker.compose"  # what the labels begin with that Compose gives


def client() -> DockerClient:
    """The client, loaded on first use.

    Raises:
        DevpoolError: `no-docker-cli`.
    """
    # 180 ms of imports that only commands that touch containers should pay for.
    from python_on_whales import DockerClient

    return DockerClient(client_call=[docker_program()])


def containers_of(project: str, read: Callable[[Any], T], *labels: str, status: str = "") -> list[T]:
    """The result of `read` for each container of a Compose project; one that is removed in the meantime is left out.

    Args:
        project: its name.
        read: takes python-on-whales' container, which may query the engine again.
        labels: labels that they have, as `key` or `key=value`.
        status: only containers with it (`docker ps --filter status=`), or `any`; without it, running ones.

    Raises:
        DevpoolError: `engine-not-running`, `no-docker-cli`, `docker-failed`.
    """
    from python_on_whales.exceptions import NoSuchContainer

    filters: Any = [("label", label) for label in (f"{COMPOSE}.project={project}", *labels)]
    if status not in ("", "any"):
        filters.append(("status", status))
    found = []
    with errors():
        for container in client().container.list(all=bool(status), filters=filters):
            with suppress(NoSuchContainer):
                found.append(read(container))
    return found


def labels_of(container: Any) -> dict[str, str]:
    """The labels of python-on-whales' container."""
    return container.config.labels or {}


class errors:  # noqa: N801 - reads as a statement
    """Turns python-on-whales' exceptions, which contain whole commands, into devpool's."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        from python_on_whales.client_config import ClientNotFoundError
        from python_on_whales.exceptions import DockerException

        if isinstance(error, ClientNotFoundError):
            raise no_docker() from None
        if isinstance(error, DockerException):
            raise failure(error.stderr or "") from None
