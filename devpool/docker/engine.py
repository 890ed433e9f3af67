"""The only door to docker. What it raises carries no password.

`docker compose config` is asked directly, because python-on-whales knows neither its hashes nor its errors;
for containers python-on-whales gives typed answers (containers.py).
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from devpool.errors import DevpoolError
from devpool.read.reading import Reading
from devpool.text.redaction import redact

_TIMEOUT = 900.0  # seconds; the first build of the pooler downloads packages
_GRACE = 10.0  # seconds that a command has to end when it is asked to
_SHOWN_LINES = 10
_ENGINE_DOWN = ("cannot connect to the docker daemon", "is the docker daemon running", "error during connect")
_NO_PLUGIN = ("is not a docker command", "unknown command: docker compose", "unknown shorthand flag")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """How `docker compose` is called for a project: its options, folder and environment."""

    arguments: tuple[str, ...]
    cwd: str
    environ: Mapping[str, str] = field(repr=False)

    def command(self, *words: str) -> list[str]:
        """The whole command line."""
        return ["docker", "compose", *self.arguments, *words]


def run(command: Sequence[str], *, cwd: str, environ: Mapping[str, str] | None = None) -> str:
    """Run a docker command and give its output.

    Raises:
        DevpoolError: `no-docker-cli`, `no-compose-plugin`, `engine-not-running`, `docker-failed`.
    """
    code, stdout, stderr = _done(command, cwd, environ)
    if code:
        raise failure(stderr or stdout)
    return stdout


def _done(command: Sequence[str], cwd: str, environ: Mapping[str, str] | None) -> tuple[int, str, str]:
    """The exit code of a command, and what it said on stdout and stderr. (bench/_timed.py times this.)"""
    try:
        child = subprocess.Popen(
            list(command),
            cwd=cwd,
            env=dict(environ) if environ is not None else None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
        )
    except FileNotFoundError:
        raise no_docker() from None
    with child:
        stdout, stderr = _answer(child)
    return child.returncode, stdout, stderr


def _answer(child: subprocess.Popen[str]) -> tuple[str, str]:
    try:
        return child.communicate(timeout=_TIMEOUT)
    except subprocess.TimeoutExpired:
        raise DevpoolError(
            "docker-failed", f"docker did not answer within {_TIMEOUT:.0f} s", hint="see whether `docker info` answers"
        ) from None
    finally:
        if child.returncode is None:
            _end(child)


def _end(child: subprocess.Popen[str]) -> None:
    """End a command that is not waited for any more. It is asked first: where docker is killed, its plugin, which is
    another process, goes on with the containers.
    """
    child.terminate()
    try:
        child.communicate(timeout=_GRACE)
    except subprocess.TimeoutExpired:
        child.kill()
    except BaseException:  # whoever insists does not wait
        child.kill()
        raise


def no_docker() -> DevpoolError:
    """There is no docker on PATH."""
    return DevpoolError(
        "no-docker-cli",
        "there is no `docker` command",
        hint="install the Docker CLI with its compose plugin; "
        "`devpool enable --no-verify --no-up` edits without it, and proves less",
    )


def failure(stderr: str) -> DevpoolError:
    """What docker said, as one of our errors."""
    text = redact(stderr.strip())
    low = text.lower()
    if any(sign in low for sign in _ENGINE_DOWN):
        return DevpoolError(
            "engine-not-running",
            "the Docker engine is not running",
            hint="start it; what edits files does without it: --no-up",
        )
    if any(sign in low for sign in _NO_PLUGIN):
        return DevpoolError(
            "no-compose-plugin", "docker has no compose plugin", hint="install Docker's compose plugin, version 2.20+"
        )
    lines = [line for line in text.splitlines() if line.strip()] or ["it gave no reason"]
    return DevpoolError(
        "docker-failed",
        f"docker failed: {lines[-1].strip()}",
        hint="`docker compose config -q` may show more",
        details=tuple(lines[-_SHOWN_LINES - 1 : -1]),
    )


def begin_reading(call: Call) -> Callable[[], Reading]:
    """Ask Compose for its reading of a project, all profiles on, and go on meanwhile.

    Returns:
        What waits for the reading and gives it. It raises `compose-refuses`, and what `run` raises.
    """
    from concurrent.futures import ThreadPoolExecutor  # a few milliseconds, and not needed by every command

    pool = ThreadPoolExecutor(2)
    model = pool.submit(_config, call, "--format", "json")
    hashes = pool.submit(_config, call, "--hash", "*")
    pool.shutdown(wait=False)

    def reading() -> Reading:
        body = json.loads(model.result())
        lines = [line.split() for line in hashes.result().splitlines()]
        return Reading(model=body, hashes={words[0]: words[1] for words in lines if len(words) == 2})

    return reading


def read_compose(call: Call) -> Reading:
    """Compose's reading of a project, all profiles on.

    Raises:
        DevpoolError: `compose-refuses`, and what `run` raises.
    """
    return begin_reading(call)()


def _config(call: Call, *options: str) -> str:
    try:
        return run(call.command("--profile", "*", "config", *options), cwd=call.cwd, environ=call.environ)
    except DevpoolError as error:
        if error.code != "docker-failed":
            raise
        raise DevpoolError(
            "compose-refuses",
            f"Compose does not accept the project: {error.message.removeprefix('docker failed: ')}",
            hint="correct it until `docker compose config -q` is silent",
        ) from None


def environ() -> dict[str, str]:
    """The shell's variables."""
    return dict(os.environ)
