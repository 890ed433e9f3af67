"""`devpool top` and `status --watch`: refresh repeatedly, on a terminal in place."""

from __future__ import annotations

import os
import select
import sys
import termios
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from rich.console import Console
from rich.live import Live

from devpool.context import Context
from devpool.errors import DevpoolError
from devpool.measurements.rates import History
from devpool.observe.overview import Overview, again, look
from devpool.observe.screen import SORTS, picture

_QUIT = ("q", "\x03", "\x04", "")


def on_terminal() -> bool:
    """Whether a person is watching and can press keys."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def show_live(ctx: Context, interval: float) -> None:
    """Draw until `q` is pressed. What Docker cannot report for a moment is shown as such, and queried again."""
    console = Console(highlight=False)
    utf8 = console.encoding.lower().replace("-", "") == "utf8"
    seen, history, sort = look(ctx), History(), "n"
    with suppress(KeyboardInterrupt), _keys(), Live(console=console, screen=True, auto_refresh=False) as live:
        while True:
            history.add(time.monotonic(), seen.poolers)
            end = time.monotonic() + interval
            while (left := end - time.monotonic()) > 0:
                live.update(picture(seen, history, sort, utf8=utf8), refresh=True)
                key = _key(left)
                if key in _QUIT:
                    return
                sort = key if key in SORTS else sort
            seen = _again(ctx, seen)


def follow(ctx: Context, interval: float, show: Callable[[Overview], None]) -> None:
    """The same for a pipe: plain lines at every refresh, until the reader has gone."""
    seen = look(ctx)
    while True:
        show(seen)
        ctx.output.lines("")
        time.sleep(interval)
        seen = _again(ctx, seen)


def _again(ctx: Context, seen: Overview) -> Overview:
    try:
        return again(seen) if seen.stack is not None else look(ctx)
    except DevpoolError as error:
        return replace(seen, connections=None, note=error.message)


@contextmanager
def _keys() -> Iterator[None]:
    """Keys count when they are pressed; the terminal is as before in the end."""
    before = termios.tcgetattr(sys.stdin)
    try:
        tty.setcbreak(sys.stdin)
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


def _key(seconds: float) -> str | None:
    """The key that is pressed within that time; "" where the terminal has gone."""
    ready, _, _ = select.select([sys.stdin], [], [], seconds)
    return os.read(sys.stdin.fileno(), 1).decode(errors="replace") if ready else None
