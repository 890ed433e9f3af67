"""Which services are Postgres servers, by image, data folder, build, or the addresses in apps."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace

from devpool.catalog import bystanders, database_images, variable_names
from devpool.model import networks
from devpool.model.external_databases import external_hosts, postgres_addresses
from devpool.model.project import Database, Environments
from devpool.model.services import Service
from devpool.model.sources import Sources
from devpool.model.values import Value
from devpool.text import nodes
from devpool.text.address import bare_host, find_addresses

Services = Mapping[str, Service]


def image_name(service: Service) -> str:
    """The last part of a service's image without registry, tag and digest, in lower case.

    A service that is only built has no image name to go by: then its own name is all there is.
    """
    image = service.text("image").lower().split("@")[0]
    return image.rpartition("/")[2].partition(":")[0] or service.name.lower()


def find_databases(sources: Sources, environments: Environments, poolers: frozenset[str]) -> dict[str, Database]:
    """The databases by name: services that are Postgres servers, then hosts outside of the project.

    Args:
        sources: what was read.
        environments: the effective variables of every service.
        poolers: the services that are a pooler already.
    """
    written = _written(environments)
    databases = _services(sources, environments, poolers)
    names = networks.names_of(sources.documents)
    databases |= _forwarders(sources, environments, {*databases, *poolers})
    databases = {
        n: replace(d, qualified=frozenset(_qualified(sources.services[n], written, names)))
        for n, d in databases.items()
    }
    known = set[str]().union(*(_qualified(s, written, names) for s in sources.services.values()))
    return databases | _outside(sources, environments, {*databases, *poolers}, known)


def _written(environments: Environments) -> dict[str, set[str]]:
    """What stands behind the first dot of every host that some variable names, in lower case, by what stands before."""
    texts = {value.text for values in environments.values() for value in values.values()}
    hosts = {a.host.lower() for text in texts for a in (bare_host(text), *find_addresses(text)) if a}
    hosts_of: dict[str, set[str]] = {}
    for name, _, network in (host.partition(".") for host in hosts if "." in host):
        hosts_of.setdefault(name, set()).add(network)
    return hosts_of


def _qualified(service: Service, written: Mapping[str, Iterable[str]], names: Mapping[str, str]) -> set[str]:
    """The written hosts that are a service's name with one of its networks, as Docker's DNS knows it: by the name that
    the files give the network, or `PROJECT_KEY`.
    """
    mine = service.names("networks") or [networks.DEFAULT]
    ends = {names.get(key, key).lower() for key in mine}
    return {
        f"{name}.{network}"
        for name in {name.lower() for name in host_names(service)}
        for network in written.get(name, ())
        if any(network == end or network.endswith(f"_{end}") for end in ends)
    }


def _forwarders(sources: Sources, environments: Environments, others: Container[str]) -> dict[str, Database]:
    """The services that only forward, and that some app names as its database: what they lead to is reached there."""
    named = {
        address.host
        for values in environments.values()
        for name, value in values.items()
        for address in postgres_addresses(name, value.text, values)
    }
    return {
        name: Database(name=name, service=service, hosts=frozenset(hosts), forwards=True)
        for name, service in sources.services.items()
        if name not in others and database_images.FORWARDERS.search(image_name(service))
        if named & (hosts := host_names(service))
    }


def is_pooler(service: Service) -> bool:
    return bool(database_images.POOLERS.search(image_name(service)))


def _services(sources: Sources, environments: Environments, poolers: frozenset[str]) -> dict[str, Database]:
    named = {
        address.host
        for values in environments.values()
        for value in values.values()
        for address in find_addresses(value.text)
        if address.kind in ("url", "jdbc")
    }
    meant = {
        address.host
        for values in environments.values()
        for name, value in values.items()
        if variable_names.SERVER_HOST.search(name)
        for address in postgres_addresses(name, value.text, values)
        if address.kind == "host"
    }
    able = {n: s for n, s in sources.services.items() if n not in poolers and not _is_client(s)}
    sure = {n for n, s in able.items() if _is_server(s)}
    sure -= {n for n in sure if _is_other_with_a_url(able[n], environments[n], sure, able)}
    sure_hosts = set().union(*(host_names(able[n]) for n in sure))
    likely = {
        n
        for n, s in able.items()
        if n not in sure
        and not (s.text("image") and _is_another_program(image_name(s)))
        and (named & host_names(s) or (meant & host_names(s) and _looks_like_a_server(s)))
        and not _names_one_of(environments[n], sure_hosts)
        and not (sure and _is_other_image(s))
    }
    return {
        n: Database(name=n, service=s, hosts=frozenset(host_names(s)))
        for n, s in able.items()
        if n in sure or n in likely
    }


def _is_another_program(image: str) -> bool:
    """Whether an image is a server of another kind, or only forwards."""
    return bool(bystanders.OTHER_SERVERS.search(image) or database_images.FORWARDERS.search(image))


def _is_other_with_a_url(service: Service, values: Mapping[str, Value], sure: set[str], able: Services) -> bool:
    """Whether an image only ends in Postgres's name, as `tokens-postgresql` does, and goes to another server by URL."""
    if database_images.SURELY_SERVERS.search(image_name(service)):
        return False
    others = set[str]().union(*(host_names(able[n]) for n in sure if n != service.name))
    addresses = (a for v in values.values() for a in find_addresses(v.text) if a.kind in ("url", "jdbc"))
    return any(address.host in others for address in addresses)


def _outside(
    sources: Sources, environments: Environments, others: set[str], qualified: set[str]
) -> dict[str, Database]:
    known = qualified.union(*(host_names(s) for s in sources.services.values()), *_aliases(sources))
    apps = {name: values for name, values in environments.items() if name not in others}
    known |= {"host.docker.internal"} if any(sources.services[n].statements("ports") for n in others) else set()
    shared = networks.external(sources.documents)
    sharing = {name for name in apps if shared & set(networks.of(sources.services, name))}
    return {h: Database(name=h, service=None, hosts=frozenset({h})) for h in external_hosts(apps, known, sharing)}


def _aliases(sources: Sources) -> Iterator[set[str]]:
    """The names that `links` and `external_links` give."""
    for service in sources.services.values():
        yield {text.partition(":")[2] for key in ("links", "external_links") for text in service.names(key)}


def _names_one_of(values: Mapping[str, Value], hosts: set[str]) -> bool:
    """Whether an environment names one of these hosts: what connects to a server is hardly one itself."""
    return any(v.text in hosts or any(a.host in hosts for a in find_addresses(v.text)) for v in values.values())


def _is_other_image(service: Service) -> bool:
    """Whether an image is something else by name, with nothing about it that speaks of Postgres."""
    told = f"{' '.join(service.names('environment'))} {service.text('image')}"
    return bool(service.text("image")) and not re.search(r"POSTGRES|PG|postgres|sql|db", told)


def _looks_like_a_server(service: Service) -> bool:
    """Whether there is more to it than a host variable's word, which what only speaks Postgres's protocol has too."""
    image = service.text("image")
    told = {name.partition("=")[0] for name in service.names("environment")}
    return (
        not image or "POSTGRES_PASSWORD" in told or database_images.SERVER_NAME.search(image_name(service)) is not None
    )


def _is_client(service: Service) -> bool:
    return bool(
        database_images.NO_SERVERS.search(image_name(service))
        or database_images.CLIENT_COMMANDS.search(service.start())
    )


def _is_server(service: Service) -> bool:
    """Whether a service is a Postgres server by its image, by where it keeps its data, or by what its build is
    told.
    """
    if service.text("image") and database_images.SERVERS.search(image_name(service)):
        return True
    if any(
        database_images.DATA_FOLDER.search(t) for s in service.statements("volumes") for t in service.texts(s.value)
    ):
        return True
    told = {name.partition("=")[0] for name in service.names("environment")}
    named = not service.text("image") and database_images.SERVER_NAME.search(service.name)
    return bool(named) and "POSTGRES_PASSWORD" in told and bool({"POSTGRES_DB", "POSTGRES_USER"} & told)


def link_aliases(service: Service) -> dict[str, str]:
    """The services by the names that `links: ["db:other"]` gives them for one service."""
    pairs = (text.partition(":") for text in service.names("links"))
    return {alias: name for name, _, alias in pairs if alias}


def host_names(service: Service, within: Container[str] | None = None) -> set[str]:
    """The names by which other containers of the project reach a service.

    Args:
        service: the service.
        within: the networks whose aliases count; None for all.
    """
    names = {service.name, service.text("container_name"), service.text("hostname")}
    for statement in service.statements("networks"):
        if isinstance(statement.value, nodes.MappingNode):
            for name, entry in nodes.entries(statement.value).items():
                network = nodes.resolved(entry.value)
                if isinstance(network, nodes.MappingNode) and (within is None or name in within):
                    names |= _names_on(service, network)
    return {name for name in names if name}


def _names_on(service: Service, network: nodes.MappingNode) -> set[str]:
    """The aliases and the fixed addresses of a service on one of its networks."""
    said = (nodes.lookup(network, key) for key in ("aliases", "ipv4_address", "ipv6_address"))
    names = {text for node in said if node for text in service.deep_texts(node)}
    return names | {f"[{text}]" for text in names if ":" in text}
