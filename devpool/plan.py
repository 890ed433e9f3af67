"""What enable will change, in the project's terms, each change with its reason. Nothing of the text yet."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Literal

from devpool import networks
from devpool.address import DEFAULT_PORT
from devpool.environment import Origin, variable_holding
from devpool.errors import DevpoolError
from devpool.interpolation import SHELL, names_in
from devpool.model import DIRECT_NAME, Project, Setting
from devpool.moving import raw_replacements
from devpool.routing import Route

POOLED_PORT = "6432"
DIRECT_SUFFIX = "_DIRECT"
POOLED_SUFFIX = "_POOLED"

Where = Literal["origin", "own", "variable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the user chose for enable."""

    name: str = "pgbouncer"
    port: str | None = None
    direct: tuple[str, ...] = ()
    pool: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooler:
    """The pooler of one database.

    Attributes:
        name: the service to add.
        database: the service it stands before.
        port: where it listens.
        upstream_port: where the database listens.
        apps: the services that it serves.
        networks: the networks it joins; empty for the default one.
        profiles: the database's profiles.
        condition: what it waits for at the database.
        restart: the database's restart policy, "" for none.
    """

    name: str
    database: str
    port: str
    upstream_port: str
    apps: tuple[str, ...]
    networks: tuple[str, ...]
    profiles: tuple[str, ...]
    condition: str
    restart: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Move:
    """One setting goes to a pooler.

    Attributes:
        setting: the setting, with its old address.
        pooler: where it goes.
        where: "origin", at the place the value is written, for all that share it; "own", an entry of the app's
            own over a value it shares with others; "variable", a second variable beside the one that holds it.
    """

    setting: Setting
    pooler: Pooler
    where: Where


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plan:
    """All of it."""

    poolers: tuple[Pooler, ...]
    routes: tuple[Route, ...]
    moves: tuple[Move, ...]

    @property
    def apps(self) -> list[str]:
        """The pooled apps, each once."""
        return list(dict.fromkeys(a for p in self.poolers for a in p.apps))


def make_plan(project: Project, routes: list[Route], options: Options) -> Plan:
    """Decide every change.

    Raises:
        DevpoolError: `pooler-name-taken`, `ports-differ`, `no-port-variable`, `only-in-shell`, `value-not-plain`,
            `shared-value`, `several-hosts`, `no-shared-network`.
    """
    _refuse_unplaced(project, routes)
    pooled = {(r.service, r.database) for r in routes if r.pooled}
    settings = [s for s in project.settings if (s.service, s.database) in pooled]
    databases = list(dict.fromkeys(s.database for s in settings))
    poolers = [_pooler(project, d, databases, settings, options) for d in databases]
    by_database = {p.database: p for p in poolers}
    sharing = _Sharing(project, pooled)
    moves = [
        Move(setting=s, pooler=by_database[s.database], where=sharing.where(s))
        for s in settings
        if not (s.kind == "port" and s.address.port == by_database[s.database].port)
    ]
    return Plan(poolers=tuple(poolers), routes=tuple(routes), moves=tuple(moves))


def _refuse_unplaced(project: Project, routes: list[Route]) -> None:
    stays = {r.service for r in routes if not r.pooled}
    for service, variable in project.unplaced:
        if service not in stays:
            value = project.environments[service][variable]
            raise DevpoolError(
                "several-hosts",
                f"`{service}.{variable}` lists several hosts, which one pooler cannot stand for",
                where=value.origin.place,
                hint=f"keep it direct: --direct {service}",
            )


def _pooler(project: Project, database: str, databases: list[str], settings: list[Setting], options: Options) -> Pooler:
    name = options.name if len(databases) == 1 else f"{options.name}-{database}"
    service = project.databases[database].service
    if name in project.services:
        raise DevpoolError(
            "pooler-name-taken",
            f"the project has a service named `{name}` already",
            where=project.services[name].place,
            hint="choose another name for the pooler: --name devpool-pgbouncer",
        )
    mine = [s for s in settings if s.database == database]
    apps = tuple(dict.fromkeys(s.service for s in mine))
    return Pooler(
        name=name,
        database=database,
        port=_listen_port(mine, options),
        upstream_port=_upstream_port(mine),
        apps=apps,
        networks=networks.meeting(project.services, database, apps),
        profiles=tuple(service.names("profiles")),
        condition="service_healthy" if networks.has_healthcheck(service) else "service_started",
        restart=service.text("restart"),
    )


def _names_no_port(settings: list[Setting]) -> list[Setting]:
    """The settings after which an app uses its own default port."""
    ported = {s.service for s in settings if s.kind == "port"}
    return [
        s
        for s in settings
        if s.kind != "port" and s.address.port is None and not (s.kind == "host" and s.service in ported)
    ]


def _listen_port(settings: list[Setting], options: Options) -> str:
    """6432, unless some app names no port: then 5432, so that the host alone has to change."""
    portless = _names_no_port(settings)
    if options.port is None:
        return DEFAULT_PORT if portless else POOLED_PORT
    stuck = next((s for s in portless if s.kind == "host"), None)
    if stuck and options.port != DEFAULT_PORT:
        raise DevpoolError(
            "no-port-variable",
            f"`{stuck.service}` names its host (`{stuck.variable}`) and no port: it cannot reach {options.port}",
            where=stuck.value.origin.place,
            hint=f"leave --port out, or give `{stuck.service}` a port variable",
        )
    return options.port


def _upstream_port(settings: list[Setting]) -> str:
    ports = {s.address.port or DEFAULT_PORT for s in settings if s.kind != "host" or s.address.port}
    if len(ports) > 1:
        first = settings[0]
        raise DevpoolError(
            "ports-differ",
            f"the apps reach `{first.database}` at different ports ({', '.join(sorted(ports))})",
            where=first.value.origin.place,
            hint="keep those with the odd port direct: --direct SERVICE",
        )
    return ports.pop() if ports else DEFAULT_PORT


class _Sharing:
    """Who else reads a value where it is written."""

    def __init__(self, project: Project, pooled: set[tuple[str, str]]) -> None:
        self.project = project
        self.moved = {(s.service, s.variable) for s in project.settings if (s.service, s.database) in pooled}
        self.readers: dict[tuple[str, int], list[tuple[str, str]]] = {}
        for service, values in project.environments.items():
            for name, value in values.items():
                self.readers.setdefault(value.origin.key, []).append((service, name))
        self.interpolated = _interpolated(project)

    def where(self, setting: Setting) -> Where:
        """Where the setting is to be changed.

        Raises:
            DevpoolError: `only-in-shell`, `value-not-plain`.
        """
        value, address = setting.value, setting.address
        if raw_replacements(value, address, "host", "1") is None:
            return self._in_variable(setting)
        return "origin" if self._all_move(value.origin, setting.variable) else "own"

    def _all_move(self, origin: Origin, variable: str) -> bool:
        if origin.form == "env-file" and variable in self.interpolated.get(origin.file.path, frozenset()):
            return False
        return all(reader in self.moved for reader in self.readers[origin.key])

    def _in_variable(self, setting: Setting) -> Where:
        address = setting.address
        start, end = address.host_span[0], max(address.host_span[1], (address.port_span or (0, 0))[1])
        holding = variable_holding(setting.value, start, end)
        if holding is None or not setting.value.origin.exact:
            raise not_plain(setting)
        if setting.kind in ("host", "port"):
            return "origin" if self._all_move(setting.value.origin, setting.variable) else "own"
        if holding.source in (SHELL, None) or setting.value.origin.form == "env-file":
            raise DevpoolError(
                "only-in-shell",
                f"`{setting.service}.{setting.variable}` takes its value from the shell's `{holding.variable}`, "
                "which no file holds",
                where=setting.value.origin.place,
                hint=f"write {holding.variable} into .env, or keep it direct: --direct {setting.service}",
            )
        if not self._all_move(setting.value.origin, setting.variable):
            raise shared_value(setting)
        return "variable"


def _interpolated(project: Project) -> Mapping[str, frozenset[str]]:
    """By env file: the names whose values other text takes over with `${...}`."""
    sources = project.sources
    in_compose = frozenset[str]().union(*(names_in(d.text) for d in sources.loaded.values()))
    return {
        path: names_in(file.text) | (in_compose if path in sources.dotenv else frozenset())
        for path, file in sources.env_files.items()
    }


def not_plain(setting: Setting) -> DevpoolError:
    """The refusal of a setting whose text cannot be edited yet."""
    return DevpoolError(
        "value-not-plain",
        f"`{setting.service}.{setting.variable}` is written in a way that devpool does not change yet",
        where=setting.value.origin.place,
        hint=f"write it on one line without escapes, or keep it direct: --direct {setting.service}",
    )


def shared_value(setting: Setting) -> DevpoolError:
    """The refusal of a setting that direct services share and that has no place of its own."""
    name = setting.service
    return DevpoolError(
        "shared-value",
        f"`{name}.{setting.variable}` shares its value with services that stay direct, "
        "and has no place of its own for another",
        where=setting.value.origin.place,
        hint=f"give `{name}` its own {setting.variable}, or keep it direct: --direct {name}",
    )


def twin_of(setting: Setting, environment: Container[str]) -> str | None:
    """The name under which a setting's old value is to be kept beside it; None where nothing is to be added.

    Hosts and ports need none, the pooler's own block says as much. A variable of that name that is there already
    is the user's.

    Args:
        setting: the setting.
        environment: the names that the app's environment has.
    """
    name = setting.variable + DIRECT_SUFFIX
    plain = setting.kind in ("host", "port") or DIRECT_NAME.search(setting.variable)
    return None if plain or name in environment else name
