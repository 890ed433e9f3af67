"""The options that devpool shares with `docker compose`, accepted before and after the command's name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

_PROJECT = (
    click.option("-f", "--file", "files", multiple=True, metavar="PATH", help="Compose file; repeatable."),
    click.option("--env-file", "env_files", multiple=True, metavar="PATH", help="Env file for interpolation."),
    click.option("--project-directory", metavar="PATH", help="Base folder of relative paths."),
    click.option("-p", "--project-name", metavar="NAME", help="Project name."),
    click.option("--profile", "profiles", multiple=True, metavar="NAME", help="Profile to enable."),
    click.option("--allow-remote", is_flag=True, help="Let Compose fetch remote files that the project names."),
    click.option("--same-project", is_flag=True, help="Accept containers started elsewhere as this project's."),
    click.option("--allow-outside", is_flag=True, help="Also edit files outside the repository, such as link targets."),
)
_OUTPUT = (
    click.option("--json", "as_json", is_flag=True, help="Print one JSON object on stdout."),
    click.option("-q", "--quiet", is_flag=True, help="Print no progress lines."),
    click.option("-v", "--verbose", is_flag=True, help="Also print error codes."),
)


def project_options(command: F) -> F:
    """Adds the options to a command or group."""
    for option in reversed((*_PROJECT, *_OUTPUT)):
        command = option(command)
    return command
