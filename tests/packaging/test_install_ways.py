"""devpool from its wheel in each way that the guide names: pipx, uv tool, uvx, Docker's plugin, and a single file."""

from __future__ import annotations

import json
import os
import shutil
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from wheel_rig import REPO, constraints, run

from devpool import __version__

pytestmark = pytest.mark.slow
BIN = Path(sys.executable).parent


@pytest.fixture
def shell(plain_shell: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """An empty home, in which each way keeps what it installs."""
    kept = {n: v for n, v in plain_shell.items() if not n.startswith("PYTHON")}
    home = tmp_path / "home"
    home.mkdir()
    own = {"HOME": home, "PIPX_HOME": home / "pipx", "PIPX_BIN_DIR": home / "bin", "UV_TOOL_DIR": home / "tools"}
    own |= {"UV_TOOL_BIN_DIR": home / "bin", "XDG_STATE_HOME": home / "state", "SHIV_ROOT": home / "shiv"}
    return kept | {name: str(path) for name, path in own.items()}


def by_pipx(wheel: Path, shell: dict[str, str], folder: Path) -> list[object]:
    options = ["--python", sys.executable, f"--pip-args=--constraint {constraints(folder)}"]
    run(BIN / "pipx", "install", *options, wheel, cwd=folder, env=shell)
    return [Path(shell["PIPX_BIN_DIR"]) / "devpool"]


def by_uv_tool(wheel: Path, shell: dict[str, str], folder: Path) -> list[object]:
    options = ["--python", sys.executable, "--constraints", constraints(folder)]
    run(BIN / "uv", "tool", "install", *options, wheel, cwd=folder, env=shell)
    return [Path(shell["UV_TOOL_BIN_DIR"]) / "devpool"]


def by_uvx(wheel: Path, shell: dict[str, str], folder: Path) -> list[object]:
    return [BIN / "uvx", "--python", sys.executable, "--constraints", constraints(folder), "--from", wheel, "devpool"]


def by_single_file(wheel: Path, shell: dict[str, str], folder: Path) -> list[object]:
    file = folder / "devpool.pyz"
    run(REPO / "bin" / "single-file", file, cwd=folder, env={**shell, "WHEEL": str(wheel)})
    # Nothing in it is for one version of Python or one platform.
    assert [name for name in zipfile.ZipFile(file).namelist() if name.endswith((".so", ".pyd", ".dylib"))] == []
    return [file]


@pytest.mark.parametrize("install", [by_pipx, by_uv_tool, by_uvx, by_single_file])
def test_a_project_is_enabled_and_taken_back(
    install: Callable[[Path, dict[str, str], Path], list[object]], wheel: Path, shell: dict[str, str], tmp_path: Path
) -> None:
    # The plugins of docker that are there.
    shell = {**shell, "DOCKER_CONFIG": os.environ.get("DOCKER_CONFIG", str(Path.home() / ".docker"))}
    devpool = install(wheel, shell, tmp_path)
    assert json.loads(run(*devpool, "--version", "--json", cwd=tmp_path, env=shell))["devpool"] == __version__
    project = shutil.copytree(REPO / "compose" / "demo", tmp_path / "project")
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    run(*devpool, "enable", "--no-up", cwd=project, env=shell)
    assert (project / ".devpool" / "pgbouncer" / "Dockerfile").is_file()
    assert run(*devpool, "status", cwd=project, env=shell).startswith("enabled\n")
    run(*devpool, "disable", "--no-up", cwd=project, env=shell)
    assert {path: path.read_bytes() for path in project.rglob("*") if path.is_file()} == before


def test_an_installed_devpool_is_linked_as_a_plugin_of_docker(
    wheel: Path, shell: dict[str, str], tmp_path: Path
) -> None:
    by_uv_tool(wheel, shell, tmp_path)
    path = f"{shell['UV_TOOL_BIN_DIR']}{os.pathsep}{shell['PATH']}"
    environ = {**{name: value for name, value in shell.items() if name != "DOCKER_CONFIG"}, "PATH": path}
    page = (REPO / "docs" / "how-to" / "install.md").read_text(encoding="utf-8")
    lines = page.partition("```sh\ndevpool plugin")[2].partition("```")[0]
    said = run("sh", "-e", "-c", f"devpool plugin{lines}", cwd=tmp_path, env=environ)
    assert said.splitlines()[-1] == f"devpool, version {__version__}"
    run("devpool", "plugin", "remove", cwd=tmp_path, env=environ)
    assert list((Path(shell["HOME"]) / ".docker" / "cli-plugins").iterdir()) == []
