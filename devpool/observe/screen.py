"""The live view for the terminal. Only the moving screen is drawn here; output.py does the rest.

Only this module imports rich, and only `devpool top` and `status --watch` import this module.
"""

from __future__ import annotations

import os
import select
import sys
import termios
import time
import tty
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TypeVar

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from devpool.context import Context
from devpool.errors import DevpoolError
from devpool.measurements.rates import BARS, PLAIN_BARS, History, Rates, bar
from devpool.measurements.routes import WORDS, proof
from devpool.measurements.show_tables import Pool, PoolerStatus
from devpool.observe.overview import Overview, again, look
from devpool.output import words as shown

T = TypeVar("T")
# The key to press, the word that it sorts by, and whether the largest comes first.
SORTS = {"n": "name", "c": "clients", "w": "waiting", "b": "busy", "t": "tx/s"}
_NONE = Rates(transactions=0, queries=0, query_ms=0, wait_ms=0)
_BY: dict[str, Callable[[Pool], float]] = {
    "c": lambda pool: pool.clients_active,
    "w": lambda pool: pool.clients_waiting,
    "b": lambda pool: pool.servers_active,
}
_TICK = 0.2  # seconds in which a key, another size of the terminal and a new look are noticed
_QUIT = ("q", "\x03", "\x04", "")


def picture(seen: Overview, history: History, sort: str, *, utf8: bool) -> Group:
    """The view at one moment.

    Args:
        seen: what was seen.
        history: the looks before.
        sort: a key of `SORTS`.
        utf8: whether the terminal has the characters of bars.
    """
    signs = BARS if utf8 else PLAIN_BARS
    parts: list[Table | Text] = [_apps(seen, sort)] if seen.connections else []
    if seen.another:
        parts.append(Text(f"another project: {seen.another}", style="bold"))
    if seen.note:
        parts.append(_plain(f"connections unknown: {seen.note}", style="bold"))
    for pooler in seen.poolers:
        parts += [Text(""), _title(pooler)]
        if pooler.running and not pooler.problem:
            parts += [_pools(pooler, history, sort, signs), _databases(pooler, history, sort, signs)]
    keys = "  ".join(f"{key} {word}" for key, word in SORTS.items())
    parts += [Text(""), Text(f"sorted by {SORTS[sort]}   sort: {keys}   q quit", style="dim", no_wrap=True)]
    return Group(*parts)


def _table(*columns: str) -> Table:
    """Columns without lines between them; all but the first are numbers, and the last is a bar or a word."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold", expand=False)
    for number, name in enumerate(columns):
        right = 0 < number < len(columns) - 1
        table.add_column(name, justify="right" if right else "left", no_wrap=True, overflow="ellipsis")
    return table


def _plain(words: str, style: str = "") -> Text:
    """Words that come from outside: no markup of rich's, and nothing that acts on the terminal."""
    return Text(shown(words), style=style)


def _title(pooler: PoolerStatus) -> Text:
    if pooler.problem or not pooler.running:
        return _plain(f"{pooler.name} does not answer: {pooler.problem or 'it is not running'}", style="bold")
    return _plain(f"{pooler.name}: PgBouncer {pooler.version}, {pooler.mode} mode", style="bold")


def _apps(seen: Overview, sort: str) -> Table:
    table = _table("CONTAINER", "AT POOLER", "AT DATABASE", "PROOF")
    pooled = {(r.service, r.database): r.pooled for r in seen.routes}
    rows = [(c, r) for c in seen.connections or () for r in c.containers]
    rows = _sorted(rows, lambda row: row[1].at_pooler if sort == "c" else 0, lambda row: row[1].container)
    for connections, replica in rows:
        word = WORDS[proof(replica, pooled=pooled[connections.service, connections.database])]
        at_database = "-" if replica.at_database is None else str(replica.at_database)
        table.add_row(_plain(replica.container), str(replica.at_pooler), at_database, word)
    return table


def _pools(pooler: PoolerStatus, history: History, sort: str, signs: str) -> Table:
    table = _table("POOL", "CLIENTS", "WAIT", "BUSY", "IDLE", "LONGEST", "BUSY BEFORE")
    for pool in _sorted(pooler.pools, _BY.get(sort, lambda _: 0), lambda p: (p.database, p.user)):
        name = f"{pool.user}@{pool.database}"
        table.add_row(
            _plain(name),
            *map(str, (pool.clients_active, pool.clients_waiting, pool.servers_active, pool.servers_idle)),
            f"{pool.longest_wait:.1f}s",
            bar(history.busy.get((pooler.name, name), []), signs),
        )
    return table


def _databases(pooler: PoolerStatus, history: History, sort: str, signs: str) -> Table:
    table = _table("DATABASE", "TX/S", "QUERY/S", "MS/QUERY", "MS WAITED", "TX/S BEFORE")

    def rate(name: str) -> Rates:
        return history.rates.get((pooler.name, name), _NONE)

    names = [totals.database for totals in pooler.totals]
    for name in _sorted(names, lambda n: rate(n).transactions if sort == "t" else 0, str):
        now = rate(name)
        numbers = (f"{n:.1f}" for n in (now.transactions, now.queries, now.query_ms, now.wait_ms))
        table.add_row(_plain(name), *numbers, bar(history.speed.get((pooler.name, name), []), signs))
    return table


def _sorted(rows: Iterable[T], size: Callable[[T], float], name: Callable[[T], object]) -> list[T]:
    """The largest first, and equal ones by name."""
    return sorted(rows, key=lambda row: (-size(row), str(name(row))))


def on_terminal() -> bool:
    """Whether a person is watching and can press keys."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def show_live(ctx: Context, interval: float) -> None:
    """Draw until `q` is pressed. What Docker cannot report for a moment is shown as such, and queried again.

    Looking at the project takes a while: keys count and the size of the terminal is followed in the meantime.

    Raises:
        DevpoolError: what the first look raises.
    """
    console = Console(highlight=False)
    screen = _Screen(utf8=console.encoding.lower().replace("-", "") == "utf8")
    with (
        ThreadPoolExecutor(1) as pool,
        suppress(KeyboardInterrupt),
        _keys(),
        Live(console=console, screen=True, auto_refresh=False) as live,
    ):
        looking: Future[Overview] | None = pool.submit(look, ctx)
        due, drawn = 0.0, None
        while True:
            if looking and looking.done():
                screen.show(looking.result())
                looking, due = None, time.monotonic() + interval
            if screen.seen and not looking and time.monotonic() >= due:
                looking = pool.submit(_again, ctx, screen.seen)
            now = (screen.seen, screen.sort, console.size)
            if now != drawn:
                live.update(screen.picture(), refresh=True)
                drawn = now
            key = _key(_TICK)
            if key in _QUIT:
                return
            screen.sort = key if key in SORTS else screen.sort


class _Screen:
    """What is on the screen: the last look, those before it, and how it is sorted."""

    def __init__(self, *, utf8: bool) -> None:
        self.seen: Overview | None = None
        self.history, self.sort, self.utf8 = History(), "n", utf8

    def show(self, seen: Overview) -> None:
        self.seen = seen
        self.history.add(time.monotonic(), seen.poolers)

    def picture(self) -> Group | Text:
        if self.seen is None:
            return Text("looking at the project ...   q quits", style="dim")
        return picture(self.seen, self.history, self.sort, utf8=self.utf8)


def follow(ctx: Context, interval: float, show: Callable[[Overview], None]) -> None:
    """The same for a pipe: plain lines at every refresh, until the reader has gone."""
    seen = look(ctx)
    while True:
        show(seen)
        time.sleep(interval)
        seen = _again(ctx, seen)


def _again(ctx: Context, seen: Overview) -> Overview:
    try:
        if seen.stack is None:
            return look(ctx)
        seen.stack.look_again()
        return again(seen)
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
