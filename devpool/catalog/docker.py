"""Docker's own words: the machine that runs the containers, what only Swarm or only Compose obeys, and a missing
program. Pure."""

from __future__ import annotations

import re

from devpool.text.patterns import regex

DOCKER_HOSTS = (
    "host.docker.internal",
    "gateway.docker.internal",
    "docker.for.mac.localhost",
    "host.containers.internal",
)
"""The names of the machine that runs the containers: Docker Desktop's and Podman's."""
DEPLOY_KEYS = ("placement", "update_config", "rollback_config", "endpoint_mode")
"""Keys of `deploy` that only Swarm obeys (https://docs.docker.com/reference/compose-file/deploy/); Compose also reads
`replicas`, `resources` and `restart_policy`, which many files have for Compose alone.
"""
EVERY_NODE = ("global", "global-job")
"""Values of `deploy.mode` that Compose has no meaning for (the same page, "mode")."""
STACK_CLI = (26, 1)
"""The oldest docker client whose `docker stack config` is relied on: Debian 13's. Debian 12's, 20.10, has none."""
COMPOSE_KEYS = ("profiles", "extends", "scale", "develop", "provider", "network_mode")
"""Keys of a service that `docker stack` refuses or ignores, and without which the service is another one
(docker/cli, cli/compose/schema/data/config_schema_v3.13.json, and `UnsupportedProperties` in
cli/compose/types/types.go)."""
IMAGE = regex(
    r"(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::\d{1,5})?/)?"
    r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*)*"
    r"(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?",
    re.ASCII,
)
"""The name of an image: registry, path, tag, digest (https://pkg.go.dev/github.com/distribution/reference)."""
NO_PROGRAM = "executable file not found"
"""In what `docker exec` says where the container does not have the program: the words of Go's `exec.ErrNotFound`, which
runc passes on (https://pkg.go.dev/os/exec#ErrNotFound)."""
