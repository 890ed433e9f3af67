"""The version of the installed Compose plugin."""

from __future__ import annotations

from devpool.docker.engine import run
from devpool.errors import DevpoolError


def compose_version() -> str:
    """`2.40.3` for instance; "" where it does not tell. No file of a project is read for it."""
    try:
        return run(["docker", "compose", "version", "--short"], cwd="/").strip().removeprefix("v")
    except DevpoolError:
        return ""
