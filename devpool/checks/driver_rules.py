"""Code that the rules about drivers share."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from devpool.checks.app_context import Ground
from devpool.checks.result import Result, ok, warning

Rule = Callable[[Ground], Iterator[Result]]


def note(ground: Ground, message: str, hint: str = "") -> Result:
    """A note about something that is not a problem."""
    return ok("framework", ground.app.app, message, hint)


def prepared(ground: Ground, name: str, setting: str, words: tuple[str, ...]) -> Iterator[Result]:
    """A driver whose named statements PgBouncer supports if `max_prepared_statements` is above 0."""
    place = ground.said(*words)
    if ground.keeps_prepared:
        hint = f"remove it at {place}" if place else ""
        yield note(ground, f"obsolete: {name}'s {setting} ({ground.behind} supports prepared statements)", hint)
    elif place:
        yield note(ground, f"{name}: {setting} at {place}, still needed")
    else:
        yield warning(
            "framework",
            ground.app.app,
            f"{name} uses named prepared statements, which {ground.behind} does not support",
            f"devpool set max_prepared_statements=200, or {setting}",
        )


def listens(ground: Ground, *names: str) -> Iterator[Result]:
    """A job queue whose workers wait with LISTEN, which transaction pooling does not support (https://www.pgbouncer.org/features.html)."""
    if found := ground.has(*names):
        yield warning(
            "framework",
            ground.app.app,
            f"{found} uses LISTEN and session locks, which transaction pooling does not support",
            f"devpool enable --session {ground.app.app}, or --direct {ground.app.app}",
        )
