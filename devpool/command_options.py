"""Options that several commands share: those of `docker compose`, PgBouncer's settings, and arguments after `--`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import click

from devpool import completing, resources
from devpool.decide.tuning import (
    POOL_MODE,
    POOL_MODES,
    POOL_SIZE,
    PRESET,
    PRESETS,
    SCRAM,
    SCRAM_FAST,
    add,
    read_settings,
    read_types,
)
from devpool.verb import OUTPUT, PROJECT, Verb, option

F = TypeVar("F", bound=Callable[..., Any])
TUNING = "PgBouncer"
_project = partial(option, group=PROJECT)
_output = partial(option, group=OUTPUT)
_tuning = partial(option, group=TUNING)
_PROJECT = (
    _project(
        *("-f", "--file", "-c", "--compose-file", "files"),
        multiple=True,
        metavar="PATH",
        shell_complete=completing.files,
        help="Compose or stack file; repeatable.",
    ),
    _project(
        *("--env-file", "env_files"),
        multiple=True,
        metavar="PATH",
        shell_complete=completing.files,
        help="Env file for interpolation.",
    ),
    _project(
        "--project-directory",
        metavar="PATH",
        shell_complete=completing.folders,
        help="Base folder of relative paths.",
    ),
    _project("-p", "--project-name", metavar="NAME", help="Project name."),
    _project(
        *("--profile", "profiles"),
        multiple=True,
        metavar="NAME",
        shell_complete=completing.profiles,
        help="Profile to enable.",
    ),
    _project("--allow-remote", is_flag=True, help="Let Compose fetch remote files that the project names."),
    _project("--same-project", is_flag=True, help="Accept containers started elsewhere as this project's."),
    _project("--allow-outside", is_flag=True, help="Also edit files outside the repository, such as link targets."),
)
_OUTPUT = (
    _output("--json", "as_json", is_flag=True, help="Print one JSON object on stdout."),
    _output("-q", "--quiet", is_flag=True, help="Print no progress lines."),
    _output("-v", "--verbose", is_flag=True, help="Print what image builds say."),
)
_OPTIONS = (
    _tuning("--preset", type=click.Choice(PRESETS), help="The pooler's preset (default: dev)."),
    _tuning("--pool-mode", type=click.Choice(POOL_MODES), help="How long a client keeps its server connection."),
    _tuning("--pool-size", type=click.IntRange(1), metavar="N", help="Server connections per user and database."),
    _tuning(
        *("--set", "settings"),
        multiple=True,
        metavar="KEY=VALUE",
        shell_complete=completing.settings,
        help="A PgBouncer setting; repeatable.",
    ),
    _tuning("--fast-auth", is_flag=True, help="Fewer SCRAM iterations: faster logins, weaker protection."),
)
_KEY = "devpool.command"


def project_options(command: F) -> F:
    """Adds the options of Compose and of the output to a command or group."""
    return _with(command, *_PROJECT, *_OUTPUT)


def output_options(command: F) -> F:
    """Adds the options of the output to a command that needs no project."""
    return _with(command, *_OUTPUT)


def tuning_options(command: F) -> F:
    """Adds the options for PgBouncer to a command."""
    return _with(command, *_OPTIONS)


def _with(command: F, *options: Callable[[F], F]) -> F:
    for add_one in reversed(options):
        command = add_one(command)
    return command


def given_settings(options: dict[str, Any]) -> dict[str, str]:
    """The settings from the command line, checked.

    Raises:
        DevpoolError: as `tuning.read_settings`.
    """
    types = read_types(resources.setting_types())
    settings: dict[str, str] = {}
    if options["pool_mode"]:
        add(settings, POOL_MODE, options["pool_mode"], types)
    if options["pool_size"]:
        add(settings, POOL_SIZE, str(options["pool_size"]), types)
    for key, value in read_settings(options["settings"], types).items():
        add(settings, key, value, types)
    if options["fast_auth"]:
        add(settings, SCRAM, str(SCRAM_FAST), types)
    return ({PRESET: options["preset"]} if options["preset"] else {}) | settings


class AfterDashes(Verb):
    """Keeps the arguments after `--` apart, so that they are never parsed as devpool's own."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments before `--`."""
        own, rest = (args[: args.index("--")], args[args.index("--") + 1 :]) if "--" in args else (args, [])
        ctx.meta[_KEY] = tuple(rest)
        return super().parse_args(ctx, own)


def words_after_dashes(ctx: click.Context) -> tuple[str, ...]:
    """The arguments after `--`."""
    words: tuple[str, ...] = ctx.meta[_KEY]
    return words
