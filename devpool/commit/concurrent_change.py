"""Detects another devpool that writes while this one reads, so that it reads a mixture of two states.

The commit compares the bytes and refuses to write such a mixture. But before that, the mixture
may make no sense, and an error about it would mislead the user.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devpool.commit import devpool_files
from devpool.commit.intent import is_foreign
from devpool.devpool_folder import JOURNAL, STATE
from devpool.errors import DevpoolError


@contextmanager
def reading(directory: Path) -> Iterator[None]:
    """Around all reading of a project that is to be changed.

    Args:
        directory: the project directory.

    Raises:
        DevpoolError: `changed-meanwhile` in place of any other refusal, where another devpool was at work, and also
            where nothing else was wrong: what was read before it and after it is no project that ever was.
    """
    before = _record(directory)
    try:
        yield
    except (DevpoolError, FileNotFoundError) as error:
        if _is_at_work(directory) or _record(directory) != before:
            raise changed_while_read(directory) from error
        raise
    if _record(directory) != before:
        raise changed_while_read(directory)


def changed_while_read(directory: Path) -> DevpoolError:
    """The error for a project that another devpool has changed."""
    return DevpoolError(
        "changed-meanwhile",
        "another devpool process changed the project while this one was reading it",
        where=str(directory),
        hint="nothing was written; run the command again",
    )


def _is_at_work(directory: Path) -> bool:
    """Whether there is a journal of another devpool's; one that is not believed lies there without one."""
    try:
        return (directory / JOURNAL).is_dir() and not is_foreign(directory)
    except DevpoolError:
        return False


def _record(directory: Path) -> bytes | None:
    """The record's bytes: every devpool that changes something changes it."""
    try:
        return devpool_files.read(directory, directory / STATE)
    except DevpoolError:
        return None
