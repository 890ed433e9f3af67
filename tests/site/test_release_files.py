"""The workflows, the action and what a release asks for. Their schemas and rules are checked by bin/test."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from gitlab_component import FILE, declared, filled

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
    for name in ("devpool", "docker", "pipx"):
        program = folder / name
        program.write_text(f'#!/bin/sh\necho "{name} $*" | tee -a {folder}/called\n')
        program.chmod(0o755)
    shell = {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", **environ}
    subprocess.run(["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script], env=shell, check=True)
    return (folder / "called").read_text(encoding="utf-8")


ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))["runs"]["steps"]


def acted(folder: Path, *names: str, **given: str) -> list[str]:
    """What the steps of the action call, those with an `if` only where they are named."""
    files = {"GITHUB_STEP_SUMMARY": f"{folder}/summary", "GITHUB_OUTPUT": f"{folder}/output"}
    shell = {"GITHUB_ACTION_PATH": "/action", "RUNNER_TEMP": "/temp", "ARGUMENTS": "", "IMAGE": "", **files, **given}
    for step in ACTION:
        if "if" not in step or step["name"] in names:
            called = ran(step["run"], folder, **shell)
    return called.splitlines()


@pytest.mark.parametrize("arguments", ["--preset ci", "--direct web --set query_timeout=60", ""])
def test_the_steps_of_the_action_call_devpool_with_what_is_given(tmp_path: Path, arguments: str) -> None:
    assert acted(tmp_path, "Migrate", ARGUMENTS=arguments) == [
        *("pipx install --quiet /action", f"devpool enable --up {arguments}".rstrip(), "devpool migrate"),
        *("devpool status", "devpool status --json"),
    ]
    assert "devpool status\n" in (tmp_path / "summary").read_text(encoding="utf-8")
    assert (tmp_path / "output").read_text(encoding="utf-8").startswith("status<<END_OF_STATUS\n")


def test_an_image_and_a_comparison_are_given_to_devpool(tmp_path: Path) -> None:
    called = acted(tmp_path, "Compare direct and pooled", IMAGE="a/b:1@sha256:c", COMPARE="web -- pytest -q")
    assert called[1:3] == [
        "devpool enable --up --image a/b:1@sha256:c",
        "devpool compare --report /temp/devpool-compare.md web -- pytest -q",
    ]


def component(folder: Path, **inputs: str) -> list[str]:
    """What the job of the component calls."""
    (job,) = filled(service="web", command="pytest -q", **inputs).values()
    called = ran("\n".join([*job["script"], *job["after_script"]]), folder, **job["variables"])
    return called.splitlines()


def test_the_component_calls_devpool_with_its_inputs(tmp_path: Path) -> None:
    ways = {"false": "docker compose run --rm web pytest -q"}
    ways["true"] = "devpool compare --report devpool-compare.xml web -- pytest -q"
    for compare, way in ways.items():
        (folder := tmp_path / compare).mkdir()
        called = component(folder, compare=compare)
        assert called == ["devpool enable --up --preset ci", "devpool migrate", way, "devpool check", "devpool disable"]
    (folder := tmp_path / "image").mkdir()
    called = component(folder, image="a/b:1@sha256:c", migrate="false", arguments="--direct job")
    assert called[:2] == ["devpool enable --up --direct job --image a/b:1@sha256:c", ways["false"]]


def test_the_component_installs_this_very_version_and_declares_what_it_uses() -> None:
    assert declared()["version"]["default"] == __version__
    used = set(re.findall(r"\$\[\[ inputs\.(\w+) \]\]", FILE.read_text(encoding="utf-8")))
    assert used == set(declared())


def test_the_component_is_what_gitlab_accepts(tmp_path: Path) -> None:
    """Header and job, each by GitLab's schema, which knows no file of two documents."""
    header = tmp_path / "header.yml"
    header.write_text(FILE.read_text(encoding="utf-8").partition("\n---\n")[0])
    job = tmp_path / "job.yml"
    job.write_text(yaml.safe_dump(filled(service="web", command="pytest")))
    check = [str(Path(sys.executable).with_name("check-jsonschema")), "--builtin-schema", "vendor.gitlab-ci"]
    done = subprocess.run([*check, str(header), str(job)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
