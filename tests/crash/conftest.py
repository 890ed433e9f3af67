"""What the crash tests of real commands share: a folder in memory, a plain shell, and the projects before a command."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_rig import Case, Cases, case, remove
from projects import PROJECTS, Project


@pytest.fixture(scope="module")
def memory() -> Iterator[Path]:
    """A folder in memory where there is such a thing: thousands of trees are written and removed there."""
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shared if os.access(shared, os.W_OK) else None) as folder:
        Path(folder).chmod(0o755)  # an ordinary user looks into it, too
        yield Path(folder).resolve()


@pytest.fixture
def root(memory: Path) -> Iterator[Path]:
    """Where a project is run in: the same path for all, and nothing there."""
    folder = memory / "here"
    remove(folder)
    folder.mkdir(mode=0o755)
    yield folder / "run"
    remove(folder)


@pytest.fixture(scope="module")
def cases(memory: Path, plain_shell: dict[str, str]) -> Iterator[Cases]:
    """The folder before a command in a project, and its trees before and after; each made once."""
    made: dict[tuple[str, str], Case] = {}

    def find(project: Project, verb: str) -> Case:
        if (project.name, verb) not in made:
            before = memory / f"{PROJECTS.index(project)}-{verb}"
            made[project.name, verb] = case(project, verb, before, memory / "here" / "run")
        return made[project.name, verb]

    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ.keys() - plain_shell.keys():
            patch.delenv(name)
        # Flushing changes nothing for a process that dies.
        patch.setattr(os, "fsync", lambda fd: None)
        yield find
