"""Whether to pool a database, and with what numbers: the arithmetic, each step with its formula and source. Pure.

Three limits meet in the size of a pool:

- what the server can take: `max_connections` without its reserved ones ("limit"), divided by the number of pools,
  since `default_pool_size` counts for each pair of user and database ("pgbouncer");
- what its hardware can work on at once: cores * 2 + spindles ("wiki", "hikari");
- what the apps need: transactions a second * seconds of a transaction are the connections in use ("little").
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

from devpool.sizing.concurrency import Demand, Fact
from devpool.sizing.replicas import HEALTH, at_once
from devpool.sizing.size_inputs import Inputs, Load, ServerLimits

_SPARE = 0.2  # of the server's connections, for migrations, psql and monitoring
_SPINDLES = 1  # HikariCP: 0 where all data is in memory; a solid state disk counts as a small number
_BURST = 2  # a load swings around its mean
_RESERVE = 4  # the part of a pool that it may grow by in a rush
_CLIENTS = 1000  # as in the presets: waiting costs a client a few kilobytes
SOURCES = {
    "limit": "PostgreSQL documentation, https://www.postgresql.org/docs/current/runtime-config-connection.html",
    "pgbouncer": "PgBouncer documentation, https://www.pgbouncer.org/config.html",
    "wiki": "PostgreSQL wiki, https://wiki.postgresql.org/wiki/Number_Of_Database_Connections",
    "hikari": "HikariCP, About Pool Sizing, https://github.com/brettwooldridge/HikariCP/wiki/About-Pool-Sizing",
    "little": "Little's law, L = λW: J. D. C. Little, Operations Research 9(3), 1961, "
    "https://doi.org/10.1287/opre.9.3.383",
    "devpool": "devpool's own choice, as in docs/pooler-presets.md",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of the arithmetic.

    Attributes:
        name: what it counts.
        value: its number.
        how: how it comes about.
        sources: the keys of `SOURCES` that say so.
        assumed: whether nothing in the project says so.
    """

    name: str
    value: int
    how: str
    sources: tuple[str, ...] = ()
    assumed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """The answer for one database.

    Attributes:
        database: its name.
        steps: the arithmetic.
        settings: the recommended settings of PgBouncer; empty where no app is known.
        verdict: `needed`, `soon`, `not-yet` or `no-app`.
        sentence: the verdict in words.
        changes: what would change it.
    """

    database: str
    steps: tuple[Step, ...]
    settings: dict[str, int]
    verdict: str
    sentence: str
    changes: tuple[str, ...]


def recommend(given: Inputs) -> Size:
    """Size the pooler of one database."""
    server, peak, direct = given.server, _total(given.pooled), _total(given.direct)
    usable = max(server.max_connections.value - server.reserved.value, 1)
    steps = [*_server_steps(server, usable), *_demand_steps(given, peak, direct)]
    if not peak:
        sentence = f"devpool found no app that a pooler in front of {given.database} could serve"
        return Size(
            database=given.database, steps=tuple(steps), settings={}, verdict="no-app", sentence=sentence, changes=()
        )
    spare = ceil(usable * _SPARE)
    room = max(usable - direct - spare, 1)
    steps += [
        Step(name="kept free", value=spare, how=f"{_SPARE:.0%} of {usable}, for psql and more", sources=("devpool",)),
        Step(name="room for pools", value=room, how=f"{usable} - {direct} - {spare}, at least 1"),
    ]
    if given.replicas:
        room, of_task = _room_of_task(given.replicas, room)
        steps += of_task
    settings, further = _settings(given, peak, room)
    verdict, sentence = _verdict(peak + direct, usable, given.load)
    if any(demand.assumed for demand in given.pooled):
        sentence += "; this depends on the assumptions above"
    return Size(
        database=given.database,
        steps=(*steps, *further),
        settings=settings,
        verdict=verdict,
        sentence=sentence,
        changes=tuple(_changes(given, verdict, peak + direct, usable)),
    )


def _room_of_task(replicas: int, room: int) -> tuple[int, list[Step]]:
    """What one of a pooler's tasks may open, so that all of them fit, with one more while one is replaced."""
    tasks = at_once(replicas)
    share = max(room // tasks - HEALTH, 1)
    return share, [
        Step(name="tasks at once", value=tasks, how=f"{replicas}, and one more while one is replaced"),
        Step(name="room in a task", value=share, how=f"{room} / {tasks} - {HEALTH} for its health check, at least 1"),
    ]


def _total(demands: Iterable[Demand]) -> int:
    return sum(demand.total for demand in demands)


def _server_steps(server: ServerLimits, usable: int) -> list[Step]:
    total, reserved = server.max_connections, server.reserved
    return [
        _known("max_connections", total, "limit"),
        _known("reserved", reserved, "limit"),
        Step(name="usable", value=usable, how=f"{total.value} - {reserved.value}", sources=("limit",)),
    ]


def _known(name: str, fact: Fact, *sources: str) -> Step:
    return Step(name=name, value=fact.value, how=fact.source, sources=sources, assumed=fact.assumed)


def _demand_steps(given: Inputs, peak: int, direct: int) -> list[Step]:
    steps = [_demand_step(demand) for demand in given.pooled]
    added = " + ".join(str(d.total) for d in given.pooled) or "no app"
    steps.append(Step(name="apps at peak", value=peak, how=added))
    steps += [_demand_step(demand) for demand in given.direct]
    added = " + ".join(str(d.total) for d in given.direct) or "no app stays direct"
    steps.append(Step(name="direct at peak", value=direct, how=added))
    return steps + [_known("now", fact) for fact in given.now]


def _demand_step(demand: Demand) -> Step:
    parts = (("container", demand.containers), ("process", demand.processes), ("connection", demand.each))
    plural = {"container": "containers", "process": "processes", "connection": "connections"}
    counted = " x ".join(f"{f.value} {word if f.value == 1 else plural[word]}" for word, f in parts)
    said = ", ".join(dict.fromkeys(f.source for _, f in parts if f.source not in ("one process", "one container")))
    how = f"{counted} ({said})" if said else counted
    return Step(name=demand.service, value=demand.total, how=how, assumed=demand.assumed)


def _settings(given: Inputs, peak: int, room: int) -> tuple[dict[str, int], list[Step]]:
    pools, databases = max(given.pools.value, 1), max(given.databases, 1)
    size, steps = _pool_size(given, peak, room, pools)
    share = max(room // pools, 1)
    reserve = max(min(ceil(size / _RESERVE), share - size), 0)
    clients = max(_CLIENTS, ceil(peak * 2 / 100) * 100)
    settings = {
        "default_pool_size": size,
        "reserve_pool_size": reserve,
        "max_client_conn": clients,
        "max_db_connections": max(room // databases, size + reserve),
    }
    many = "database" if databases == 1 else "databases"
    how = {
        "reserve_pool_size": (f"a quarter of {size}, and at most {share} with it", "pgbouncer", "devpool"),
        "max_client_conn": (f"twice {peak}, for old and new containers at once; at least {_CLIENTS}", "devpool"),
        "max_db_connections": (f"room for {room}, shared by {databases} {many}", "pgbouncer"),
    }
    steps += [Step(name=n, value=settings[n], how=words, sources=tuple(keys)) for n, (words, *keys) in how.items()]
    files = f"{clients} clients + {pools} * ({size} + {reserve}) server connections"
    steps.append(
        Step(name="file descriptors", value=clients + pools * (size + reserve), how=files, sources=("pgbouncer",))
    )
    return settings, steps


def _pool_size(given: Inputs, peak: int, room: int, pools: int) -> tuple[int, list[Step]]:
    """As many connections as the hardware can use and the load needs, limited by the apps' demand and the room."""
    cores = given.server.cores
    hardware = cores.value * 2 + _SPINDLES
    load = ceil(given.load.busy * _BURST) if given.load else 0
    tasks = max(given.replicas, 1)
    wanted = max(ceil(hardware / pools / tasks), ceil(load / tasks), ceil(given.held / tasks))
    share = max(room // pools, 1)
    size = min(wanted, peak, share)
    words = f"the least of {wanted} wanted, {peak} at peak and room for {share} ({room} / {pools})"
    how = f"{cores.value} cores * 2 + {_SPINDLES} spindle"
    return size, [
        _known("cores", cores),
        Step(name="at work at once", value=hardware, how=how, sources=("wiki", "hikari")),
        *_load_steps(given.load, load),
        _known("pools", given.pools, "pgbouncer"),
        *_held_steps(given.held),
        Step(name="wanted", value=wanted, how=_wanted(hardware, pools, load, given)),
        Step(name="default_pool_size", value=size, how=words, sources=("pgbouncer",)),
    ]


def _wanted(hardware: int, pools: int, load: int, given: Inputs) -> str:
    how = f"the most of {hardware} / {pools}, {load} in use and {given.held} held"
    return f"{how}, shared by {given.replicas} tasks" if given.replicas > 1 else how


def _held_steps(held: int) -> list[Step]:
    how = "connections of clients in session mode, each of which keeps one"
    return [Step(name="held", value=held, how=how, sources=("pgbouncer",))] if held else []


def _load_steps(load: Load | None, wanted: int) -> list[Step]:
    if load is None:
        return []
    factors = f"{load.per_second:.1f}/s * {load.seconds * 1000:.1f} ms = " if load.per_second else ""
    how = f"{_BURST} * ({factors}{load.busy:.2f} in use on average; {load.source}), rounded up"
    return [Step(name="in use", value=wanted, how=how, sources=("little", "devpool"))]


def _verdict(demand: int, usable: int, load: Load | None) -> tuple[str, str]:
    sums = f"at peak the apps and the direct services can hold {demand} connections, and Postgres has {usable} for them"
    if demand > usable:
        verdict, sentence = "needed", f"pool it: {sums}"
    elif demand > usable * (1 - _SPARE):
        verdict, sentence = "soon", f"pool it soon: {sums}, which leaves little for anything else"
    else:
        verdict, sentence = "not-yet", f"you don't need it yet: {sums}"
    if load and load.waiting:
        sentence += f"; {load.waiting} clients are waiting at the pooler now, the first for {load.longest:.1f} s"
    return verdict, sentence


def _changes(given: Inputs, verdict: str, demand: int, usable: int) -> list[str]:
    """What would change the verdict."""
    largest = max(given.pooled, key=lambda d: d.total)
    one = largest.processes.value * largest.each.value
    if verdict == "needed":
        wanted = demand + given.server.reserved.value
        return [f"max_connections of {wanted} or more would hold them all, each with its own process and memory"]
    most = (usable - demand + largest.total) // one + 1
    return [
        f"{most} containers of {largest.service} instead of {largest.containers.value} ({one} connections each)",
        f"max_connections below {demand + given.server.reserved.value}",
        "an app that connects for each request: logins then cost more than queries, and a pooler avoids them",
    ]
