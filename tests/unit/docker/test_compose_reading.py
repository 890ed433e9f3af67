"""Compose's reading of a project as a value, and why there is none."""

from __future__ import annotations

import os
import time
from contextlib import closing
from pathlib import Path

import pytest

from devpool.docker.compose_reading import (
    COMPOSE_SECONDS,
    Asked,
    Listing,
    accepted,
    read_compose,
    reading_of,
    seconds_of,
)
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
    assert seconds_of({COMPOSE_SECONDS: stated}) == seconds
    assert seconds_of({}) == 30.0


@pytest.mark.parametrize("stated", ["soon", "-1", "1e3", "nan", "inf", "٣", "9999999", "1."])
def test_a_limit_that_is_no_number_of_seconds_is_refused_before_anything_starts(stated: str) -> None:
    call = Call(arguments=(), cwd="/nowhere", environ={COMPOSE_SECONDS: stated})
    for begin in (Asked, Listing):
        with pytest.raises(UsageError) as error:
            begin(call)
        assert error.value.code == "bad-limit"


# With a docker that notes down what it is asked, and answers what a test gives.

_DOCKER = """#!/bin/sh
case "$*" in *--hash*) kind=hash ;; *) kind=model ;; esac
echo "$kind $*" >>"$NOTES/log"
. "$NOTES/$kind"
"""


def compose(folder: Path, model: str = 'echo \'{"services": {"web": {}}}\'', *, fetches: bool = False) -> Call:
    """How to call a Compose that does this when it is asked for the model."""
    (folder / "docker").write_text(_DOCKER)
    (folder / "docker").chmod(0o755)
    (folder / "model").write_text(f"{model}\ntouch {folder}/done\n")
    (folder / "hash").write_text("echo web 1a\n")
    environ = {"PATH": f"{folder}:{os.environ['PATH']}", "NOTES": str(folder)}
    return Call(arguments=(), cwd=str(folder), environ=environ, fetches=fetches)


def log(folder: Path) -> list[str]:
    return sorted(line.split()[0] for line in (folder / "log").read_text().splitlines())


def test_hashes_are_asked_for_where_they_are_wanted(tmp_path: Path) -> None:
    with closing(Asked(compose(tmp_path))) as asked:
        found = asked.reading()
    assert (list(found.services), found.hashes, log(tmp_path)) == (["web"], {"web": "1a"}, ["hash", "model"])
    (tmp_path / "log").unlink()
    assert (read_compose(compose(tmp_path)).hashes, log(tmp_path)) == ({}, ["model"])


def test_what_is_fetched_is_fetched_once(tmp_path: Path) -> None:
    call = compose(tmp_path, "sleep 0.2; echo '{}'", fetches=True)
    (tmp_path / "hash").write_text(f"[ -e {tmp_path}/done ] && echo web 1a\n")
    with closing(Asked(call)) as asked:
        assert asked.reading().hashes == {"web": "1a"}


def test_only_what_compose_does_not_accept_is_read_profile_by_profile(tmp_path: Path) -> None:
    with pytest.raises(DevpoolError) as error:
        read_compose(compose(tmp_path, "echo 'Cannot connect to the Docker daemon' >&2; exit 1"))
    assert (error.value.code, log(tmp_path)) == ("engine-not-running", ["model"])
    (tmp_path / "log").unlink()
    with pytest.raises(DevpoolError) as error:
        read_compose(compose(tmp_path, "echo 'services.web is wrong' >&2; exit 1"))
    assert error.value.code == "compose-refuses"
    assert len(log(tmp_path)) > 1


def test_what_nobody_waits_for_is_stopped(tmp_path: Path) -> None:
    call = compose(tmp_path, "echo $$ >$NOTES/pid; exec sleep 60")
    asked = Asked(call)
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        time.sleep(0.01)
    asked.close()
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
