"""The options that devpool shares with `docker compose`, accepted before and after the command's name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, TypeVar

import click

from devpool.engine import environ
from devpool.output import Output
from devpool.sources import Selection

F = TypeVar("F", bound=Callable[..., Any])

_PROJECT = (
    click.option("-f", "--file", "files", multiple=True, metavar="PATH", help="Compose file; may be given again."),
    click.option("--env-file", "env_files", multiple=True, metavar="PATH", help="Env file for interpolation."),
    click.option("--project-directory", metavar="PATH", help="Where relative paths start from."),
    click.option("-p", "--project-name", metavar="NAME", help="Project name."),
    click.option("--profile", "profiles", multiple=True, metavar="NAME", help="Profile to enable."),
)
_OUTPUT = (
    click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout."),
    click.option("-q", "--quiet", is_flag=True, help="No progress lines."),
    click.option("-v", "--verbose", is_flag=True, help="Error codes too."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What every command is given: the project's options, the shell's variables, and where words go."""

    selection: Selection
    cwd: Path
    shell: dict[str, str]
    output: Output


def project_options(command: F) -> F:
    """Adds the options to a command or group."""
    for option in reversed((*_PROJECT, *_OUTPUT)):
        command = option(command)
    return command


def context(parent: dict[str, Any], own: dict[str, Any]) -> Context:
    """The context of a command, from the options before and after its name."""
    selection = Selection()
    for given in (parent, own):
        chosen = {f.name: given[f.name] for f in fields(Selection) if given.get(f.name)}
        selection = replace(selection, **chosen)
    as_json, quiet = (bool(parent.get(n) or own.get(n)) for n in ("as_json", "quiet"))
    return Context(selection=selection, cwd=Path.cwd(), shell=environ(), output=Output(as_json=as_json, quiet=quiet))
