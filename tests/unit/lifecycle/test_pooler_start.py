"""The poolers' image is built, with what was done said afterward, and a pooler that fails is explained by its log."""

from __future__ import annotations

import pytest

from devpool.errors import DevpoolError
from devpool.lifecycle.pooler_start import build_poolers, built, unhealthy
from devpool.output import Output
from unit.docker.stand_ins import KnownStack

STEP = "#5 [pgbouncer 2/6] RUN apt-get update"


@pytest.mark.parametrize(
    ("said", "did"),
    [
        (["#5 [pgbouncer 2/6] RUN apt-get update", "#5 0.5 Get:1", "#5 DONE 3.1s", "#6 [1/6] FROM debian"], True),
        (["#5 [2/6] RUN apt-get update", "#5 CACHED", "#6 [stage-1 3/6] COPY a b", "#6 CACHED"], False),
        (["#5 [2/6] RUN apt-get update", "#5 CACHED", "#6 [3/6] COPY a b", "#6 DONE 0.0s"], True),
        (["#1 [internal] load build definition", "#1 DONE 0.0s"], False),
        ([], False),
    ],
)
def test_a_build_did_something_if_a_step_was_not_in_the_cache(said: list[str], did: bool) -> None:
    assert built(said) is did


class Building(KnownStack):
    """A project whose build says something, or fails."""

    def __init__(self, said: str, *, fails: bool = False) -> None:
        super().__init__()
        self.said_of_build, self.fails = said, fails

    def said(self, *words: str) -> str:
        if self.fails:
            raise DevpoolError("docker-failed", "no base image", details=("why",))
        return self.said_of_build


@pytest.mark.parametrize(
    ("said", "line"), [(STEP, "built the image of the pooler\n"), (f"{STEP}\n#5 CACHED", "")], ids=["built", "cached"]
)
def test_only_what_was_built_is_said(said: str, line: str, capsys: pytest.CaptureFixture[str]) -> None:
    build_poolers(Building(said), ["pool"], Output(), called="the pooler")
    assert capsys.readouterr().err == line


def test_nothing_is_built_where_there_is_nothing_to_build() -> None:
    stack = Building("", fails=True)
    build_poolers(stack, [], Output())
    with pytest.raises(DevpoolError) as raised:
        build_poolers(stack, ["pool"], Output(), said=", and devpool undid everything")
    assert (raised.value.code, raised.value.details) == ("pooler-not-built", ("why",))
    assert "devpool undid everything: no base image" in raised.value.message


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ('FATAL:  password authentication failed for user "shop"', "password"),
        ("nothing that is known", "last log lines above"),
    ],
)
def test_what_the_log_says_is_translated(line: str, hint: str) -> None:
    found = unhealthy(KnownStack(), ["pool"], DevpoolError("docker-failed", line), "it did not become healthy")
    assert found.code == "pooler-unhealthy"
    assert hint in found.hint
    assert found.hint.endswith("; the project is as it was")
    assert found.details
