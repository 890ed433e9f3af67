"""The arguments after `--` on a command line, which belong to another program."""

from __future__ import annotations

import click

_KEY = "devpool.command"


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
