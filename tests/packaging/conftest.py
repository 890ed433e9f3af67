"""The wheel that the tests of the package install."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from wheel_rig import REPO, run


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory, plain_shell: dict[str, str]) -> Path:
    """Built with the hatchling of the tests' own environment: nothing is downloaded."""
    folder = tmp_path_factory.mktemp("wheel")
    words = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, REPO]
    run(*words, cwd=folder, env=plain_shell)
    (found,) = folder.glob("devpool-*.whl")
    return found
