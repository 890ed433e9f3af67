"""Makes sure that the image is built and the databases are healthy before something connects directly to them."""

from __future__ import annotations

import time

from devpool.catalog.docker import NO_PROGRAM
from devpool.docker.container_values import Container
from devpool.docker.containers import Stack
from devpool.docker.logs import last_logs_of
from devpool.errors import DevpoolError
from devpool.model.services import Service
from devpool.output import Output

_SECONDS = 60.0  # for a server without a healthcheck to take connections
# Over TCP: while an image creates a new cluster, its server answers only on the socket.
_IS_READY = ["sh", "-c", "command -v pg_isready >/dev/null || exit 0; exec pg_isready --quiet --host=127.0.0.1"]


def build_missing(stack: Stack, service: Service, output: Output) -> None:
    """Build a service's image if it has none: left to `docker compose run`, the build would speak on stdout.

    Raises:
        DevpoolError: `image-not-built`, with the last lines of the build.
    """
    # The name that Compose gives to what it builds (Compose specification, "image" and "build").
    image = service.text("image") or f"{stack.name}-{service.name}"
    if not service.statements("build") or stack.has_image(image):
        return
    try:
        with output.doing(f"building the image of {service.name}"):
            output.details(stack.build([service.name]))
    except DevpoolError as error:
        if error.code != "docker-failed":
            raise
        raise DevpoolError(
            "image-not-built",
            f"the image of `{service.name}` could not be built, so nothing was run: {error.message}",
            hint=f"fix it until this works: docker compose build {service.name}",
            details=error.details,
        ) from None


def start_databases(stack: Stack, names: list[str], output: Output) -> None:
    """Start the databases that are not running, and wait until all accept connections.

    A running one is never recreated, even if its files have changed.

    Raises:
        DevpoolError: `database-not-ready`, with the last lines of its log, and what asking the engine raises.
    """
    running = stack.running()
    waiting = [n for n in names if not running.get(n) or any(c.health not in ("", "healthy") for c in running[n])]
    if waiting:
        try:
            with output.doing(f"starting {', '.join(waiting)}, waiting until it is healthy"):
                stack.up(waiting, wait=True, deps=True, recreate=False)
        except DevpoolError as error:
            if error.code != "docker-failed":
                raise
            raise _not_ready(stack, waiting, error) from None
        output.progress(f"started {', '.join(waiting)}")
        stack.look_again()
    running = stack.running()
    for container in (c for name in names for c in running.get(name, []) if not c.health):
        _wait_for(stack, container)


def _wait_for(stack: Stack, container: Container) -> None:
    deadline = time.monotonic() + _SECONDS
    while True:
        try:
            stack.execute(container, _IS_READY)
            return
        except DevpoolError as error:
            if NO_PROGRAM in error.said:
                return  # no shell to ask with: that it runs is all there is to see
            if time.monotonic() > deadline or "is not running" in error.message:
                raise _not_ready(stack, [container.service], error) from None
        time.sleep(0.2)


def _not_ready(stack: Stack, names: list[str], error: DevpoolError) -> DevpoolError:
    logs = last_logs_of(stack, names)
    return DevpoolError(
        "database-not-ready",
        f"{', '.join(names)} did not become healthy, so nothing was run",
        hint=f"fix the cause (see its last lines above) until this works: docker compose up --wait {' '.join(names)}",
        details=logs or (error.message, *error.details),
    )
