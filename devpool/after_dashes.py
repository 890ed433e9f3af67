"""The words after `--` on a command line, which belong to another program."""

from __future__ import annotations

import click

_KEY = "devpool.command"


class AfterDashes(click.Command):
    """Keeps what follows `--` apart, so that it is never taken for one of devpool's own words."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the words before `--`."""
        own, rest = (args[: args.index("--")], args[args.index("--") + 1 :]) if "--" in args else (args, [])
        ctx.meta[_KEY] = tuple(rest)
        return super().parse_args(ctx, own)


def words_after_dashes(ctx: click.Context) -> tuple[str, ...]:
    """What followed `--`."""
    found: tuple[str, ...] = ctx.meta[_KEY]
    return found
