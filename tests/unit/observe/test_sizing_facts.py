"""What running containers say for sizing, and which of it counts before what the files say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from memory_project import project

from devpool.decide.options import Options
from devpool.decide.routing import chosen_routes
from devpool.errors import DevpoolError
from devpool.observe.sizing_facts import (
    Scene,
    _cores,
    _differences,
    _look,
    _of_database,
    _pooler_load,
    _running_server,
    _server_load,
)
from devpool.sizing.concurrency import Fact
from unit.docker.stand_ins import KnownStack, inspected
from unit.observe.enabled_shop import csv, shown

DB, POOLER = inspected("db"), inspected("pgbouncer")
SERVER = {"max_connections": "200", "superuser": "3", "others": "2", "connections": "9", "busy": "4"}
STATS = {"database": "app", "avg_xact_count": "50", "avg_xact_time": "20000"}
POOLS = {"database": "app", "cl_active": "7", "cl_waiting": "2", "maxwait": "1", "maxwait_us": "500000"}


def server(cores: str = "8\n") -> KnownStack:
    return KnownStack(says=lambda *words: csv(SERVER) if "psql" in words else cores)


def pooler(*stats: list[dict[str, str]], pools: list[dict[str, str]] | None = None) -> KnownStack:
    """A pooler whose SHOW STATS has these rows, one list after the other."""
    rest = list(stats)

    def says(*words: str) -> str:
        if "SHOW STATS" in words:
            return shown("STATS", STATS=rest.pop(0))
        return shown("POOLS", POOLS=[POOLS] if pools is None else pools)

    return KnownStack(says=says)


@pytest.mark.parametrize(
    ("said", "cores", "source"),
    [
        ("8\n", 8, "nproc in the container"),
        ("8\nmax 100000\n", 8, "nproc in the container"),
        ("8\n200000 100000\n", 2, "the container's limit"),
        ("8\n150000 100000\n", 2, "the container's limit"),
        ("8\n50000 100000\n", 1, "the container's limit"),
        ("2\n900000 100000\n", 2, "the container's limit"),
    ],
)
def test_a_container_has_its_share_of_the_cores_and_never_more_than_there_are(
    said: str, cores: int, source: str
) -> None:
    assert _cores(server(said), DB) == Fact(value=cores, source=source)


def test_a_running_server_says_its_limits_and_what_apps_do_not_get() -> None:
    limits, connections = _running_server(server(), DB, Fact(value=4, source="deploy"))
    assert (limits.max_connections.value, limits.reserved.value, limits.cores.source) == (200, 5, "deploy")
    assert connections.value == 9


def test_the_load_of_a_pooler_is_that_of_its_busiest_database() -> None:
    rare = {"database": "rare", "avg_xact_count": "1", "avg_xact_time": "900000"}
    load, clients, pools = _pooler_load(pooler([rare, STATS]), POOLER, 0)
    assert (load.per_second, load.seconds, load.busy) == (50.0, 0.02, 1.0)
    assert (load.waiting, load.longest) == (2, 1.5)
    assert (clients.value, pools.value) == (9, 1)


def test_a_pooler_without_work_has_no_load() -> None:
    load, clients, pools = _pooler_load(pooler([], pools=[]), POOLER, 0)
    assert (load.busy, load.longest, clients.value, pools.value) == (0.0, 0.0, 0, 0)


def test_the_console_and_the_healthcheck_are_no_pools_of_an_app() -> None:
    mine = [POOLS, POOLS | {"database": "pgbouncer"}, POOLS | {"database": "devpool_health"}]
    _, clients, pools = _pooler_load(pooler([STATS], pools=mine), POOLER, 0)
    assert (clients.value, pools.value) == (9, 1)


def test_between_two_looks_only_what_came_since_counts() -> None:
    first = {"database": "app", "total_xact_count": "100", "total_xact_time": "9000000"}
    second = first | {"total_xact_count": "110", "total_xact_time": "9200000"}
    still = {"database": "still", "total_xact_count": "5", "total_xact_time": "5"}
    work, _ = _differences(pooler([first, still], [second, still]), POOLER, 0.01)
    assert [seconds for _, seconds in work] == [0.02, 0.0]
    assert work[0][0] > 0 == work[1][0]


def test_a_server_without_a_pooler_is_sampled_for_its_busy_connections() -> None:
    found = _server_load(server(), DB, 0.04)
    assert found.busy == 4.0
    assert found.source.startswith("pg_stat_activity, ")


def test_the_containers_of_an_app_are_counted() -> None:
    one = inspected("web", words=("gunicorn", "-w", "4"), environment={"A": "b"})
    assert (_look([one]).words, _look([one]).containers) == ("gunicorn -w 4", Fact(value=1, source="one container"))
    assert _look([one, one]).containers.value == 2


class Warned:
    """What takes a warning."""

    def __init__(self) -> None:
        self.codes: list[str] = []

    def warning(self, error: DevpoolError) -> None:
        self.codes.append(error.code)


def scene(stack: KnownStack | None, **running: object) -> Scene:
    found = project(
        "services:\n  db: {image: postgres, command: postgres -c max_connections=50}\n"
        "  web: {image: app, environment: {URL: 'postgres://u:p@db:5432/shop'}}\n"
    )

    class Context:
        output = Warned()

    options = Options()
    return Scene(
        ctx=Context(),  # type: ignore[arg-type]
        project=found,
        options=options,
        routes=tuple(chosen_routes(found, options)),
        poolers={"db": "pgbouncer"},
        stack=stack,
        running={name: [container] for name, container in running.items()},  # type: ignore[misc]
        seconds=0,
    )


def test_a_server_that_runs_is_asked_and_one_that_does_not_is_read() -> None:
    found = _of_database(scene(server(), db=DB), "db")
    assert (found.server.max_connections.value, [fact.value for fact in found.now]) == (200, [9])
    files = _of_database(scene(None), "db")
    assert (files.server.max_connections.value, files.now, files.load) == (50, (), None)


@pytest.mark.parametrize(("rows", "number"), [(0, 1), (1, 1), (2, 2)])
def test_pools_are_those_of_the_pooler_or_of_the_files_whichever_are_more(rows: int, number: int) -> None:
    found = _of_database(scene(pooler([STATS], pools=[POOLS] * rows), pgbouncer=POOLER), "db")
    assert found.pools.value == number
    assert found.load is not None
    assert found.load.per_second == 50.0


def test_a_server_that_does_not_answer_is_warned_of_and_read() -> None:
    def fails(*_: str) -> str:
        raise DevpoolError("docker-failed", "no such container")

    asked = scene(KnownStack(says=fails), db=DB)
    assert _of_database(asked, "db").server.max_connections.value == 50
    assert asked.ctx.output.codes == ["docker-failed"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("options", "held"),
    [
        (Options(), lambda total: 0),
        (Options(settings={"pool_mode": "session"}), lambda total: total),
        (Options(session=("web",)), lambda total: total),
        (Options(settings_of={"other": {"pool_mode": "session"}}), lambda total: 0),
    ],
)
def test_clients_in_session_mode_hold_their_connections(options: Options, held: Callable[[int], int]) -> None:
    before = scene(None)
    routes = tuple(chosen_routes(before.project, options))
    found = _of_database(replace(before, options=options, routes=routes), "db")
    total = sum(demand.total for demand in found.pooled)
    assert total > 0
    assert found.held == held(total)
