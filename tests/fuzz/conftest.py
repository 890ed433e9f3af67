"""Where the cases are laid out."""

from __future__ import annotations

import os
import resource
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

MEMORY = 4 << 30
"""Bytes of address space: what grows without end becomes a failure here and not the end of the machine."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plain_shell: dict[str, str]) -> Iterator[Path]:
    """A place for the cases: memory where the machine offers it, and no flushing."""
    for name in os.environ.keys() - plain_shell.keys():
        monkeypatch.delenv(name)
    monkeypatch.setattr(os, "fsync", lambda _: None)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # where the log of a bug goes
    monkeypatch.chdir(tmp_path)
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else str(tmp_path)
    with tempfile.TemporaryDirectory(prefix="devpool-fuzz-", dir=memory) as found, _limited_memory():
        yield Path(found) / "project"
        os.chdir(tmp_path)


@contextmanager
def _limited_memory() -> Iterator[None]:
    limits = resource.getrlimit(resource.RLIMIT_AS)
    with suppress(ValueError, OSError):  # not every Unix knows this limit
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limits)
