"""Compose's resolved model of the project, made into that of one way to run the command. Pure.

Only the app, its poolers and its throw-away databases are ever started from such a model. Everything that exists is
named in it as external, so that Compose never takes another text of it for a change.
"""

from __future__ import annotations

import ipaddress
import json
import posixpath
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

LABEL = "devpool.compare"
"""The label of all that a comparison makes: its value is the folder that it holds while it goes on."""
FRESH = "-fresh"
"""What the name of a throw-away database's service ends in."""
Model = dict[str, Any]
# What a one-off container of a service must not share with the running one, and what Compose would start for it.
_OWN = ("depends_on", "ports", "container_name", "restart", "profiles", "develop", "scale", "deploy")
_OF_NETWORK = ("aliases", "ipv4_address", "ipv6_address", "mac_address", "link_local_ips")
# Where the images keep a cluster, and what they run only once, as they create one.
_CLUSTER = ("/var/lib/postgresql", "/bitnami/postgresql", "/docker-entrypoint-initdb.d", "/home/postgres/pgdata")


@dataclass(frozen=True, slots=True, kw_only=True)
class Existing:
    """The names of the networks and volumes that the engine has."""

    networks: frozenset[str] = frozenset()
    volumes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a model is for.

    Attributes:
        service: the app.
        poolers: the services of its poolers; none on the direct way.
        image: the name of the poolers' image, where it is built.
        context: the folder that it is built from.
        holder: the value of `LABEL`.
        fresh: for each database that gets a throw-away one, its service and the names that lead to it.
        existing: what the engine has.
    """

    service: str
    poolers: tuple[str, ...] = ()
    image: str = ""
    context: str = ""
    holder: str
    fresh: Mapping[str, Collection[str]] = field(default_factory=dict)
    existing: Existing = Existing()


def variant(model: Mapping[str, Any], wanted: Wanted) -> Model:
    """The model of one way.

    Args:
        model: Compose's, of the project with or without poolers.
        wanted: what it is for.
    """
    copy: Model = json.loads(json.dumps(model))
    services: Model = copy["services"]
    services[wanted.service] = _apart(services[wanted.service])
    for name in wanted.poolers:
        services[name] = _apart(services[name]) | {"labels": {LABEL: wanted.holder}}
        if "build" in services[name]:  # the others have an image of the user's
            services[name] |= {"image": wanted.image, "build": {"context": wanted.context}}
    for database, names in wanted.fresh.items():
        services[database + FRESH] = fresh_database(services[database], f"{model['name']}-{database}", wanted.holder)
        for name in (wanted.service, *wanted.poolers):
            services[name] = _led(services[name], database + FRESH, names)
    for kind, existing in (("networks", wanted.existing.networks), ("volumes", wanted.existing.volumes)):
        copy[kind] = {key: _external(value or {}, existing) for key, value in (copy.get(kind) or {}).items()}
    return copy


def fresh_database(service: Mapping[str, Any], image: str, holder: str) -> Model:
    """The service of a throw-away database: the same server with none of its data.

    Args:
        service: the database's service.
        image: what Compose names its image where it is built.
        holder: the value of `LABEL`.
    """
    environment = service.get("environment") or {}
    folders = (*_CLUSTER, *(value for name, value in environment.items() if name == "PGDATA" and value))
    kept = [v for v in service.get("volumes") or [] if v.get("type") == "bind" and not _within(v["target"], folders)]
    fresh = _apart(service) | {"labels": {LABEL: holder}, "volumes": [v | {"read_only": True} for v in kept]}
    if fresh.pop("build", None) is not None:
        fresh.setdefault("image", image)
    return fresh


def is_name(host: str) -> bool:
    """Whether a host is a name, which a link can lead elsewhere, and not an address."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return True
    return False


def _apart(service: Mapping[str, Any]) -> Model:
    kept = {key: value for key, value in service.items() if key not in _OWN}
    if resources := (service.get("deploy") or {}).get("resources"):
        kept["deploy"] = {"resources": resources}
    networks = kept.get("networks")
    if isinstance(networks, dict):
        kept["networks"] = {
            name: {key: value for key, value in (options or {}).items() if key not in _OF_NETWORK} or None
            for name, options in networks.items()
        }
    return kept


def _led(service: Model, target: str, names: Iterable[str]) -> Model:
    """A service in which names lead to another one, but for those that a link leads elsewhere already."""
    links = list(service.get("links") or [])
    taken = {link.partition(":")[2] or link for link in links}
    return service | {"links": [*links, *(f"{target}:{name}" for name in sorted(names) if name not in taken)]}


def _within(path: str, folders: Iterable[str]) -> bool:
    plain = posixpath.normpath(path)
    return any(plain == folder or plain.startswith(f"{folder}/") for folder in folders)


def _external(value: Mapping[str, Any], existing: Collection[str]) -> Model:
    name = value.get("name", "")
    return {"name": name, "external": True} if name in existing else dict(value)
