"""Options that have no place in a stack are refused, each with what to do instead."""

from __future__ import annotations

import pytest

from devpool.decide.options import Options
from devpool.decide.stack_options import refuse_beside_compose, refuse_on_a_stack
from devpool.errors import UsageError
from devpool.model.sources import Selection

CHOSEN = {"swarm": True, "image": "reg/pgbouncer:1"}


def test_a_stack_with_an_image_is_all_right() -> None:
    refuse_on_a_stack(Options(**CHOSEN, replicas=4), Selection(files=("a.yml", "b.yml"), swarm=True))  # type: ignore[arg-type]
    refuse_beside_compose(Options(**CHOSEN))  # type: ignore[arg-type]


@pytest.mark.parametrize("more", [{"publish": 6432}, {"metrics": True}, {"override": True}])
def test_what_needs_one_machine_is_refused(more: dict[str, object]) -> None:
    with pytest.raises(UsageError) as error:
        refuse_on_a_stack(Options(**(CHOSEN | more)), Selection())  # type: ignore[arg-type]
    assert error.value.code == "not-on-a-stack"
    assert error.value.hint.startswith("leave ")


def test_what_docker_stack_does_not_know_is_refused() -> None:
    with pytest.raises(UsageError, match="--env-file"):
        refuse_on_a_stack(Options(**CHOSEN), Selection(env_files=("a.env",)))  # type: ignore[arg-type]


def test_an_image_is_needed_and_the_hint_makes_one() -> None:
    with pytest.raises(UsageError) as error:
        refuse_on_a_stack(Options(swarm=True), Selection())
    assert error.value.code == "image-needed"
    assert "devpool image build" in error.value.hint


def test_a_project_is_enabled_for_one_of_both() -> None:
    with pytest.raises(UsageError) as error:
        refuse_beside_compose(Options())
    assert error.value.hint == "run `devpool disable` first"
