"""What click says against a command line, as devpool's own errors, with what is likely meant."""

from __future__ import annotations

import re

import click

from devpool.errors import UsageError
from devpool.text.nearest import meant

_NO_CHOICE = r"(?s)'(.*)' is not one of "


def usage_error(error: click.ClickException) -> UsageError:
    """The error for a command line that click does not accept."""
    ctx = getattr(error, "ctx", None)
    command = ctx.command_path if ctx else "devpool"
    if isinstance(error, click.NoSuchOption):
        known = [name for p in ctx.command.get_params(ctx) for name in (*p.opts, *p.secondary_opts)] if ctx else []
        hint = f"{meant(error.option_name, known)}`{command} --help` shows the options"
        return UsageError("unknown-option", f"there is no option `{error.option_name}`", hint=hint)
    said = error.format_message().rstrip(".")
    hint = f"{_meant_value(error)}`{command} --help` shows what it takes"
    return UsageError("wrong-usage", f"{said[:1].lower()}{said[1:]}", hint=hint)


def unknown_verb(name: str, known: list[str]) -> UsageError:
    """The error for a verb that there is not."""
    hint = f"{meant(name, known)}`devpool help` lists the commands"
    return UsageError("unknown-command", f"there is no command `{name}`", hint=hint)


def _meant_value(error: click.ClickException) -> str:
    kind = error.param.type if isinstance(error, click.BadParameter) and error.param else None
    given = re.match(_NO_CHOICE, error.message)
    return meant(given[1], map(str, kind.choices)) if given and isinstance(kind, click.Choice) else ""
