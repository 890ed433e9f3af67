"""Asks the apps' own containers which drivers of Postgres they have installed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

from devpool.checks.installed import Installed, flags_in, read_installed
from devpool.docker.containers import RunningContainer, Stack
from devpool.errors import DevpoolError
from devpool.resources import inside


def installed_in(
    stack: Stack, running: Mapping[str, list[RunningContainer]], apps: Iterable[str]
) -> tuple[Installed, ...]:
    """What each app that runs has installed, by one of its containers.

    Args:
        stack: the project's containers.
        running: those that run, by service.
        apps: the services to look into.
    """
    found = [app for app in apps if app in running]
    with ThreadPoolExecutor(4) as pool:  # each takes its second, and nearly all of it in the app's own container
        return tuple(pool.map(lambda app: _installed(stack, app, running[app][0]), found))


def _installed(stack: Stack, app: str, container: RunningContainer) -> Installed:
    flags = flags_in(container.environment)
    try:
        return read_installed(app, stack.execute(container, ["sh", "-c", inside("installed.sh")]), flags)
    except DevpoolError:
        return Installed(app=app, problem="its container has no shell to inspect it with")
