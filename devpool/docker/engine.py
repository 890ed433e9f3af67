"""Runs docker; nothing else does. Its errors contain no password."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field

from devpool.catalog.compose_versions import OLDEST_IN_WORDS
from devpool.docker.program import TooLateError, TooMuchError, docker_program, read_both
from devpool.errors import DevpoolError, UsageError
from devpool.model.remote_files import disabled
from devpool.model.sources import Reading
from devpool.redact.passwords import redact
from devpool.text.patterns import regex

_TIMEOUT = 900.0  # seconds; the first build of the pooler downloads packages
_GRACE = 10.0  # seconds that a command has to end when it is asked to
_SHOWN_LINES = 10
COMPOSE_SECONDS = "DEVPOOL_COMPOSE_SECONDS"
"""The variable that sets how long Compose may take to read a project."""
_COMPOSE_SECONDS = 30.0  # a project of 1,000 services takes 0.3 s
_MOST_OUTPUT = 24 << 20  # bytes; the model of 5,000 services has 3 MiB
_ENGINE_DOWN = ("cannot connect to the docker daemon", "is the docker daemon running", "error during connect")
# What compose-go says before it quotes a value from a file, often to the end of the text.
_QUOTING = regex(
    r"(?P<said>unterminated quoted value |Invalid template: |is missing a value: |invalid boolean: |parsing "
    r"|invalid interpolation format for [^\n:]*)(?s:.+)",
    re.I,
)
# Without the plugin, `docker` takes Compose's options, which follow `compose`, for its own.
_OPTIONS = ("profile", "file", "env-file", "project-directory", "project-name")
_NO_PLUGIN = (
    "is not a docker command",
    "unknown command: docker compose",
    "unknown shorthand flag",
    *(f"unknown flag: --{option}" for option in _OPTIONS),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """How `docker compose` is called for a project: its options, folder and environment, and whether it may fetch what
    the files name elsewhere.
    """

    arguments: tuple[str, ...]
    cwd: str
    environ: Mapping[str, str] = field(repr=False)
    fetches: bool = False

    def command(self, *words: str) -> list[str]:
        """The whole command line."""
        return ["docker", "compose", *self.arguments, *words]


class RunningCommand:
    """A docker command running in parallel with the caller.

    Args:
        command: its words.
        cwd: the folder it runs in.
        environ: its variables; None for those of this process.
        harmless: whether it changes nothing, and so can be killed with its plugins. It gets its own process group.

    Raises:
        DevpoolError: `no-docker-cli`, `no-folder`.
    """

    def __init__(
        self, command: Sequence[str], cwd: str, environ: Mapping[str, str] | None, *, harmless: bool = False
    ) -> None:
        self._harmless = harmless
        with starting(cwd):
            self._child = subprocess.Popen(
                list(command),
                executable=docker_program(environ),
                cwd=cwd,
                env=dict(environ) if environ is not None else None,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                process_group=0 if harmless else None,
            )

    def output(self, seconds: float = _TIMEOUT, most: int = sys.maxsize) -> str:
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
        stdout, stderr = (part.decode("utf-8", "replace") for part in said)
        if self._child.returncode:
            raise failure(stderr or stdout)
        return stdout

    def end(self) -> None:
        """End it, if it has not ended."""
        end = _kill if self._harmless else _end
        with self._child as child:  # which closes its pipes
            if child.returncode is None:
                end(child)


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
    if any(sign in low for sign in _NO_PLUGIN):
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


class Asked:
    """Compose, computing the model of a project with all profiles, in parallel with the caller.

    Args:
        call: how to call Compose.
        hashes: whether to compute the hash of each service too, which is another call.

    Raises:
        DevpoolError: `no-docker-cli`.
    """

    def __init__(self, call: Call, *, hashes: bool = True) -> None:
        self._seconds = _seconds(call.environ)
        self._call = call
        self._hashed = hashes
        self._model = config(call, "--format", "json")
        try:
            # Two parallel fetches of the same thing clash: one finds the other's unfinished copy.
            self._hashes = self._ask_for_hashes() if hashes and not call.fetches else None
        except BaseException:
            self._model.end()
            raise

    def _ask_for_hashes(self) -> RunningCommand:
        return config(self._call, "--hash", "*")

    def reading(self) -> Reading:
        """The reading; waits for it.

        Raises:
            DevpoolError: `compose-refuses`, `compose-too-slow`, `compose-too-much`, `remote-file`,
                `no-compose-plugin`, `engine-not-running`.
        """
        try:
            return self._of_all_profiles()
        except DevpoolError as error:
            if error.code != "compose-refuses":
                raise
        from devpool.docker.exclusive_profiles import reading_apart  # hardly ever needed

        self.close()
        return reading_apart(self._call, self._seconds)

    def _of_all_profiles(self) -> Reading:
        model = accepted(self._model, self._seconds)
        if not self._hashed:
            return reading_of(model)
        self._hashes = self._hashes or self._ask_for_hashes()
        return reading_of(model, accepted(self._hashes, self._seconds))

    def close(self) -> None:
        """Stop what nobody has waited for."""
        try:
            self._model.end()
        finally:
            if self._hashes:
                self._hashes.end()


def read_compose(call: Call) -> Reading:
    """Compose's model of a project with all profiles, without hashes.

    Raises:
        DevpoolError: `compose-refuses`, `no-docker-cli`, `no-compose-plugin`, `engine-not-running`.
    """
    with closing(Asked(call, hashes=False)) as asked:
        return asked.reading()


class Listing:
    """`docker compose ps`, listing a project's containers in parallel with the caller.

    Compose reads the project's files for that, with all profiles and, since 2.39.3, without the env files of services.

    Args:
        call: how to call Compose.
        options: of the command.

    Raises:
        DevpoolError: `no-docker-cli`, `bad-limit`.
    """

    def __init__(self, call: Call, *options: str) -> None:
        self._seconds = _seconds(call.environ)
        words = call.command("--profile", "*", "ps", *options)
        self._command = RunningCommand(words, call.cwd, call.environ, harmless=True)

    def output(self) -> str:
        """What it lists; waits for its end.

        Raises:
            DevpoolError: as `Asked.reading`, which tells better why: what the engine refuses is no fault of the files.
        """
        return accepted(self._command, self._seconds)

    def close(self) -> None:
        """Stop it if nobody has waited for it."""
        self._command.end()


def config(call: Call, *options: str, profiles: Sequence[str] = ("*",)) -> RunningCommand:
    """Compose, reading a project with these profiles besides those that the call states."""
    words = [word for profile in profiles for word in ("--profile", profile)]
    return RunningCommand(call.command(*words, "config", *options), call.cwd, call.environ, harmless=True)


def reading_of(model: str, hashes: str = "", accepted: Iterable[str] = ()) -> Reading:
    """What Compose says of a project, as a value: `config --format json`, and `config --hash '*'`."""
    lines = [line.split() for line in hashes.splitlines()]
    known = {words[0]: words[1] for words in lines if len(words) == 2}
    return Reading(model=json.loads(model), hashes=known, accepted=frozenset(accepted))


def accepted(config: RunningCommand, seconds: float) -> str:
    """What Compose says of a project; waits for it.

    Raises:
        DevpoolError: `compose-refuses` and the others of `Asked.reading`.
    """
    try:
        return config.output(seconds, _MOST_OUTPUT)
    except TooLateError:
        raise _too_slow(seconds) from None
    except TooMuchError:
        raise DevpoolError(
            "compose-too-much",
            f"Compose expands the project to more than {_MOST_OUTPUT >> 20} MiB",
            hint="look for repetition: YAML aliases, and variables that expand to other variables",
        ) from None
    except DevpoolError as error:
        if error.code != "docker-failed":
            raise
        raise _refused(error) from None


def _refused(error: DevpoolError) -> DevpoolError:
    return disabled(error.said) or DevpoolError(
        "compose-refuses",
        f"Compose does not accept the project: {error.said}",
        hint="fix it until `docker compose config -q` prints nothing",
    )


def _too_slow(seconds: float) -> DevpoolError:
    return DevpoolError(
        "compose-too-slow",
        f"Compose did not read the project within {seconds:g} s and was stopped",
        hint=f"time `docker compose config -q`; if it finishes, allow more time: {COMPOSE_SECONDS}=120 devpool ...",
    )


def _seconds(environ: Mapping[str, str]) -> float:
    """How long Compose may take to read a project.

    Raises:
        DevpoolError: `bad-limit`.
    """
    said = environ.get(COMPOSE_SECONDS) or str(_COMPOSE_SECONDS)
    if re.fullmatch(r"\d{1,6}(\.\d{1,3})?", said, re.A):
        return float(said)
    raise UsageError("bad-limit", f"{COMPOSE_SECONDS} is not a number of seconds", hint=f"{COMPOSE_SECONDS}=120")


def environ() -> dict[str, str]:
    """The shell's variables."""
    return dict(os.environ)
