"""Apps that are pooled by name: their own text stays, and a link points the database's name to the pooler.

Docker's embedded DNS checks a container's link aliases before service names: inside this one service the name is the
pooler's, and all others still find the database (Docker documentation, "Legacy container links" and "Networking").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from devpool.decide.ports import names_no_port
from devpool.decide.routing import Route
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
        variables: the connection variables that stay as they are; none if the address is in no variable.
    """

    service: str
    database: str
    pooler: str
    names: tuple[str, ...]
    direct: str
    variables: tuple[ConnectionVariable, ...]

    @property
    def links(self) -> tuple[str, ...]:
        """The links that the app gets, in the form of Compose's `links`."""
        past = [f"{self.database}:{self.direct}"] if self.direct else []
        return (*(f"{self.pooler}:{name}" for name in self.names), *past)

    def leads(self, variable: ConnectionVariable) -> bool:
        """Whether one of the app's variables goes to the pooler, although it is to go to the database."""
        mine = (variable.service, variable.database) == (self.service, self.database)
        return mine and variable.address.host in self.names

    def link_of(self, written: str) -> str:
        """What a link of the app becomes: one that gives the database a name that leads to the pooler gives it that."""
        service, _, alias = written.partition(":")
        name = alias or service
        return f"{self.pooler}:{name}" if service == self.database and name in self.names else written


def by_name(project: Project, pair: Pair, pooler: str, variables: Sequence[ConnectionVariable]) -> ByName:
    """What an app that is pooled by name gets.

    Args:
        project: the project.
        pair: the app and the database.
        pooler: the service of the database's pooler.
        variables: its variables of this database.

    Raises:
        DevpoolError: `no-link`, where a link does not reach.
    """
    service, database = pair
    if reason := obstacle(project, pair, variables):
        raise DevpoolError(
            "no-link",
            f"`{service}` cannot be pooled by name: {reason.why}",
            where=project.services[service].place,
            hint=f"{reason.remedy}, or keep it direct: --direct {service}",
        )
    inside = project.databases[database].service is not None
    return ByName(
        service=service,
        database=database,
        pooler=pooler,
        names=tuple(_names(project, pair, variables)),
        direct=_direct_name(project, database) if inside else "",
        variables=tuple(variables),
    )


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why no link reaches an app, and what would help, both in words."""

    why: str
    remedy: str


def obstacle(project: Project, pair: Pair, variables: Sequence[ConnectionVariable]) -> Obstacle | None:
    """Why an app cannot be pooled by name: links do not work in its network, or a name that it uses is an IP address,
    is in its `extra_hosts`, or belongs to another link.
    """
    name, database = pair
    service = project.services[name]
    own = f"give `{name}` the database's address in an `environment` of its own"
    if project.sources.selection.swarm:
        return Obstacle("Swarm ignores links", own)
    mode = service.text("network_mode")
    if mode not in ("", "bridge"):
        return Obstacle(f"links do not work with `network_mode: {mode}`", own)
    told = networks.extra_hosts(service)
    parts = ((text, text.partition(":")) for text in service.names("links"))
    linked = {alias or other: text for text, (other, _, alias) in parts if other != database}
    for host in _names(project, pair, variables):
        if host in told:
            return Obstacle(f"its extra_hosts say where {host} is", f"remove {host} from its `extra_hosts`")
        if host in linked:
            return Obstacle(f"its link {linked[host]} says what {host} is", f"remove the link `{linked[host]}`")
        if not _ALIAS.fullmatch(host):
            why = f"it reaches {database} as {host}, which no link can redirect"
            inside = project.databases[database].service is not None
            return Obstacle(why, f"have `{name}` use the database's service name, {database}" if inside else own)
    return None


def beyond_links(
    project: Project, routes: Iterable[Route], named: Mapping[Pair, str], variables: list[ConnectionVariable]
) -> Iterator[tuple[Pair, Route]]:
    """The apps that no link can reach and that nobody asked to pool: they stay direct."""
    for route in routes:
        pair = (route.service, route.database)
        mine = [s for s in variables if (s.service, s.database) == pair]
        reason = obstacle(project, pair, mine) if pair in named and route.code not in ("user", "by-name") else None
        if reason:
            why = named[pair] or route.reason
            yield pair, replace(route, pooled=False, by_name=False, code="no-link", reason=f"{why}, and {reason.why}")


def _names(project: Project, pair: Pair, variables: Sequence[ConnectionVariable]) -> list[str]:
    service, database = pair
    stated = project.databases[database].service
    said = [s.address.host for s in variables if s.address.host]
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


def fixed_port(
    project: Project, database: str, apps: Mapping[str, Sequence[ConnectionVariable]], stated: Mapping[str, str]
) -> str | None:
    """The port that apps pooled by name use, and on which their pooler must listen; None if there are no such apps.

    Args:
        project: the project.
        database: the database.
        apps: for each app its variables of the database; none where only a file or an image says it.
        stated: the ports that these files say, by app.

    Raises:
        DevpoolError: `ports-differ`.
    """
    ports: dict[str, tuple[str, str]] = {}  # the app that uses a port, and where that is written
    for app, variables in apps.items():
        place = project.services[app].place
        said = {s.address.port: s.value.origin.place for s in variables if s.address.port}
        if not variables:
            said = {stated.get(app, DEFAULT_PORT): place}
        elif not said or names_no_port(variables):
            said = {DEFAULT_PORT: place, **said}
        ports |= {port: (app, where) for port, where in said.items() if port not in ports}
    odd = next((each for port, each in ports.items() if port != DEFAULT_PORT), None)
    if len(ports) > 1 and odd:
        looks = ", ".join(f"{app} at {port}" for port, (app, _) in sorted(ports.items()))
        raise DevpoolError(
            "ports-differ",
            f"apps pooled by name connect to `{database}` at different ports ({looks}), but a pooler listens on only "
            "one",
            where=odd[1],
            hint=f"keep the app with the other port direct: --direct {odd[0]}",
        )
    return next(iter(ports), None)
