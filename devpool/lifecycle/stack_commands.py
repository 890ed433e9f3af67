"""What the user types to make a stack follow its files."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from devpool.model.sources import Selection
from devpool.output import next_lines

_STACK = "STACK"


def there_lines(selection: Selection) -> list[str]:
    """The commands after enable.

    Args:
        selection: the stack's files as the user named them.
    """
    rows = [
        (deploy(selection), "starts the pooler and moves the apps"),
        (f"devpool {_files(selection)}disable", "everything as it was, to the byte"),
    ]
    return ["", *next_lines(rows)]


def back_lines(selection: Selection, services: Iterable[str]) -> list[str]:
    """The commands after disable. The apps come first: `--prune` would end the pooler before they have left it."""
    gone = " ".join(f"{name_of(selection)}_{service}" for service in services)
    rows = [
        (deploy(selection), "moves the apps back to Postgres"),
        (f"docker service rm {gone}", "then removes the pooler"),
    ]
    return ["", *next_lines(rows)]


def roll_lines(selection: Selection) -> list[str]:
    """The command after a change of settings."""
    return next_lines([(deploy(selection), "replaces one task after the other, each new one first")])


def deploy(selection: Selection) -> str:
    """`docker stack deploy` for these files."""
    files = shlex.join(part for file in selection.files for part in ("-c", file))
    return f"docker stack deploy {files or '-c FILE'} {name_of(selection)}"


def name_of(selection: Selection) -> str:
    """The stack's name, which no file says."""
    return selection.project_name or _STACK


def _files(selection: Selection) -> str:
    return "".join(f"{shlex.join(('-f', file))} " for file in selection.files)
