"""Compose, reading a project: its model, its services' hashes, its containers; within limits of time and size."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing

from devpool.docker.engine import Call, RunningCommand
from devpool.docker.program import TooLateError, TooMuchError
from devpool.errors import DevpoolError, UsageError
from devpool.model.remote_files import disabled
from devpool.model.sources import Reading

COMPOSE_SECONDS = "DEVPOOL_COMPOSE_SECONDS"
"""The variable that sets how long Compose may take to read a project."""
_COMPOSE_SECONDS = 30.0  # a project of 1,000 services takes 0.3 s
_MOST_OUTPUT = 24 << 20  # bytes; the model of 5,000 services has 3 MiB


class Asked:
    """Compose, computing the model of a project with all profiles, in parallel with the caller.

    Args:
        call: how to call Compose.
        hashes: whether to compute the hash of each service too, which is another call.

    Raises:
        DevpoolError: `no-docker-cli`.
    """

    def __init__(self, call: Call, *, hashes: bool = True) -> None:
        self._seconds = seconds_of(call.environ)
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
        self._seconds = seconds_of(call.environ)
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


def seconds_of(environ: Mapping[str, str]) -> float:
    """How long Compose may take to read a project.

    Raises:
        DevpoolError: `bad-limit`.
    """
    said = environ.get(COMPOSE_SECONDS) or str(_COMPOSE_SECONDS)
    if re.fullmatch(r"\d{1,6}(\.\d{1,3})?", said, re.A):
        return float(said)
    raise UsageError("bad-limit", f"{COMPOSE_SECONDS} is not a number of seconds", hint=f"{COMPOSE_SECONDS}=120")
