"""Which networks a pooler has to join, and what a service says about its health."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from devpool.errors import DevpoolError
from devpool.model.services import Service
from devpool.text import nodes
from devpool.text.document import Document
from devpool.text.nodes import ScalarNode

DEFAULT = "default"


def of(services: Mapping[str, Service], name: str) -> tuple[str, ...]:
    """The networks of a service; the default one where it names none (Compose specification, "networks").

    With `network_mode: service:other` they are the other's; with another mode there are none.
    """
    service = host_of(services, name)
    if service is None:
        return ()
    return tuple(service.names("networks")) or (DEFAULT,)


def names_of(documents: Iterable[Document]) -> dict[str, str]:
    """The names that a project's files give its networks themselves, by key (Compose specification, "networks")."""
    named = ((key, nodes.lookup(node, "name")) for key, node in _stated(documents))
    return {key: name.value for key, name in named if isinstance(name, ScalarNode)}


def external(documents: Iterable[Document]) -> set[str]:
    """The keys of the networks that are shared with other projects."""
    stated = ((key, nodes.lookup(node, "external")) for key, node in _stated(documents))
    return {
        key for key, said in stated if said and not (isinstance(said, ScalarNode) and said.value.lower() == "false")
    }


def _stated(documents: Iterable[Document]) -> Iterator[tuple[str, nodes.MappingNode]]:
    for document in documents:
        listed = nodes.lookup(document.root, "networks")
        body = nodes.resolved(listed) if listed else None
        for key, entry in nodes.entries(body).items() if isinstance(body, nodes.MappingNode) else ():
            node = nodes.resolved(entry.value)
            if isinstance(node, nodes.MappingNode):
                yield key, node


def host_of(services: Mapping[str, Service], name: str) -> Service | None:
    """The service whose network a service lives in: itself, or the one that `network_mode: service:...` names.

    None where that is the host's network, none at all, or a container that is no service of the project.
    """
    seen: set[str] = set()
    while name in services and name not in seen:
        seen.add(name)
        mode, _, other = services[name].text("network_mode").partition(":")
        if mode in ("", "bridge"):
            return services[name]
        name = other if mode == "service" else ""
    return None


def common(services: Mapping[str, Service], one: str, other: str) -> list[str]:
    """The networks that two services are both on, in the order of the first one's."""
    theirs = of(services, other)
    return [network for network in of(services, one) if network in theirs]


def meeting(services: Mapping[str, Service], database: str, apps: tuple[str, ...]) -> tuple[str, ...]:
    """The networks in which a database meets its apps; empty where that is the default network alone.

    Raises:
        DevpoolError: `no-shared-network`.
    """
    names: dict[str, None] = {}
    for app in apps:
        # A database outside the project is reachable from wherever the app is.
        shared = common(services, database, app) if database in services else list(of(services, app))
        if not shared:
            raise DevpoolError(
                "no-shared-network",
                f"`{app}` and `{database}` share no network, so a pooler could not sit between them",
                where=services[app].place,
                hint=f"put both on one network, or keep it direct: --direct {app}",
            )
        names |= dict.fromkeys(shared)
    if not apps and database in services:
        names = dict.fromkeys(of(services, database))
    return () if tuple(names) == (DEFAULT,) else tuple(names)


def extra_hosts(service: Service) -> dict[str, str]:
    """What the `extra_hosts` of a service say, in either form: the address of each host."""
    hosts: dict[str, str] = {}
    for statement in service.statements("extra_hosts"):
        if isinstance(statement.value, nodes.MappingNode):
            for host, entry in nodes.entries(statement.value).items():
                hosts[host] = " ".join(service.deep_texts(entry.value))
        else:
            pairs = (re.match(r"([^:=]+)[:=](.+)", text) for text in service.texts(statement.value))
            hosts |= {pair[1]: pair[2] for pair in pairs if pair}
    return hosts


def has_healthcheck(service: Service) -> bool:
    """Whether the files give a service a healthcheck that runs."""
    enabled = False
    for statement in service.statements("healthcheck"):
        if not isinstance(statement.value, nodes.MappingNode):
            continue
        parts = {k: nodes.resolved(e.value) for k, e in nodes.entries(statement.value).items()}
        disabled = parts.get("disable")
        test = parts.get("test")
        if isinstance(disabled, ScalarNode) and disabled.value.lower() in ("true", "yes", "on"):
            enabled = False
        elif test is not None:
            enabled = service.texts(test) != ["NONE"]
    return enabled
