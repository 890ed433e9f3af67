"""Which containers there are, and what is started."""

from __future__ import annotations

import json

import pytest

from devpool.docker.containers import Stack, _patience
from unit.docker.engine_of_a_file import Engine, engine
from unit.docker.stand_ins import KnownStack, listed

__all__ = ["engine"]  # a fixture


def test_many_containers_are_inspected_in_one_call_and_one_that_has_gone_is_left_out(engine: Engine) -> None:
    for service in ("web", "worker"):
        engine.container(service, {})
    stack = engine.stack()
    stack.wait()
    assert [one["Id"] for one in stack.inspect(["id-web", "id-worker"])] == ["id-web", "id-worker"]
    assert engine.log()[-1] == "container inspect id-web id-worker"
    assert [one["Id"] for one in stack.inspect(["id-web", "id-gone"])] == ["id-web"]
    assert stack.inspect(["id-gone"]) == []


def test_running_containers_are_inspected_once_until_they_may_have_changed() -> None:
    shown = json.dumps([{"Id": "id", "Name": "/web", "Config": {}, "State": {}, "NetworkSettings": {}}])
    stack = KnownStack([listed("web")], lambda *_: shown)
    assert stack.inspected() == stack.inspected()
    assert len(stack.told) == 1
    Stack.look_again(stack)
    assert [one.name for found in stack.inspected().values() for one in found] == ["web"]
    assert len(stack.told) == 2


def test_nothing_is_started_where_nothing_is_named() -> None:
    stack = KnownStack()
    stack.up([], wait=True)
    assert stack.told == []
    stack.up(["web"], scale={"web": 2}, deps=True)
    assert stack.told == ["compose up --detach --scale web=2 web"]


@pytest.mark.parametrize(("seconds", "patience"), [(0.0, 1), (0.9, 1), (1.1, 2), (3.0, 6), (100.0, 12)])
def test_a_machine_that_is_slow_to_list_containers_is_given_more_time(seconds: float, patience: int) -> None:
    assert _patience(seconds) == patience


def test_compose_itself_says_which_containers_an_edit_waits_for_and_which_it_made() -> None:
    said = " DRY-RUN MODE -  Container shop-db-1  Recreate\n DRY-RUN MODE -  Container shop-db-1  Recreated\n"
    said += " DRY-RUN MODE -  Container shop-web-1  Running\n Container shop-job-1  Created\n"
    stack = KnownStack(says=lambda *_: said)
    assert stack.pending(["db", "web"]) == ["shop-db-1"]
    assert stack.pending([]) == []
    assert stack.up(["db"]) == ["shop-db-1", "shop-job-1"]
