"""What programs on the host read of a database: addresses in `.env` that lead to a port that it publishes. Pure.

devpool does not change them: the app, its tools and its migrations read the same line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from devpool.model.connection_variables import published_ports
from devpool.model.environment import Value
from devpool.model.project import Project
from devpool.text.address import DEFAULT_PORT, LOCAL_HOSTS, Address, find_addresses


@dataclass(frozen=True, slots=True, kw_only=True)
class HostAddress:
    """An address of a database for programs on the host; `pooled` tells whether it leads to the pooler."""

    variable: str
    database: str
    address: Address
    value: Value = field(repr=False)
    pooled: bool


def host_addresses(project: Project, poolers: Mapping[str, str]) -> Iterator[HostAddress]:
    """The addresses in the project's `.env` files that lead to a database through a port of the host.

    Args:
        project: the project without devpool.
        poolers: the databases by the ports that their poolers publish.
    """
    published = {port: d.name for d in project.databases.values() if d.service for port in published_ports(d.service)}
    for path in project.sources.dotenv:
        for name, value in project.written.get(path, {}).items():
            for address in find_addresses(value.text):
                port = address.port or DEFAULT_PORT
                database = poolers.get(port) or published.get(port)
                if database and address.host in LOCAL_HOSTS and address.kind != "host":
                    yield HostAddress(
                        variable=name, database=database, address=address, value=value, pooled=port in poolers
                    )
