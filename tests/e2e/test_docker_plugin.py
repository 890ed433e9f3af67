"""`docker devpool`: bin/docker-devpool, linked among docker's plugins."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from demo_rig import REPO, DemoProject


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration folder of docker's with the user's own plugins and ours."""
    plugins = tmp_path / "docker" / "cli-plugins"
    plugins.mkdir(parents=True)
    own = Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker") / "cli-plugins"
    for plugin in own.glob("docker-*"):
        (plugins / plugin.name).symlink_to(plugin.resolve())
    (plugins / "docker-devpool").unlink(missing_ok=True)
    (plugins / "docker-devpool").symlink_to(REPO / "bin" / "docker-devpool")
    return plugins.parent


def test_docker_runs_devpool_as_its_plugin(project: DemoProject, config: Path, programs: Path) -> None:
    def docker(*words: str) -> tuple[int, str]:
        path = f"{programs}{os.pathsep}{project.environ['PATH']}"
        done = project.call(["docker", *words], DOCKER_CONFIG=str(config), PATH=path)
        return done.returncode, done.stdout

    assert docker("devpool", "--version")[1].startswith("devpool, version ")
    assert "PgBouncer in front of Postgres" in docker("help")[1]
    assert docker("devpool", "enable", "--no-up")[0] == 0
    code, said = docker("devpool", "-f", "compose.yaml", "status")
    assert (code, said.splitlines()[0]) == (0, "enabled")
    assert docker("devpool", "no-such-command")[0] == 2
