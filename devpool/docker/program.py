"""Finds the `docker` program: never in the current folder, which may be a clone from a stranger."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping

from devpool.errors import DevpoolError


def docker_program(environ: Mapping[str, str] | None = None) -> str:
    """The absolute path of the first `docker` on PATH.

    An entry of PATH that is empty or relative is passed over: it means the current folder, or one below it, so that a
    clone could bring the program. Docker's own CLI does the same for the programs that it starts (Go's os/exec since
    1.19, `exec.ErrDot`).

    Args:
        environ: the variables that hold PATH; None for those of this process.

    Raises:
        DevpoolError: `no-docker-cli`.
    """
    path = (os.environ if environ is None else environ).get("PATH", os.defpath)
    folders = [folder for folder in path.split(os.pathsep) if folder.startswith(os.sep)]
    found = next((f"{folder}/docker" for folder in folders if _is_program(f"{folder}/docker")), None)
    if found is None:
        raise no_docker()
    return found


def _is_program(path: str) -> bool:
    try:
        return stat.S_ISREG(os.stat(path).st_mode) and os.access(path, os.X_OK)  # noqa: PTH116
    except (OSError, ValueError):
        return False


def no_docker() -> DevpoolError:
    """The error for a PATH without docker."""
    return DevpoolError(
        "no-docker-cli",
        "there is no `docker` command on PATH (relative entries of PATH are not searched)",
        hint="install the Docker CLI with its compose plugin; "
        "`devpool enable --no-verify --no-up` edits without it but proves less",
    )
