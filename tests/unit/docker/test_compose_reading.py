"""Compose's reading of a project as a value, and why there is none. Its output is given here."""

from __future__ import annotations

import pytest

from devpool.docker.compose_reading import COMPOSE_SECONDS, Asked, Listing, _seconds, accepted, reading_of
from devpool.docker.engine import Call, RunningCommand, failure
from devpool.docker.program import TooLateError, TooMuchError
from devpool.errors import DevpoolError, UsageError

FETCHING = "git remote resource is disabled by COMPOSE_EXPERIMENTAL_GIT_REMOTE"


class Ended(RunningCommand):
    """A command that has ended, with this output or error."""

    def __init__(self, outcome: str | Exception) -> None:
        self.outcome = outcome

    def output(self, seconds: float = 0, most: int = 0) -> str:
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


def test_a_reading_has_the_model_and_a_hash_for_each_service() -> None:
    found = reading_of('{"name": "shop", "services": {"web": {}}}', "web 1a\ndb 2b\n\nWARN of something\n", ["dev"])
    assert (list(found.services), found.hashes, found.accepted) == (["web"], {"web": "1a", "db": "2b"}, {"dev"})


def test_what_compose_says_is_passed_on() -> None:
    assert accepted(Ended("{}"), 30) == "{}"


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (failure("services.web.ports must be a list"), "compose-refuses", "services.web.ports must be a list"),
        (failure(f"failed to load: {FETCHING}"), "remote-file", "not on this machine"),
        (failure("Cannot connect to the Docker daemon at unix:///x"), "engine-not-running", "not running"),
        (failure("docker: 'compose' is not a docker command."), "no-compose-plugin", "no compose plugin"),
        (TooLateError(), "compose-too-slow", "within 1.5 s"),
        (TooMuchError(), "compose-too-much", "more than 24 MiB"),
    ],
)
def test_why_compose_does_not_read_a_project_is_said_by_name(error: Exception, code: str, said: str) -> None:
    with pytest.raises(DevpoolError) as caught:
        accepted(Ended(error), 1.5)
    assert caught.value.code == code
    assert said in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(("stated", "seconds"), [("", 30.0), ("120", 120.0), ("0.5", 0.5)])
def test_how_long_compose_may_take_is_the_users(stated: str, seconds: float) -> None:
    assert _seconds({COMPOSE_SECONDS: stated}) == seconds
    assert _seconds({}) == 30.0


@pytest.mark.parametrize("stated", ["soon", "-1", "1e3", "nan", "inf", "٣", "9999999", "1."])
def test_a_limit_that_is_no_number_of_seconds_is_refused_before_anything_starts(stated: str) -> None:
    call = Call(arguments=(), cwd="/nowhere", environ={COMPOSE_SECONDS: stated})
    for begin in (Asked, Listing):
        with pytest.raises(UsageError) as error:
            begin(call)
        assert error.value.code == "bad-limit"
