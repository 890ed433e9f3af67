"""Apps that are pooled by name: their own text stays, and a link points the database's name to the pooler.

Docker's embedded DNS checks a container's link aliases before service names: inside this one service the name is the
pooler's, and all others still find the database (Docker documentation, "Legacy container links" and "Networking").
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from devpool.decide.ports import names_no_port
from devpool.errors import DevpoolError
from devpool.model import networks
from devpool.model.databases import host_names, link_aliases
from devpool.model.project import ConnectionVariable, Project
from devpool.text.address import DEFAULT_PORT
from devpool.text.patterns import regex

Pair = tuple[str, str]

# What a link alias can be: a name that a resolver looks up, so not an IP address.
_ALIAS = regex(r"(?![\d.]+$)[A-Za-z0-9][A-Za-z0-9_.-]*")
_DIRECT = "-direct"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ByName:
    """One app and one database whose names point to a pooler.

    Attributes:
        service: the app.
        database: the database.
        pooler: the service of its pooler.
        names: the names of the database that the app uses, or may use.
        direct: a separate name for the database itself; "" for one outside the project.
        settings: the connection variables that stay as they are; none if the address is in no variable.
    """

    service: str
    database: str
    pooler: str
    names: tuple[str, ...]
    direct: str
    settings: tuple[ConnectionVariable, ...]

    @property
    def links(self) -> tuple[str, ...]:
        """The links that the app gets, in the form of Compose's `links`."""
        past = [f"{self.database}:{self.direct}"] if self.direct else []
        return (*(f"{self.pooler}:{name}" for name in self.names), *past)

    def leads(self, setting: ConnectionVariable) -> bool:
        """Whether one of the app's variables goes to the pooler, although it is to go to the database."""
        mine = (setting.service, setting.database) == (self.service, self.database)
        return mine and setting.address.host in self.names

    def link_of(self, written: str) -> str:
        """What a link of the app becomes: one that gives the database a name that leads to the pooler gives it that."""
        service, _, alias = written.partition(":")
        name = alias or service
        return f"{self.pooler}:{name}" if service == self.database and name in self.names else written


def by_name(project: Project, pair: Pair, pooler: str, settings: Sequence[ConnectionVariable]) -> ByName:
    """What an app that is pooled by name gets.

    Args:
        project: the project.
        pair: the app and the database.
        pooler: the service of the database's pooler.
        settings: its settings of this database.

    Raises:
        DevpoolError: `no-link`, where a link does not reach.
    """
    service, database = pair
    _refuse_network(project, service)
    names = _names(project, pair, settings)
    _refuse_hosts(project, service, database, names)
    inside = project.databases[database].service is not None
    return ByName(
        service=service,
        database=database,
        pooler=pooler,
        names=tuple(names),
        direct=_direct_name(project, database) if inside else "",
        settings=tuple(settings),
    )


def _names(project: Project, pair: Pair, settings: Sequence[ConnectionVariable]) -> list[str]:
    service, database = pair
    stated = project.databases[database].service
    said = [s.address.host for s in settings if s.address.host]
    # Where no variable says which name the app uses, take every name that it could use.
    known = host_names(stated, networks.of(project.services, service)) if stated else set[str]()
    linked = {alias for alias, name in link_aliases(project.services[service]).items() if name == database}
    possible = [] if said else sorted(known | linked)
    return list(dict.fromkeys([*([database] if stated else []), *said, *filter(_ALIAS.fullmatch, possible)]))


def _direct_name(project: Project, database: str) -> str:
    name = database + _DIRECT
    while name in project.services:
        name += _DIRECT
    return name


def _refuse_network(project: Project, service: str) -> None:
    mode = project.services[service].text("network_mode")
    if mode not in ("", "bridge"):
        raise DevpoolError(
            "no-link",
            f"`{service}` cannot be pooled by name: links do not work with `network_mode: {mode}`",
            where=project.services[service].place,
            hint=f"give `{service}` the database's address in an environment variable, or keep it direct: "
            f"--direct {service}",
        )


def _refuse_hosts(project: Project, service: str, database: str, names: Iterable[str]) -> None:
    """A name that is an IP address, is in `extra_hosts`, or belongs to another link cannot be redirected."""
    told = networks.extra_hosts(project.services[service])
    linked = (text.partition(":") for text in project.services[service].names("links"))
    others = {alias or name for name, _, alias in linked if name != database}
    odd = next((n for n in names if n in told or n in others or not _ALIAS.fullmatch(n)), None)
    if odd:
        raise DevpoolError(
            "no-link",
            f"`{service}` reaches `{database}` as {odd}, a name that no link can redirect",
            where=project.services[service].place,
            hint=f"have `{service}` use the database's service name, {database}, or keep it direct: --direct {service}",
        )


def fixed_port(pairs: Iterable[Sequence[ConnectionVariable]]) -> str | None:
    """The port that apps pooled by name use, and on which their pooler must listen; None if there are no such apps.

    Args:
        pairs: for each app its settings of the database; none where only a file or an image says it.

    Raises:
        DevpoolError: `ports-differ`.
    """
    found: dict[str, ConnectionVariable | None] = {}
    for settings in pairs:
        said = {s.address.port: s for s in settings if s.address.port}
        silent = not said or any(names_no_port(settings))
        found |= {port: s for port, s in said.items() if port} | ({DEFAULT_PORT: None} if silent else {})
    odd = next((s for port, s in found.items() if port != DEFAULT_PORT and s), None)
    if len(found) > 1 and odd:
        raise DevpoolError(
            "ports-differ",
            f"apps pooled by name connect to `{odd.database}` at different ports ({', '.join(sorted(found))}), "
            "but a pooler listens on only one",
            where=odd.value.origin.place,
            hint=f"keep the app with the other port direct: --direct {odd.service}",
        )
    return next(iter(found), None)
