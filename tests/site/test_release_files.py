"""The workflows, the action and what a release asks for. Their schemas and rules are checked by bin/test."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from devpool import __version__

ROOT = Path(__file__).resolve().parents[2]
ON_THE_FORGE = [*sorted((ROOT / ".github").rglob("*.yml")), ROOT / "action.yml"]


def test_the_owner_is_named_where_releasing_says() -> None:
    elsewhere = [*ON_THE_FORGE, ROOT / "README.md", ROOT / "mkdocs.yml", *(ROOT / "docs").rglob("*.md")]
    assert [str(path) for path in elsewhere if "OWNER" in path.read_text(encoding="utf-8")] == []


def test_what_runs_on_the_forge_is_pinned_by_its_hash() -> None:
    used = re.findall(r"uses: (\S+)", "".join(path.read_text(encoding="utf-8") for path in ON_THE_FORGE))
    assert len(used) > 10
    assert [name for name in used if not (name.startswith("$/") or re.search(r"@[0-9a-f]{40}$", name))] == []


def test_every_job_has_a_limit_and_only_the_rights_that_it_says() -> None:
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert workflow["permissions"] == {}
        for job in workflow["jobs"].values():
            assert "permissions" in job
            assert "uses" in job or "timeout-minutes" in job


def test_the_changelog_has_the_version() -> None:
    assert re.search(rf"^## {re.escape(__version__)} ", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.M)


def ran(script: str, folder: Path, **environ: str) -> str:
    """What the programs were called with; each is a stand-in that says its name and arguments."""
    for name in ("devpool", "pipx"):
        program = folder / name
        program.write_text(f'#!/bin/sh\necho "{name} $*" | tee -a {folder}/called\n')
        program.chmod(0o755)
    shell = {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", **environ}
    subprocess.run(["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script], env=shell, check=True)
    return (folder / "called").read_text(encoding="utf-8")


@pytest.mark.parametrize("arguments", ["--preset ci", "--direct web --set query_timeout=60", ""])
def test_the_steps_of_the_action_call_devpool_with_what_is_given(tmp_path: Path, arguments: str) -> None:
    steps = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))["runs"]["steps"]
    files = {"GITHUB_STEP_SUMMARY": str(tmp_path / "summary"), "GITHUB_OUTPUT": str(tmp_path / "output")}
    for step in steps:
        called = ran(step["run"], tmp_path, GITHUB_ACTION_PATH="/action", ARGUMENTS=arguments, **files)
    assert called.splitlines() == [
        *("pipx install --quiet /action", f"devpool enable --up {arguments}".rstrip(), "devpool migrate"),
        *("devpool status", "devpool status --json"),
    ]
    assert "devpool status\n" in (tmp_path / "summary").read_text(encoding="utf-8")
    assert (tmp_path / "output").read_text(encoding="utf-8").startswith("status<<END_OF_STATUS\n")
