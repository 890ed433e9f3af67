"""`devpool image`: the pooler's image under a name, as docker is told to build and to push it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli.test_bad_input import folder, run, shell

__all__ = ["folder", "shell"]  # fixtures

NAME = "registry.example/pooler:1"
DIGEST = "sha256:" + "1" * 64
LABELS = {"devpool.role": "pooler", "devpool.pgbouncer.floor": "1.26.1"}


@pytest.fixture
def docker(tmp_path: Path, shell: dict[str, str]) -> dict[str, str]:
    """A shell whose docker has devpool's image under that name."""
    program = tmp_path / "programs" / "docker"
    program.parent.mkdir()
    program.write_text(
        f"""#!/bin/sh
case "$*" in
    *Labels*) echo '{json.dumps(LABELS)}' ;;
    *RepoDigests*) echo '["registry.example/pooler@{DIGEST}"]' ;;
esac
"""
    )
    program.chmod(0o755)
    return shell | {"PATH": f"{program.parent}:{shell['PATH']}"}


@pytest.mark.parametrize(("action", "printed"), [("build", NAME), ("push", f"{NAME}@{DIGEST}")])
def test_it_prints_the_name_to_enable_with(action: str, printed: str, folder: Path, docker: dict[str, str]) -> None:
    done = run(folder, docker, "image", action, NAME)
    assert (done.returncode, done.stdout.split()[-1]) == (0, printed), done.stderr
    answer = json.loads(run(folder, docker, "image", action, NAME, "--json").stdout)
    assert answer["image"] == printed


def test_a_name_that_is_none_is_refused(folder: Path, docker: dict[str, str]) -> None:
    done = run(folder, docker, "image", "build", "no image")
    assert done.returncode == 2
    assert "[bad-image]" in done.stderr
