"""What the verbs have in common in their help: options stand in groups, those of every verb last."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

OPTIONS = "Options"
PROJECT = "Which project"
OUTPUT = "Output"
_LAST = (PROJECT, OUTPUT)


class Option(click.Option):
    """An option that stands in a group of the help.

    Args:
        group: the heading of the group.
    """

    def __init__(self, *declarations: Any, group: str = OPTIONS, **attributes: Any) -> None:
        super().__init__(*declarations, **attributes)
        self.group = group


option = partial(click.option, cls=Option)
"""As `click.option`, with `group`."""


class Verb(click.Command):
    """A command whose help has its options in groups."""

    @classmethod
    def of(cls, command: click.Command) -> click.Command:
        """A plain command as a verb; one with a class of its own stays what it is."""
        if type(command) is not click.Command:
            return command
        return cls(command.name, callback=command.callback, params=command.params, help=command.help)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, in groups."""
        write_options(self, ctx, formatter)


def write_options(command: click.Command, ctx: click.Context, formatter: click.HelpFormatter) -> None:
    """Write the options of a command, in groups."""
    for heading, options in groups(command, ctx).items():
        with formatter.section(heading):
            formatter.write_dl([record for one in options if (record := one.get_help_record(ctx))])


def groups(command: click.Command, ctx: click.Context) -> dict[str, list[click.Option]]:
    """The options of a command that its help shows, by the headings of their groups."""
    by_group: dict[str, list[click.Option]] = {}
    for parameter in command.get_params(ctx):
        if isinstance(parameter, click.Option) and not parameter.hidden:
            by_group.setdefault(_heading(parameter), []).append(parameter)
    return dict(sorted(by_group.items(), key=lambda group: _LAST.index(group[0]) + 1 if group[0] in _LAST else 0))


def _heading(parameter: click.Option) -> str:
    if "--help" in parameter.opts or "--version" in parameter.opts:
        return OUTPUT
    return str(getattr(parameter, "group", OPTIONS))
