"""Postgres servers outside the project: managed ones, and ones on other machines.

A host is one if a Postgres URL or keyword string names it, or a host variable whose name or port says
Postgres, and where it can only be meant as a machine elsewhere: a name with a dot, or an address. `localhost` in a
container is the container, and a single word is a service of some other file: neither is taken for one, unless the app
is on a network of other projects.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping

from devpool.catalog import database_images, variable_names
from devpool.model.values import Value
from devpool.text.address import DEFAULT_PORT, LOCAL_HOSTS, Address, bare_host, find_addresses
from devpool.text.patterns import regex

_NAME = regex(r"([a-z0-9_-]+\.)+[a-z][a-z0-9-]*\.?", re.I)
_NUMBERS = regex(r"(?!127\.|0\.)\d{1,3}(\.\d{1,3}){3}|\[(?!::1?\])[0-9a-f:]+\]", re.I)
_WORD = regex(r"[a-z0-9][a-z0-9_-]*[a-z_-][a-z0-9_-]*|[a-z]", re.I)
_PLACEHOLDER = regex(
    r"example|your|placeholder|change-?me|xxx|dummy|todo|(^|\.)(local|localhost|test|invalid)\.?$", re.I
)

Values = Mapping[str, Value]


def external_hosts(
    environments: Mapping[str, Values], known: Container[str], sharing: Container[str] = frozenset()
) -> list[str]:
    """The hosts of databases outside of the project, each once.

    Args:
        environments: the variables of the services that may be apps.
        known: the names that mean a service of the project.
        sharing: the services on a network of other projects, where a single word is a server too.
    """
    hosts: dict[str, None] = {}
    for service, values in environments.items():
        for name, value in values.items():
            for address in postgres_addresses(name, value.text, values):
                there = service in sharing and _is_word(address.host)
                if address.host not in known and (there or is_outside(address.host)):
                    hosts[address.host.lower().removesuffix(".")] = None
    return list(hosts)


def is_outside(host: str) -> bool:
    """Whether a host can only be a machine elsewhere, and is not a word that stands for one still to be given."""
    named = _NAME.fullmatch(host) is not None and not _PLACEHOLDER.search(host)
    return named or _NUMBERS.fullmatch(host) is not None


def _is_word(host: str) -> bool:
    return _WORD.fullmatch(host) is not None and host not in LOCAL_HOSTS and not _PLACEHOLDER.search(host)


def listens_as_a_pooler(host: str, port: str | None) -> bool:
    """Whether a host or port says that a pooler listens there already."""
    return bool(database_images.POOLER_HOSTS.search(host)) or port in database_images.POOLER_PORTS


def postgres_addresses(name: str, text: str, values: Values) -> Iterator[Address]:
    """The addresses in a variable that can only mean Postgres.

    Args:
        name: the variable.
        text: its value.
        values: the variables beside it, which may give a port and an engine.
    """
    for address in find_addresses(text):
        named = address.kind == "host" and (
            _is_of_the_server(name) or (variable_names.POSTGRES_HOST.search(name) and address.port == DEFAULT_PORT)
        )
        if address.kind in ("url", "jdbc") or named or (address.kind == "dsn" and _is_postgres(text, address)):
            yield address
    host = bare_host(text)
    if host and variable_names.POSTGRES_HOST.search(name) and _speaks_of_postgres(name, values):
        yield host


def means_postgres(name: str, text: str, address: Address) -> bool:
    """Whether an address on the machine of a known server means its Postgres: other things may run there too.

    Args:
        name: the variable.
        text: its value.
        address: the address in it.
    """
    if address.kind in ("url", "jdbc") or address.port == DEFAULT_PORT:
        return True
    if address.kind == "dsn" and _is_postgres(text, address):
        return True
    return variable_names.DATABASE_PREFIX.search(name) is not None and not variable_names.OTHER_SERVER.search(name)


def _is_postgres(text: str, address: Address) -> bool:
    """Whether a keyword string is one of Postgres: libpq's `dbname=`, or its port."""
    return address.port == DEFAULT_PORT or re.search(r"\bdbname\s*=", text) is not None


def _speaks_of_postgres(name: str, values: Values) -> bool:
    """Whether a host variable means Postgres: by its own port, by the engine that is named, or by its name."""
    port = values.get(variable_names.HOST_WORD.sub("PORT", name))
    if port and port.text == DEFAULT_PORT:
        return True
    engines = [v.text for n, v in values.items() if variable_names.ENGINE.search(n)]
    if any(variable_names.OTHER_ENGINES.search(text) for text in engines):
        return False
    # Another port is that of a forwarder or of something else, which POSTGREST_HOST may name.
    named = _is_of_the_server(name) if port and port.text else re.search(r"PG|POSTGRES", name, re.I)
    return bool(named) or any(variable_names.POSTGRES_ENGINES.search(t) for t in engines)


def _is_of_the_server(name: str) -> bool:
    """Whether a host variable is that of a Postgres server itself, as libpq's PGHOST is."""
    return bool(variable_names.SERVER_HOST.search(name) and re.search(r"PG|POSTGRES", name, re.I))
