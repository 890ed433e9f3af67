"""What docker and Compose say, as devpool's own errors."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from devpool.docker.engine import RunningCommand, failure
from devpool.lifecycle.rollout import uninterrupted


def test_what_undoes_something_is_not_in_the_process_group_that_a_terminal_interrupts(tmp_path: Path) -> None:
    docker = tmp_path / "docker"
    docker.write_text(f"#!{sys.executable}\nimport os\nprint(os.getpgrp())\n")
    docker.chmod(0o755)
    environ = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    assert int(RunningCommand(["docker"], "/", environ).output()) == os.getpgrp()
    with uninterrupted():
        assert int(RunningCommand(["docker"], "/", environ).output()) != os.getpgrp()


@pytest.mark.parametrize(
    "option", ["profile", "file", "env-file", "project-directory", "project-name", "detach", "short"]
)
def test_without_the_compose_plugin_docker_takes_its_options_for_its_own(option: str) -> None:
    said = f"unknown flag: --{option}\nSee 'docker --help'.\n\nUsage:  docker [OPTIONS] COMMAND\n\nA self-sufficient..."
    assert failure(said).code == "no-compose-plugin"


def test_an_option_that_an_old_plugin_does_not_know_is_another_error() -> None:
    assert failure("unknown flag: --hash\nSee 'docker compose config --help'.").code == "docker-failed"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?", "engine-not-running"),
        ("error during connect: Get http://x", "engine-not-running"),
        ("docker: 'compose' is not a docker command.", "no-compose-plugin"),
        ("unknown shorthand flag: 'f' in -f\n\nRun 'docker --help' for more information", "no-compose-plugin"),
        (
            "#7 [2/3] RUN atlas -x\n#7 0.3 unknown shorthand flag: 'x' in -x\nfailed to solve: exit code: 1",
            "docker-failed",
        ),
        ("#7 RUN app --file=x\n#7 0.3 unknown flag: --file\nfailed to solve: exit code: 1", "docker-failed"),
        ("no such service: web", "docker-failed"),
    ],
)
def test_what_docker_says_has_a_code(said: str, code: str) -> None:
    found = failure(said)
    assert (found.code, bool(found.hint)) == (code, True)


def test_the_last_line_is_what_was_said_and_those_before_it_are_details() -> None:
    found = failure("".join(f"line {number}\n\n" for number in range(20)))
    assert (found.message, found.said) == ("docker failed: line 19", "line 19")
    assert found.details == tuple(f"line {number}" for number in range(9, 19))
    assert failure("").said == "it gave no reason"


@pytest.mark.parametrize(
    "said",
    [
        "cannot open postgres://u:sesame@db/x",
        'failed to read .env: line 3: unterminated quoted value "sesame',
        "invalid interpolation format for services.web.environment.A: sesame${",
        "invalid boolean: sesame",
    ],
)
def test_no_value_that_docker_quotes_is_passed_on(said: str) -> None:
    found = failure(f"{said}\n{said}")
    assert "sesame" not in " ".join((found.message, found.said, *found.details))
