"""What docker and Compose say, as devpool's own errors."""

from __future__ import annotations

import pytest

from devpool.docker.compose_oracle import quoting_nothing
from devpool.docker.engine import failure
from devpool.errors import DevpoolError
from devpool.model.sources import ProjectFiles, Selection


@pytest.mark.parametrize("option", ["profile", "file", "env-file", "project-directory", "project-name"])
def test_without_the_compose_plugin_docker_takes_its_options_for_its_own(option: str) -> None:
    said = f"unknown flag: --{option}\nSee 'docker --help'.\n\nUsage:  docker [OPTIONS] COMMAND\n\nA self-sufficient..."
    assert failure(said).code == "no-compose-plugin"


def test_an_option_that_an_old_plugin_does_not_know_is_another_error() -> None:
    assert failure("unknown flag: --hash\nSee 'docker compose config --help'.").code == "docker-failed"


@pytest.mark.parametrize("name", ["$GH_TOKEN", "${GH_TOKEN}", "${PORT:-${GH_TOKEN:?}}"])
def test_an_error_quotes_no_variable_of_the_shell(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GH_TOKEN", "CANARYshelltoken")
    text = f'services: {{web: {{image: app, ports: ["{name}"]}}}}\n'.encode()
    found = ProjectFiles(
        selection=Selection(),
        cwd="/p",
        shell={},
        directory="/p",
        files=("/p/compose.yml",),
        dotenv=(),
        originals={"/p/compose.yml": text},
        instead={},
    )
    said = "Invalid containerPort: CANARYshelltoken"
    error = quoting_nothing(DevpoolError("compose-refuses", said, details=(said,)), found)
    assert (error.message, error.details) == ("Invalid containerPort: ***", ("Invalid containerPort: ***",))
