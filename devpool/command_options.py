"""Options that several commands share: those of `docker compose`, PgBouncer's settings, and arguments after `--`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from devpool import resources
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
    click.option("-v", "--verbose", is_flag=True, hidden=True, help="Accepted; error codes are always printed."),
)
_OPTIONS = (
    click.option("--preset", type=click.Choice(PRESETS), help="The pooler's preset (default: dev)."),
    click.option("--pool-mode", type=click.Choice(POOL_MODES), help="How long a client keeps its server connection."),
    click.option("--pool-size", type=click.IntRange(1), metavar="N", help="Server connections per user and database."),
    click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="A PgBouncer setting; repeatable."),
    click.option("--fast-auth", is_flag=True, help="Fewer SCRAM iterations: faster logins, weaker protection."),
)
_KEY = "devpool.command"


def project_options(command: F) -> F:
    """Adds the options to a command or group."""
    for option in reversed((*_PROJECT, *_OUTPUT)):
        command = option(command)
    return command


def output_options(command: F) -> F:
    """Adds the options of a command that has no project."""
    for option in reversed(_OUTPUT):
        command = option(command)
    return command


def tuning_options(command: F) -> F:
    """Adds the options to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def given_settings(options: dict[str, Any]) -> dict[str, str]:
    """The settings from the command line, checked.

    Raises:
        DevpoolError: as `tuning.read_settings`.
    """
    types = read_types(resources.setting_types())
    found: dict[str, str] = {}
    if options["pool_mode"]:
        add(found, POOL_MODE, options["pool_mode"], types)
    if options["pool_size"]:
        add(found, POOL_SIZE, str(options["pool_size"]), types)
    for key, value in read_settings(options["settings"], types).items():
        add(found, key, value, types)
    if options["fast_auth"]:
        add(found, SCRAM, str(SCRAM_FAST), types)
    return ({PRESET: options["preset"]} if options["preset"] else {}) | found


class AfterDashes(click.Command):
    """Keeps the arguments after `--` apart, so that they are never parsed as devpool's own."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments before `--`."""
        own, rest = (args[: args.index("--")], args[args.index("--") + 1 :]) if "--" in args else (args, [])
        ctx.meta[_KEY] = tuple(rest)
        return super().parse_args(ctx, own)


def words_after_dashes(ctx: click.Context) -> tuple[str, ...]:
    """The arguments after `--`."""
    found: tuple[str, ...] = ctx.meta[_KEY]
    return found
