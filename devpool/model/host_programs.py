"""What programs on the host read of a database: addresses in `.env` that lead to a port that it publishes. Pure.

devpool does not change them: the app, its tools and its migrations read the same line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from devpool.catalog import variable_names
from devpool.model.connection_variables import companions, published_ports
from devpool.model.project import ConnectionVariable, Project
from devpool.model.values import Value
from devpool.text.address import DEFAULT_PORT, LOCAL_HOSTS, Address, find_addresses

HOST = "(host)"  # in place of a service


@dataclass(frozen=True, slots=True, kw_only=True)
class HostAddress:
    """An address of a database for programs on the host; `pooled` tells whether it leads to the pooler."""

    variable: ConnectionVariable
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
        values = project.written.get(path, {})
        for name, address in (found for each in values for found in _addresses(each, values)):
            port = address.port or DEFAULT_PORT
            if database := poolers.get(port) or published.get(port):
                variable = ConnectionVariable(
                    service=HOST, name=name, database=database, address=address, value=values[name]
                )
                yield HostAddress(variable=variable, pooled=port in poolers)


def _addresses(name: str, values: Mapping[str, Value]) -> Iterator[tuple[str, Address]]:
    """The addresses on this machine in a variable, and the port beside it where it is a host alone. A `localhost:5432`
    alone may be what a port is published at.
    """
    addresses = find_addresses(values[name].text)
    yield from ((name, a) for a in addresses if a.host in LOCAL_HOSTS and a.kind != "host")
    if values[name].text in LOCAL_HOSTS and variable_names.HOST.search(name):
        for beside in (n for n in companions(name, "PORT") if n in values):
            port = values[beside].text
            yield beside, Address(kind="port", host="", host_span=(0, len(port)), port=port)
