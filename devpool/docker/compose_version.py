"""The version of the installed Compose plugin."""

from __future__ import annotations

from devpool.docker.engine import run
from devpool.errors import DevpoolError


def compose_version() -> str:
    """For instance `2.40.3`; "" if unknown. Reads no file of a project."""
    try:
        return run(["docker", "compose", "version", "--short"], cwd="/").strip().removeprefix("v")
    except DevpoolError:
        return ""
