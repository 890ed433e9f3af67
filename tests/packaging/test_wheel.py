"""The wheel, built and installed into an empty environment: it carries what devpool needs, and works from there."""

from __future__ import annotations

import re
import shutil
import sys
import zipfile
from pathlib import Path

import pytest
from wheel_rig import REPO, constraints, run

from devpool import __version__


@pytest.fixture(scope="module")
def programs(wheel: Path, tmp_path_factory: pytest.TempPathFactory, plain_shell: dict[str, str]) -> Path:
    """The folder of programs of an environment that has the wheel and what it requires, in the versions of the lock."""
    folder = tmp_path_factory.mktemp("environment") / "venv"
    run(sys.executable, "-m", "venv", folder, cwd=folder.parent, env=plain_shell)
    pip = [folder / "bin" / "python", "-m", "pip", "--disable-pip-version-check"]
    run(
        *pip,
        "install",
        "--quiet",
        "--constraint",
        constraints(folder.parent),
        wheel,
        cwd=folder.parent,
        env=plain_shell,
    )
    return folder / "bin"


@pytest.fixture(scope="module")
def shell(plain_shell: dict[str, str]) -> dict[str, str]:
    """Without what would let Python find the checkout."""
    return {n: v for n, v in plain_shell.items() if not n.startswith("PYTHON")}


def test_the_wheel_carries_the_blocks_the_demo_the_dashboard_and_the_build_contexts(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    images = (REPO / "docker").iterdir()
    wanted = [*(REPO / "compose").rglob("*.y*ml"), *(REPO / "compose").rglob("*.json")]
    wanted += [path for image in images for path in image.iterdir()]
    assert {f"devpool/_data/{path.relative_to(REPO)}" for path in wanted} <= names


def test_the_wheel_carries_no_compiled_files_and_no_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert [n for n in names if "__pycache__" in n or n.startswith(("tests/", "bin/"))] == []


@pytest.mark.slow
def test_enable_and_disable_work_from_the_wheel(programs: Path, shell: dict[str, str], tmp_path: Path) -> None:
    project = shutil.copytree(REPO / "compose" / "demo", tmp_path / "project")
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    run(programs / "devpool", "enable", "--no-up", "--metrics", cwd=project, env=shell)

    for image in ("pgbouncer", "exporter"):
        context = REPO / "docker" / image
        built = {path.name for path in context.iterdir()} - {"README.md"}
        copied = project / ".devpool" / image
        assert {path.name for path in copied.iterdir()} == built
        assert all((copied / name).read_bytes() == (context / name).read_bytes() for name in built)
    assert run(programs / "devpool", "status", cwd=project, env=shell).startswith("enabled\n")

    run(programs / "devpool", "disable", "--no-up", cwd=project, env=shell)
    assert {path: path.read_bytes() for path in project.rglob("*") if path.is_file()} == before


def test_the_plugin_tells_docker_what_it_is(programs: Path, shell: dict[str, str], tmp_path: Path) -> None:
    said = run(programs / "docker-devpool", "docker-cli-plugin-metadata", cwd=tmp_path, env=shell)
    assert '"SchemaVersion": "0.1.0"' in said
    assert run(programs / "docker-devpool", "devpool", "--version", cwd=tmp_path, env=shell).startswith("devpool, ")


def test_the_long_description_leads_somewhere_from_wherever_it_is_read(wheel: Path) -> None:
    packed = zipfile.ZipFile(wheel)
    (metadata,) = (name for name in packed.namelist() if name.endswith(".dist-info/METADATA"))
    text = packed.read(metadata).decode()
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert len(links) > 20
    assert [link for link in links if not link.startswith("https://")] == []
    assert "<!--" not in text
    # Each leads to a file of the tag that the version will have.
    named = [
        found[1] for link in links if (found := re.search(rf"/(?:blob|raw)/v{re.escape(__version__)}/([^#]+)", link))
    ]
    assert len(named) > 20
    assert [name for name in named if not (REPO / name).exists()] == []
