"""Which port a pooler listens on, and which port its database listens on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from devpool.errors import DevpoolError
from devpool.model.connection_variables import companions, published_ports
from devpool.model.project import ConnectionVariable, Project
from devpool.text.address import DEFAULT_PORT, Kind, is_port

POOLED_PORT = "6432"

Pairs = set[tuple[str, str]]


def listen_port(
    project: Project, variables: list[ConnectionVariable], pooled: Pairs, wanted: str | None, fixed: str | None = None
) -> str:
    """6432, unless some app names no port: then 5432, so that only the host has to change.

    Args:
        project: the project.
        variables: the variables that go to the pooler.
        pooled: the (service, database) that are pooled.
        wanted: the port that the user wants; None for no choice.
        fixed: the port at which apps that are pooled by name look; None where there are none.

    Raises:
        DevpoolError: `no-port-variable`, `ports-differ`.
    """
    if fixed and wanted and wanted != fixed:
        raise DevpoolError(
            "ports-differ",
            f"an app that is pooled by name connects to port {fixed}, not to {wanted}",
            hint=f"leave out --port {wanted}",
        )
    inside = [s for s in variables if not s.published]
    portless = [*names_no_port(inside), *_shared_ports(project, inside, pooled)]
    wanted = wanted or fixed
    if wanted is None:
        return DEFAULT_PORT if portless else POOLED_PORT
    stuck = next((s for s in portless if s.kind in ("host", "port")), None)
    if stuck and wanted != DEFAULT_PORT:
        raise DevpoolError(
            "no-port-variable",
            f"`{stuck.service}` has no port variable for `{stuck.database}`, so it cannot reach port {wanted}",
            where=stuck.value.origin.place,
            hint=f"give `{stuck.service}` a port variable, or keep it direct: --direct {stuck.service}"
            if fixed
            else f"leave out --port, or give `{stuck.service}` a port variable",
        )
    return wanted


def names_no_port(variables: Sequence[ConnectionVariable]) -> list[ConnectionVariable]:
    """The variables after which an app uses its own default port. A port variable of the app's may be that of another
    host variable: where its name says whose it is, it is no other's.
    """
    ports, hosts = _variables(variables, "port"), _variables(variables, "host")
    return [
        s
        for s in variables
        if s.kind != "port"
        and s.address.port is None
        and not (s.kind == "host" and _has_port(s.name, ports.get(s.service, set()), hosts[s.service]))
    ]


def _variables(variables: Sequence[ConnectionVariable], kind: Kind) -> dict[str, set[str]]:
    """The variables with variables of one kind, by service."""
    by_service: dict[str, set[str]] = {}
    for variable in variables:
        if variable.kind == kind:
            by_service.setdefault(variable.service, set()).add(variable.name)
    return by_service


def _has_port(host: str, ports: set[str], hosts: set[str]) -> bool:
    """Whether one of an app's port variables goes with a host variable: its own, or one that is no other's own."""
    taken = {port for other in hosts - {host} for port in companions(other, "PORT")}
    return bool(ports & set(companions(host, "PORT")) or ports - taken)


def _shared_ports(project: Project, variables: list[ConnectionVariable], pooled: Pairs) -> list[ConnectionVariable]:
    """The port variables that go with a host that stays direct too, and so must keep their value."""
    direct = {(s.service, s.name) for s in project.connection_variables if (s.service, s.database) not in pooled}
    kept = {(s.service, s.database) for s in project.kept if s.kind == "host" and not _own_port(project, s)}
    shared = [
        s for s in variables if s.kind == "port" and ((s.service, s.name) in direct or (s.service, s.database) in kept)
    ]
    for variable in shared:
        if variable.address.port != DEFAULT_PORT:
            raise _differ([variable], {str(variable.address.port), DEFAULT_PORT})
    return shared


def _own_port(project: Project, host: ConnectionVariable) -> bool:
    """Whether a host variable has a port variable of its own, by its name."""
    return any(name in project.environments[host.service] for name in companions(host.name, "PORT"))


def used_ports(project: Project, database: str) -> list[str]:
    """The ports at which variables look for a database within the project, each once: those that they name, where
    these lead in its container, and the default where they name none.
    """
    variables = (*project.connection_variables, *project.kept)
    mine = [s for s in variables if s.database == database and not s.published]
    service = project.databases[database].service
    published = published_ports(service) if service else {}
    named = [port for s in mine if s.address.port for port in (s.address.port, _inside(s.address.port, published))]
    return list(dict.fromkeys([*named, *([DEFAULT_PORT] if names_no_port(mine) else [])]))


def upstream_port(
    variables: list[ConnectionVariable], published: Mapping[str, str], otherwise: str = DEFAULT_PORT
) -> str:
    """The port that a database listens on, according to the apps.

    Args:
        variables: the variables that go to its pooler.
        published: ports of the host, and the ports in the database's container that they lead to.
        otherwise: the port where these variables name none.

    Raises:
        DevpoolError: `ports-differ`, `port-not-valid`.
    """
    said: dict[str, list[ConnectionVariable]] = {}
    for variable in variables:
        if variable.kind != "host" or variable.address.port:
            port = variable.address.port or DEFAULT_PORT
            said.setdefault(_inside(port, published, outer=variable.published), []).append(variable)
    for port, those in said.items():
        if not is_port(port):
            raise _no_port(those[0])
    if len(said) > 1:
        usual = DEFAULT_PORT if DEFAULT_PORT in said else min(said)
        raise _differ([s for port, those in said.items() if port != usual for s in those], set(said))
    return next(iter(said), _inside(otherwise, published))


def _inside(port: str, published: Mapping[str, str], *, outer: bool = False) -> str:
    """The port in the container: it does not listen on the host's port, which a shared `.env` often names."""
    return published.get(port, port) if outer or port not in published.values() else port


def _no_port(variable: ConnectionVariable) -> DevpoolError:
    return DevpoolError(
        "port-not-valid",
        f"the port in `{variable.service}.{variable.name}` is not a number from 1 to 65535",
        where=variable.value.origin.place,
        hint=f"correct it, or keep the app direct: --direct {variable.service}",
    )


def _differ(odd: list[ConnectionVariable], ports: set[str]) -> DevpoolError:
    return DevpoolError(
        "ports-differ",
        f"the apps reach `{odd[0].database}` at different ports ({', '.join(sorted(ports))})",
        where=odd[0].value.origin.place,
        hint="keep apps with another port direct: " + " ".join(dict.fromkeys(f"--direct {s.service}" for s in odd)),
    )
