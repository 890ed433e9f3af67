"""The connection variables of a service: every address of a database in its variables and its command."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from devpool.catalog import variable_names
from devpool.model import networks
from devpool.model.databases import host_names, link_aliases
from devpool.model.environment import command_values
from devpool.model.external_databases import means_postgres
from devpool.model.project import ConnectionVariable, Database
from devpool.model.services import Service
from devpool.model.values import Value
from devpool.text import nodes
from devpool.text.address import DEFAULT_PORT, LOCAL_HOSTS, Address, bare_host, find_addresses, is_port, several_hosts
from devpool.text.nodes import ScalarNode, SequenceNode

Values = Mapping[str, Value]
Databases = Mapping[str, Database]
Hosts = Mapping[str, str]


def find_connection_variables(
    service: Service,
    values: Values,
    databases: Databases,
    services: Mapping[str, Service],
    port: str = DEFAULT_PORT,
) -> Iterator[ConnectionVariable]:
    """The variables of one service, those of its variables first.

    Args:
        service: the service.
        values: its effective variables.
        databases: by name.
        services: all services of the project.
        port: where the databases usually listen.
    """
    outside = frozenset(d.name for d in databases.values() if d.service is None or d.forwards)
    variables = _of(service, values, _hosts(service, databases, services), port, outside)
    # Only an app that names no database in another way may use the container name that Compose generates.
    yield from variables or _of(service, values, _container_names(service, values, databases, services))
    if service.text("network_mode") == "host":
        yield from _through_the_host(service, values, databases)
    elif service.text("network_mode"):
        yield from _in_its_network(service, values, databases, services)


def find_unplaced(service: str, values: Values, databases: Databases) -> Iterator[tuple[str, str]]:
    """(service, variable) where a variable names a database in a form that cannot be rewritten."""
    hosts = {host for d in databases.values() for host in d.hosts}
    for name, value in values.items():
        if hosts & set(several_hosts(value.text)):
            yield service, name


def _of(
    service: Service, values: Values, hosts: Hosts, port: str = DEFAULT_PORT, outside: frozenset[str] = frozenset()
) -> list[ConnectionVariable]:
    return [*_in_variables(service.name, values, hosts, port, outside), *_in_command(service, hosts)]


def _hosts(service: Service, databases: Databases, services: Mapping[str, Service]) -> Hosts:
    """The databases by each name that means one to a service. An alias counts on its own network alone, and of two
    databases with one name that which some profile has together with the service.
    """
    mine = networks.of(services, service.name)
    inside: dict[str, str] = {}
    for owner in (d.service for d in databases.values() if d.service):
        names = {host.lower() for host in host_names(owner, mine)}
        inside |= {h: owner.name for h in names if h not in inside or service.meets(owner)}
    outside = {host.lower(): d.name for d in databases.values() if d.service is None for host in d.hosts}
    qualified = {host: d.name for d in databases.values() for host in d.qualified}
    aliases = {alias.lower(): name for alias, name in link_aliases(service).items() if name in databases}
    return inside | qualified | outside | aliases


def _container_names(service: Service, values: Values, databases: Databases, services: Mapping[str, Service]) -> Hosts:
    """The databases by the names that Compose gives their containers, `<project>-<service>-1`."""
    written = {a.host for v in (*values.values(), *command_values(service)) for a in _addresses(v.text)}
    return {
        host.lower(): d.name
        for host in written
        for d in databases.values()
        if host not in services and re.fullmatch(rf".+[-_]{re.escape(d.name)}[-_]1", host)
    }


def _addresses(text: str) -> list[Address]:
    host = bare_host(text)
    return [host] if host else find_addresses(text)


def _database_of(host: str, hosts: Hosts) -> str | None:
    """The database that a host means; names do not heed case, and may end in a dot."""
    return hosts.get(host.lower().removesuffix("."))


def _in_variables(
    service: str, values: Values, hosts: Hosts, usual: str, outside: frozenset[str]
) -> Iterator[ConnectionVariable]:
    # An empty name can be a mapping key, but no program could read such a variable.
    for name, value in ((n, v) for n, v in values.items() if n):
        several = several_hosts(value.text)
        addresses = [a for a in find_addresses(value.text) if _database_of(a.host, hosts) and a.host not in several]
        host = bare_host(value.text)
        if (
            host
            and _database_of(host.host, hosts)
            and variable_names.HOST.search(name)
            and not variable_names.NO_HOST.search(name)
        ):
            addresses = [host]
        for address in addresses:
            database = _database_of(address.host, hosts) or ""
            if database in outside and not means_postgres(name, value.text, address):
                continue
            yield ConnectionVariable(service=service, name=name, database=database, address=address, value=value)
            if address.kind == "host" and address.port is None:
                yield from _port_variable(service, name, values, database, usual)


def _in_command(service: Service, hosts: Hosts) -> Iterator[ConnectionVariable]:
    for value in command_values(service):
        several = several_hosts(value.text)
        for address in find_addresses(value.text):
            # Only explicit Postgres addresses: `db:5432` in a command is mostly there to wait for, not to connect to.
            sure = address.kind in ("url", "jdbc") and address.host not in several
            database = _database_of(address.host, hosts) if sure else None
            if database:
                yield ConnectionVariable(
                    service=service.name, name=value.name, database=database, address=address, value=value
                )


def _through_the_host(service: Service, values: Values, databases: Databases) -> Iterator[ConnectionVariable]:
    """Settings of a service in the host's network, which reaches a database by the port that it publishes."""
    for database in databases.values():
        published = published_ports(database.service) if database.service else {}
        variables = _of(service, values, dict.fromkeys(LOCAL_HOSTS, database.name)) if published else []
        usual = next((s.address.port for s in variables if s.kind == "port"), None)
        for variable in variables:
            # A bare `localhost` may be anything: it is a database if a port says so.
            said = variable.address.port or usual or (DEFAULT_PORT if variable.kind != "host" else None)
            if said in published:
                yield replace(variable, published=True)


def _in_its_network(
    service: Service, values: Values, databases: Databases, services: Mapping[str, Service]
) -> Iterator[ConnectionVariable]:
    """Settings of a service that lives in the network of a database (`network_mode: service:db`), for which
    `localhost` is the database, too.
    """
    home = networks.host_of(services, service.name)
    if home is None or home.name not in databases:
        return
    for variable in _of(service, values, dict.fromkeys(LOCAL_HOSTS, home.name)):
        # A bare `localhost` may be anything: it is Postgres if its name or its port says so.
        company = (values[n].text for n in companions(variable.name, "PORT") if n in values)
        sure = variable.kind not in ("host", "port") or variable.address.port == DEFAULT_PORT
        if sure or re.search(r"PG|POSTGRES", variable.name, re.I) or DEFAULT_PORT in company:
            yield variable


def published_ports(service: Service) -> dict[str, str]:
    """The ports of the host at which a service can be reached, with the ports in the container that they lead to. One
    of several that Docker chooses from counts as each of them.
    """
    return dict(pair for outer, inner in _published(service) for pair in _paired(outer, inner))


def _published(service: Service) -> Iterator[tuple[str, str]]:
    """The ports of the host and of the container as they are written, ranges too."""
    for statement in service.statements("ports"):
        items = statement.value.items if isinstance(statement.value, SequenceNode) else ()
        for item in map(nodes.resolved, items):
            if isinstance(item, ScalarNode):
                parts = service.read(item).partition("/")[0].split(":")
                yield from [(parts[-2], parts[-1])] if len(parts) > 1 else []
            elif isinstance(item, nodes.MappingNode):
                said = {k: service.deep_texts(e.value) for k, e in nodes.entries(item).items()}
                yield from zip(said.get("published", []), said.get("target", []), strict=False)


def published_addresses(service: Service) -> Iterator[tuple[str, str]]:
    """The addresses of the host that a service's ports are published on, where one is written, each with the port."""
    for statement in service.statements("ports"):
        items = statement.value.items if isinstance(statement.value, SequenceNode) else ()
        for item in map(nodes.resolved, items):
            if isinstance(item, ScalarNode):
                address, _, port = service.read(item).partition("/")[0].rpartition(":")[0].rpartition(":")
                yield from [(address, port)] if address else []
            elif isinstance(item, nodes.MappingNode):
                said = {k: service.deep_texts(e.value) for k, e in nodes.entries(item).items()}
                yield from zip(said.get("host_ip", []), said.get("published", []), strict=False)


def _paired(outer: str, inner: str) -> Iterable[tuple[str, str]]:
    """The pairs of two ranges (Compose specification, "ports")."""
    published, targets = _ports(outer), _ports(inner)
    return zip(published, targets * len(published) if len(targets) == 1 else targets, strict=False)


def _ports(text: str) -> list[str]:
    first, _, last = text.partition("-")
    return [str(port) for port in range(int(first), int(last) + 1)] if is_port(first) and is_port(last) else [text]


def _port_variable(
    service: str, host_variable: str, values: Values, database: str, usual: str
) -> Iterator[ConnectionVariable]:
    """The variable that holds the port of a host variable, if there is one and it has a value."""
    for name in _port_names(host_variable, values, usual):
        value = values.get(name)
        if value and value.text:
            address = Address(kind="port", host="", host_span=(0, len(value.text)), port=value.text)
            yield ConnectionVariable(service=service, name=name, database=database, address=address, value=value)
            return


def companions(host_variable: str, word: str) -> list[str]:
    """The names that a host variable has with another word in place of the one that says that it is a host."""
    words = variable_names.HOST_WORD.finditer(host_variable)
    return [host_variable[: m.start()] + _written_like(m[0], word) + host_variable[m.end() :] for m in words]


def _written_like(other: str, word: str) -> str:
    """A word in upper case, in lower case or with a capital, as another one is."""
    return word if other.isupper() else word.capitalize() if other[0].isupper() else word.lower()


def _port_names(host_variable: str, values: Values, usual: str) -> list[str]:
    same = companions(host_variable, "PORT")
    likely = [n for n, v in values.items() if variable_names.DATABASE_PORT.search(n) and v.text == usual]
    likely = [n for n in likely if not any(re.sub("PORT$", word, n) in values for word in variable_names.HOST_WORDS)]
    return [n for n in same if n in values] or (likely if len(likely) == 1 else [])
