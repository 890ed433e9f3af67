"""What programs on the host read of a database: addresses in `.env` that lead to a port that it publishes. Pure.

devpool does not change them: the app, its tools and its migrations read the same line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from devpool.model.connection_variables import published_ports
from devpool.model.project import ConnectionVariable, Project
from devpool.text.address import DEFAULT_PORT, LOCAL_HOSTS, find_addresses

HOST = "(host)"  # in place of a service


@dataclass(frozen=True, slots=True, kw_only=True)
class HostAddress:
    """An address of a database for programs on the host; `pooled` tells whether it leads to the pooler."""

    setting: ConnectionVariable
    pooled: bool


def host_addresses(project: Project, poolers: Mapping[str, str]) -> Iterator[HostAddress]:
    """The addresses in the project's `.env` files that lead to a database through a port of the host. Nothing is told
    of a file outside the project's root.

    Args:
        project: the project without devpool.
        poolers: the databases by the ports that their poolers publish.
    """
    published = {port: d.name for d in project.databases.values() if d.service for port in published_ports(d.service)}
    for path in (p for p in project.sources.dotenv if not project.sources.is_hidden(p)):
        for name, value in project.written.get(path, {}).items():
            for address in find_addresses(value.text):
                port = address.port or DEFAULT_PORT
                database = poolers.get(port) or published.get(port)
                if database and address.host in LOCAL_HOSTS and address.kind != "host":
                    setting = ConnectionVariable(
                        service=HOST, variable=name, database=database, address=address, value=value
                    )
                    yield HostAddress(setting=setting, pooled=port in poolers)
