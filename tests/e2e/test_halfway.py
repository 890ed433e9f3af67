"""Containers that stand between old and new are brought back to where Compose can start from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from demo_rig import remove_things
from pooler_rig import docker, require_engine

from devpool.docker.containers import Stack
from devpool.docker.engine import Call, environ
from devpool.docker.leftovers import halfway, settle

PROJECT = "devpool-halfway"
OLD, NEW = "devpool-halfway-app-1", "0123456789ab_devpool-halfway-app-1"
# It takes SIGTERM, and its time.
_SLOW = ["sh", "-c", "trap 'sleep 1; exit 3' TERM; while :; do sleep 0.1; done"]


@pytest.fixture(autouse=True)
def project() -> Iterator[None]:
    require_engine()
    remove_things(PROJECT)
    yield
    remove_things(PROJECT)


def make(
    name: str, *, replaces: bool = False, starts: bool = False, number: int = 1, command: Sequence[str] = _SLOW
) -> None:
    """A container with the labels that Compose gives."""
    labels = {"project": PROJECT, "service": "app", "oneoff": "False", "container-number": str(number)}
    labels |= {"replace": "app-1"} if replaces else {}
    options = [f"--label=com.docker.compose.{key}={value}" for key, value in labels.items()]
    docker(*(("run", "--detach") if starts else ("create",)), *options, "--name", name, "debian:trixie-slim", *command)


def stack() -> Stack:
    """The project's containers now, of which there are no files."""
    return Stack(Call(arguments=(), cwd="/", environ=environ()), None, lambda: {"name": PROJECT})


def states() -> dict[str, str]:
    which = f"--filter=label=com.docker.compose.project={PROJECT}"
    lines = docker("ps", "--all", which, "--format", "{{.Names}} {{.State}}").stdout.splitlines()
    return dict(line.split() for line in lines)


def test_of_two_in_one_place_the_old_one_is_left_and_its_stop_has_ended() -> None:
    make(OLD, starts=True)
    make(NEW, replaces=True)
    assert halfway(stack()) == {"app": 1}
    docker("kill", "--signal", "TERM", OLD)
    assert states() == {OLD: "running", NEW: "created"}
    settle(stack(), ["app"])
    assert states() == {OLD: "exited"}
    assert halfway(stack()) == {}


def test_a_new_one_whose_old_one_is_gone_gets_its_name() -> None:
    make(NEW)
    settle(stack(), ["app"])
    assert states() == {OLD: "created"}


def test_every_place_of_a_service_counts_once() -> None:
    make(OLD, starts=True)
    make(NEW, replaces=True)
    make("devpool-halfway-app-2", starts=True, number=2)
    assert halfway(stack()) == {"app": 2}
    settle(stack(), ["app"])
    assert states() == {OLD: "exited", "devpool-halfway-app-2": "running"}


def test_what_was_made_and_not_started_by_its_user_is_left_alone() -> None:
    make(OLD)
    assert halfway(stack()) == {}
    settle(stack(), ["app"])
    assert states() == {OLD: "created"}


def test_one_that_could_not_be_started_was_not_running_before() -> None:
    make(OLD, replaces=True, command=["no-such-program"])
    assert docker("start", OLD, check=False).returncode == 1
    assert states() == {OLD: "created"}
    assert halfway(stack()) == {}


def test_other_services_are_left_alone() -> None:
    make(OLD, starts=True)
    make(NEW, replaces=True)
    settle(stack(), ["another"])
    assert states() == {OLD: "running", NEW: "created"}
