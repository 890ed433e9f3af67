"""What programs on the host read of a database: addresses in `.env` that lead to a port that it publishes. Pure.

devpool does not change them: the app, its tools and its migrations read the same line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from devpool.model.connection_variables import published_ports
from devpool.model.environment import Value
from devpool.model.project import Project
from devpool.text.address import DEFAULT_PORT, LOCAL_HOSTS, Address, find_addresses


@dataclass(frozen=True, slots=True, kw_only=True)
class HostAddress:
    """An address of a database for programs on the host."""

    variable: str
    database: str
    address: Address
    value: Value = field(repr=False)


def host_addresses(project: Project) -> Iterator[HostAddress]:
    """The addresses in the project's `.env` files that lead to a database through a port that it publishes."""
    published = {port: d.name for d in project.databases.values() if d.service for port in published_ports(d.service)}
    for path in project.sources.dotenv:
        for name, value in project.written.get(path, {}).items():
            for address in find_addresses(value.text):
                database = published.get(address.port or DEFAULT_PORT)
                if database and address.host in LOCAL_HOSTS and address.kind != "host":
                    yield HostAddress(variable=name, database=database, address=address, value=value)
