"""What every command does before it reads a project: undo an interrupted change, and warn of untrusted files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from devpool.commit import machine_key, unverified
from devpool.commit.journal import recover
from devpool.errors import DevpoolError
from devpool.output import Output


def recover_first(output: Output, directory: Path) -> None:
    """Prepares a command that changes no file of the project.

    Raises:
        DevpoolError: what `journal.recover` raises.
    """
    recover(directory)
    tell(output, unverified.warnings(directory))


def ready_to_write(output: Output, directory: Path) -> None:
    """Prepares a command that changes files; also checks for the key that undoing an interrupted change needs.

    Raises:
        DevpoolError: what `journal.recover` raises; `half-changed`.
    """
    recover(directory)
    unverified.refuse_half_changed(directory)
    tell(output, unverified.warnings(directory))
    missing = machine_key.problem(directory)
    tell(output, [missing] if missing else [])


def tell(output: Output, warnings: Iterable[DevpoolError]) -> None:
    """Print warnings, each with its hint."""
    for warning in warnings:
        output.warning(warning)
        if warning.hint:
            output.progress(f"hint: {warning.hint}")
