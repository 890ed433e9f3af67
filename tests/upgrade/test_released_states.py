"""Projects that released versions have enabled: this one says so, brings them up to date, and takes them back."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from devpool import __version__

ROOT = Path(__file__).resolve().parents[2]
RELEASED = Path(__file__).parent / "released"
KEPT = sorted(path.name for path in RELEASED.iterdir()) if RELEASED.is_dir() else []
pytestmark = pytest.mark.usefixtures("compose_plugin")


def devpool(folder: Path, shell: dict[str, str], *words: str) -> str:
    command = [sys.executable, "-m", "devpool", *words]
    env = {**shell, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def tree(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_the_state_of_each_released_version_is_kept() -> None:
    """A version with a date in the changelog is released."""
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (\S+) \(\d{4}-", changes, re.M) == KEPT[::-1]


@pytest.fixture(params=["this one", *KEPT])
def kept(request: pytest.FixtureRequest, tmp_path: Path, plain_shell: dict[str, str]) -> tuple[str, Path]:
    """A version, and what it has left: this one as if it were an older one, and each that was released."""
    if request.param != "this one":
        return request.param, shutil.copytree(RELEASED / request.param, tmp_path / "kept")
    folder = tmp_path / "kept"
    subprocess.run([ROOT / "bin" / "keep-state", folder], env=plain_shell, capture_output=True, check=True, timeout=120)
    state = folder / "enabled" / ".devpool" / "state.json"
    assert f'"{__version__}"' in state.read_text()
    state.write_text(state.read_text().replace(f'"{__version__}"', '"0.0.9"'))
    dockerfile = folder / "enabled" / ".devpool" / "pgbouncer" / "Dockerfile"
    dockerfile.write_text(dockerfile.read_text().replace("floor=1.26.1", "floor=1.25.0"))
    return "0.0.9", folder


def test_an_older_project_is_named_brought_up_to_date_and_taken_back(
    kept: tuple[str, Path], plain_shell: dict[str, str]
) -> None:
    version, folder = kept
    shell = plain_shell | {"XDG_STATE_HOME": os.fspath(folder / "home"), "WEB_PORT": "0"}
    project, before = folder / "enabled", tree(folder / "before")
    said = devpool(project, shell, "status")
    assert version == __version__ or f"was written by devpool {version}, this is {__version__}" in said
    if version == "0.0.9":
        assert said.index("CVE-2026-107350") < said.index("was written by")
        diff = devpool(project, shell, "enable", "--no-up", "--dry-run", "--diff")
        assert "would replace .devpool/pgbouncer/Dockerfile" in diff
    # Taken back as it is, and after an update.
    copy = shutil.copytree(project, folder / "copy")
    devpool(copy, shell, "disable", "--no-up")
    assert tree(copy) == before
    devpool(project, shell, "enable", "--no-up")
    assert "was written by" not in devpool(project, shell, "status")
    devpool(project, shell, "disable", "--no-up")
    assert tree(project) == before
