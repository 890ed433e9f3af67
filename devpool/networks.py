"""Which networks a pooler has to join, and what a service says of its health."""

from __future__ import annotations

from collections.abc import Mapping

from devpool import nodes
from devpool.errors import DevpoolError
from devpool.nodes import Scalar
from devpool.services import Service

DEFAULT = "default"


def of(service: Service) -> tuple[str, ...]:
    """The networks of a service; the default one where it names none (Compose specification, "networks")."""
    return tuple(service.names("networks")) or (DEFAULT,)


def meeting(services: Mapping[str, Service], database: str, apps: tuple[str, ...]) -> tuple[str, ...]:
    """The networks in which a database meets its apps; empty where that is the default network alone.

    Raises:
        DevpoolError: `no-shared-network`.
    """
    theirs = of(services[database])
    found: dict[str, None] = {}
    for app in apps:
        common = [n for n in theirs if n in of(services[app])]
        if not common:
            raise DevpoolError(
                "no-shared-network",
                f"`{app}` and `{database}` share no network, so a pooler could not stand between them",
                where=services[app].place,
                hint=f"keep it direct: --direct {app}",
            )
        found |= dict.fromkeys(common)
    return () if tuple(found) == (DEFAULT,) else tuple(found)


def has_healthcheck(service: Service) -> bool:
    """Whether the files give a service a healthcheck that runs."""
    enabled = False
    for statement in service.statements("healthcheck"):
        if not isinstance(statement.value, nodes.Mapping):
            continue
        parts = {k: nodes.resolved(e.value) for k, e in nodes.entries(statement.value).items()}
        disabled = parts.get("disable")
        test = parts.get("test")
        if isinstance(disabled, Scalar) and disabled.value.lower() in ("true", "yes", "on"):
            enabled = False
        elif test is not None:
            enabled = service.texts(test) != ["NONE"]
    return enabled
