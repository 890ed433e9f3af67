"""The options of `enable` that choose PgBouncer's settings."""

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

_OPTIONS = (
    click.option("--preset", type=click.Choice(PRESETS), help="The pooler's preset (default: dev)."),
    click.option("--pool-mode", type=click.Choice(POOL_MODES), help="How long a client keeps its server connection."),
    click.option("--pool-size", type=click.IntRange(1), metavar="N", help="Server connections per user and database."),
    click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="A PgBouncer setting; repeatable."),
    click.option("--fast-auth", is_flag=True, help="Fewer SCRAM iterations: faster logins, weaker protection."),
)


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
