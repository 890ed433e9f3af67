"""What pages show of a terminal without a running project is what devpool prints."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from unit.checks.healthy_project import WELL, django

from devpool.checks.families import evaluate
from devpool.checks.result import check_lines
from devpool.measurements.routes import Connections, Replica

ROOT = Path(__file__).resolve().parents[2]


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def block(text: str, kind: str, start: str = "") -> str:
    """The first block of that kind that begins so."""
    found = re.search(rf"^```{kind}\n({re.escape(start)}.*?)^```", text, re.M | re.S)
    assert found, start
    return found[1]


def dry_run(folder: Path, environ: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "devpool", "enable", "--dry-run"],
        cwd=folder,
        env={**environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    return f"$ devpool enable --dry-run\n{done.stdout}"


def test_the_plan_of_the_tutorial(tmp_path: Path, plain_shell: dict[str, str]) -> None:
    folder = shutil.copytree(ROOT / "compose" / "demo", tmp_path / "notes")
    containers = "\ncontainers:\n...\n"  # there are some where the tutorial is followed
    shown = block(page("tutorial.md"), "text", "$ devpool enable --dry-run")
    assert dry_run(folder, plain_shell) + containers == shown


def test_the_plan_for_a_managed_database(tmp_path: Path, plain_shell: dict[str, str]) -> None:
    text = page("how-to/managed-postgres.md")
    compose = block(text, "yaml").replace("  web:\n", "  web:\n    image: shop\n")
    (tmp_path / "compose.yaml").write_text(compose)
    (tmp_path / ".env").write_text("DB_PASSWORD=secret\n")
    assert dry_run(tmp_path, plain_shell) == block(text, "text", "$ devpool enable --dry-run")


@pytest.mark.parametrize(
    ("name", "case"),
    [
        ("how-to/choose-routes.md", "source-that-needs-a-session"),
        ("explanation/pooled-by-name.md", "evidence-rails"),
    ],
)
def test_what_a_plan_says_is_from_a_golden_case(name: str, case: str) -> None:
    report = (ROOT / "tests" / "golden" / "cases" / case / "report.txt").read_text(encoding="utf-8")
    assert set(block(page(name), "text").strip("\n").splitlines()) <= set(report.splitlines())


def test_the_lines_of_check_are_what_it_says() -> None:
    app = django(DISABLE_SERVER_SIDE_CURSORS=False)
    moved = Connections.of("web", "db", (Replica(container="shop-web-2", at_pooler=3, at_database=1),))
    results = evaluate(replace(WELL, installed=(app,), connections=(moved,)))
    said = {re.sub(r" +", " ", line).strip() for line in check_lines(results)}
    for shown in block(page("how-to/check.md"), "text").splitlines():
        begin = re.sub(r" +", " ", shown).strip().removesuffix("...").strip()
        assert [line for line in said if line.startswith(begin)], shown
