"""`docker stack config`, reading the files of a stack: its model in the shape of Compose's.

The same proof then holds for both: `$` is written `$$`, and `depends_on` is a mapping. What is left is as docker says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

from devpool.catalog.docker import STACK_CLI
from devpool.docker.compose_reading import accepted, seconds_of
from devpool.docker.engine import Call, RunningCommand
from devpool.errors import DevpoolError
from devpool.model.sources import Reading

_VERSION = re.compile(r"version v?(\d+)\.(\d+)", re.A)
_NO_COMMAND = (
    "unknown command",
    "unknown shorthand flag: 'c'",
    "unknown flag: --compose-file",
    "is not a docker command",
)
_STARTED = {"condition": "service_started", "required": True}
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class AskedStack:
    """docker, computing the model of a stack in parallel with the caller. It needs no engine.

    Args:
        call: how to call it.

    Raises:
        DevpoolError: `no-docker-cli`, `bad-limit`.
    """

    def __init__(self, call: Call) -> None:
        self._seconds = seconds_of(call.environ)
        self._version = RunningCommand(["docker", "--version"], call.cwd, call.environ, harmless=True)
        self._model = RunningCommand(call.command("config"), call.cwd, call.environ, harmless=True)

    def reading(self) -> Reading:
        """The reading; waits for it.

        Raises:
            DevpoolError: `stack-cli-too-old`, `stack-refuses`, `compose-too-slow`, `compose-too-much`.
        """
        refuse_old(self._version.output(self._seconds))
        try:
            return reading_of(accepted(self._model, self._seconds))
        except DevpoolError as error:
            if error.code != "compose-refuses":
                raise
            raise _refused(error) from None

    def close(self) -> None:
        """Stop what nobody has waited for."""
        self._model.end()
        self._version.end()


def refuse_old(said: str) -> None:
    """Refuse a docker client whose `docker stack config` is not tested, or that has none.

    Args:
        said: what `docker --version` says.

    Raises:
        DevpoolError: `stack-cli-too-old`.
    """
    found = _VERSION.search(said)
    if found and (int(found[1]), int(found[2])) < STACK_CLI:
        raise _too_old(f"docker {found[1]}.{found[2]}")


def reading_of(text: str) -> Reading:
    """What `docker stack config` says, as a value in the shape of Compose's model.

    Args:
        text: YAML.
    """
    model: dict[str, Any] = yaml.load(text, _LOADER) or {}  # noqa: S506 - a safe loader
    services = {name: _service(body) for name, body in (model.get("services") or {}).items()}
    return Reading(model=model | {"services": services}, hashes={})


def _service(body: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(body)
    if environment := found.get("environment"):
        found["environment"] = {k: None if v is None else _escaped(v) for k, v in environment.items()}
    for key in ("command", "entrypoint"):
        if isinstance(found.get(key), list):
            found[key] = [_escaped(word) for word in found[key]]
    if waits := found.get("depends_on"):
        found["depends_on"] = {name: dict(_STARTED) for name in waits}
    return found


def _escaped(value: object) -> str:
    return str(value).replace("$", "$$")


def _refused(error: DevpoolError) -> DevpoolError:
    if any(sign in error.said for sign in _NO_COMMAND):
        return _too_old("this docker client")
    return DevpoolError(
        "stack-refuses",
        f"`docker stack` does not accept the files: {error.said}",
        hint="fix them until `docker stack config -c FILE` prints the stack; leave out --swarm if `docker compose up` "
        "runs them",
        said=error.said,
        details=error.details,
    )


def _too_old(what: str) -> DevpoolError:
    return DevpoolError(
        "stack-cli-too-old",
        f"{what} cannot prove what changes in a stack: that takes `docker stack config` of "
        f"{'.'.join(map(str, STACK_CLI))} or newer",
        hint="install a newer docker client (Debian 13: `apt-get install docker-cli`), which works with older engines, "
        "too; `--no-verify` writes without the proof",
    )
