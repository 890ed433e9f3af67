"""Asks the apps' own containers which drivers of Postgres they have installed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from devpool.catalog.docker import NO_PROGRAM
from devpool.checks.installed import Installed, flags_in, read_installed
from devpool.docker.container_values import RunningContainer
from devpool.docker.containers import Stack
from devpool.docker.questions import Question, answers
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
    running_apps = [app for app in apps if app in running]
    told = answers([look_into(stack, app, running[app][0], stack.patience) for app in running_apps])
    return tuple(map(looked_into, running_apps, told))


def look_into(stack: Stack, app: str, container: RunningContainer, patience: int = 1) -> Question[Installed]:
    """The question to one container of an app; `patience` as of `Stack`."""
    flags = flags_in(container.environment)
    command = ["sh", "-c", inside("installed.sh"), "sh", str(patience), *container.words[:1]]
    return stack.question(container, command, lambda text: read_installed(app, text, flags))


def looked_into(app: str, answer: Installed | DevpoolError) -> Installed:
    """What an app has installed, or why that is not known."""
    if isinstance(answer, DevpoolError):
        no_shell = NO_PROGRAM in answer.said
        why = "has no shell to inspect it with" if no_shell else f"could not be inspected: {answer.said}"
        return Installed(app=app, problem=f"its container {why}")
    return answer
