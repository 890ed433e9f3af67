"""What every command does before it reads a project: take back what was interrupted, and name what is not believed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from devpool.commit import machine_key, unverified
from devpool.commit.journal import recover
from devpool.errors import DevpoolError
from devpool.output import Output


def recover_first(output: Output, directory: Path) -> None:
    """Before a command that changes no file of the project.

    Raises:
        DevpoolError: what `journal.recover` raises.
    """
    recover(directory)
    tell(output, unverified.warnings(directory))


def ready_to_write(output: Output, directory: Path) -> None:
    """Before a command that changes files: also the key without which it could not be taken back later.

    Raises:
        DevpoolError: what `journal.recover` raises; `half-changed`.
    """
    recover(directory)
    unverified.refuse_half_changed(directory)
    tell(output, unverified.warnings(directory))
    missing = machine_key.problem(directory)
    tell(output, [missing] if missing else [])


def tell(output: Output, warnings: Iterable[DevpoolError]) -> None:
    """Say what does not end a command, each with its way out."""
    for warning in warnings:
        output.warning(warning)
        if warning.hint:
            output.progress(f"hint: {warning.hint}")
