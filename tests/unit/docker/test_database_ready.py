"""Before something connects directly: the image is built, and the databases take connections."""

from __future__ import annotations

import pytest
from memory_project import project

from devpool.docker import database_ready
from devpool.docker.container_values import ListedContainer
from devpool.docker.database_ready import build_missing, start_databases
from devpool.errors import Code, DevpoolError
from devpool.model.services import Service
from devpool.output import Output
from unit.docker.stand_ins import KnownStack, listed

QUIET = Output(quiet=True)
UP = "compose up --detach --no-recreate --wait --wait-timeout 90 db"


def service(fields: str) -> Service:
    return project(f"services: {{job: {{{fields}}}}}\n").sources.services["job"]


def stack(*containers: ListedContainer, **failing: DevpoolError) -> KnownStack:
    """A project in which the commands with one of these words fail."""

    def says(*words: str) -> str:
        for word, error in failing.items():
            if word in words:
                raise error
        return "db  | out of space\n" if "logs" in words else ""

    return KnownStack(containers, says)


def failed(said: str, code: Code = "docker-failed", details: tuple[str, ...] = ()) -> DevpoolError:
    return DevpoolError(code, f"docker failed: {said}", said=said, details=details)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ("image: app", []),
        ("build: .", ["image inspect --format . shop-job"]),
        ("build: ., image: mine", ["image inspect --format . mine"]),
    ],
)
def test_an_image_that_is_there_is_not_built(fields: str, told: list[str]) -> None:
    found = stack()
    build_missing(found, service(fields), QUIET)
    assert found.told == told


def test_an_image_that_a_container_runs_is_there() -> None:
    found = stack(listed("job", image="shop-job"))
    build_missing(found, service("build: ."), QUIET)
    assert found.told == []


def test_a_missing_image_is_built_and_a_failure_says_what_to_type() -> None:
    found = stack(inspect=failed("No such image"))
    build_missing(found, service("build: ."), QUIET)
    assert found.told[-1] == "compose build job"
    found = stack(inspect=failed("No such image"), build=failed("exit code: 1", details=("RUN make",)))
    with pytest.raises(DevpoolError) as error:
        build_missing(found, service("build: ."), QUIET)
    assert (error.value.code, error.value.details) == ("image-not-built", ("RUN make",))
    assert error.value.hint.endswith("docker compose build job")


def test_that_the_engine_is_away_is_not_called_a_failed_build() -> None:
    found = stack(inspect=failed("No such image"), build=failed("away", "engine-not-running"))
    with pytest.raises(DevpoolError) as error:
        build_missing(found, service("build: ."), QUIET)
    assert error.value.code == "engine-not-running"


@pytest.mark.parametrize(
    ("containers", "told"),
    [
        ([listed("db", health="healthy")], []),
        ([], [UP]),
        ([listed("db", state="exited")], [UP]),
        ([listed("db", health="starting")], [UP]),
        ([listed("db", health="healthy"), listed("db", "2", health="unhealthy")], [UP]),
    ],
)
def test_a_database_is_started_and_waited_for_unless_it_is_healthy(
    containers: list[ListedContainer], told: list[str]
) -> None:
    found = stack(*containers)
    start_databases(found, ["db"], QUIET)
    assert [line for line in found.told if line.startswith("compose")] == told


def test_a_server_without_a_healthcheck_is_asked_whether_it_takes_connections_over_tcp() -> None:
    found = stack(listed("db"))
    start_databases(found, ["db"], QUIET)
    (asked,) = found.told
    assert asked.startswith("exec db-1 sh -c ")
    assert "--host=127.0.0.1" in asked


def test_a_server_that_does_not_take_connections_yet_is_asked_again() -> None:
    found = stack(listed("db"))
    refusals = [failed("no response")]

    def says(*_: str) -> str:
        if refusals:
            raise refusals.pop()
        return ""

    found.says = says
    start_databases(found, ["db"], QUIET)
    assert len(found.told) == 2


def test_an_image_without_a_shell_is_taken_for_ready() -> None:
    error = failed('exec: "sh": executable file not found in $PATH: unknown')
    start_databases(stack(listed("db"), exec=error), ["db"], QUIET)


@pytest.mark.parametrize(
    "found",
    [
        stack(up=failed("container shop-db-1 is unhealthy")),
        stack(listed("db"), exec=failed("Error response from daemon: container db-1 is not running")),
    ],
)
def test_a_database_that_does_not_become_healthy_shows_its_log(found: KnownStack) -> None:
    with pytest.raises(DevpoolError) as error:
        start_databases(found, ["db"], QUIET)
    assert error.value.code == "database-not-ready"
    assert error.value.details == ("db | db  | out of space",)
    assert error.value.hint.endswith("docker compose up --wait db")


def test_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_ready, "_SECONDS", 0)
    with pytest.raises(DevpoolError) as error:
        start_databases(stack(listed("db"), exec=failed("no response")), ["db"], QUIET)
    assert error.value.code == "database-not-ready"
