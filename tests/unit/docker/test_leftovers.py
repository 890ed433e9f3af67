"""What a failed start or an interrupted recreation leaves, and how it is put right."""

from __future__ import annotations

import json

import pytest

from devpool.docker import leftovers
from devpool.docker.container_values import ListedContainer
from devpool.docker.leftovers import Present, halfway, present, remove_created, settle
from devpool.errors import DevpoolError
from unit.docker.stand_ins import KnownStack, listed

OLD = listed("web", id="old")
NEW = listed("web", id="new", name="0123456789ab_shop-web-1", state="created", replaces=True)
DB = listed("db")


def stack(*containers: ListedContainer, code: int = 0, networks: str = "") -> KnownStack:
    """A project in which what was never started has this exit code."""

    def says(*words: str) -> str:
        if words[:2] == ("container", "inspect"):
            return json.dumps([{"Id": name, "State": {"ExitCode": code}} for name in words[2:]])
        return networks if words[:2] == ("network", "ls") else ""

    return KnownStack(containers, says)


def done(stack: KnownStack) -> list[str]:
    return [line for line in stack.told if " inspect " not in line and " ls " not in line]


@pytest.mark.parametrize(
    ("containers", "services"),
    [
        ([OLD, DB], {}),
        ([OLD, NEW, DB], {"web": 1}),
        ([NEW, DB], {"web": 1}),
        ([OLD, NEW, listed("web", "2")], {"web": 2}),
        ([OLD, NEW, listed("web", "2", state="exited")], {"web": 1}),
        ([listed("web", state="created"), DB], {}),
    ],
)
def test_a_service_is_halfway_where_a_new_container_was_never_started(
    containers: list[ListedContainer], services: dict[str, int]
) -> None:
    assert halfway(stack(*containers)) == services


def test_a_container_that_could_not_be_started_was_not_interrupted() -> None:
    assert halfway(stack(OLD, NEW, code=127)) == {}


def test_of_two_containers_in_one_place_the_old_one_is_left_and_its_stop_has_ended() -> None:
    found = stack(OLD, NEW, DB)
    settle(found, ["web"])
    assert done(found) == ["container rm new", "container stop old"]


def test_an_old_one_that_has_stopped_already_is_not_stopped_again() -> None:
    found = stack(listed("web", id="old", state="exited"), NEW)
    settle(found, ["web"])
    assert done(found) == ["container rm new"]


def test_a_new_one_that_is_alone_gets_its_name() -> None:
    found = stack(NEW, listed("web", "2"))
    settle(found, ["web"])
    assert done(found) == ["container rename new shop-web-1"]


def test_a_service_that_is_not_named_is_left_alone() -> None:
    found = stack(OLD, NEW)
    settle(found, ["db"])
    assert done(found) == []


def test_docker_is_asked_again_while_it_is_busy_and_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leftovers, "_PAUSE", 0)
    found = stack(OLD, NEW)
    refused = DevpoolError("docker-failed", "removal of container new is already in progress")
    left = [refused] * 3

    def busy(*words: str) -> str:
        if words[:2] == ("container", "rm") and left:
            raise left.pop()
        return stack().says(*words)

    found.says = busy
    settle(found, ["web"])
    assert (left, done(found)[-1]) == ([], "container stop old")
    left += [refused] * 100
    with pytest.raises(DevpoolError, match="already in progress"):
        settle(found, ["web"])


def test_what_was_created_goes_and_what_only_stood_there_is_stopped_again() -> None:
    found = stack(DB, OLD, listed("pgbouncer"), networks="n1\nn2\n")
    before = Present(services=frozenset({"db", "web"}), networks=frozenset({"n1"}))
    remove_created(found, before, {"db"})
    assert sorted(done(found)) == [
        "container rm --force --volumes pgbouncer-1",
        "container stop old",
        "network rm n2",
    ]


def test_networks_are_left_where_no_start_can_have_created_one() -> None:
    found = stack(DB, networks="n1\n")
    remove_created(found, Present(services=frozenset({"db"}), networks=None), {"db"})
    assert found.told == []


def test_what_is_there_counts_also_where_it_does_not_run() -> None:
    found = stack(DB, listed("web", state="exited"), networks="n1\n")
    assert present(found, ["db"]) == Present(services=frozenset({"db", "web"}), networks=None)
    assert present(found, ["db", "web"]).networks == {"n1"}
