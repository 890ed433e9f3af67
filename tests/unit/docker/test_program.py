"""Which `docker` is run, and its output within limits of time and size."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest

from devpool.docker.program import TooLateError, TooMuchError, docker_program, read_both
from devpool.errors import DevpoolError


def folder(path: Path, mode: int = 0o755) -> str:
    """A folder with a docker of this mode."""
    path.mkdir()
    (path / "docker").write_text("#!/bin/sh\n")
    (path / "docker").chmod(mode)
    return str(path)


def test_the_first_docker_on_the_path_is_taken(tmp_path: Path) -> None:
    first, second = folder(tmp_path / "a"), folder(tmp_path / "b")
    assert docker_program({"PATH": f"/nowhere:{first}:{second}"}) == f"{first}/docker"


@pytest.mark.parametrize("entry", ["", ".", "bin", "./bin", "../here/bin"])
def test_a_clone_cannot_bring_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entry: str) -> None:
    clone = tmp_path / "here"
    folder(clone)
    folder(clone / "bin")
    monkeypatch.chdir(clone)
    with pytest.raises(DevpoolError) as error:
        docker_program({"PATH": entry})
    assert error.value.code == "no-docker-cli"
    real = folder(tmp_path / "real")
    assert docker_program({"PATH": f"{entry}:{real}"}) == f"{real}/docker"


def test_what_is_no_program_is_passed_over(tmp_path: Path) -> None:
    unrunnable, real = folder(tmp_path / "a", 0o644), folder(tmp_path / "c")
    (tmp_path / "b" / "docker").mkdir(parents=True)
    assert docker_program({"PATH": f"{unrunnable}:{tmp_path}/b:{real}"}) == f"{real}/docker"


def child(script: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(["/bin/sh", "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_both_outputs_are_read_however_much_one_of_them_has() -> None:
    with child("head -c 300000 /dev/zero >&2; echo fine") as found:
        stdout, stderr = read_both(found, time.monotonic() + 60, 1 << 20)
    assert (stdout, len(stderr), found.returncode) == (b"fine\n", 300_000, 0)


@pytest.mark.parametrize(
    ("script", "error"),
    [
        ("exec sleep 60", TooLateError),
        ("exec >&- 2>&-; exec sleep 60", TooLateError),
        ("exec head -c 300000 /dev/zero", TooMuchError),
    ],
)
def test_a_program_that_goes_over_a_limit_is_given_up(script: str, error: type[Exception]) -> None:
    with child(script) as found:
        with pytest.raises(error):
            read_both(found, time.monotonic() + (0.1 if error is TooLateError else 60), 100_000)
        found.kill()
