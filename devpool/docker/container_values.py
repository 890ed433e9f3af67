"""A container as a value: as `docker ps` and `docker compose ps` list it, and as `docker inspect` shows it. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from devpool.docker.ownership import DIRECTORY, FILES, Place, started_from
from devpool.text.patterns import regex

COMPOSE = "com.docker.compose"  # what the labels begin with that Compose gives
_ROLE = "devpool.role"  # the label that our images have (docker/*/Dockerfile), and from them their containers
_FIELDS = {
    "id": ".ID",
    "names": ".Names",
    "state": ".State",
    "status": ".Status",
    "image": ".Image",
    "mounts": ".Mounts",
}
_OF_COMPOSE = ("project", "service", "container-number", "oneoff", "replace")
_LABELS = (*(f"{COMPOSE}.{name}" for name in _OF_COMPOSE), DIRECTORY, FILES, _ROLE)
FORMAT = ",".join(
    f'"{name}":{{{{json {value}}}}}'
    for name, value in (_FIELDS | {label: f'(.Label "{label}")' for label in _LABELS}).items()
)
FORMAT = f"{{{FORMAT}}}"
"""One line of JSON for each container, as the option `--format` of both commands takes it."""
_HEALTH = regex(r"\((?:health: )?(healthy|unhealthy|starting)\)")
# Not those that end as they are asked to: by SIGINT, SIGKILL or SIGTERM.
_FAILED = regex(r"Exited \((?!(?:0|130|137|143)\))")
_VOLUME_ID = regex(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """A container: its service, id, name, and health ("" where it has no healthcheck)."""

    service: str
    id: str
    name: str
    health: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedContainer(Container):
    """A container as it is listed.

    Attributes:
        project: its Compose project.
        number: its place in its service; Compose counts from 1.
        state: `running`, `exited`, `created`, ...
        image: the name of its image; an id where the name has gone to another image since.
        volumes: its volumes without a name of their own, by their ids.
        place: where its project was started; None where nothing says so.
        role: what it is of devpool's own, `pooler` or `exporter`; "" for anything else.
        replaces: whether Compose made it in place of another.
        failed: whether its program ended with an error.
    """

    project: str
    number: str
    state: str
    image: str
    volumes: tuple[str, ...]
    place: Place | None
    role: str
    replaces: bool
    failed: bool = False

    @property
    def runs(self) -> bool:
        """Whether its program runs, or will again."""
        return self.state in ("running", "restarting", "paused")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningContainer(Container):
    """A running container as it is inspected: its addresses, its variables, the words of its entrypoint and command,
    and the services that it waited for as it was created.
    """

    addresses: frozenset[str]
    environment: Mapping[str, str] = field(repr=False)
    words: tuple[str, ...] = field(repr=False, default=())
    awaited: frozenset[str] = frozenset()


def parse_list(text: str) -> list[ListedContainer]:
    """The containers of a list in `FORMAT`, without those of `docker compose run`."""
    rows = (json.loads(line) for line in text.split("\n") if line)
    return [_listed(row) for row in rows if row[f"{COMPOSE}.oneoff"] != "True"]


def _listed(row: Mapping[str, str]) -> ListedContainer:
    health = _HEALTH.search(row["status"])
    # Names with a slash are aliases in other containers (the legacy `--link`).
    name = next((name for name in row["names"].split(",") if "/" not in name), row["names"])
    return ListedContainer(
        service=row[f"{COMPOSE}.service"],
        id=row["id"],
        name=name,
        health=health[1] if health else "",
        project=row[f"{COMPOSE}.project"],
        number=row[f"{COMPOSE}.container-number"],
        state=row["state"],
        image=row["image"],
        # Compose mounts these by their ids where it recreates a container, and Docker, to which they have a name then,
        # no longer removes them with it.
        volumes=tuple(name for name in row["mounts"].split(",") if _VOLUME_ID.fullmatch(name)),
        place=started_from(row),
        role=row[_ROLE],
        replaces=bool(row[f"{COMPOSE}.replace"]),
        failed=_FAILED.match(row["status"]) is not None,
    )


def parse_inspected(body: Mapping[str, Any]) -> RunningContainer:
    """A container of `docker container inspect`."""
    config, labels = body["Config"], body["Config"].get("Labels") or {}
    awaited = labels.get(f"{COMPOSE}.depends_on", "").split(",")
    return RunningContainer(
        service=labels.get(f"{COMPOSE}.service", ""),
        id=body["Id"],
        name=body["Name"].removeprefix("/"),
        health=(body["State"].get("Health") or {}).get("Status", ""),
        addresses=frozenset(_addresses(body)),
        environment=dict(variable.partition("=")[::2] for variable in config.get("Env") or []),
        words=(*_words(config.get("Entrypoint")), *_words(config.get("Cmd"))),
        awaited=frozenset(text.partition(":")[0] for text in awaited),
    )


def _addresses(body: Mapping[str, Any]) -> Iterator[str]:
    for network in (body["NetworkSettings"].get("Networks") or {}).values():
        yield from (network[key] for key in ("IPAddress", "GlobalIPv6Address") if network.get(key))


def _words(command: str | list[str] | None) -> list[str]:
    return [command] if isinstance(command, str) else command or []
