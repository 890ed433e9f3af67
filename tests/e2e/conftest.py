"""What the tests on a real engine share: a project for each test that wants one, and devpool as a program."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from demo_rig import REPO, DemoProject, demo_project

collect_ignore = ["compare", "compare_suite"]  # tests of apps, which run in their own containers


@pytest.fixture
def project(tmp_path: Path, plain_shell: dict[str, str], request: pytest.FixtureRequest) -> Iterator[DemoProject]:
    """The demo in a folder, not started."""
    with demo_project(tmp_path, plain_shell, request.node.name) as found:
        yield found


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for PATH with the programs that an installation has, run by the Python of the tests."""
    folder = tmp_path_factory.mktemp("programs")
    for name, function in {"devpool": "main", "docker-devpool": "plugin_main"}.items():
        program = folder / name
        program.write_text(
            f"#!{sys.executable}\n"
            f"import sys\nsys.path.insert(0, {str(REPO)!r})\n"
            f"from devpool.__main__ import {function}\n{function}()\n"
        )
        program.chmod(0o755)
    return folder
