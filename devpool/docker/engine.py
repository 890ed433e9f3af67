"""The only door to docker. What it raises carries no password.

`docker compose config` is asked directly, because python-on-whales knows neither its hashes nor its errors;
for containers python-on-whales gives typed answers (containers.py).
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field

from devpool.errors import DevpoolError
from devpool.read.reading import Reading
from devpool.text.patterns import regex
from devpool.text.redaction import redact

_TIMEOUT = 900.0  # seconds; the first build of the pooler downloads packages
_GRACE = 10.0  # seconds that a command has to end when it is asked to
_SHOWN_LINES = 10
_ENGINE_DOWN = ("cannot connect to the docker daemon", "is the docker daemon running", "error during connect")
# What compose-go says before a value of a file that is as it stands there, often to the end of the text.
_QUOTING = regex(
    r"(?P<said>unterminated quoted value |Invalid template: |is missing a value: |invalid boolean: |parsing "
    r"|invalid interpolation format for [^\n:]*)(?s:.+)",
    re.I,
)
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


class Running:
    """A docker command under way; the caller goes on meanwhile.

    Args:
        command: its words.
        cwd: the folder it runs in.
        environ: its variables; None for those of this process.
        harmless: whether it changes nothing, and so can be killed with its plugins. It gets a process group of its own.

    Raises:
        DevpoolError: `no-docker-cli`.
    """

    def __init__(
        self, command: Sequence[str], cwd: str, environ: Mapping[str, str] | None, *, harmless: bool = False
    ) -> None:
        self._harmless = harmless
        try:
            self._child = subprocess.Popen(
                list(command),
                cwd=cwd,
                env=dict(environ) if environ is not None else None,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
                process_group=0 if harmless else None,
            )
        except FileNotFoundError:
            raise no_docker() from None

    def output(self) -> str:
        """What it says on stdout; waits for its end.

        Raises:
            DevpoolError: `no-compose-plugin`, `engine-not-running`, `docker-failed`.
        """
        try:
            stdout, stderr = self._child.communicate(timeout=_TIMEOUT)
        except subprocess.TimeoutExpired:
            late = f"docker did not answer within {_TIMEOUT:.0f} s"
            raise DevpoolError("docker-failed", late, hint="see whether `docker info` answers") from None
        finally:
            self.end()
        if self._child.returncode:
            raise failure(stderr or stdout)
        return stdout

    def end(self) -> None:
        """End it, if it has not ended."""
        if self._child.returncode is None:
            end = _kill if self._harmless else _end
            with self._child as child:
                end(child)


def run(command: Sequence[str], *, cwd: str, environ: Mapping[str, str] | None = None) -> str:
    """Run a docker command and give its output.

    Raises:
        DevpoolError: `no-docker-cli`, `no-compose-plugin`, `engine-not-running`, `docker-failed`.
    """
    return Running(command, cwd, environ).output()


def _kill(child: subprocess.Popen[str]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


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
    text = redact(_QUOTING.sub(r"\g<said>***", stderr.strip()))
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


class Asked:
    """Compose, asked for its reading of a project, all profiles on; the caller goes on meanwhile.

    Raises:
        DevpoolError: `no-docker-cli`.
    """

    def __init__(self, call: Call) -> None:
        self._model = _config(call, "--format", "json")
        try:
            self._hashes = _config(call, "--hash", "*")
        except BaseException:
            self._model.end()
            raise

    def reading(self) -> Reading:
        """The reading; waits for it.

        Raises:
            DevpoolError: `compose-refuses`, `no-compose-plugin`, `engine-not-running`.
        """
        body = json.loads(_accepted(self._model))
        lines = [line.split() for line in _accepted(self._hashes).splitlines()]
        return Reading(model=body, hashes={words[0]: words[1] for words in lines if len(words) == 2})

    def close(self) -> None:
        """End what nobody has waited for."""
        try:
            self._model.end()
        finally:
            self._hashes.end()


def read_compose(call: Call) -> Reading:
    """Compose's reading of a project, all profiles on.

    Raises:
        DevpoolError: `compose-refuses`, `no-docker-cli`, `no-compose-plugin`, `engine-not-running`.
    """
    with closing(Asked(call)) as asked:
        return asked.reading()


def _config(call: Call, *options: str) -> Running:
    return Running(call.command("--profile", "*", "config", *options), call.cwd, call.environ, harmless=True)


def _accepted(config: Running) -> str:
    try:
        return config.output()
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
