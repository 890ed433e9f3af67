"""`devpool plugin`: the link by which Docker finds devpool."""

from __future__ import annotations

import json
from pathlib import Path

from answers import assert_answers
from cli.test_bad_input import folder, run, shell

__all__ = ["folder", "shell"]  # fixtures


def test_the_link_is_made_and_removed(folder: Path, shell: dict[str, str]) -> None:
    program = folder.parent / "programs" / "docker-devpool"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    shell = {**shell, "DOCKER_CONFIG": str(folder / "docker"), "PATH": f"{program.parent}:{shell['PATH']}"}
    link = folder / "docker" / "cli-plugins" / "docker-devpool"
    assert run(folder, shell, "plugin", "install").stdout == f"linked: {link}\n"
    assert link.is_symlink()
    assert run(folder, shell, "plugin", "install").stdout == f"already linked: {link}\n"
    done = run(folder, shell, "plugin", "remove", "--json")
    assert_answers(["plugin", "remove", "--json"], done.stdout)
    assert json.loads(done.stdout)["changed"] is True
    assert run(folder, shell, "plugin", "remove").stdout == f"not there: {link}\n"


def test_something_else_there_is_refused(folder: Path, shell: dict[str, str]) -> None:
    link = folder / "docker" / "cli-plugins" / "docker-devpool"
    link.parent.mkdir(parents=True)
    link.write_text("mine")
    done = run(folder, {**shell, "DOCKER_CONFIG": str(folder / "docker")}, "plugin", "remove", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]["code"] == "plugin-not-ours"
    assert link.read_text() == "mine"
