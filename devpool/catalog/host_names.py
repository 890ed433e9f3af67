"""Names of machines that are no service of a project. Pure."""

from __future__ import annotations

DOCKER_HOSTS = (
    "host.docker.internal",
    "gateway.docker.internal",
    "docker.for.mac.localhost",
    "host.containers.internal",
)
"""The names of the machine that runs the containers: Docker Desktop's and Podman's."""
