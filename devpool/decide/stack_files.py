"""What tells whether files are for `docker stack deploy` or for Compose, and what Swarm makes of them. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from devpool.catalog.docker import COMPOSE_KEYS, DEPLOY_KEYS, EVERY_NODE
from devpool.decide.plan import Plan
from devpool.errors import DevpoolError
from devpool.model.connection_variables import published_addresses
from devpool.model.project import Project
from devpool.model.services import Service
from devpool.text import nodes
from devpool.text.nodes import MappingNode, ScalarNode

_LOOPBACK = ("127.", "::1", "[::1]", "localhost")


def stack_mark(project: Project) -> tuple[str, str] | None:
    """What is for Swarm in files that `docker stack deploy` takes: a service and its key; None where nothing is."""
    if not all(map(_is_deployable, project.services.values())):
        return None
    return next(((s.name, key) for s in project.services.values() for key in _of_swarm_alone(s)), None)


def refuse_compose_files(project: Project) -> None:
    """Refuse `--swarm` for files that are plainly Compose's.

    Raises:
        DevpoolError: `not-a-stack`.
    """
    marks = ((service, mark) for service in project.services.values() for mark in _of_compose_alone(service))
    service, mark = next(marks, (None, ""))
    if service:
        raise DevpoolError(
            "not-a-stack",
            f"`{service.name}` {mark}, so these files are for `docker compose up`",
            where=service.place,
            hint="leave out --swarm; or change that first, so that `docker stack deploy` accepts the files",
        )


def refuse_on_one_node(plan: Plan) -> None:
    """Refuse a pooler whose password would have to be in a file of one machine.

    Args:
        plan: the plan of a stack, with credentials.

    Raises:
        DevpoolError: `no-credentials`.
    """
    for pooler in plan.poolers:
        found = plan.credentials[pooler.name]
        mounted = next((f for f in found.files if f.key == "volumes"), None)
        if found.private or mounted:
            what = f"a file that is mounted from one node ({mounted.path})" if mounted else "a file of this machine"
            raise DevpoolError(
                "no-credentials",
                f"the pooler of `{pooler.database}` would have its password in {what}, which other nodes lack",
                where=found.document.path,
                hint=f"make it a secret, which Swarm gives every node: at {pooler.database}, `secrets: [NAME]` and "
                "POSTGRES_PASSWORD_FILE: /run/secrets/NAME",
            )


def opened_loopback(project: Project) -> Iterator[tuple[str, str]]:
    """The ports that are published on the loopback alone, and that Swarm opens on every address of every node: the
    service, and the port as it is written (https://docs.docker.com/reference/cli/docker/stack/deploy/ ignores the IP).
    """
    for name, service in project.services.items():
        for address, port in published_addresses(service):
            if address.startswith(_LOOPBACK):
                yield name, f"{address}:{port}"


def _of_swarm_alone(service: Service) -> Iterator[str]:
    for statement in service.statements("deploy"):
        said = nodes.entries(statement.value) if isinstance(statement.value, MappingNode) else {}
        yield from (f"deploy.{key}" for key in DEPLOY_KEYS if key in said)
        mode = nodes.resolved(said["mode"].value) if "mode" in said else None
        if isinstance(mode, ScalarNode) and mode.value in EVERY_NODE:
            yield "deploy.mode"


def _of_compose_alone(service: Service) -> Iterator[str]:
    if not service.text("image"):
        yield "has `build` and no `image`" if service.statements("build") else "has no `image`"
    if _waits_in_a_mapping(service):
        yield "has conditions in its `depends_on`"
    yield from (f"has `{key}`" for key in COMPOSE_KEYS if service.statements(key))


def _is_deployable(service: Service) -> bool:
    """Whether `docker stack deploy` takes a service: it has an image, and waits for others in a plain list at most."""
    return bool(service.text("image")) and not _waits_in_a_mapping(service)


def _waits_in_a_mapping(service: Service) -> bool:
    return any(isinstance(statement.value, MappingNode) for statement in service.statements("depends_on"))
