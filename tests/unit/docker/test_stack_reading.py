"""The model of a stack has the shape of Compose's, and a docker client that cannot tell it is refused."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import pytest

from devpool.docker.engine import Call
from devpool.docker.stack_reading import AskedStack, reading_of, refuse_old
from devpool.errors import DevpoolError

STACK = """\
version: "3.8"
services:
  web:
    image: web
    command: [sh, -c, echo $HOME]
    depends_on: [db]
    environment: {URL: postgres://u:a$b@db/shop, EMPTY: "", UNSET: null}
    networks: {front: null}
"""


def docker(folder: Path, version: str, script: str) -> Call:
    """A call of a docker of this version, which answers everything else by a script."""
    program = folder / "docker"
    program.write_text(f'#!/bin/sh\n[ "$1" != --version ] || exec echo "{version}"\necho "$*" >>calls\n{script}\n')
    program.chmod(0o755)
    shell = os.environ | {"PATH": f"{folder}:{os.environ['PATH']}"}
    return Call(arguments=("--compose-file", "a.yml"), cwd=str(folder), environ=shell, stack=True)


def test_the_model_has_the_shape_of_composes() -> None:
    reading = reading_of(STACK)
    assert reading.model["version"] == "3.8"
    assert reading.services["web"] == {
        "image": "web",
        "command": ["sh", "-c", "echo $$HOME"],
        "depends_on": {"db": {"condition": "service_started", "required": True}},
        "environment": {"URL": "postgres://u:a$$b@db/shop", "EMPTY": "", "UNSET": None},
        "networks": {"front": None},
    }
    assert reading_of("").services == {}


@pytest.mark.parametrize("said", ["Docker version 26.1.5+dfsg1, build a72d7cd", "Docker version 28.2.2", "odd words"])
def test_a_client_that_is_new_enough_or_does_not_say_is_asked(said: str) -> None:
    refuse_old(said)


@pytest.mark.parametrize("said", ["Docker version 20.10.24+dfsg1, build 297e128", "Docker version 26.0.2"])
def test_an_older_client_is_refused_with_what_to_install(said: str) -> None:
    with pytest.raises(DevpoolError, match=r"26\.1 or newer") as error:
        refuse_old(said)
    assert error.value.code == "stack-cli-too-old"
    assert "docker-cli" in error.value.hint


def test_docker_is_asked_for_the_files_in_their_order(tmp_path: Path) -> None:
    (tmp_path / "model").write_text(STACK)
    with closing(AskedStack(docker(tmp_path, "Docker version 28.2.2", "cat model"))) as asked:
        assert list(asked.reading().services) == ["web"]
    assert (tmp_path / "calls").read_text() == "stack config --compose-file a.yml\n"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("services.db Additional property profiles is not allowed", "stack-refuses"),
        ("unknown flag: --compose-file", "stack-cli-too-old"),
    ],
)
def test_what_docker_refuses_is_refused_in_its_words(tmp_path: Path, said: str, code: str) -> None:
    with (
        closing(AskedStack(docker(tmp_path, "odd words", f"echo '{said}' >&2; exit 1"))) as asked,
        pytest.raises(DevpoolError) as error,
    ):
        asked.reading()
    assert error.value.code == code
    assert code == "stack-cli-too-old" or said in error.value.message
