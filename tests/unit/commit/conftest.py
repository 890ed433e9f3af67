"""What the tests of writing share: a file, a folder that anybody can reach, and a hook before each effect."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from devpool.commit import disk
from unit.commit.disk_rig import OLD


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "docker-compose.yml"
    path.write_bytes(OLD)
    return path


@pytest.fixture
def on_step(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Callable[[], object]], None]:
    """Do something right before a step of this name."""

    def install(wanted: str, act: Callable[[], object]) -> None:
        monkeypatch.setattr(disk, "step", lambda name, path: act() if name == wanted else None)

    return install


@pytest.fixture
def open_path() -> Iterator[Path]:
    """A folder that any user can reach: those of pytest are for their owner only."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)
