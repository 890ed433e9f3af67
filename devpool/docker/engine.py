"""Runs docker; nothing else does. Its errors contain no password."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Timer
from typing import IO

from devpool.catalog.compose_versions import OLDEST_IN_WORDS
from devpool.docker.program import TooLateError, docker_program, read_both
from devpool.errors import DevpoolError
from devpool.redact.sentences import redact
from devpool.text.patterns import regex

_TIMEOUT = 900.0  # seconds; the first build of the pooler downloads packages
_BLOCK = 1 << 16
_GRACE = 10.0  # seconds that a command has to end when it is asked to
_SHOWN_LINES = 10
_ENGINE_DOWN = ("cannot connect to the docker daemon", "is the docker daemon running", "error during connect")
# What compose-go says before it quotes a value from a file, often to the end of the text.
_QUOTING = regex(
    r"(?P<said>unterminated quoted value |Invalid template: |is missing a value: |invalid boolean: |parsing "
    r"|invalid interpolation format for [^\n:]*)(?s:.+)",
    re.I,
)
_NO_PLUGIN = ("is not a docker command", "unknown command: docker compose")
# Without the plugin, `docker` takes the options that follow `compose` for its own, and names its own help. An older
# plugin that does not know one names the plugin's, and a program in a build has words of its own.
_NOT_OWN = ("unknown flag: --", "unknown shorthand flag")
_OWN_HELP = "'docker --help'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """How `docker compose` is called for a project: its options, folder and environment, and whether it may fetch what
    the files name elsewhere; or `docker stack`.
    """

    arguments: tuple[str, ...]
    cwd: str
    environ: Mapping[str, str] = field(repr=False)
    fetches: bool = False
    stack: bool = False

    def command(self, *words: str) -> list[str]:
        """The whole command line."""
        if self.stack:
            return ["docker", "stack", *words, *self.arguments]
        return ["docker", "compose", *self.arguments, *words]


class RunningCommand:
    """A docker command running in parallel with the caller.

    Args:
        command: its words.
        cwd: the folder it runs in.
        environ: its variables; None for those of this process.
        harmless: whether it changes nothing, and so can be killed with its plugins. It gets its own process group.

    Attributes:
        complaints: what it said on stderr, once `output`, `data` or `stream` has waited for its end.

    Raises:
        DevpoolError: `no-docker-cli`, `no-folder`.
    """

    def __init__(
        self, command: Sequence[str], cwd: str, environ: Mapping[str, str] | None, *, harmless: bool = False
    ) -> None:
        self._harmless = harmless
        self.complaints = ""
        with starting(cwd):
            self._child = subprocess.Popen(
                list(command),
                executable=docker_program(environ),
                cwd=cwd,
                env=dict(environ) if environ is not None else None,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                process_group=0 if harmless or _undisturbed() else None,
            )

    def output(self, seconds: float = _TIMEOUT, most: int = sys.maxsize) -> str:
        """What it says on stdout, as text. The arguments and errors are those of `data`."""
        return self.data(seconds, most).decode("utf-8", "replace")

    def data(self, seconds: float = _TIMEOUT, most: int = sys.maxsize) -> bytes:
        """What it says on stdout; waits for its end.

        Args:
            seconds: how long it may go on from now. What it did before does not count: whoever says much cannot go on
                until somebody reads it, and may not have been too slow.
            most: bytes that it may say.

        Raises:
            DevpoolError: `no-compose-plugin`, `engine-not-running`, `docker-failed`.
            TooLateError, TooMuchError: it went over its limits, and was ended.
        """
        try:
            said = read_both(self._child, time.monotonic() + seconds, most)
        finally:
            self.end()
        self.complaints = said[1].decode("utf-8", "replace")
        if self._child.returncode:
            raise failure(self.complaints or said[0].decode("utf-8", "replace"))
        return said[0]

    @contextmanager
    def stream(self, seconds: float) -> Iterator[IO[bytes]]:
        """What it says on stdout, to be read in the block as it comes; waits for its end.

        Args:
            seconds: how long it may go on from now.

        Raises:
            DevpoolError: `no-compose-plugin`, `engine-not-running`, `docker-failed`.
            TooLateError: it went over its limit, and was ended.
        """
        child, late = self._child, Event()
        assert child.stdout and child.stderr, "they are pipes"

        def stop() -> None:
            late.set()
            child.kill()

        timer = Timer(seconds, stop)
        timer.start()
        try:
            yield child.stdout
            while child.stdout.read(_BLOCK):
                pass
            self.complaints = child.stderr.read().decode("utf-8", "replace")
            child.wait()
        finally:
            timer.cancel()
            self.end()
        if late.is_set():
            raise TooLateError
        if child.returncode:
            raise failure(self.complaints)

    def end(self) -> None:
        """End it, if it has not ended."""
        end = _kill if self._harmless else _end
        with self._child as child:  # which closes its pipes
            if child.returncode is None:
                end(child)


def _undisturbed() -> bool:
    """Whether this process ignores ctrl-C, for it undoes something. A terminal sends it to the whole process group, and
    docker does not ignore it.
    """
    return signal.getsignal(signal.SIGINT) is signal.SIG_IGN


@contextmanager
def starting(cwd: str) -> Iterator[None]:
    """Wraps the start of docker in a folder that may be gone or inaccessible."""
    try:
        yield
    except OSError as error:
        raise DevpoolError(
            "no-folder",
            f"`docker` cannot be started in this folder: {error.strerror}",
            where=cwd,
            hint="go to a folder that exists and that you can enter, and run the command again",
        ) from None


def run(command: Sequence[str], *, cwd: str, environ: Mapping[str, str] | None = None) -> str:
    """Run a docker command and return its output.

    Raises:
        DevpoolError: `no-docker-cli`, `no-compose-plugin`, `engine-not-running`, `docker-failed`.
    """
    return finish(RunningCommand(command, cwd, environ))


def complaints(command: Sequence[str], *, cwd: str, environ: Mapping[str, str] | None = None) -> str:
    """Run a docker command and return what it says on stderr.

    Raises:
        DevpoolError: as `run`, with all that it said.
    """
    running = RunningCommand(command, cwd, environ)
    try:
        finish(running)
    except DevpoolError as error:
        if error.code == "docker-failed":
            error.details = tuple(redact(line) for line in running.complaints.splitlines() if line.strip())
        raise
    return running.complaints


def finish(command: RunningCommand) -> str:
    """The output of a docker command; waits for its end.

    Raises:
        DevpoolError: `no-compose-plugin`, `engine-not-running`, `docker-failed`.
    """
    try:
        return command.output()
    except TooLateError:
        late = f"docker did not answer within {_TIMEOUT:.0f} s"
        raise DevpoolError("docker-failed", late, hint="check whether `docker info` answers") from None


def _kill(child: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


def _end(child: subprocess.Popen[bytes]) -> None:
    """Stop a command that nobody waits for any more. It gets a signal first: if docker is killed, its plugin, which is
    another process, keeps working on the containers.
    """
    child.terminate()
    try:
        child.communicate(timeout=_GRACE)
    except subprocess.TimeoutExpired:
        child.kill()
    except BaseException:  # whoever insists does not wait
        child.kill()
        raise


def failure(stderr: str) -> DevpoolError:
    """Docker's error message as one of devpool's errors."""
    text = redact(_QUOTING.sub(r"\g<said>***", stderr.strip()))
    low = text.lower()
    if any(sign in low for sign in _ENGINE_DOWN):
        return DevpoolError(
            "engine-not-running",
            "the Docker engine is not running",
            hint="start it, or edit files without it: --no-up",
        )
    if any(sign in low for sign in _NO_PLUGIN) or (_OWN_HELP in low and any(sign in low for sign in _NOT_OWN)):
        return DevpoolError(
            "no-compose-plugin",
            "docker has no compose plugin",
            hint=f"install Docker's compose plugin, version {OLDEST_IN_WORDS} or newer",
        )
    lines = [line for line in text.splitlines() if line.strip()] or ["it gave no reason"]
    said = lines[-1].strip()
    return DevpoolError(
        "docker-failed",
        f"docker failed: {said}",
        said=said,
        hint="`docker compose config -q` may show more",
        details=tuple(lines[-_SHOWN_LINES - 1 : -1]),
    )


def environ() -> dict[str, str]:
    """The shell's variables."""
    return dict(os.environ)
