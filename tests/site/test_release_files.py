"""The workflows, the action and what a release asks for. Their schemas and rules are checked by bin/test."""

from __future__ import annotations

import re
from pathlib import Path

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
